defmodule QuickBEAM.Context.IntrospectionTest do
  # Not async: it waits for states that a busy machine may rush past.
  use QuickBEAM.Case

  defp state(context), do: Context.info(context).state
  defp is(context, state), do: eventually(fn -> state(context) == state end)

  test "a context answers while it loops without end" do
    context = start_alone()
    task = Task.async(fn -> Context.eval(context, "while (true) {}") end)
    is(context, :running)
    before = Context.info(context)
    assert eventually(fn -> Context.info(context).reductions > before.reductions + 100_000 end)
    after_ = Context.info(context)
    assert after_.slices > before.slices
    assert after_.run_time.workers > before.run_time.workers
    assert after_.global_count == before.global_count and after_.global_count > 50
    Context.stop(context)
    assert_js_error(Task.await(task), "AbortError")
  end

  test "a context says what it waits for" do
    test = self()
    context = start_alone(handlers: %{"stock" => gate(test)}, apis: [:beam])
    is(context, :idle)
    task = Task.async(fn -> Context.eval(context, "Beam.callSync('stock')") end)
    assert_receive {:gate, handler}
    is(context, {:waiting, "stock"})
    send(handler, :open)
    assert Task.await(task) == {:ok, "open"}
    is(context, :idle)

    task = Task.async(fn -> Context.eval(context, "await Beam.call('stock')") end)
    assert_receive {:gate, handler}
    # Anybody may use it meanwhile.
    assert eventually(fn -> match?(%{state: :idle, pending: 1}, Context.info(context)) end)
    send(handler, :open)
    assert Task.await(task) == {:ok, "open"}

    for {code, state} <- [
          {"Beam.sleepSync(1e9)", {:waiting, :sleep}},
          {"Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)", {:waiting, :atomics}}
        ] do
      task = Task.async(fn -> Context.eval(context, code) end)
      is(context, state)
      assert Context.reset(context) == :ok
      assert_js_error(Task.await(task), "AbortError")
      is(context, :idle)
    end
  end

  test "a context that starts over answers meanwhile" do
    test = self()
    # The second time its script never ends.
    once = fn _ -> send(test, :asked) && :counters.get(:persistent_term.get(test), 1) end
    counter = :counters.new(1, [])
    :persistent_term.put(test, counter)
    path = Path.join(System.tmp_dir!(), "quickbeam-introspection-#{System.unique_integer()}.js")
    File.write!(path, "if (Beam.callSync('once')) while (true) {}")
    on_exit(fn -> File.rm(path) && :persistent_term.erase(test) end)
    context = start_alone(script: path, handlers: %{"once" => once})
    :counters.add(counter, 1, 1)
    spawn(fn -> Context.reset(context) end)
    is(context, :running)
  end

  test "a pool counts its contexts by state" do
    test = self()
    pool = start_pool(size: 1)
    handlers = %{"gate" => gate(test)}
    [a, b, c, d] = for _ <- 1..4, do: start_context(pool, handlers: handlers)
    assert eventually(fn -> ContextPool.stats(pool).states.idle == 4 end)
    spawn(fn -> Context.eval(a, "Beam.callSync('gate')") end)
    assert_receive {:gate, handler}
    for context <- [b, c], do: spawn(fn -> Context.eval(context, "while (true) {}") end)

    assert eventually(fn ->
             ContextPool.stats(pool).states == %{idle: 1, running: 1, runnable: 1, waiting: 1}
           end)

    for context <- [a, b, c, d], do: Context.stop(context)
    assert ContextPool.stats(pool).states == %{idle: 0, running: 0, runnable: 0, waiting: 0}
    assert await_end(handler) in [:shutdown, :noproc]
  end

  test "what runs on the caller's scheduler is counted apart" do
    context = start_alone()
    assert Context.eval(context, "1") == {:ok, 1}
    is(context, :idle)
    before = Context.info(context)
    for _ <- 1..500, do: {:ok, _} = Context.eval(context, "for (let i = 0; i < 50; i++);")
    after_ = Context.info(context)
    assert after_.run_time.inline > before.run_time.inline
    assert after_.reductions - before.reductions >= 500 * 100
    assert after_.slices - before.slices >= 500
  end

  test "a context of another process or that has ended" do
    context = start_alone()
    assert Task.await(Task.async(fn -> Context.info(context) end)).pending == 0
    Context.stop(context)
    assert catch_exit(Context.info(context))
  end
end
