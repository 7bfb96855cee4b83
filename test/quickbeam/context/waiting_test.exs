defmodule QuickBEAM.Context.WaitingTest do
  # Not async: 5,000 contexts at once.
  use QuickBEAM.Case

  @moduletag timeout: 120_000

  defp open_gate(test) do
    fn args ->
      send(test, {:gate, self(), args})
      receive(do: (:open -> args))
    end
  end

  test "5,000 contexts of a pool of one wait in callSync at once" do
    test = self()
    pool = start_pool(size: 1, handlers: %{"gate" => open_gate(test)})

    contexts =
      for n <- 1..5000 do
        {:ok, context} = Context.start(pool: pool, apis: false, define: %{n: n})
        context
      end

    callers =
      for c <- contexts, do: Task.async(fn -> Context.eval(c, "Beam.callSync('gate', n)") end)

    handlers = for _ <- 1..5000, do: assert_receive({:gate, handler, _}, 60_000) && handler
    assert eventually(fn -> ContextPool.stats(pool).states.waiting == 5000 end)

    # Somebody else has the thread for himself.
    other = start_context(pool)
    assert Context.eval(other, "1 + 1") == {:ok, 2}

    for handler <- Enum.shuffle(handlers), do: send(handler, :open)
    assert Task.await_many(callers, 60_000) == for(n <- 1..5000, do: {:ok, [n]})
    Enum.each(contexts, &Context.stop/1)
  end

  test "a handler works in the context that waits for it, to some depth" do
    nest = fn [n], context -> Context.eval!(context, "nested(#{n})") end
    context = start_alone(handlers: %{"nest" => {:with_caller, nest}})

    {:ok, _} =
      Context.eval(
        context,
        "function nested(n) { return n ? Beam.callSync('nest', n - 1) + 1 : 0 }; 0"
      )

    assert Context.call(context, "nested", [20]) == {:ok, 20}

    # Beyond the stack there is an ordinary error, which each level may catch.
    assert_js_error(Context.call(context, "nested", [100_000], timeout: 60_000), "RangeError")
    assert Context.call(context, "nested", [20]) == {:ok, 20}
  end

  describe "callSync" do
    test "obeys the timeout of its operation, also below other operations" do
      test = self()
      nest = fn [code], context -> elem(Context.eval(context, code), 1) end
      handlers = %{"gate" => gate(test), "nest" => {:with_caller, nest}}
      context = start_alone(handlers: handlers)

      {ms, result} = timed(fn -> Context.eval(context, "Beam.callSync('gate')", timeout: 50) end)
      assert_js_error(result, "TimeoutError")
      assert ms in 50..5000

      code = "Beam.callSync('nest', 'Beam.callSync(`gate`)')"
      {ms, result} = timed(fn -> Context.eval(context, code, timeout: 50) end)
      assert_js_error(result, "TimeoutError")
      assert ms in 50..5000
      assert Context.eval(context, "1") == {:ok, 1}
    end

    test "is no hang when either side dies" do
      test = self()
      context = start_alone(handlers: %{"gate" => open_gate(test)})
      caller = Task.async(fn -> Context.eval(context, "Beam.callSync('gate')") end)
      assert_receive {:gate, handler, _}
      Process.exit(handler, :kill)
      assert %JSError{message: "killed"} = assert_js_error(Task.await(caller), "Exit")

      # A handler that calls into a context that dies under it.
      test = self()

      inner = fn _, context ->
        send(test, {:inner, self()})
        receive(do: (:go -> send(test, {:told, Context.eval(context, "while (true) {}")})))
      end

      {:ok, context} =
        Context.start(pool: start_pool(), handlers: %{"inner" => {:with_caller, inner}})

      spawn(fn -> Context.eval(context, "Beam.callSync('inner')") end)
      assert_receive {:inner, handler}
      Process.flag(:trap_exit, true)
      send(handler, :go)
      assert eventually(fn -> Context.info(context).state == :running end)
      Process.exit(context, :kill)
      assert await_end(handler) in [:shutdown, :noproc, :normal]
    end
  end

  describe "Beam.sleepSync" do
    test "waits, and nobody with it" do
      pool = start_pool(size: 1)
      sleeper = start_context(pool, apis: [:beam])
      other = start_context(pool)
      task = Task.async(fn -> timed(fn -> Context.eval(sleeper, "Beam.sleepSync(100)") end) end)
      assert eventually(fn -> Context.info(sleeper).state == {:waiting, :sleep} end)
      assert Context.eval(other, "1 + 1") == {:ok, 2}
      assert {ms, {:ok, nil}} = Task.await(task)
      assert ms >= 100
    end

    test "takes a number that is not negative" do
      context = start_alone(apis: [:beam])

      for code <- ["", "'1'", "null", "1n", "{}"] do
        assert_js_error(Context.eval(context, "Beam.sleepSync(#{code})"), "TypeError")
      end

      for code <- ["-1", "NaN", "-Infinity"] do
        assert_js_error(Context.eval(context, "Beam.sleepSync(#{code})"), "RangeError")
      end

      for code <- ["0", "-0", "0.5"],
          do: assert(Context.eval(context, "Beam.sleepSync(#{code})") == {:ok, nil})

      assert_js_error(
        Context.eval(context, "Beam.sleepSync(Infinity)", timeout: 20),
        "TimeoutError"
      )
    end

    test "is not there without its group" do
      context = start_alone(apis: false)
      assert Context.eval(context, "typeof Beam.sleepSync") == {:ok, "undefined"}
    end
  end

  test "terms of any size go into a context" do
    test = self()
    context = start_alone(handlers: %{"big" => fn [n] -> Enum.to_list(1..n) end})
    big = Enum.to_list(1..300_000)

    {:ok, _} =
      Context.eval(context, "function sum(list) { return list.reduce((a, b) => a + b, 0) }; 0")

    assert Context.call(context, "sum", [big]) == {:ok, Enum.sum(big)}
    assert Context.eval(context, "sum(v)", vars: %{v: big}) == {:ok, Enum.sum(big)}
    assert Context.eval(context, "sum(Beam.callSync('big', 300000))") == {:ok, Enum.sum(big)}
    assert Context.eval(context, "sum(await Beam.call('big', 300000))") == {:ok, Enum.sum(big)}
    assert Context.set_global(context, "big", big) == :ok
    assert Context.eval(context, "sum(big)") == {:ok, Enum.sum(big)}

    js = "Beam.onMessage(([from, list]) => Beam.send(from, ['sum', sum(list)])); 0"
    {:ok, _} = Context.eval(context, js)
    Context.send_message(context, [test, big])
    send(context, [test, big])
    sum = Enum.sum(big)
    for _ <- 1..2, do: assert_receive(["sum", ^sum], 10_000)

    # A mention of a reference is no large term.
    assert Context.call(context, "Array.of", [make_ref()]) |> elem(0) == :ok
  end
end
