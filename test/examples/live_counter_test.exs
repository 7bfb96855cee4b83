Code.require_file("../../examples/live_counter/lib/live_counter/session.ex", __DIR__)

defmodule QuickBEAM.Examples.LiveCounterTest do
  @moduledoc """
  What the example has of QuickBEAM; of its Phoenix part only the view, with what it asks of
  LiveView played by QuickBEAM.Snippets.
  """
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

  test "the view: mounted, clicked on, and gone" do
    Code.compile_string("""
      defmodule Phoenix.LiveView do
        defmacro __using__(_opts) do
          quote do
            import QuickBEAM.Snippets.FakeLive
            @behaviour QuickBEAM.Snippets.FakeLive
          end
        end
      end
    """)

    path = "../../examples/live_counter/lib/live_counter_web/live/counter_live.ex"
    [{view, _}] = Code.compile_file(path, __DIR__)

    on_exit(fn ->
      for module <- [view, Phoenix.LiveView], do: :code.purge(module) && :code.delete(module)
    end)

    test = self()
    before = ContextPool.stats(Session).contexts

    connection =
      spawn(fn ->
        {:ok, socket} = view.mount(%{}, %{}, %{assigns: %{}})
        {:noreply, added} = view.handle_event("add", %{"by" => "2"}, socket)
        {:noreply, refused} = view.handle_event("add", %{"by" => "two"}, added)
        {:noreply, undone} = view.handle_event("undo", %{}, refused)
        send(test, {:seen, for(socket <- [added, refused, undone], do: socket.assigns)})
        Process.sleep(:infinity)
      end)

    assert_receive {:seen, [added, refused, undone]}, 5000
    assert %{count: 2, history: [0], error: nil} = added
    assert %{count: 2, error: "not a whole number"} = refused
    assert %{count: 0, history: [], error: nil} = undone
    assert ContextPool.stats(Session).contexts == before + 1
    Process.exit(connection, :kill)
    assert eventually(fn -> ContextPool.stats(Session).contexts == before end)
  end
end
