defmodule QuickBEAM.JS.TreeTest do
  use ExUnit.Case, async: true

  alias QuickBEAM.JS

  # Trees as JS.parse/2 makes them, by hand: these need no toolchain.
  defp name(name, start), do: %{type: :identifier, name: name, start: start, end: start + 1}

  defp call do
    # f(a, b)
    %{
      type: :call_expression,
      start: 0,
      end: 7,
      callee: name("f", 0),
      arguments: [name("a", 2), name("b", 5)],
      optional: false
    }
  end

  test "walk/2 visits parents first, in the order of the source" do
    test = self()
    assert JS.walk(call(), &send(test, {:node, &1[:name] || &1.type})) == :ok

    for expected <- [:call_expression, "f", "a", "b"] do
      assert_received {:node, ^expected}
    end

    assert JS.walk([name("x", 0), nil, name("y", 1)], &send(test, &1.name)) == :ok
    assert_received "x"
    assert_received "y"
  end

  test "collect/2 keeps what it is told to" do
    pick = fn
      %{type: :identifier, name: name} -> {:keep, name}
      _ -> :skip
    end

    assert JS.collect(call(), pick) == ["f", "a", "b"]
    assert JS.collect([call(), name("c", 9)], pick) == ["f", "a", "b", "c"]
    assert JS.collect(call(), fn _ -> :skip end) == []
  end

  test "postwalk/2 replaces nodes, children first" do
    replaced =
      JS.postwalk(call(), fn
        %{type: :identifier, name: name} = node -> %{node | name: String.upcase(name)}
        %{type: :call_expression, callee: %{name: "F"}} = node -> Map.put(node, :seen, true)
      end)

    assert %{seen: true, callee: %{name: "F"}, arguments: [%{name: "A"}, %{name: "B"}]} = replaced
  end

  test "postwalk/3 carries an accumulator" do
    assert {nil, names} =
             JS.postwalk(call(), [], fn node, acc -> {nil, [node[:name] || node.type | acc]} end)

    assert Enum.reverse(names) == ["f", "a", "b", :call_expression]
  end

  test "patch_string/2 changes ranges whatever their order" do
    patches = [
      %{start: 4, end: 5, change: "second"},
      %{start: 0, end: 1, change: "first"},
      %{start: 2, end: 2, change: "1"},
      %{start: 2, end: 2, change: "2"},
      %{start: 0, end: 1, change: "first"}
    ]

    assert JS.patch_string("a + b", patches) == "first 12+ second"
    assert JS.patch_string("a", []) == "a"
    assert JS.patch_string("'😀é' + x", [%{start: 8, end: 9, change: "y"}]) == "'😀é' + y"
  end

  test "patch_string/2 refuses what does not fit" do
    for {patches, message} <- [
          {[%{start: 0, end: 3, change: ""}, %{start: 1, end: 3, change: ""}], ~r/overlap/},
          {[%{start: 0, end: 9, change: ""}], ~r/position 9 is not in the source/},
          {[%{start: 2, end: 4, change: ""}], ~r/position 2 is not in the source, or in a pair/},
          {[%{start: 2, end: 1, change: ""}], ~r/expected a patch/},
          {[%{start: 0, end: 1}], ~r/expected a patch/}
        ] do
      assert_raise ArgumentError, message, fn -> JS.patch_string("a😀b", patches) end
    end
  end

  @tag :toolchain
  test "patches of a parsed source give a source that parses" do
    source = "const 名 = '😀'; f(名, /* é */ 名);"
    ast = JS.parse!(source, "a.js")

    {_ast, patches} =
      JS.postwalk(ast, [], fn
        %{type: :identifier, name: "名"} = node, acc ->
          {node, [%{start: node.start, end: node.end, change: "renamed"} | acc]}

        node, acc ->
          {node, acc}
      end)

    patched = JS.patch_string(source, patches)
    assert patched == "const renamed = '😀'; f(renamed, /* é */ renamed);"

    assert patched
           |> JS.parse!("a.js")
           |> JS.collect(fn
             %{type: :identifier, name: name} -> {:keep, name}
             _ -> :skip
           end) ==
             ["renamed", "f", "renamed", "renamed"]
  end
end
