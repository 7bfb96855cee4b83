defmodule QuickBEAM.Values.ToElixirTest do
  use QuickBEAM.Case, async: true

  setup_all do
    {:ok, runtime} = QuickBEAM.start_link()
    %{runtime: runtime}
  end

  defp check(runtime, cases) do
    for {code, expected} <- cases do
      assert {code, QuickBEAM.eval(runtime, "(#{code})")} === {code, {:ok, expected}}
    end
  end

  test "nothing, booleans", %{runtime: runtime} do
    check(runtime, [
      {"null", nil},
      {"undefined", nil},
      {"void 0", nil},
      {"true", true},
      {"false", false},
      {"[null, undefined, , 1]", [nil, nil, nil, 1]}
    ])
  end

  test "numbers", %{runtime: runtime} do
    check(runtime, [
      {"0", 0},
      {"-0", 0},
      {"42", 42},
      {"-2147483648", -2_147_483_648},
      {"2147483648", 2_147_483_648},
      {"5.0", 5},
      {"2**53 - 1", 9_007_199_254_740_991},
      {"-(2**53 - 1)", -9_007_199_254_740_991},
      {"2**53", 9_007_199_254_740_992.0},
      {"-(2**53)", -9_007_199_254_740_992.0},
      {"1.5", 1.5},
      {"0.1 + 0.2", 0.1 + 0.2},
      {"5e-324", 5.0e-324},
      {"Number.MAX_VALUE", 1.7976931348623157e308},
      {"NaN", :NaN},
      {"Infinity", :Infinity},
      {"-Infinity", :"-Infinity"},
      {"[1, 1.5, NaN]", [1, 1.5, :NaN]}
    ])
  end

  test "BigInt is an integer of any size", %{runtime: runtime} do
    digits = String.duplicate("1234567890", 200)

    check(runtime, [
      {"0n", 0},
      {"5n", 5},
      {"-5n", -5},
      {"2n ** 63n", 2 ** 63},
      {"-(2n ** 63n)", -(2 ** 63)},
      {"2n ** 64n - 1n", 2 ** 64 - 1},
      {"2n ** 64n", 2 ** 64},
      {"-(2n ** 64n)", -(2 ** 64)},
      {"10n ** 30n", 10 ** 30},
      {"#{digits}n", String.to_integer(digits)},
      {"-#{digits}n", -String.to_integer(digits)},
      {"2n ** 10000n", 2 ** 10_000}
    ])
  end

  test "strings are valid UTF-8", %{runtime: runtime} do
    check(runtime, [
      {"''", ""},
      {"'abc'", "abc"},
      {~S|'é\xff'|, "éÿ"},
      {"'日本'", "日本"},
      {~S|'\u{1F600}'|, "😀"},
      {~S|'\uD83D\uDE00'|, "😀"},
      {~S|'a\0b'|, <<?a, 0, ?b>>},
      {~S|'\uD800'|, "\uFFFD"},
      {~S|'a\uDC00b'|, "a\uFFFDb"},
      {~S|'\uDE00\uD83D'|, "\uFFFD\uFFFD"},
      {~S|({['\uD800']: 1})|, %{"\uFFFD" => 1}},
      {"'ab'.repeat(50000)", String.duplicate("ab", 50_000)},
      {"'é'.repeat(50000)", String.duplicate("é", 50_000)},
      {"'日'.repeat(5000) + 'x'", String.duplicate("日", 5000) <> "x"}
    ])
  end

  test "bytes", %{runtime: runtime} do
    check(runtime, [
      {"new Uint8Array([1, 2, 255])", <<1, 2, 255>>},
      {"new Uint8Array([1, 2, 255]).buffer", <<1, 2, 255>>},
      {"new Uint8Array(0)", ""},
      {"new ArrayBuffer(3)", <<0, 0, 0>>},
      {"new Int8Array([-1])", <<255>>},
      {"new Uint8ClampedArray([300])", <<255>>},
      {"new Uint16Array([1, 256])", <<1::16-native, 256::16-native>>},
      {"new Float64Array([1.5])", <<1.5::float-native>>},
      {"new BigInt64Array([-2n])", <<-2::64-native>>},
      {"new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 3)", <<1, 2>>},
      {"new Uint16Array(new Uint8Array([0, 1, 2, 3, 4, 5]).buffer, 2, 1)", <<2, 3>>},
      {"new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2)", <<1, 2>>},
      {"[new Uint8Array([7])]", [<<7>>]}
    ])
  end

  test "detached and shrunk buffers are no trap", %{runtime: runtime} do
    check(runtime, [
      {"(() => { const a = new Uint8Array(8); a.buffer.transfer(); return a })()", ""},
      {"(() => { const b = new ArrayBuffer(8); b.transfer(); return b })()", ""},
      {"(() => { const b = new ArrayBuffer(8, {maxByteLength: 16}); const a = new Uint8Array(b); b.resize(3); return a })()",
       <<0, 0, 0>>}
    ])
  end

  test "arrays and objects", %{runtime: runtime} do
    check(runtime, [
      {"[]", []},
      {"[1, [2, [3]]]", [1, [2, [3]]]},
      {"new Array(3)", [nil, nil, nil]},
      {"({})", %{}},
      {"({a: 1, b: {c: [1]}})", %{"a" => 1, "b" => %{"c" => [1]}}},
      {"({1: 'one', '': 0, 'x y': null})", %{"1" => "one", "" => 0, "x y" => nil}},
      {"Object.create(null, {a: {value: 1, enumerable: true}, b: {value: 2}})", %{"a" => 1}},
      {"({[Symbol('hidden')]: 1, shown: 2})", %{"shown" => 2}},
      {"new (class { constructor() { this.a = 1 } get b() { return 2 } })()", %{"a" => 1}},
      {"Object.create({inherited: 1})", %{}},
      {"({get a() { return 1 + 1 }})", %{"a" => 2}},
      {"({undefined: undefined})", %{"undefined" => nil}},
      {"(function () { return arguments })(1, 2)", %{"0" => 1, "1" => 2}}
    ])
  end

  test "maps of every size around the VM's own limits", %{runtime: runtime} do
    for n <- [1, 31, 32, 33, 127, 128, 129, 1000, 20_000] do
      {:ok, map} =
        QuickBEAM.eval(
          runtime,
          "Object.fromEntries(Array.from({length: #{n}}, (_, i) => ['k' + i, i]))"
        )

      assert map == Map.new(0..(n - 1), &{"k#{&1}", &1})
    end
  end

  test "Map and Set", %{runtime: runtime} do
    check(runtime, [
      {"new Map()", %{}},
      {"new Map([[1, 'a'], ['1', 'b'], [null, 'c'], [1.5, 'd'], [[1], {x: 1}]])",
       %{1 => "a", "1" => "b", nil => "c", 1.5 => "d", [1] => %{"x" => 1}}},
      {"new Map([[new Map([[1, 2]]), 3]])", %{%{1 => 2} => 3}},
      {"new Set()", MapSet.new()},
      {"new Set([1, 'a', 1])", MapSet.new([1, "a"])},
      {"new Set([[1], [1]])", MapSet.new([[1]])}
    ])

    {:ok, set} = QuickBEAM.eval(runtime, "new Set(Array.from({length: 1000}, (_, i) => i))")
    assert set == MapSet.new(0..999)
    assert MapSet.put(set, 1000) == MapSet.new(0..1000)
  end

  test "Date", %{runtime: runtime} do
    check(runtime, [
      {"new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678))", ~U[2024-01-02 03:04:05.678Z]},
      {"new Date(0)", ~U[1970-01-01 00:00:00.000Z]},
      {"new Date(-1)", ~U[1969-12-31 23:59:59.999Z]},
      {"new Date(Date.UTC(2024, 1, 29))", ~U[2024-02-29 00:00:00.000Z]},
      {"new Date('1600-03-01T00:00:00Z')", ~U[1600-03-01 00:00:00.000Z]},
      {"new Date(NaN)", nil},
      {"[new Date(1)]", [~U[1970-01-01 00:00:00.001Z]]}
    ])
  end

  test "Error as a value", %{runtime: runtime} do
    assert {:ok, %JSError{name: "TypeError", message: "no"}} =
             QuickBEAM.eval(runtime, "new TypeError('no')")

    assert {:ok, [%JSError{name: "Error", cause: %JSError{message: "b"}}]} =
             QuickBEAM.eval(runtime, "[new Error('a', {cause: new Error('b')})]")
  end

  test "symbols are atoms that exist, else binaries", %{runtime: runtime} do
    check(runtime, [
      {"Symbol('ok')", :ok},
      {"Symbol.for('error')", :error},
      {"[Symbol('no atom of this name 1')]", ["no atom of this name 1"]},
      {"Symbol.iterator", "Symbol.iterator"}
    ])
  end

  test "functions and cycles are nil, shared values are not", %{runtime: runtime} do
    check(runtime, [
      {"() => 1", nil},
      {"class {}", nil},
      {"[Math.max, {f() {}}]", [nil, %{"f" => nil}]},
      {"(() => { const a = {x: 1}; a.self = a; return a })()", %{"x" => 1, "self" => nil}},
      {"(() => { const a = [1]; a.push({up: a}); return a })()", [1, %{"up" => nil}]},
      {"(() => { const m = new Map(); m.set('m', m); return m })()", %{"m" => nil}},
      {"(() => { const s = {v: 1}; return [s, s, {s}] })()",
       [%{"v" => 1}, %{"v" => 1}, %{"s" => %{"v" => 1}}]}
    ])
  end

  test "objects of other classes", %{runtime: runtime} do
    check(runtime, [
      {"new (class { toJSON() { return {json: [1]} } })()", %{"json" => [1]}},
      {"[new (class { toJSON() { return 5 } })()]", [5]},
      {"/x/g", %{}},
      {"Object.assign(/x/, {own: 1})", %{"own" => 1}},
      {"new WeakMap()", %{}},
      {"({p: new Promise(() => {})})", %{"p" => %{}}},
      {"new Proxy({a: 1}, {})", %{"a" => 1}},
      {"new Proxy([1, 2], {})", [1, 2]},
      {"globalThis.Math.constructor === Object && {}", %{}}
    ])
  end

  test "promises are awaited where they are the value", %{runtime: runtime} do
    check(runtime, [
      {"Promise.resolve(7)", 7},
      {"new Promise(resolve => setTimeout(resolve, 1, [1]))", [1]},
      {"(async () => ({a: 1}))()", %{"a" => 1}}
    ])
  end

  test "pids, references and ports come back as they are", %{runtime: runtime} do
    port = hd(Port.list())
    fun_ref = make_ref()

    for term <- [self(), fun_ref, port] do
      assert QuickBEAM.eval(runtime, "[x, {x}]", vars: %{x: term}) ==
               {:ok, [term, %{"x" => term}]}
    end

    assert {:ok, pid} = QuickBEAM.eval(runtime, "Beam.self()")
    assert pid == runtime
  end
end
