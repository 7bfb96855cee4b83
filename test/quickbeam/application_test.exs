defmodule QuickBEAM.ApplicationTest do
  # Not async: it stops the application.
  use QuickBEAM.Case

  import ExUnit.CaptureLog

  test "starts, stops and starts again, contexts with it" do
    {:ok, runtime} = QuickBEAM.start()
    assert QuickBEAM.eval(runtime, "1") == {:ok, 1}

    capture_log(fn -> :ok = Application.stop(:quickbeam) end)

    for start <- [
          &QuickBEAM.start/0,
          &ContextPool.start_link/0,
          fn -> Context.start(pool: :x) end
        ] do
      assert_raise RuntimeError, "the application :quickbeam is not started", start
    end

    :ok = Application.start(:quickbeam)

    assert {:ok, again} = QuickBEAM.start(handlers: %{"h" => fn [] -> 1 end})
    assert QuickBEAM.eval(again, "Beam.callSync('h')") == {:ok, 1}
    QuickBEAM.stop(runtime)
  end

  test "contexts and pools outlive a restart of the table's keeper, and their lines do not outlive them" do
    pool = start_pool()
    context = start_context(pool)
    old = Process.whereis(QuickBEAM.Handles)
    Process.exit(old, :kill)
    assert Context.eval(context, "1 + 1") == {:ok, 2}
    assert eventually(fn -> Process.whereis(QuickBEAM.Handles) not in [nil, old] end)

    assert Context.eval(start_context(pool), "1 + 1") == {:ok, 2}
    assert QuickBEAM.Handles.context(context)
    Context.stop(context)
    assert eventually(fn -> QuickBEAM.Handles.context(context) == nil end)
  end
end
