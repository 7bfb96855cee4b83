defmodule QuickBEAM.Context.NestedTest do
  # A handler may call back into the context that waits for it in callSync: what
  # it asks runs on top of the call that waits.
  use ExUnit.Case, async: true

  alias QuickBEAM.{Context, ContextPool, JSError}

  setup do
    {:ok, pool} = ContextPool.start_link(size: 1)
    %{pool: pool}
  end

  defp start(pool, handlers, options \\ []) do
    {:ok, context} = Context.start_link([pool: pool, handlers: handlers] ++ options)
    context
  end

  defp with_caller(fun), do: {:with_caller, fun}

  test "a handler evals in the context that waits for it", %{pool: pool} do
    context =
      start(pool, %{"back" => with_caller(fn [code], ctx -> Context.eval!(ctx, code) end)})

    assert {:ok, [3, 4]} = Context.eval(context, "let x = 3; [Beam.callSync('back', 'x'), x + 1]")
  end

  test "to any depth", %{pool: pool} do
    handlers = %{"down" => with_caller(fn [n], ctx -> Context.call!(ctx, "down", [n]) end)}
    context = start(pool, handlers)
    code = "function down(n) { return n === 0 ? 0 : 1 + Beam.callSync('down', n - 1) }; down(20)"
    assert {:ok, 20} = Context.eval(context, code)
  end

  test "too deep is a RangeError, and the context goes on", %{pool: pool} do
    handlers = %{"down" => with_caller(fn [], ctx -> Context.call!(ctx, "down", []) end)}
    context = start(pool, handlers)
    code = "function down() { return Beam.callSync('down') }; down()"
    assert {:error, %JSError{name: "RangeError"}} = Context.eval(context, code)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "a task of the handler counts as the handler", %{pool: pool} do
    back = fn [], ctx -> Task.await(Task.async(fn -> Context.eval!(ctx, "40 + 2") end)) end
    context = start(pool, %{"back" => with_caller(back)})
    assert {:ok, 42} = Context.eval(context, "Beam.callSync('back')")
  end

  test "what is asked on top may await handlers and timers", %{pool: pool} do
    handlers = %{
      "echo" => fn [x] -> x end,
      "back" => with_caller(fn [code], ctx -> Context.eval!(ctx, code) end)
    }

    context = start(pool, handlers)
    assert {:ok, 1} = Context.eval(context, "Beam.callSync('back', `await Beam.call('echo', 1)`)")

    timer = "new Promise(done => setTimeout(() => done('rang'), 5))"
    assert {:ok, "rang"} = Context.eval(context, "Beam.callSync('back', `#{timer}`)")
  end

  test "what others ask waits until the call is over", %{pool: pool} do
    test = self()

    hold = fn [] ->
      send(test, {:holding, self()})
      receive do: (:go -> :done)
    end

    context = start(pool, %{"hold" => hold})

    first =
      Task.async(fn ->
        Context.eval(context, "globalThis.log = 'a'; Beam.callSync('hold'); log += 'b'")
      end)

    assert_receive {:holding, handler}, 5_000
    second = Task.async(fn -> Context.eval(context, "log += 'c'") end)
    assert Task.yield(second, 50) == nil
    send(handler, :go)
    assert {:ok, "ab"} = Task.await(first)
    assert {:ok, "abc"} = Task.await(second)
  end

  test "an error on top is the handler's, and comes out of callSync", %{pool: pool} do
    handlers = %{"back" => with_caller(fn [code], ctx -> Context.eval!(ctx, code) end)}
    context = start(pool, handlers)
    code = "try { Beam.callSync('back', 'null.x') } catch (e) { e.name + ': ' + e.message }"
    assert {:ok, "TypeError: cannot read property 'x' of null"} = Context.eval(context, code)
  end

  test "an endless loop on top ends by its own timeout", %{pool: pool} do
    handlers = %{
      "back" =>
        with_caller(fn [], ctx ->
          {:error, %JSError{message: "interrupted"}} =
            Context.eval(ctx, "while (true) {}", timeout: 50)

          "survived"
        end)
    }

    context = start(pool, handlers)
    assert {:ok, "survived!"} = Context.eval(context, "Beam.callSync('back') + '!'")
  end

  test "the timeout of what waits ends what runs on top", %{pool: pool} do
    handlers = %{"back" => with_caller(fn [], ctx -> Context.eval(ctx, "while (true) {}") end)}
    context = start(pool, handlers)

    assert {:error, %JSError{name: name}} =
             Context.eval(context, "Beam.callSync('back')", timeout: 100)

    assert name in ["TimeoutError", "InternalError"]
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "what dies on top takes no job of what waits along", %{pool: pool} do
    kill = fn [], ctx ->
      {:error, _} = Context.eval(ctx, "while (true) {}", timeout: 50)
      :killed
    end

    context = start(pool, %{"back" => with_caller(kill)})

    code = """
    const log = []
    Promise.resolve().then(() => log.push('job'))
    log.push(Beam.callSync('back'))
    await null
    log
    """

    assert {:ok, log} = Context.eval(context, code, timeout: 10_000)
    assert Enum.sort(log) == ["job", "killed"]
  end

  test "calls on top are no way around the reductions of what waits", %{pool: pool} do
    back = fn [], ctx -> Context.eval!(ctx, "0") end
    context = start(pool, %{"back" => with_caller(back)}, max_reductions: 100_000)

    code =
      "for (let i = 0; i < 50; i++) { for (let j = 0; j < 10_000; j++); Beam.callSync('back') }"

    assert {:error, %JSError{message: "interrupted"}} = Context.eval(context, code)
  end

  test "the end of the context is the end of all levels alike", %{pool: pool} do
    test = self()

    handlers = %{
      "back" => with_caller(fn [], ctx -> Context.eval(ctx, "Beam.callSync('wait')") end),
      "wait" => fn [] ->
        send(test, :inside)
        Process.sleep(:infinity)
      end
    }

    context = start(pool, handlers)
    outer = Task.async(fn -> Context.eval(context, "Beam.callSync('back')") end)
    assert_receive :inside, 5_000
    Context.stop(context)
    assert {:error, %JSError{name: "AbortError"}} = Task.await(outer)
  end

  test "the end of the context ends both", %{pool: pool} do
    test = self()

    handlers = %{
      "back" =>
        with_caller(fn [], ctx ->
          send(test, :inside)
          send(test, {:nested, Context.eval(ctx, "new Promise(() => {})")})
        end)
    }

    context = start(pool, handlers)
    outer = Task.async(fn -> Context.eval(context, "Beam.callSync('back')") end)
    assert_receive :inside, 5_000
    Context.stop(context)
    assert {:error, %JSError{name: "AbortError"}} = Task.await(outer)
    assert ContextPool.stats(pool).contexts == 0
  end
end
