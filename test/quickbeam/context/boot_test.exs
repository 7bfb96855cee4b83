defmodule QuickBEAM.Context.BootTest do
  use QuickBEAM.Case, async: true

  @moduletag :capture_log

  import ExUnit.CaptureLog

  @moduletag :tmp_dir

  defp script(%{tmp_dir: dir}, code, name \\ "app.js") do
    path = Path.join(dir, name)
    File.write!(path, code)
    path
  end

  describe ":script" do
    test "has run when start_link returns", tags do
      path =
        script(
          tags,
          "await new Promise(r => setTimeout(r, 5)); function render(x) { return 'r' + x }"
        )

      assert Context.call(start_alone(script: path), "render", [1]) == {:ok, "r1"}
    end

    test "sees what is defined, and its handlers", tags do
      path = script(tags, "globalThis.a = [x, Beam.callSync('h', 1), await Beam.call('h', 2)]")

      context =
        start_alone(script: path, define: %{x: 0}, handlers: %{"h" => fn [n] -> n * 10 end})

      assert Context.get_global(context, "a") == {:ok, [0, 10, 20]}
    end

    test "may be called back by a handler while it runs", tags do
      path = script(tags, "globalThis.x = 5; globalThis.y = await Beam.call('back')")
      back = {:with_caller, fn [], context -> Context.eval!(context, "x + 1") end}
      context = start_alone(script: path, handlers: %{"back" => back})
      assert Context.get_global(context, "y") == {:ok, 6}
    end

    test "makes those who ask by name wait for it", tags do
      path = script(tags, "await Beam.call('gate'); globalThis.ready = true")
      test = self()
      pool = start_pool()
      name = :"#{__MODULE__}.waiting"

      gate = fn [] ->
        send(test, {:gate, self()})
        receive(do: (:open -> :ok))
      end

      starting =
        Task.async(fn ->
          Context.start(
            pool: pool,
            name: name,
            script: path,
            owner: test,
            handlers: %{"gate" => gate}
          )
        end)

      assert_receive {:gate, handler}, 5000
      asking = Task.async(fn -> Context.eval(name, "ready") end)
      assert Task.yield(asking, 50) == nil
      send(handler, :open)
      assert {:ok, _} = Task.await(starting)
      assert Task.await(asking) == {:ok, true}
    end

    test "may be several, run in order", tags do
      paths = [script(tags, "var a = 1", "one.js"), script(tags, "var b = a + 1", "two.js")]
      assert Context.eval(start_alone(script: paths), "b") == {:ok, 2}
    end

    test "of the pool is the default of its contexts", tags do
      pool =
        start_pool(
          script: script(tags, "var from = 'pool'"),
          context: [define: %{d: 1}, timeout: 50]
        )

      assert Context.eval(start_context(pool), "[from, d]") == {:ok, ["pool", 1]}
      assert Context.info(start_context(pool)).timeout == 50

      own = script(tags, "var from = 'context'", "own.js")
      assert Context.eval(start_context(pool, script: own), "from") == {:ok, "context"}
    end

    test "that is missing or fails is an error and nothing else", tags do
      pool = start_pool()
      missing = Path.join(tags.tmp_dir, "missing.js")

      log =
        capture_log(fn ->
          # This process does not trap exits.
          assert Context.start_link(pool: pool, script: missing) ==
                   {:error, {:script_not_found, missing, :enoent}}

          assert Context.start(pool: pool, script: tags.tmp_dir) ==
                   {:error, {:script_not_found, tags.tmp_dir, :eisdir}}

          path = script(tags, "\nthrow new TypeError('at start')")

          assert {:error, {:script_error, ^path, %JSError{} = error}} =
                   Context.start_link(pool: pool, script: path)

          assert %{name: "TypeError", message: "at start", filename: ^path, line: 2} = error

          path = script(tags, "let = ;")

          assert {:error, {:script_error, ^path, %JSError{name: "SyntaxError"}}} =
                   QuickBEAM.start(script: path)

          path = script(tags, "while (true) {}")

          assert {:error, {:script_error, ^path, %JSError{}}} =
                   Context.start_link(pool: pool, script: path, timeout: 50)

          path = script(tags, "await new Promise(() => {})")

          assert {:error, {:script_error, ^path, %JSError{name: "TimeoutError"}}} =
                   Context.start_link(pool: pool, script: path, timeout: 50)
        end)

      # Others may log meanwhile; a crash would name this module.
      refute log =~ "Context.Server"
      assert eventually(fn -> ContextPool.stats(pool).contexts == 0 end)
      assert_empty_mailbox()
    end

    test "that fails leaves its name free", tags do
      pool = start_pool()
      name = :"#{__MODULE__}.free"
      path = script(tags, "throw 1")

      assert {:error, {:script_error, _, _}} =
               Context.start_link(pool: pool, name: name, script: path)

      assert {:ok, _} = Context.start_link(pool: pool, name: name)
    end

    test "that fails is a failed child of a supervisor", tags do
      pool = start_pool()
      path = script(tags, "throw new Error('no')")
      {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)

      assert {:error, {:script_error, ^path, _}} =
               DynamicSupervisor.start_child(supervisor, {Context, pool: pool, script: path})

      assert DynamicSupervisor.count_children(supervisor).active == 0
    end

    test "that ends while the pool is stopped", tags do
      {:ok, pool} = ContextPool.start_link(size: 1)
      path = script(tags, "await new Promise(() => {})")
      starting = Task.async(fn -> Context.start(pool: pool, script: path) end)
      assert eventually(fn -> ContextPool.stats(pool).contexts == 1 end)
      :ok = ContextPool.stop(pool)
      assert {:error, _} = Task.await(starting)
    end
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end

  describe ":define" do
    test "sets globals of all kinds" do
      context = start_alone(define: %{:a => 1, "b c" => [%{x: nil}], "d" => {:bytes, "x"}})

      assert Context.eval(context, "[a, globalThis['b c'], d instanceof Uint8Array]") ==
               {:ok, [1, [%{"x" => nil}], true]}
    end

    test "that cannot be is an error" do
      pool = start_pool()

      assert {:error, %JSError{name: "ConversionError"}} =
               Context.start_link(pool: pool, define: %{a: <<1::3>>})

      assert eventually(fn -> ContextPool.stats(pool).contexts == 0 end)
    end
  end

  describe "reset" do
    test "gives fresh globals, and runs the start again", tags do
      path = script(tags, "globalThis.loaded = (globalThis.loaded ?? 0) + 1 + base")

      context =
        start_alone(
          script: path,
          define: %{base: 10},
          handlers: %{"h" => fn [] -> "handled" end},
          max_reductions: 1_000_000
        )

      {:ok, _} =
        Context.eval(
          context,
          "let lexical = 1; globalThis.mine = 2; Array.prototype.bad = 3; delete globalThis.Object; base = 99"
        )

      for _ <- 1..3 do
        assert Context.reset(context) == :ok

        assert Context.eval(
                 context,
                 "[loaded, base, typeof lexical, typeof mine, [].bad, typeof Object]"
               ) == {:ok, [11, 10, "undefined", "undefined", nil, "function"]}

        assert Context.eval(context, "await Beam.call('h')") == {:ok, "handled"}
        assert_js_error(Context.eval(context, "while (true) {}"), "InternalError")
        assert Context.eval(context, "let lexical = 2") == {:ok, nil}
      end
    end

    test "drops timers, listeners and what is pending" do
      context = start_alone()
      test = self()

      {:ok, _} =
        Context.eval(
          context,
          """
          const to = test
          setInterval(() => Beam.send(to, 'tick'), 5)
          Beam.onMessage(() => Beam.send(to, 'heard'))
          """,
          vars: %{test: test}
        )

      assert_receive "tick", 5000
      pending = Task.async(fn -> Context.eval(context, "await new Promise(() => {})") end)
      assert eventually(fn -> Process.info(pending.pid, :status) == {:status, :waiting} end)

      assert Context.reset(context) == :ok
      assert_js_error(Task.await(pending), "AbortError")

      flush()
      send(context, :anyone?)
      # Long enough for ten ticks, in the context's own time.
      assert Context.eval(context, "await new Promise(r => setTimeout(r, 50))") == {:ok, nil}
      assert_empty_mailbox()
    end

    test "gives the memory back" do
      context = start_alone()
      :ok = Context.reset(context)
      {:ok, %{malloc_size: before}} = Context.memory_usage(context)

      {:ok, _} =
        Context.eval(context, "globalThis.kept = Array.from({length: 1e5}, (_, i) => ({i})); 0")

      for _ <- 1..20, do: :ok = Context.reset(context)
      assert_in_delta Context.memory_usage!(context).malloc_size, before, 5000
    end

    test "that fails says why, and the context lives", tags do
      path = script(tags, "var ok = 1")
      context = start_alone(script: path)
      script(tags, "throw new Error('changed')")

      assert {:error, {:script_error, ^path, %JSError{message: "changed"}}} =
               Context.reset(context)

      File.rm!(path)
      assert Context.reset(context) == {:error, {:script_not_found, path, :enoent}}
      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end

    test "of a runtime" do
      {:ok, runtime} = QuickBEAM.start(define: %{x: 1})
      QuickBEAM.eval!(runtime, "x = 2")
      assert QuickBEAM.reset(runtime) == :ok
      assert QuickBEAM.eval(runtime, "x") == {:ok, 1}
    end
  end
end
