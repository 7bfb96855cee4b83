defmodule QuickBEAM.Context.TimeoutTest do
  # Not async: it measures time.
  use QuickBEAM.Case

  @moduletag :capture_log

  @timeout 100
  # What may come on top on a busy machine.
  @margin 900

  defp assert_in_time(name, fun) do
    {ms, result} = timed(fun)
    assert ms >= @timeout - 5, "ended after #{ms} ms already"
    assert ms <= @timeout + @margin, "took #{ms} ms"
    assert_js_error(result, name)
  end

  @running [
    {"an endless loop", "while (true) {}"},
    {"a loop that catches all", "while (true) { try { while (true) {} } catch {} }"},
    {"a loop in finally", "try { while (true) {} } finally { while (true) {} }"},
    {"a loop in a promise executor", "while (true) new Promise(() => { while (true); })"},
    {"an endless microtask chain",
     "const f = () => Promise.resolve().then(f); f(); await new Promise(() => {})"},
    {"endless queueMicrotask",
     "const g = () => queueMicrotask(g); g(); await new Promise(() => {})"},
    {"a regexp that backtracks", "/(a+)+$/.test('a'.repeat(40) + 'b')"},
    {"a join of 2^32-1 holes", "new Array(2**32-1).join()"},
    {"a sort of ten million",
     "const a = new Float64Array(1e7); for (let i = 0; i < 1e7; i++) a[i] = (i * 7919) % 1e7; Array.from(a).sort((x, y) => x - y); while (true) {}"},
    {"a proxy that loops", "new Proxy({}, {get() { while (true) {} }}).x"},
    {"a getter in the result", "({get x() { while (true) {} }})"},
    {"a toJSON in the result", "({x: new (class { toJSON() { while (true) {} } })()})"},
    {"a BigInt power", "while (true) try { let n = 3n; while (true) n = n * n } catch {}"},
    {"a decoder of long texts",
     "while (true) new TextDecoder('gb18030').decode(new Uint8Array(2e7).fill(0x81))"},
    {"an encoder of long texts", "while (true) new TextEncoder().encode('\\u00fc'.repeat(1e7))"},
    {"a generator", "[...(function* () { while (true) yield 1 })()]"},
    {"an array from an endless iterator", "Array.from({length: 2**32 - 1}, () => 0)"}
  ]

  for {what, code} <- @running do
    test "ends #{what}, and the context goes on" do
      context = start_alone(memory_limit: 1_000_000_000)

      error =
        assert_in_time("InternalError", fn ->
          Context.eval(context, unquote("{ #{code} }"), timeout: @timeout)
        end)

      assert error.message == "interrupted"
      assert Context.eval(context, "1 + 1", timeout: 2000) == {:ok, 2}
    end
  end

  @waiting [
    {"a promise that never settles", "await new Promise(() => {})"},
    {"such a promise as the value", "new Promise(() => {})"},
    {"a timer far away", "await new Promise(r => setTimeout(r, 60000))"},
    {"await Beam.call", "await Beam.call('slow')"},
    {"Beam.callSync", "Beam.callSync('slow')"}
  ]

  for {what, code} <- @waiting do
    test "ends #{what}, and the context goes on" do
      context = start_alone(handlers: %{"slow" => fn [] -> Process.sleep(5000) end})

      error =
        assert_in_time("TimeoutError", fn ->
          Context.eval(context, unquote(code), timeout: @timeout)
        end)

      assert error.message =~ "100"
      assert Context.eval(context, "1 + 1", timeout: 2000) == {:ok, 2}
      assert_empty_mailbox()
    end
  end

  test "of a call overrides that of the context, both ways" do
    context = start_alone(timeout: @timeout)

    {:ok, _} =
      Context.eval(
        context,
        "function loop() { while (true) {} } function wait() { return new Promise(() => {}) }"
      )

    assert_in_time("InternalError", fn -> Context.call(context, "loop") end)
    assert_in_time("TimeoutError", fn -> Context.call(context, "wait") end)

    {ms, result} = timed(fn -> Context.call(context, "loop", [], timeout: 400) end)
    assert_js_error(result, "InternalError")
    assert ms >= 395

    assert Context.eval(context, "await new Promise(r => setTimeout(r, 300, 'long'))",
             timeout: :infinity
           ) == {:ok, "long"}
  end

  test "of zero ends at once" do
    context = start_alone()
    assert {:error, %JSError{}} = Context.eval(context, "while (true) {}", timeout: 0)
    assert Context.eval(context, "1") == {:ok, 1}
  end

  for {what, code} <- [
        {"timer", "setTimeout(() => { while (true) {} }, 0); 'armed'"},
        {"interval", "setInterval(() => { while (true) {} }, 1); 'armed'"},
        {"microtask of a timer",
         "setTimeout(() => { const f = () => Promise.resolve().then(f); f() }, 0); 'armed'"}
      ] do
    test "of the context ends an endless #{what} callback" do
      context = start_alone(timeout: @timeout)
      assert Context.eval(context, unquote(code)) == {:ok, "armed"}

      # On the one thread and in the one context that the callback holds.
      assert eventually(fn -> Context.eval(context, "1 + 1", timeout: 5000) == {:ok, 2} end)
    end
  end

  test "of the context ends an endless message callback; the next message is delivered" do
    context = start_alone(timeout: @timeout)

    {:ok, _} =
      Context.eval(
        context,
        "Beam.onMessage(m => { if (m === 'loop') while (true) {}; Beam.send(m, 'done') })"
      )

    Context.send_message(context, "loop")
    Context.send_message(context, self())
    assert_receive "done", 5000
  end

  test "leaves the neighbours alone" do
    pool = start_pool(size: 2)
    bad = start_context(pool)
    good = start_context(pool)
    looping = Task.async(fn -> Context.eval(bad, "while (true) {}", timeout: 300) end)
    for n <- 1..100, do: assert(Context.eval(good, "#{n} + 1") == {:ok, n + 1})
    assert_js_error(Task.await(looping), "InternalError")
  end

  test "covers the wait for other operations" do
    context = start_alone()
    first = Task.async(fn -> Context.eval(context, "while (true) {}", timeout: 500) end)
    assert eventually(fn -> Process.info(first.pid, :status) == {:status, :waiting} end)

    {ms, result} = timed(fn -> Context.eval(context, "1", timeout: @timeout) end)

    # It ran before the loop began, or waited for it in vain.
    case result do
      {:ok, 1} -> assert ms < @timeout + @margin
      error -> assert_js_error(error, "TimeoutError")
    end

    assert ms < @timeout + @margin
    assert_js_error(Task.await(first), "InternalError")
  end

  test "no late result reaches the caller" do
    context = start_alone(handlers: %{"slow" => fn [] -> Process.sleep(150) end})

    for _ <- 1..20,
        do:
          assert_js_error(
            Context.eval(context, "await Beam.call('slow')", timeout: 10),
            "TimeoutError"
          )

    assert Context.eval(context, "await Beam.call('slow'); 'after'") == {:ok, "after"}
    assert_empty_mailbox()
  end
end
