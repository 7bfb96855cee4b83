defmodule QuickBEAM.Values.RoundtripTest do
  use QuickBEAM.Case, async: true

  # Random terms, from the seed of the run: into JS and out again, through an
  # argument, a var, a handler and a message.

  setup_all do
    {:ok, runtime} = QuickBEAM.start_link(handlers: %{"echo" => fn [x] -> x end})

    {:ok, _} =
      QuickBEAM.eval(runtime, """
      globalThis.id = x => x
      globalThis.copy = x => structuredClone(x)
      globalThis.sync = x => Beam.callSync("echo", x)
      globalThis.wait = x => Beam.call("echo", x)
      Beam.onMessage(([from, x]) => Beam.send(from, {x}))
      """)

    %{runtime: runtime}
  end

  test "in and out as an argument", %{runtime: runtime} do
    for size <- 1..300 do
      term = term(size)
      assert QuickBEAM.call(runtime, "id", [term]) == {:ok, back(term)}
    end
  end

  test "in and out as a var", %{runtime: runtime} do
    for size <- 1..100 do
      term = term(size)
      assert QuickBEAM.eval(runtime, "x", vars: %{x: term}) == {:ok, back(term)}
    end
  end

  test "through structuredClone", %{runtime: runtime} do
    for size <- 1..100, term = term(size), not (inspect(term) =~ ~r/#(PID|Reference)/) do
      assert QuickBEAM.call(runtime, "copy", [term]) == {:ok, back(term)}
    end

    assert_js_error(QuickBEAM.call(runtime, "copy", [self()]), "DataCloneError")
  end

  test "through handlers, both ways twice", %{runtime: runtime} do
    for size <- 1..100, name <- ["sync", "wait"] do
      term = term(size)
      assert QuickBEAM.call(runtime, name, [term]) == {:ok, back(term)}
    end
  end

  test "through messages", %{runtime: runtime} do
    for size <- 1..100 do
      term = term(size)
      expected = %{"x" => back(term)}
      send(runtime, [self(), term])
      assert_receive ^expected, 5000
    end
  end

  test "what comes back is stable", %{runtime: runtime} do
    for size <- 1..100 do
      once = QuickBEAM.call!(runtime, "id", [term(size)])
      assert QuickBEAM.call!(runtime, "id", [once]) == once
    end
  end

  ## Generating

  defp term(size) when size <= 1, do: leaf()

  defp term(size) do
    n = :rand.uniform(5) - 1

    case :rand.uniform(8) do
      1 -> many(n, size)
      2 -> List.to_tuple(many(n, size))
      3 -> Map.new(many(n, size), &{key(), &1})
      4 -> Map.new(many(n, size), &{string(), &1})
      5 -> MapSet.new(many(n, size))
      _ -> leaf()
    end
  end

  defp many(0, _size), do: []
  defp many(n, size), do: for(_ <- 1..n, do: term(div(size, n)))

  defp leaf do
    case :rand.uniform(14) do
      1 ->
        nil

      2 ->
        :rand.uniform(2) == 1

      3 ->
        :rand.uniform(1000) - 500

      4 ->
        :rand.uniform(2 ** 60) - 2 ** 59

      5 ->
        :rand.uniform(10 ** 40) - 5 * 10 ** 39

      6 ->
        :rand.normal()

      7 ->
        :rand.normal() * 1.0e200

      8 ->
        Enum.random([:NaN, :Infinity, :"-Infinity", 0.0, -0.0, 3.0, 2.0 ** 60])

      9 ->
        string()

      10 ->
        :crypto.strong_rand_bytes(:rand.uniform(20))

      11 ->
        {:bytes, :crypto.strong_rand_bytes(:rand.uniform(20) - 1)}

      12 ->
        DateTime.from_unix!(:rand.uniform(4_000_000_000_000) - 2_000_000_000_000, :millisecond)

      13 ->
        Enum.random([:some, :atoms, :"with space", self(), make_ref()])

      14 ->
        key()
    end
  end

  defp key, do: Enum.random(["a", "b", "1", "x y", "__proto__", "length", string()])

  defp string do
    for _ <- 1..(:rand.uniform(12) - 1)//1, into: "", do: <<codepoint()::utf8>>
  end

  defp codepoint do
    case :rand.uniform(4) do
      1 -> :rand.uniform(128) - 1
      2 -> :rand.uniform(0x7FF)
      3 -> :rand.uniform(0x1FFF) + 0x2000
      4 -> :rand.uniform(0xFFFF) + 0xFFFF
    end
  end

  ## What the table of values says comes back

  defp back(atom) when atom in [nil, true, false, :NaN, :Infinity, :"-Infinity"], do: atom
  defp back(atom) when is_atom(atom), do: Atom.to_string(atom)
  defp back({:bytes, bytes}) when is_binary(bytes), do: bytes
  defp back(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> back()
  defp back(list) when is_list(list), do: Enum.map(list, &back/1)
  defp back(%DateTime{} = date), do: date
  defp back(%MapSet{} = set), do: MapSet.new(set, &back/1)
  defp back(map) when is_map(map), do: Map.new(map, fn {key, value} -> {key, back(value)} end)

  defp back(float) when is_float(float) do
    if trunc(float) == float and abs(float) < 2 ** 53, do: trunc(float), else: float
  end

  defp back(other), do: other
end
