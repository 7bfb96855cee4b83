defmodule QuickBEAMTest do
  use QuickBEAM.Case, async: true

  doctest QuickBEAM

  test "a runtime has every function of a context" do
    {:ok, runtime} =
      QuickBEAM.start_link(handlers: %{"h" => fn [x] -> x + 1 end}, define: %{d: 1})

    assert QuickBEAM.eval(runtime, "d") == {:ok, 1}
    assert QuickBEAM.eval(runtime, "x", vars: %{x: 2}) == {:ok, 2}
    assert QuickBEAM.eval!(runtime, "function f(a) { return Beam.callSync('h', a) }") == nil
    assert QuickBEAM.call(runtime, "f", [1]) == {:ok, 2}
    assert QuickBEAM.call(runtime, "f", [1], timeout: 1000) == {:ok, 2}
    assert QuickBEAM.call!(runtime, "f", [2]) == 3
    assert QuickBEAM.load_module(runtime, "m", "export default 1") == :ok
    assert {:ok, bytecode} = QuickBEAM.compile(runtime, "1 + 1")
    assert QuickBEAM.load_bytecode(runtime, bytecode) == {:ok, 2}
    assert QuickBEAM.set_global(runtime, "g", [1]) == :ok
    assert QuickBEAM.get_global(runtime, "g") == {:ok, [1]}
    assert {:ok, ["d", "f", "g"]} = QuickBEAM.globals(runtime, user_only: true)
    assert "Beam" in QuickBEAM.globals!(runtime)
    assert %{malloc_size: size} = QuickBEAM.memory_usage(runtime)
    assert size > 0
    assert %{handlers: ["h"], memory: _, global_count: _} = QuickBEAM.info(runtime)
    assert QuickBEAM.gc(runtime) == :ok
    assert QuickBEAM.send_message(runtime, 1) == :ok
    assert QuickBEAM.reset(runtime) == :ok
    assert QuickBEAM.eval(runtime, "[d, typeof g]") == {:ok, [1, "undefined"]}
    assert QuickBEAM.stop(runtime) == :ok
  end

  test "a runtime is a context" do
    {:ok, runtime} = QuickBEAM.start_link()
    assert Context.eval(runtime, "1 + 1") == {:ok, 2}
    assert {:ok, %{}} = Context.memory_usage(runtime)
  end

  test "the functions of a runtime are those of a context" do
    own = [child_spec: 1, start: 1, start_link: 1, memory_usage: 1]
    functions = Context.__info__(:functions) -- ([memory_usage!: 1] ++ own)
    assert functions -- QuickBEAM.__info__(:functions) == []
  end

  test "options of pool and context together" do
    {:ok, runtime} =
      QuickBEAM.start(max_convert_depth: 3, max_reductions: 100_000, name: :"#{__MODULE__}.named")

    assert_js_error(QuickBEAM.eval(:"#{__MODULE__}.named", "[[[[[[1]]]]]]"), "ConversionError")
    assert_js_error(QuickBEAM.eval(runtime, "while (true) {}"), "InternalError")
  end

  test "in a supervisor" do
    name = :"#{__MODULE__}.child"
    start_supervised!({QuickBEAM, name: name, define: %{x: 5}})
    assert QuickBEAM.call(name, "Math.sqrt", [25]) == {:ok, 5}
    assert QuickBEAM.eval(name, "x") == {:ok, 5}
  end
end
