defmodule QuickBEAM.Context.ResetRunningTest do
  # A reset ends what runs, whatever that is.
  use QuickBEAM.Case, async: true

  test "an endless loop" do
    context = start_alone(console: self())
    code = "globalThis.old = 1; console.log('loops'); while (true) {}"
    loop = Task.async(fn -> Context.eval(context, code) end)
    assert_receive {:console, :info, "loops"}, 5_000
    assert :ok = Context.reset(context)
    assert {:error, %JSError{name: "AbortError"}} = Task.await(loop)
    assert {:ok, "undefined"} = Context.eval(context, "typeof old")
  end

  test "a call that waits for its handler" do
    test = self()

    hold = fn [] ->
      send(test, :held)
      receive(do: (:never -> :ok))
    end

    context = start_alone(handlers: %{"hold" => hold})
    call = Task.async(fn -> Context.eval(context, "Beam.callSync('hold')") end)
    assert_receive :held, 5_000
    assert :ok = Context.reset(context)
    assert {:error, %JSError{name: "AbortError"}} = Task.await(call)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "a late answer to a call from before is not taken for one to a new call" do
    test = self()

    hold = fn [name] ->
      send(test, {:held, name, self()})
      receive(do: (:go -> name))
    end

    context = start_alone(handlers: %{"hold" => hold})
    old = Task.async(fn -> Context.eval(context, "await Beam.call('hold', 'old')") end)
    assert_receive {:held, "old", old_handler}, 5_000
    assert :ok = Context.reset(context)
    assert {:error, %JSError{name: "AbortError"}} = Task.await(old)

    new = Task.async(fn -> Context.eval(context, "await Beam.call('hold', 'new')") end)
    assert_receive {:held, "new", new_handler}, 5_000
    gone = Process.monitor(old_handler)
    send(old_handler, :go)
    assert_receive {:DOWN, ^gone, :process, _, _}, 5_000
    refute Task.yield(new, 50)
    send(new_handler, :go)
    assert {:ok, "new"} = Task.await(new)
  end
end
