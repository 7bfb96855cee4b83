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
end
