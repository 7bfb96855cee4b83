defmodule QuickBEAM.GlobalsTest do
  use QuickBEAM.Case, async: true

  @moduletag :capture_log

  # What every context has, with or without groups of APIs.

  setup_all do
    {:ok, runtime} =
      QuickBEAM.start_link(apis: false, console: self(), handlers: %{"echo" => fn [x] -> x end})

    %{runtime: runtime}
  end

  defp js(runtime, code), do: QuickBEAM.eval!(runtime, "{ #{code} }")

  test "are there", %{runtime: runtime} do
    for name <-
          ~w(Beam.call Beam.callSync Beam.send Beam.self Beam.onMessage Beam.peek Beam.peek.status
                   setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone
                   console.log console.info console.warn console.error console.debug TextEncoder TextDecoder
                   atob btoa performance.now crypto.getRandomValues reportError) do
      assert {name, js(runtime, "typeof #{name}")} == {name, "function"}
    end

    assert js(runtime, "globalThis.self === globalThis")
  end

  test "timers", %{runtime: runtime} do
    assert js(runtime, """
           const order = []
           const log = x => () => order.push(x)
           const later = new Promise(r => setTimeout(() => { order.push('later'); r() }, 500))
           setTimeout((a, b) => order.push(a + b), 1, 'with ', 'arguments')
           clearTimeout(setTimeout(log('never'), 1))
           queueMicrotask(log('micro'))
           Promise.resolve().then(log('promise'))
           const id = setInterval(() => { order.push('tick'); if (order.filter(x => x === 'tick').length === 3) clearInterval(id) }, 2)
           order.push('sync')
           await later
           order
           """) ==
             ["sync", "micro", "promise", "with arguments", "tick", "tick", "tick", "later"]
  end

  test "timers of equal delay keep their order; one in a timer waits for the next turn", %{
    runtime: runtime
  } do
    assert js(runtime, """
           const got = []
           for (let i = 0; i < 100; i++) setTimeout(() => got.push(i), 1)
           await new Promise(r => setTimeout(() => setTimeout(r, 1), 1))
           got
           """) == Enum.to_list(0..99)
  end

  test "Beam.peek", %{runtime: runtime} do
    assert js(runtime, """
           const done = Promise.resolve(7), failed = Promise.reject(new Error('x')), open = new Promise(() => {})
           failed.catch(() => {})
           await null
           ;[Beam.peek.status(done), Beam.peek.status(failed), Beam.peek.status(open), Beam.peek(done), Beam.peek(1), Beam.peek(open) === open]
           """) == ["fulfilled", "rejected", "pending", 7, 1, true]
  end

  test "base64", %{runtime: runtime} do
    assert js(
             runtime,
             ~S|[btoa('hello'), atob('aGVsbG8='), atob(' aGVs bG8 '), btoa('\xff'), atob('/w==')]|
           ) == ["aGVsbG8=", "hello", "hello", "/w==", "ÿ"]

    assert js(runtime, "try { btoa('日') } catch (e) { e.name }") == "InvalidCharacterError"
    assert js(runtime, "try { atob('a') } catch (e) { e.name }") == "InvalidCharacterError"
  end

  test "text in and out of bytes", %{runtime: runtime} do
    assert js(runtime, "new TextEncoder().encode('aé日😀')") == "aé日😀"
    assert js(runtime, ~S|new TextEncoder().encode('\uD800')|) == "\uFFFD"

    assert js(runtime, "JSON.stringify(new TextEncoder().encodeInto('aé', new Uint8Array(2)))") ==
             ~s({"read":1,"written":1})

    assert js(runtime, "new TextDecoder().decode(new Uint8Array([0xEF, 0xBB, 0xBF, 0x61, 0xFF]))") ==
             "a\uFFFD"

    assert js(
             runtime,
             "new TextDecoder('utf-8', {ignoreBOM: true}).decode(new Uint8Array([0xEF, 0xBB, 0xBF, 0x61]))"
           ) == "\uFEFFa"

    assert js(
             runtime,
             "try { new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255])) } catch (e) { e.name }"
           ) == "TypeError"

    assert js(runtime, "new TextDecoder('windows-1252').decode(new Uint8Array([0x80]))") == "€"

    assert js(
             runtime,
             "const d = new TextDecoder(); d.decode(new Uint8Array([0xE6, 0x97]), {stream: true}) + d.decode(new Uint8Array([0xA5]))"
           ) == "日"
  end

  test "structuredClone", %{runtime: runtime} do
    assert js(runtime, """
           const source = {d: new Date(0), m: new Map([[1, new Set([2])]]), u: new Uint8Array([1]), n: null, big: 1n, e: new RangeError('x')}
           source.self = source
           const copy = structuredClone(source)
           ;[copy !== source, copy.self === copy, copy.d instanceof Date && copy.d !== source.d, copy.m.get(1).has(2),
             copy.u[0] === 1 && copy.u !== source.u, copy.big === 1n, copy.e instanceof RangeError && copy.e.message === 'x']
           """) == List.duplicate(true, 7)

    assert js(runtime, "try { structuredClone(() => 1) } catch (e) { e.name }") ==
             "DataCloneError"
  end

  test "random values and time", %{runtime: runtime} do
    assert js(
             runtime,
             "const a = crypto.getRandomValues(new Uint8Array(32)); const b = crypto.getRandomValues(new Uint8Array(32)); a.join() !== b.join()"
           )

    assert js(
             runtime,
             "try { crypto.getRandomValues(new Float32Array(1)); 'no' } catch (e) { e.name }"
           ) == "TypeMismatchError"

    assert js(
             runtime,
             "try { crypto.getRandomValues(new Uint8Array(65537)); 'no' } catch (e) { e.name }"
           ) == "QuotaExceededError"

    assert js(
             runtime,
             "const t = performance.now(); await new Promise(r => setTimeout(r, 10)); const d = performance.now() - t; d >= 9 && d < 5000"
           )

    assert_in_delta js(runtime, "Date.now()"), System.system_time(:millisecond), 5000
  end

  test "reportError goes to the console" do
    context = start_alone(console: self())
    {:ok, _} = Context.eval(context, "reportError(new TypeError('reported'))")
    assert_receive {:console, :error, text}, 5000
    assert text =~ "reported"
  end

  test "groups that do not exist yet are no globals by any name", %{runtime: runtime} do
    for name <- ~w(fetch WebSocket document localStorage process require std os Buffer) do
      assert {name, js(runtime, "typeof #{name}")} == {name, "undefined"}
    end
  end
end
