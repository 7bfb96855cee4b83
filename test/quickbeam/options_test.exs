defmodule QuickBEAM.OptionsTest do
  use ExUnit.Case, async: true

  alias QuickBEAM.{Context, ContextPool, Options}

  defp refusal(fun), do: Exception.message(assert_raise(ArgumentError, fun))

  describe "unknown options" do
    test "are named, with the nearest known one" do
      message = refusal(fn -> Options.context!(pool: :p, memroy_limit: 1) end)
      assert message =~ "unknown option :memroy_limit, did you mean :memory_limit?"

      assert refusal(fn -> Options.pool!(max_convert_deep: 1) end) =~
               "did you mean :max_convert_depth?"

      assert refusal(fn -> Options.runtime!(handler: %{}) end) =~ "did you mean :handlers?"
      assert refusal(fn -> Options.eval!(time_out: 1) end) =~ "did you mean :timeout?"
      assert refusal(fn -> Options.call!(vars: %{}) end) =~ "unknown option :vars"
      assert refusal(fn -> Options.globals!(user: true) end) =~ "did you mean :user_only?"
    end

    test "include those of another function" do
      assert refusal(fn -> Options.context!(pool: :p, size: 1) end) =~ "unknown option :size"
      assert refusal(fn -> Options.runtime!(pool: :p) end) =~ "unknown option :pool"
      assert refusal(fn -> Options.pool!(owner: self()) end) =~ "unknown option :owner"
      assert refusal(fn -> Options.pool!(context: [pool: :p]) end) =~ "unknown option :pool"
    end

    test "are refused by the public functions, before anything is started" do
      assert refusal(fn -> QuickBEAM.start(memory: 1) end) =~ ":memory"
      assert refusal(fn -> QuickBEAM.start_link(memory: 1) end) =~ ":memory"
      assert refusal(fn -> ContextPool.start_link(sise: 1) end) =~ "did you mean :size?"
      assert refusal(fn -> Context.start_link(pool: :none, nmae: :x) end) =~ "did you mean :name?"
      assert refusal(fn -> Context.eval(self(), "1", var: %{}) end) =~ "did you mean :vars?"

      assert refusal(fn -> Context.call(self(), "f", [], timout: 1) end) =~
               "did you mean :timeout?"
    end
  end

  describe "values" do
    @wrong [
      pool: nil,
      pool: "pool",
      pool: 1,
      name: "name",
      name: true,
      name: {:via, "x", :y},
      define: [1],
      define: %{1 => 2},
      define: %{<<255>> => 2},
      define: ~D[2024-01-01],
      memory_limit: -1,
      memory_limit: 1.0,
      memory_limit: :infinity,
      memory_limit: 2 ** 60,
      max_reductions: -1,
      max_reductions: "1",
      timeout: -1,
      timeout: 1.5,
      timeout: :never,
      timeout: nil,
      timeout: 2 ** 32,
      owner: nil,
      owner: :name,
      console: :stdout,
      console: IO,
      console: &Function.identity/1,
      script: nil,
      script: "",
      script: ~c"app.js",
      script: [nil],
      script: ["a" | "b"],
      apis: true,
      apis: nil,
      apis: "browser",
      apis: ["dom"],
      apis: [:dom | :url],
      handlers: nil,
      handlers: [1],
      handlers: ~D[2024-01-01]
    ]

    test "of the wrong type or range are named, with the option" do
      for {option, value} <- @wrong do
        message = refusal(fn -> Options.context!([{option, value}, {:pool, :p}]) end)
        assert message =~ "the #{inspect(option)} option"
      end

      for {option, value} <- [
            size: 0,
            size: 1025,
            size: nil,
            max_stack_size: 1000,
            max_convert_depth: 0,
            max_convert_depth: 1_000_000,
            max_convert_nodes: 0,
            slice: 0,
            memory_limit: -1,
            context: %{},
            name: 7
          ] do
        message = refusal(fn -> Options.pool!([{option, value}]) end)
        assert message =~ "the #{inspect(option)} option"
        assert message =~ inspect(value)
      end

      for {option, value} <- [
            timeout: :soon,
            vars: [],
            vars: nil,
            filename: :eval,
            filename: <<255>>
          ] do
        message = refusal(fn -> Options.eval!([{option, value}]) end)
        assert message =~ "the #{inspect(option)} option"
        assert message =~ inspect(value)
      end

      assert refusal(fn -> Options.globals!(user_only: 1) end) =~ "a boolean"
    end

    test "that are no keyword list" do
      for opts <- [%{}, [1], :pool, [{:pool, :p} | :tail], nil] do
        assert refusal(fn -> Options.context!(opts) end) =~ "expected options as a keyword list"
      end
    end

    test "a context needs a pool" do
      assert refusal(fn -> Options.context!([]) end) == "the :pool option is required"
    end

    test "names and pools of all kinds are taken" do
      for name <- [:name, nil, {:global, "x"}, {:via, Registry, {R, 1}}] do
        assert %{name: ^name} = Options.context!(pool: :p, name: name)
      end

      for pool <- [:pool, self(), {:global, "x"}, {:via, Registry, {R, 1}}, {:pool, :node@host}] do
        assert %{pool: ^pool} = Options.context!(pool: pool)
      end
    end

    test "limits at their ends are taken" do
      given = [pool: :p, timeout: 0, memory_limit: 0, max_reductions: 0]
      assert %{timeout: 0, memory_limit: 0, max_reductions: 0} = Options.context!(given)
      assert %{timeout: :infinity} = Options.call!(timeout: :infinity)
      assert %{timeout: 0xFFFF_FFFF} = Options.call!(timeout: 0xFFFF_FFFF)
    end

    test "the first of two counts" do
      assert %{timeout: 1} = Options.call!(timeout: 1, timeout: 2)
    end
  end

  describe ":apis" do
    defp apis(value), do: Options.context!(pool: :p, apis: value).apis

    test "groups, lists and false" do
      assert apis(false) == []
      assert apis([]) == []
      assert apis(:dom) == [:dom]
      assert apis([:dom, :url, :dom]) == [:dom, :url]
    end

    test ":browser is all but :node" do
      refute :node in apis(:browser)
      assert :dom in apis([:browser])
      assert Enum.sort(apis([:browser, :node])) == Enum.sort([:node | apis(:browser)])
      assert Options.complete(%{}, %{}).apis == apis(:browser)
    end

    test "an unknown group is named, with the nearest" do
      message = refusal(fn -> apis([:dom, :websockets]) end)
      assert message =~ "unknown group :websockets in the :apis option, did you mean :websocket?"
    end
  end

  describe ":handlers" do
    defp handlers(value), do: Options.context!(pool: :p, handlers: value).handlers

    test "of all three kinds, under names that are strings or atoms" do
      fun = fn [x] -> x end
      with_caller = {:with_caller, fn [x], _context -> x end}

      assert handlers(%{"a" => fun, b: with_caller, c: {List, :first}}) ==
               %{"a" => fun, "b" => with_caller, "c" => {List, :first}}

      assert handlers(a: fun) == %{"a" => fun}
    end

    test "that cannot be called are refused by name" do
      for handler <- [
            nil,
            :f,
            fn -> 1 end,
            fn _, _ -> 1 end,
            {:with_caller, fn _ -> 1 end},
            {"M", :f},
            {M, :f, []}
          ] do
        message = refusal(fn -> handlers(%{"bad" => handler}) end)
        assert message =~ ~s(handler "bad" of the :handlers option)
        assert message =~ inspect(handler)
      end
    end

    test "with names that are neither" do
      assert refusal(fn -> handlers(%{1 => fn _ -> 1 end}) end) =~ "the :handlers option"
    end
  end

  describe "defaults" do
    test "of a pool lie under the options of its contexts" do
      one = fn _ -> 1 end
      two = fn _ -> 2 end

      {pool, defaults} =
        Options.pool!(
          size: 3,
          handlers: %{"a" => one, "b" => one},
          script: "pool.js",
          apis: :dom,
          context: [timeout: 5, apis: :url, memory_limit: 7]
        )

      assert %{size: 3, max_convert_depth: 256, slice: 1000} = pool
      refute is_map_key(pool, :context)

      complete =
        Options.complete(
          defaults,
          Options.context!(pool: :p, handlers: %{"b" => two}, timeout: 6)
        )

      assert %{timeout: 6, memory_limit: 7, script: ["pool.js"], apis: [:dom]} = complete
      assert complete.handlers == %{"a" => one, "b" => two}
      assert complete.owner == self()
    end

    test "of a runtime: one thread, and a memory limit that is the context's" do
      {pool, context} = Options.runtime!(memory_limit: 9, max_convert_depth: 5)
      assert %{size: 1, memory_limit: 0, max_convert_depth: 5} = pool
      assert context == %{memory_limit: 9}
    end
  end

  test "globals have names that are strings" do
    assert Options.eval!(vars: %{:a => 1, "b" => 2}).vars == %{"a" => 1, "b" => 2}
  end
end
