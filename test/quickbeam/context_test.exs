defmodule QuickBEAM.ContextTest do
  use QuickBEAM.Case, async: true

  doctest QuickBEAM.Context

  setup do
    %{context: start_alone()}
  end

  describe "eval" do
    test "keeps globals from one to the next", %{context: context} do
      assert Context.eval(
               context,
               "var a = 1; let b = 2; const c = 3; function f() { return a + b + c }"
             ) == {:ok, nil}

      assert Context.eval(context, "f()") == {:ok, 6}
      assert Context.eval(context, "a = 10; f()") == {:ok, 15}
    end

    test "awaits at the top level", %{context: context} do
      assert Context.eval(context, "const x = await new Promise(r => setTimeout(r, 1, 5)); x * 2") ==
               {:ok, 10}

      assert Context.eval(
               context,
               "for await (const y of [Promise.resolve(1)]) globalThis.y = y; y"
             ) == {:ok, 1}
    end

    test "gives the value of the last statement", %{context: context} do
      assert Context.eval(context, "1; 2; if (true) { 3 }") == {:ok, 3}
      assert Context.eval(context, "") == {:ok, nil}
      assert Context.eval(context, "// nothing") == {:ok, nil}
    end

    test "refuses code that is no text", %{context: context} do
      assert_raise FunctionClauseError, fn -> Context.eval(context, :code) end
      assert_raise FunctionClauseError, fn -> Context.eval(context, ~c"1") end
      assert {:error, %JSError{}} = Context.eval(context, <<"1 + ", 255>>)
      assert Context.eval(context, "1\0") |> elem(0) == :error
      assert Context.eval(context, "'a\0b'.length") == {:ok, 3}
    end

    test "is sloppy unless it says otherwise", %{context: context} do
      assert Context.eval(context, "undeclared = 1; undeclared") == {:ok, 1}
      assert_js_error(Context.eval(context, "'use strict'; undeclared2 = 1"), "ReferenceError")
    end

    test "of a large script", %{context: context} do
      code = Enum.map_join(1..20_000, "\n", &"globalThis.v#{&1} = #{&1};")
      assert Context.eval(context, code <> "v20000") == {:ok, 20_000}
    end
  end

  describe "vars" do
    test "are there for one eval", %{context: context} do
      assert Context.eval(context, "[a, b.c]", vars: %{:a => 1, "b" => %{c: [2]}}) ==
               {:ok, [1, [2]]}

      assert Context.eval(context, "typeof a + typeof b") == {:ok, "undefinedundefined"}
    end

    test "are removed whatever happens", %{context: context} do
      for {code, opts} <- [
            {"throw new Error(x)", []},
            {"let = ;", []},
            {"while (true) {}", [timeout: 20]},
            {"await new Promise(() => {})", [timeout: 20]},
            {"await Promise.reject(x)", []},
            {"Promise.reject(x)", []}
          ] do
        assert {:error, _} = Context.eval(context, code, [vars: %{x: "secret"}] ++ opts)
        assert Context.eval(context, "typeof x + ('x' in globalThis)") == {:ok, "undefinedfalse"}
      end
    end

    test "are there after an await, and gone after the end", %{context: context} do
      assert Context.eval(context, "await null; await new Promise(r => setTimeout(r, 5)); x",
               vars: %{x: 1}
             ) == {:ok, 1}

      assert Context.eval(context, "typeof x") == {:ok, "undefined"}
    end

    test "do not touch what was there before", %{context: context} do
      :ok = Context.set_global(context, "x", "mine")
      assert Context.eval(context, "x", vars: %{x: "yours"}) == {:ok, "yours"}
      assert Context.eval(context, "x") == {:ok, "mine"}
    end

    test "may have any name", %{context: context} do
      vars = %{"not an identifier" => 1, "" => 2, "ünï" => 3, "class" => 4}
      code = "[globalThis['not an identifier'], globalThis[''], ünï, globalThis.class]"
      assert Context.eval(context, code, vars: vars) == {:ok, [1, 2, 3, 4]}
      assert Context.eval(context, "'class' in globalThis || 'ünï' in globalThis") == {:ok, false}
    end

    test "that JS deletes or locks are gone all the same", %{context: context} do
      assert Context.eval(context, "delete globalThis.x", vars: %{x: 1}) |> elem(0) == :ok

      Context.eval(
        context,
        "Object.defineProperty(globalThis, 'y', {value: 2}); Object.freeze(y)",
        vars: %{y: 1}
      )

      assert Context.eval(context, "1", vars: %{z: 1}) == {:ok, 1}
      assert Context.eval(context, "typeof x") == {:ok, "undefined"}
      assert Context.eval(context, "typeof z") == {:ok, "undefined"}
    end
  end

  describe "call" do
    setup %{context: context} do
      {:ok, _} =
        Context.eval(context, """
        function count() { return arguments.length }
        const arrow = (a, b = 'default') => [a, b]
        globalThis.ns = {deep: {fn() { return this.x }, x: 7}}
        async function later(x) { await null; return x }
        function fails() { throw new RangeError('failed') }
        """)

      :ok
    end

    test "passes arguments", %{context: context} do
      assert Context.call(context, "count") == {:ok, 0}
      assert Context.call(context, "count", []) == {:ok, 0}
      assert Context.call(context, "count", [nil, nil]) == {:ok, 2}
      assert Context.call(context, "count", Enum.to_list(1..1000)) == {:ok, 1000}
    end

    test "finds lexical globals and methods", %{context: context} do
      assert Context.call(context, "arrow", [1]) == {:ok, [1, "default"]}
      assert Context.call(context, "ns.deep.fn", []) == {:ok, 7}
      assert Context.call(context, "Math.max", [1, 5, 3]) == {:ok, 5}
    end

    test "awaits promises", %{context: context} do
      assert Context.call(context, "later", [%{a: 1}]) == {:ok, %{"a" => 1}}
    end

    test "of what throws or is no function", %{context: context} do
      assert_js_error(Context.call(context, "fails"), "RangeError")

      for name <- [
            "missing",
            "ns",
            "ns.missing.fn",
            "missing.fn",
            "",
            ".",
            "ns..fn",
            "count()",
            "a\0b"
          ] do
        error = assert {:error, %JSError{}} = Context.call(context, name)
        assert elem(error, 1).name in ["TypeError", "ReferenceError"]
      end
    end

    test "refuses what is no name or no list", %{context: context} do
      assert_raise FunctionClauseError, fn -> Context.call(context, :count) end
      assert_raise FunctionClauseError, fn -> Context.call(context, "count", %{}) end
      assert_js_error(Context.call(context, "count", [1 | 2]), "ConversionError")
      assert Context.call(context, "count") == {:ok, 0}
    end
  end

  describe "modules and bytecode" do
    test "a module is imported by its name", %{context: context} do
      assert Context.load_module(
               context,
               "answer",
               "export const answer = 42; export default () => 'hi'"
             ) == :ok

      assert Context.eval(context, "const m = await import('answer'); [m.answer, m.default()]") ==
               {:ok, [42, "hi"]}
    end

    test "modules import one another", %{context: context} do
      :ok = Context.load_module(context, "one", "export const one = 1")

      :ok =
        Context.load_module(
          context,
          "two",
          "import {one} from 'one'; export const two = one + one; globalThis.two = two"
        )

      assert Context.get_global(context, "two") == {:ok, 2}
    end

    test "a module that fails says why", %{context: context} do
      assert_js_error(Context.load_module(context, "bad", "export const = 1"), "SyntaxError")

      assert_js_error(
        Context.load_module(context, "worse", "throw new RangeError('x')"),
        "RangeError"
      )

      assert {:error, %JSError{}} = Context.load_module(context, "missing", "import 'not there'")
      assert {:error, %JSError{}} = Context.eval(context, "await import('not there either')")
    end

    test "bytecode runs in another context, many times", %{context: context} do
      {:ok, bytecode} =
        Context.compile(
          context,
          "globalThis.n = (globalThis.n ?? 0) + 1; function f() { return n } f()"
        )

      assert is_binary(bytecode)
      assert Context.get_global(context, "n") == {:ok, nil}

      other = start_alone()
      assert Context.load_bytecode(other, bytecode) == {:ok, 1}
      assert Context.load_bytecode(other, bytecode) == {:ok, 2}
      assert Context.call(other, "f") == {:ok, 2}

      assert Context.load_bytecode!(context, Context.compile!(context, "[1, 'zwölf']")) == [
               1,
               "zwölf"
             ]
    end

    test "what is no code or no bytecode is an error", %{context: context} do
      assert_js_error(Context.compile(context, "let = ;"), "SyntaxError")

      for junk <- ["", "junk", <<0>>, :binary.copy(<<255>>, 1000)],
          do: assert({:error, %JSError{}} = Context.load_bytecode(context, junk))

      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end
  end

  describe "globals" do
    test "are set and read", %{context: context} do
      assert Context.set_global(context, "config", %{a: [1, nil]}) == :ok
      assert Context.get_global(context, "config") == {:ok, %{"a" => [1, nil]}}
      assert Context.eval(context, "config.a.length") == {:ok, 2}
      assert Context.get_global(context, "missing") == {:ok, nil}
      assert Context.get_global!(context, "config") == %{"a" => [1, nil]}
    end

    test "that throw are errors", %{context: context} do
      {:ok, _} =
        Context.eval(context, """
        Object.defineProperty(globalThis, 'trap', {get() { throw new Error('trapped') }, set() { throw new Error('shut') }})
        """)

      assert_js_error(Context.get_global(context, "trap"), "Error")
      assert_js_error(Context.set_global(context, "trap", 1), "Error")
    end

    test "are listed, sorted, and those of the user apart", %{context: context} do
      {:ok, all} = Context.globals(context)
      assert "Object" in all and "Beam" in all and "console" in all
      assert all == Enum.sort(all)
      assert Context.globals(context, user_only: true) == {:ok, []}

      {:ok, _} =
        Context.eval(context, "globalThis.zebra = 1; globalThis.ape = 2; function middle() {}")

      assert Context.globals(context, user_only: true) == {:ok, ["ape", "middle", "zebra"]}
      assert Context.globals!(context) -- all == ["ape", "middle", "zebra"]
    end
  end

  describe "info" do
    test "says what a context is and has" do
      pool = start_pool(name: :"#{__MODULE__}.Pool")
      handlers = %{"b" => fn _ -> 1 end, "a" => fn _ -> 1 end}

      context =
        start_context(:"#{__MODULE__}.Pool", handlers: handlers, id: 7, timeout: 5000, apis: :dom)

      info = Context.info(context)

      assert %{handlers: ["a", "b"], id: 7, timeout: 5000, apis: [:dom], max_reductions: 0} = info
      assert info.pool == :"#{__MODULE__}.Pool"
      assert info.owner == self()
      assert info.memory in 10_000..1_000_000
      assert info.global_count > 50
      assert ContextPool.stats(pool).contexts == 1

      {:ok, _} = Context.eval(context, "globalThis.one = 1")
      assert Context.info(context).global_count == info.global_count + 1
    end

    test "gc collects cycles", %{context: context} do
      # The engine's own threshold is far above this.
      {:ok, _} = Context.eval(context, "for (let i = 0; i < 500; i++) { const a = {i}; a.a = a }")
      before = Context.memory_usage!(context).obj_count
      assert Context.gc(context) == :ok
      assert Context.memory_usage!(context).obj_count <= before
      assert Context.memory_usage!(context).obj_count < 2000
    end
  end

  describe "names" do
    test "of all kinds reach a context" do
      pool = start_pool()
      start_supervised!({Registry, keys: :unique, name: __MODULE__.Registry})

      for name <- [
            :"#{__MODULE__}.local",
            {:global, {__MODULE__, 1}},
            {:via, Registry, {__MODULE__.Registry, "x"}}
          ] do
        pid = start_context(pool, name: name)
        assert GenServer.whereis(name) == pid
        assert Context.eval(name, "1 + 1") == {:ok, 2}
        assert Context.call(name, "Math.max", [1, 2]) == {:ok, 2}
        assert Context.start_link(pool: pool, name: name) == {:error, {:already_started, pid}}
        assert Context.stop(name) == :ok
        assert {:noproc, {Context, :eval, [^name, "1", []]}} = catch_exit(Context.eval(name, "1"))
      end

      local = :"#{__MODULE__}.node"
      start_context(pool, name: local)
      assert Context.eval({local, node()}, "2") == {:ok, 2}
    end

    test "child specs are told apart" do
      assert %{id: Context, start: {Context, :start_link, [[pool: :p]]}} =
               Context.child_spec(pool: :p)

      assert %{id: :a} = Context.child_spec(pool: :p, name: :a)
      assert %{id: 1} = Context.child_spec(pool: :p, name: :a, id: 1)
      assert %{id: QuickBEAM} = QuickBEAM.child_spec([])
      assert %{id: ContextPool} = ContextPool.child_spec([])
    end

    test "of a pool are no context" do
      pool = start_pool()
      assert_raise ArgumentError, ~r/got a pool/, fn -> Context.eval(pool, "1") end
      assert ContextPool.stats(pool).contexts == 0
    end
  end

  test "what a script throws is told, whatever its jobs throw and catch after it" do
    context = start_alone()

    for jobs <- ["() => { try { throw 1 } catch {} }", "() => { throw 1 }", "() => null.x"] do
      code = "Promise.resolve().then(#{jobs}).catch(() => {}); throw new RangeError('mine')"
      assert {:error, %JSError{name: "RangeError", message: "mine"}} = Context.eval(context, code)
    end

    # The array of a script that has no memory left is full of such promises.
    code = "{ const a = []; for (;;) a.push(Promise.resolve().then(() => { throw 1 })) }"
    context = start_alone(memory_limit: 2_000_000)

    assert {:error, %JSError{name: "InternalError", message: "out of memory"}} =
             Context.eval(context, code)
  end

  test "a context asked through its process, as another node would", %{context: context} do
    ask = &GenServer.call(context, {:quickbeam_operate, &1, &2, []})
    assert {:ok, 2} = QuickBEAM.Operation.term(ask.({:eval, "1 + 1", "x.js", %{}}, :default))

    never = {:eval, "await new Promise(() => {})", "x.js", %{}}
    assert_js_error(QuickBEAM.Operation.term(ask.(never, 20)), "TimeoutError")

    pending = for _ <- 1..5, do: Task.async(fn -> ask.(never, :default) end)
    assert eventually(fn -> map_size(:sys.get_state(context).asked) == 5 end)
    Context.stop(context)

    for result <- Task.await_many(pending) do
      assert_js_error(QuickBEAM.Operation.term(result), "AbortError")
    end
  end
end
