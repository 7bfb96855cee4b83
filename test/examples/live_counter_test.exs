Code.require_file("../../examples/live_counter/lib/live_counter/session.ex", __DIR__)

defmodule QuickBEAM.Examples.LiveCounterTest do
  @moduledoc "What the example has of QuickBEAM; its Phoenix part is not run."
  use QuickBEAM.Case

  alias LiveCounter.Session

  @moduletag :toolchain

  setup do
    start_supervised!({Session, size: 1})
    {:ok, context} = Session.start(self())
    %{context: context}
  end

  test "counts and goes back", %{context: context} do
    assert Session.event(context, "undo", %{}) == {:error, "nothing to undo"}
    assert Session.event(context, "add", %{"by" => "2"}) == {:ok, %{count: 2, history: [0]}}
    assert Session.event(context, "add", %{"by" => "-5"}) == {:ok, %{count: -3, history: [2, 0]}}
    assert Session.event(context, "add", %{"by" => "1x"}) == {:error, "not a whole number"}
    assert Session.event(context, "undo", %{}) == {:ok, %{count: 2, history: [0]}}
  end

  test "each connection has its own, and takes it along", %{context: context} do
    test = self()

    connection =
      spawn(fn ->
        {:ok, mine} = Session.start(self())
        send(test, {mine, Session.event(mine, "add", %{"by" => "7"})})
        Process.sleep(:infinity)
      end)

    assert_receive {theirs, {:ok, %{count: 7}}}, 5000
    assert {:ok, %{count: 1}} = Session.event(context, "add", %{"by" => "1"})
    ref = Process.monitor(theirs)
    Process.exit(connection, :kill)
    await_end(ref)
    assert ContextPool.stats(Session).contexts == 1
  end
end
