defmodule QuickBEAM.JSTest do
  use ExUnit.Case, async: true

  @moduletag :toolchain

  alias QuickBEAM.JS

  doctest QuickBEAM.JS

  describe "parse/2" do
    test "returns ESTree with atoms as keys, types and kinds" do
      assert {:ok, ast} = JS.parse("const x = 1 + 2", "test.js")
      assert %{type: :program, body: [declaration], sourceType: "script"} = ast

      assert %{type: :variable_declaration, kind: :const, declarations: [declarator]} =
               declaration

      assert %{
               type: :variable_declarator,
               id: %{type: :identifier, name: "x"},
               init: %{
                 type: :binary_expression,
                 operator: "+",
                 left: %{type: :literal, value: 1, raw: "1"},
                 right: %{value: 2}
               },
               start: 6,
               end: 15
             } = declarator

      assert %{body: [%{type: :import_declaration, source: %{value: "b"}}], sourceType: "module"} =
               JS.parse!("import a from 'b'", "test.js")
    end

    test "knows the language by the extension" do
      assert %{body: [%{declarations: [%{id: id}]}]} = JS.parse!("let x: number", "a.ts")
      assert %{typeAnnotation: %{typeAnnotation: %{type: :ts_number_keyword}}} = id
      assert {:error, _} = JS.parse("let x: number", "a.js")
      assert {:error, _} = JS.parse("let x: number", "a")
      assert %{body: [%{expression: %{type: :jsx_element}}]} = JS.parse!("<a/>", "dir/a.tsx")
      assert {:error, _} = JS.parse("<a/>", "a.js")
      refute is_map_key(hd(JS.parse!("a", "a.js").body).expression, :typeAnnotation)
    end

    test "returns values of literals" do
      for {text, value} <- [
            {"1.5", 1.5},
            {"2**3", nil},
            {"9007199254740991", 9_007_199_254_740_991},
            {"1e21", 1.0e21},
            {"1e400", :Infinity},
            {"true", true},
            {"null", nil},
            {~S("a\n\u{1F600}\"\\"), "a\n😀\"\\"},
            {~S("\uD800x"), "\uFFFDx"}
          ] do
        assert %{body: [%{expression: expression}]} = JS.parse!("(#{text})", "a.js")
        assert Map.get(expression, :value) === value, text
      end

      assert %{body: [%{expression: %{value: nil, bigint: "10"}}]} = JS.parse!("10n", "a.js")

      assert %{body: [%{expression: %{regex: %{pattern: "a", flags: "g"}}}]} =
               JS.parse!("/a/g", "a.js")
    end

    test "counts positions in UTF-16 code units" do
      assert %{body: [_, %{start: 6, end: 7}], end: 7} = JS.parse!("'😀'; é", "a.js")
    end

    test "makes no atoms of what a source says" do
      text = "no_atom_#{System.unique_integer([:positive])}"
      source = "#{text}: while (1) { let x = { #{text}: '#{text}' } }; class #{text} {}"
      assert {:ok, _} = JS.parse(source, "a.js")
      assert_raise ArgumentError, fn -> String.to_existing_atom(text) end
    end

    test "says where the errors are" do
      assert {:error, [error]} = JS.parse("let x = 1;\n\tconst = 2;\nlet y;", "dir/bad.js")

      assert error == %{
               message:
                 "dir/bad.js:2:8: Unexpected token\n\n" <>
                   "  1 | let x = 1;\n> 2 |  const = 2;\n    |        ^\n  3 | let y;",
               file: "dir/bad.js",
               position: {2, 8},
               span: {2, 9},
               severity: :error
             }

      raised = assert_raise JS.Error, fn -> JS.parse!("const =", "bad.js") end
      assert Exception.message(raised) =~ "bad.js:1:7: Unexpected token"
      assert [%{position: {1, 7}}] = raised.errors
      # An early error, not one of the grammar.
      assert {:error, [%{message: "a.js:1:" <> _}]} = JS.parse("let a; let a;", "a.js")
    end

    test "is safe from sources that nest too deep" do
      assert {:error, [%{message: "a.js: 100000 brackets are open" <> _}]} =
               JS.parse(String.duplicate("(", 100_000), "a.js")

      assert {:ok, _} = JS.parse(String.duplicate("!", 100_000) <> "x", "a.js")

      assert {:ok, _} =
               JS.parse(String.duplicate("[", 5_000) <> String.duplicate("]", 5_000), "a.js")
    end

    test "refuses what is no text" do
      assert_raise ArgumentError, ~r/valid UTF-8/, fn -> JS.parse(<<255>>, "a.js") end
      assert {:ok, _} = JS.parse(["a", ?+, ["b"]], "a.js")
    end
  end

  describe "valid?/2" do
    test "finds errors of syntax and early errors" do
      assert JS.valid?("const x = 1", "test.js")
      refute JS.valid?("const = ;", "bad.js")
      refute JS.valid?("break", "bad.js")
      assert JS.valid?("let x: number", "a.ts")
    end
  end

  describe "imports/2" do
    test "returns names in order" do
      source = "import { ref } from 'vue'\nimport { h } from 'preact'\nimport 'vue'"
      assert JS.imports(source, "test.js") == {:ok, ["vue", "preact"]}
      assert JS.imports!("import type { A } from 'a'; export { b } from './b'", "a.ts") == ["./b"]
      assert {:error, [%{position: {1, 9}}]} = JS.imports("import {", "a.js")
    end
  end

  describe "transform/3" do
    test "takes types away" do
      assert JS.transform("const x: number = 42", "test.ts") == {:ok, "const x = 42;\n"}
      assert JS.transform!("enum A { B }; f(A.B)", "test.ts") =~ "A[A[\"B\"] = 0]"
    end

    test "has two ways with JSX" do
      assert JS.transform!("<App />", "app.tsx") =~ "react/jsx-runtime"
      assert JS.transform!("<App />", "app.tsx", import_source: "preact") =~ "preact/jsx-runtime"
      assert JS.transform!("<App />", "app.jsx", jsx: :classic) =~ "React.createElement(App"

      assert JS.transform!("<></>", "a.jsx", jsx: :classic, jsx_factory: "h", jsx_fragment: "F") =~
               "h(F"
    end

    test "knows targets, defines and source maps" do
      refute JS.transform!("a ?? b", "a.js", target: "es2019") =~ "??"

      assert JS.transform!("if (DEV) a(); else b()", "a.js", define: %{DEV: "false"}) == "b();\n"

      assert {:ok, %{code: "let a;\n", sourcemap: map}} =
               JS.transform("let a: b", "dir/a.ts", sourcemap: true)

      assert map =~ ~s("sources":["dir/a.ts"])

      assert {:error, [%{message: message, position: nil}]} =
               JS.transform("a", "a.js", target: "x")

      assert message =~ "the target option"
    end

    test "checks its options" do
      assert_raise ArgumentError, ~r/unknown option :trget, did you mean :target\?/, fn ->
        JS.transform("a", "a.js", trget: "es2020")
      end

      assert_raise ArgumentError,
                   ~r/:jsx option: expected :automatic or :classic, got: :old/,
                   fn ->
                     JS.transform("a", "a.js", jsx: :old)
                   end

      assert_raise ArgumentError, ~r/:define option: expected a map of names/, fn ->
        JS.transform("a", "a.js", define: %{"a" => 1})
      end
    end
  end

  describe "minify/3" do
    test "makes code smaller" do
      assert JS.minify!("const x = 1 + 2; console.log( x )", "a.mjs") == "console.log(3);"

      assert JS.minify!("f(function (long) { return long })", "a.js") =~
               "f(function(e){return e})"

      assert JS.minify!("f(function (a_b) { return a_b })", "a.js", mangle: false) =~ "a_b"
      assert JS.minify!("console.log(1); f()", "a.js", drop_console: true) == "f();"
      assert JS.minify!("f(x as any)", "a.ts") == "f(x);"

      assert {:ok, %{code: "f();", sourcemap: "{" <> _}} =
               JS.minify("f()", "a.js", sourcemap: true)

      assert {:error, [%{message: "a.js:1:3: " <> _}]} = JS.minify("f(", "a.js")
    end
  end

  test "work of many processes at once" do
    1..50
    |> Task.async_stream(fn n ->
      assert JS.transform!("const x#{n}: number = #{n}", "a.ts") == "const x#{n} = #{n};\n"
    end)
    |> Stream.run()
  end
end
