defmodule QuickBEAM.Apis.NodeInspectTest do
  @moduledoc "What Node 20 prints for the same."
  use QuickBEAM.Case, async: true

  setup do
    js = start_alone(apis: [:node, :beam])
    Context.eval!(js, "globalThis.inspect = util.inspect; 0")
    {:ok, js: js}
  end

  defp js!(context, code), do: Context.eval!(context, code)

  test "depth, widths and order", %{js: js} do
    value = "{ b: { c: { d: { e: 1 } } }, a: [1, 2, 3], 'x-y': 'text' }"

    for {options, text} <- [
          {"{}", "{ b: { c: { d: [Object] } }, a: [ 1, 2, 3 ], 'x-y': 'text' }"},
          {"{ depth: 0 }", "{ b: [Object], a: [Array], 'x-y': 'text' }"},
          {"{ depth: null, breakLength: Infinity }",
           "{ b: { c: { d: { e: 1 } } }, a: [ 1, 2, 3 ], 'x-y': 'text' }"},
          {"{ depth: null, breakLength: Infinity, compact: true }",
           "{ b: { c: { d: { e: 1 } } }, a: [ 1, 2, 3 ], 'x-y': 'text' }"},
          {"{ depth: 1, compact: false }",
           "{\n  b: {\n    c: [Object]\n  },\n  a: [\n    1,\n    2,\n    3\n  ],\n  'x-y': 'text'\n}"},
          {"{ depth: 0, sorted: true }", "{ 'x-y': 'text', a: [Array], b: [Object] }"},
          {"{ depth: 0, sorted: (a, b) => b < a ? -1 : 1 }",
           "{ b: [Object], a: [Array], 'x-y': 'text' }"}
        ] do
      assert js!(js, "inspect(#{value}, #{options})") == text, options
    end

    assert js!(js, "inspect([1, 2, 3], { maxArrayLength: 1 })") == "[ 1, ... 2 more items ]"
    assert js!(js, "inspect('abcdef', { maxStringLength: 2 })") == "'ab'... 4 more characters"

    assert js!(js, "inspect([1234567.1234, -1e6, 12n ** 5n], { numericSeparator: true })") ==
             "[ 1_234_567.123_4, -1_000_000, 248_832n ]"
  end

  test "what is hidden, and getters where they are asked for", %{js: js} do
    assert js!(js, """
           const o = Object.defineProperty({ get a() { return 1 }, set a(_) {}, get b() { return { c: 2 } }, get d() { throw new Error("no") } }, "hidden", { value: 1 });
           [inspect(o), inspect(o, { showHidden: true }), inspect(o, { getters: true }), inspect(o, { getters: "set" }), inspect([1], { showHidden: true })]
           """) == [
             "{ a: [Getter/Setter], b: [Getter], d: [Getter] }",
             "{ a: [Getter/Setter], b: [Getter], d: [Getter], [hidden]: 1 }",
             "{\n  a: [Getter/Setter: 1],\n  b: [Getter] { c: 2 },\n  d: [Getter: <Inspection threw (no)>]\n}",
             "{ a: [Getter/Setter: 1], b: [Getter], d: [Getter] }",
             "[ 1, [length]: 1 ]"
           ]
  end

  test "colors count for nothing where lines are broken", %{js: js} do
    assert js!(
             js,
             "inspect({ a: 1, b: 'x', c: [null, undefined, true], [Symbol('s')]: /r/ }, { colors: true })"
           ) ==
             "{ a: \e[33m1\e[39m, b: \e[32m'x'\e[39m, " <>
               "c: [ \e[1mnull\e[22m, \e[90mundefined\e[39m, \e[33mtrue\e[39m ], " <>
               "[\e[32mSymbol(s)\e[39m]: \e[31m/r/\e[39m }"
  end

  test "objects say what they are, at every level", %{js: js} do
    assert js!(js, """
           class Money { constructor(n) { this.n = n } [inspect.custom](depth, options, inspect) { return `${options.stylize(`€${this.n}`, "special")} at ${depth}` } }
           const lines = { [inspect.custom]: () => "one\\ntwo" };
           [inspect(new Money(1)), inspect({ a: { b: new Money(2) } }), inspect({ lines }), inspect([new Money(3)], { customInspect: false }),
            inspect({ [inspect.custom]: () => ({ other: 1 }) }), util.format("%O and %o", [new Money(4)], new Money(5)), inspect(new Proxy(new Money(6), {}))]
           """) == [
             "€1 at 2",
             "{ a: { b: €2 at 0 } }",
             "{\n  lines: one\n  two\n}",
             "[ Money { n: 3 } ]",
             "{ other: 1 }",
             "[ €4 at 1 ] and €5 at 4",
             "€6 at 2"
           ]
  end

  test "the console runs nothing of a script", %{js: js} do
    assert js!(js, """
           let ran = 0;
           const o = { [inspect.custom]: () => { ran++; return "mine" }, get a() { ran++ } };
           console.log(o);
           [Beam.inspect(o).includes("mine"), ran]
           """) == [false, 0]
  end

  test "formatWithOptions, numbers", %{js: js} do
    assert js!(js, """
           [util.formatWithOptions({ compact: false }, "%O", { a: 1 }), util.formatWithOptions({ numericSeparator: true }, "%d %i %f", 1234.5, 12345.6, 1234),
            util.format("%i %i %i %d", "1e3", Infinity, "42.9px", "0x10"), util.format("%s %s", 1)]
           """) == ["{\n  a: 1\n}", "1_234.5 12_345 1_234", "1 NaN 42 16", "1 %s"]
  end

  test "bad options are errors", %{js: js} do
    assert js!(js, "try { util.formatWithOptions(1, 'a') } catch (e) { [e.code, e.message] }") ==
             [
               "ERR_INVALID_ARG_TYPE",
               "The \"inspectOptions\" argument must be of type object. Received type number (1)"
             ]

    assert js!(js, "try { inspect.defaultOptions = null } catch (e) { e.code }") ==
             "ERR_INVALID_ARG_TYPE"
  end
end
