defmodule QuickBEAM.TelemetryTest do
  # Not async: events of other tests would come here, too.
  use QuickBEAM.Case

  alias QuickBEAM.FakeTelemetry

  @moduletag :capture_log

  setup do
    FakeTelemetry.start()
    on_exit(&FakeTelemetry.stop/0)
  end

  defp flush do
    receive do
      _ -> flush()
    after
      0 -> :ok
    end
  end

  test "an operation is a span, told by its caller" do
    context = start_alone()
    flush()
    assert Context.eval(context, "1 + 1") == {:ok, 2}
    assert_received {[:quickbeam, :operation, :start], start, meta}
    assert %{system_time: _, monotonic_time: begun} = start
    assert %{context: ^context, operation: :eval, name: nil, telemetry_span_context: span} = meta
    assert_received {[:quickbeam, :operation, :stop], stop, meta}
    assert %{duration: duration, monotonic_time: ended} = stop
    assert duration == ended - begun and duration > 0
    assert %{result: :ok, error: nil, telemetry_span_context: ^span, operation: :eval} = meta

    {:error, error} = Context.call(context, "nowhere.to.be.found")
    assert_received {[:quickbeam, :operation, :stop], _, %{name: "nowhere.to.be.found"} = meta}
    assert %{operation: :call, result: :error, error: ^error} = meta

    Context.stop(context)
    flush()
    assert catch_exit(Context.get_global(context, "x"))
    assert_received {[:quickbeam, :operation, :exception], %{duration: _}, meta}
    assert %{operation: :get_global, kind: :exit, reason: {:noproc, _}, stacktrace: _} = meta
  end

  test "a handler call is a span, told by its process" do
    handlers = %{"ok" => fn [x] -> x end, "bad" => fn _ -> raise ArgumentError, "bad" end}
    context = start_alone(handlers: handlers)
    assert Context.eval(context, "Beam.callSync('ok', 1) + await Beam.call('ok', 2)") == {:ok, 3}

    for _ <- 1..2 do
      assert_receive {[:quickbeam, :handler, :start], %{system_time: _}, meta}
      assert %{context: ^context, handler: "ok", telemetry_span_context: span} = meta
      assert_receive {[:quickbeam, :handler, :stop], %{duration: _}, meta}
      assert %{telemetry_span_context: ^span, handler: "ok"} = meta
    end

    assert_js_error(Context.eval(context, "Beam.callSync('bad')"), "ArgumentError")
    assert_receive {[:quickbeam, :handler, :exception], %{duration: _}, meta}
    assert %{kind: :error, reason: %ArgumentError{}, stacktrace: [_ | _], handler: "bad"} = meta
  end

  test "limits that are hit are told, whatever hits them" do
    context = start_alone(memory_limit: 4_000_000, max_reductions: 1_000_000)

    for {code, opts, limit} <- [
          {"while (true) {}", [timeout: 20, filename: "time"], :timeout},
          {"await new Promise(() => {})", [timeout: 20], :timeout},
          {"while (true) {}", [], :max_reductions},
          {"'x'.repeat(1e7)", [], :memory_limit}
        ] do
      # Less time than the reductions take, or the other way round.
      code = if limit == :timeout, do: String.replace(code, "{}", "Date.now()"), else: code
      assert {:error, _} = Context.eval(context, code, opts)
      assert_receive {[:quickbeam, :limit, :hit], %{system_time: _}, meta}
      assert meta.context == context
      assert meta.limit in [limit, :max_reductions]
    end

    {:ok, _} = Context.eval(context, "setTimeout(() => { while (true) {} }); 0")
    assert_receive {[:quickbeam, :limit, :hit], _, %{limit: :max_reductions}}
  end

  test "collections are told" do
    context = start_alone()
    assert Context.gc(context) == :ok
    assert_receive {[:quickbeam, :gc, :stop], measured, %{context: ^context}}
    assert %{duration: duration, count: 1, monotonic_time: _} = measured
    assert duration > 0
  end

  test "without the application there is none of it" do
    FakeTelemetry.stop()
    refute QuickBEAM.Telemetry.enabled?()
    context = start_alone(handlers: %{"ok" => fn _ -> 1 end})
    flush()
    assert Context.eval(context, "Beam.callSync('ok')") == {:ok, 1}
    assert Context.gc(context) == :ok
    assert_js_error(Context.eval(context, "while (true) {}", timeout: 10), "InternalError")
    # Whatever the context's process was told has come by then.
    assert %{} = Context.info(context)
    assert_empty_mailbox()
    FakeTelemetry.start()
  end
end
