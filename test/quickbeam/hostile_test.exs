defmodule QuickBEAM.HostileTest do
  # Not async: it counts the atoms of the VM.
  use QuickBEAM.Case

  @moduletag :capture_log

  defp atoms, do: :erlang.system_info(:atom_count)

  test "a million symbols and property names make no atom" do
    context = start_alone()
    {:ok, _} = Context.eval(context, "[Symbol('warm'), {warm: 1}]")
    before = atoms()

    for n <- 1..20 do
      {:ok, symbols} =
        Context.eval(
          context,
          "Array.from({length: 25000}, (_, i) => Symbol('qb hostile #{n} ' + i))"
        )

      assert length(symbols) == 25_000 and Enum.all?(symbols, &is_binary/1)

      {:ok, map} =
        Context.eval(
          context,
          "Object.fromEntries(Array.from({length: 25000}, (_, i) => ['qb key #{n} ' + i, i]))"
        )

      assert map_size(map) == 25_000
    end

    code = "throw Object.assign(new Error('x'), {name: 'qb hostile error ' + Math.random()})"
    for _ <- 1..100, do: {:error, _} = Context.eval(context, code)
    {:error, _} = Context.eval(context, "Beam.callSync('qb hostile handler')")
    {:error, _} = Context.call(context, "qb_hostile_function")

    assert atoms() - before < 100
  end

  describe "values that fight back" do
    setup do
      %{context: start_alone(timeout: 5000, memory_limit: 500_000_000)}
    end

    @throwing [
      "({get a() { throw new Error('fought back') }})",
      "[{get a() { throw new Error('fought back') }}]",
      "new Proxy({a: 1}, {get() { throw new Error('fought back') }})",
      "new Proxy({a: 1}, {ownKeys() { throw new Error('fought back') }})",
      "new Proxy([1], {get() { throw new Error('fought back') }})",
      "new Proxy({a: 1}, {getOwnPropertyDescriptor() { throw new Error('fought back') }})",
      "new (class { toJSON() { throw new Error('fought back') } })()",
      "Object.defineProperty([1], 0, {get() { throw new Error('fought back') }})",
      "await {then(resolve, reject) { throw new Error('fought back') }}",
      "await {then(resolve, reject) { reject(new Error('fought back')) }}",
      "await {get then() { throw new Error('fought back') }}",
      "({get then() { throw new Error('fought back') }})",
      "new Map([[1, {get a() { throw new Error('fought back') }}]])"
    ]

    test "by throwing give that error", %{context: context} do
      for code <- @throwing do
        assert {^code, {:error, %JSError{message: "fought back"}}} =
                 {code, Context.eval(context, code)}

        assert Context.eval(context, "1 + 1") == {:ok, 2}
      end
    end

    test "by lying give some answer", %{context: context} do
      revoked = "(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy })()"
      assert {:error, %JSError{name: "TypeError"}} = Context.eval(context, revoked)
      assert {:error, %JSError{name: "TypeError"}} = Context.eval(context, "[#{revoked}]")

      for code <- [
            "new Proxy([], {get(t, k) { return k === 'length' ? 2**32 - 1 : 1 }})",
            "new Proxy([], {get(t, k) { return k === 'length' ? -5 : 1 }})",
            "new Proxy([], {get(t, k) { return k === 'length' ? {} : 1 }})",
            "new Proxy({}, {ownKeys: () => Array.from({length: 1000}, (_, i) => 'k' + i)})",
            "Object.setPrototypeOf(new Uint8Array(4), null)",
            "Object.setPrototypeOf(new Date(0), null)",
            "Object.setPrototypeOf(new Map([[1, 2]]), null)",
            "Object.setPrototypeOf([1], null)",
            "Object.setPrototypeOf({}, new Proxy({}, {get() { throw 1 }}))",
            "Object.create(Date.prototype)",
            "Object.create(Map.prototype)",
            "Object.create(Error.prototype)",
            "Object.create(Uint8Array.prototype)",
            "({toJSON: 5})",
            "Object.assign(new Date(0), {getTime() { throw 1 }, toJSON() { throw 2 }, valueOf() { throw 3 }})",
            "Object.assign(new Map(), {entries: null, forEach: null, size: -1})",
            "({__struct__: 'Elixir.String', __exception__: true})",
            "new (class extends Array {})(3)",
            "new (class extends Map { entries() { throw 1 } })()",
            "globalThis",
            "Beam"
          ] do
        assert {status, _} = Context.eval(context, "(#{code})")
        assert status in [:ok, :error]
        assert Context.eval(context, "1 + 1") == {:ok, 2}
      end
    end

    test "by changing while they are read", %{context: context} do
      code =
        "(() => { const a = [1, 2, 3, 4, 5, 6]; Object.defineProperty(a, 1, {get() { a.length = 0; return 'shrunk' }, configurable: true}); return a })()"

      assert {:ok, [1, "shrunk" | _]} = Context.eval(context, code)
      code = "(() => { const o = {get a() { delete o.b; o.c = 1; return 1 }, b: 2}; return o })()"
      assert {:ok, %{"a" => 1}} = Context.eval(context, code)

      code =
        "(() => { const m = new Map(); m.set(1, new (class { toJSON() { m.clear(); m.set(2, 2); return 1 } })()); m.set(3, 3); return m })()"

      assert {:ok, %{1 => 1}} = Context.eval(context, code)

      code =
        "(() => { const u = new Uint8Array(1000); return [new (class { toJSON() { u.buffer.transfer(); return 1 } })(), u] })()"

      assert {:ok, [1, ""]} = Context.eval(context, code)
    end

    test "by size are a clear error or the right answer", %{context: context} do
      assert_js_error(Context.eval(context, "new Array(10_000_000).fill(1)"), "ConversionError")
      assert_js_error(Context.eval(context, "new Array(2**32 - 1)"), "ConversionError")
      assert_js_error(Context.eval(context, "const a = []; a[2**31] = 1; a"), "ConversionError")

      assert_js_error(
        Context.eval(context, "let d = []; for (let i = 0; i < 1e5; i++) d = [d]; d"),
        "ConversionError"
      )

      assert_js_error(
        Context.eval(context, "let o = {}; for (let i = 0; i < 1e5; i++) o = {o}; o"),
        "ConversionError"
      )

      assert {:ok, map} =
               Context.eval(
                 context,
                 "Object.fromEntries(Array.from({length: 200000}, (_, i) => [i, i]))"
               )

      assert map_size(map) == 200_000 and map["199999"] == 199_999

      assert {:ok, string} = Context.eval(context, "'x'.repeat(1e8)")
      assert byte_size(string) == 100_000_000
      assert {:ok, bytes} = Context.eval(context, "new Uint8Array(1e8).fill(7)")
      assert byte_size(bytes) == 100_000_000 and :binary.last(bytes) == 7
      assert {:ok, n} = Context.eval(context, "10n ** 2000n - 1n")
      assert n == 10 ** 2000 - 1
      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end

    test "that share a lot are counted as often as they are written", %{context: context} do
      code = "let s = [1]; for (let i = 0; i < 40; i++) s = [s, s]; s"
      assert_js_error(Context.eval(context, code), "ConversionError")
    end
  end

  describe "terms that fight back" do
    test "come in whole or not at all" do
      context = start_alone()
      {:ok, _} = Context.eval(context, "globalThis.len = x => x.length; globalThis.same = x => x")

      assert Context.call(context, "len", [String.duplicate("x", 100_000_000)]) ==
               {:ok, 100_000_000}

      assert Context.call(context, "len", [Enum.to_list(1..1_000_000)]) == {:ok, 1_000_000}
      assert Context.call(context, "same", [<<0>>]) == {:ok, <<0>>}

      assert Context.call(context, "same", [Map.new(1..200_000, &{&1, nil})])
             |> elem(1)
             |> map_size() == 200_000

      for term <- [[1 | 2], <<1::1>>, %{{1} => 2}, %{self() => 1}, %{1.5 => 1}] do
        assert {status, _} = Context.call(context, "same", [term])
        assert status in [:ok, :error]
      end

      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end
  end

  test "names of every kind" do
    context = start_alone()

    for name <- [
          "",
          " ",
          "a\0b",
          "日本",
          "__proto__",
          "constructor",
          String.duplicate("n", 100_000),
          "a.b.c"
        ] do
      assert Context.set_global(context, name, [1]) == :ok

      assert Context.eval(context, "globalThis[n]", vars: %{n: name}) ==
               Context.get_global(context, name)
    end

    for name <- [<<255>>, <<"a", 0xED, 0xA0, 0x80>>] do
      assert {:error, %JSError{}} = Context.set_global(context, name, 1)
      assert {:error, %JSError{}} = Context.get_global(context, name)
      assert {:error, %JSError{}} = Context.call(context, name)
      assert {:error, %JSError{}} = Context.load_module(context, name, "1")
    end

    assert Context.eval(context, "1 + 1") == {:ok, 2}
  end

  test "recursion without end is an error, everywhere" do
    context = start_alone(timeout: 10_000)

    for code <- [
          "function f() { f() } f()",
          "const g = () => [1].map(g); g()",
          "const o = {get x() { return this.x }}; o.x",
          "const p = new Proxy({}, {get(t, k, r) { return r[k] }}); p.x",
          "JSON.stringify((() => { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a })())",
          "JSON.parse('['.repeat(1e6))",
          "new RegExp('('.repeat(1e5))",
          "eval('('.repeat(1e5))",
          "'a'.replace(/a/, function h() { return 'a'.replace(/a/, h) })",
          "class A { constructor() { new A() } } new A()"
        ] do
      assert {^code, {:error, %JSError{}}} = {code, Context.eval(context, "{ #{code} }")}
      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end
  end

  test "code is only code" do
    context = start_alone()
    assert {:error, _} = Context.eval(context, "}); globalThis.escaped = 1; (() => {")
    assert {:error, _} = Context.eval(context, "return 1")

    assert Context.eval(
             context,
             "typeof escaped + typeof require + typeof process + typeof std + typeof os"
           ) == {:ok, String.duplicate("undefined", 5)}

    assert {:error, _} = Context.eval(context, "await import('/etc/passwd')")
    assert {:error, _} = Context.eval(context, "await import('file:///etc/passwd')")
  end
end
