defmodule QuickBEAM.Apis.PortsTest do
  use QuickBEAM.Case, async: true

  defp start(opts \\ []), do: start_alone([apis: [:channel]] ++ opts)
  defp js!(context, code), do: Context.eval!(context, code)

  test "a channel has two entangled ports" do
    js = start()

    assert js!(js, """
           const { port1, port2 } = new MessageChannel();
           const got = new Promise((resolve) => { port2.onmessage = resolve; });
           port1.postMessage({ list: [1, new Date(0)], map: new Map([[1, 2]]) });
           const event = await got;
           [event instanceof MessageEvent, event.isTrusted, event.type, event.target === port2,
            event.data.list[1] instanceof Date, event.data.map.get(1), event.ports.length, event.origin]
           """) == [true, true, "message", true, true, 2, 0, ""]
  end

  test "messages wait for start, keep their order, and are tasks of their own" do
    js = start()

    assert js!(js, """
           const { port1, port2 } = new MessageChannel();
           const log = [];
           for (let i = 0; i < 3; i++) port1.postMessage(i);
           port2.addEventListener("message", ({ data }) => {
             log.push(data);
             Promise.resolve().then(() => log.push(`after ${data}`));
           });
           await new Promise((resolve) => setTimeout(resolve, 5));
           log.push("start");
           port2.start();
           await new Promise((resolve) => { port2.addEventListener("message", ({ data }) => data === 2 && setTimeout(resolve)) });
           log
           """) == ["start", 0, "after 0", 1, "after 1", 2, "after 2"]
  end

  test "what is posted is a clone, or an error" do
    js = start()

    js!(
      js,
      "globalThis.c = new MessageChannel(); globalThis.name = (f) => { try { f(); return 'none' } catch (e) { return [e.constructor.name, e.name] } }; 0"
    )

    assert js!(js, "name(() => c.port1.postMessage(() => 1))") == [
             "DOMException",
             "DataCloneError"
           ]

    assert js!(js, "name(() => c.port1.postMessage(0, [c.port1]))") == [
             "DOMException",
             "DataCloneError"
           ]

    assert js!(js, "name(() => c.port1.postMessage(0, [{}]))") == [
             "DOMException",
             "DataCloneError"
           ]

    assert js!(js, "name(() => c.port1.postMessage(0, [1]))") == ["TypeError", "TypeError"]
    assert js!(js, "name(() => c.port1.postMessage(0, 1))") == ["TypeError", "TypeError"]
    assert js!(js, "name(() => c.port1.postMessage())") == ["TypeError", "TypeError"]
    assert js!(js, "name(() => new MessagePort())") == ["TypeError", "TypeError"]

    assert js!(js, "name(() => c.port1.postMessage(c.port2))") == [
             "DOMException",
             "DataCloneError"
           ]

    assert js!(js, "name(() => MessagePort.prototype.start.call({}))") == [
             "TypeError",
             "TypeError"
           ]

    assert js!(js, "[MessagePort.prototype.postMessage.length, String(c.port1), String(c)]") == [
             1,
             "[object MessagePort]",
             "[object MessageChannel]"
           ]
  end

  test "buffers and ports are transferred" do
    js = start()

    assert js!(js, """
           const outer = new MessageChannel(), inner = new MessageChannel();
           const buffer = new ArrayBuffer(8);
           inner.port1.postMessage("before");
           const got = new Promise((resolve) => { outer.port2.onmessage = resolve; });
           outer.port1.postMessage({ buffer, port: inner.port2 }, { transfer: [buffer, inner.port2] });
           const { data, ports } = await got;
           const heard = [];
           const all = new Promise((resolve) => {
             data.port.onmessage = ({ data }) => { heard.push(data); if (heard.length === 2) resolve(); };
           });
           inner.port1.postMessage("after");
           await all;
           // What has been transferred is detached: nothing comes of it.
           inner.port2.postMessage("lost");
           let again = "none";
           try { outer.port1.postMessage(0, [inner.port2]) } catch (e) { again = e.name }
           [buffer.detached, data.buffer.byteLength, ports[0] === data.port, ports.length, heard, again, Object.isFrozen(ports)]
           """) == [true, 8, true, 1, ["before", "after"], "DataCloneError", true]
  end

  test "the one tells the other that it has closed, after what it sent" do
    js = start()

    assert js!(js, """
           const { port1, port2 } = new MessageChannel();
           const log = [];
           port2.onmessage = ({ data }) => log.push(data);
           const closed = new Promise((resolve) => { port2.onclose = resolve; });
           port1.postMessage(1);
           port1.close();
           port1.close();
           port1.postMessage(2);
           await closed;
           port2.postMessage("nowhere");
           log
           """) == [1]
  end

  test "a pair that nobody can reach is collected, also with handlers" do
    js = start()

    js!(js, """
    globalThis.freed = 0;
    globalThis.registry = new FinalizationRegistry(() => { freed++; });
    globalThis.make = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = port2.onmessage = () => port1;
      port1.addEventListener("x", () => port2);
      registry.register(port1);
      registry.register(port2);
    };
    for (let i = 0; i < 100; i++) make();
    """)

    eventually(fn ->
      Context.gc(js)
      js!(js, "freed") == 200
    end)
  end

  test "a message on its way keeps its port" do
    js = start()

    assert js!(js, """
           globalThis.got = new Promise((resolve) => {
             const { port1, port2 } = new MessageChannel();
             port2.onmessage = resolve;
             port1.postMessage("there");
           });
           (await got).data
           """) == "there"
  end

  test "ports through themselves, and around, are refused" do
    js = start()

    assert js!(js, """
           const name = (f) => { try { f(); return "none" } catch (e) { return e.name } };
           const a = new MessageChannel(), b = new MessageChannel(), c = new MessageChannel();
           const direct = name(() => a.port1.postMessage(0, [a.port2]));
           b.port1.postMessage(0, [c.port2]);
           const around = name(() => c.port1.postMessage(0, [b.port2]));
           [direct, around]
           """) == ["DataCloneError", "DataCloneError"]
  end

  test "a tower of channels in channels falls down without harm" do
    js = start()

    js!(js, """
    let port = new MessageChannel().port2;
    for (let i = 0; i < 30000; i++) {
      const next = new MessageChannel();
      next.port1.postMessage(0, [port]);
      port = next.port2;
    }
    port = null;
    """)

    assert js!(js, "1 + 1") == 2
    Context.stop(js)
  end

  test "what is not taken is charged to the one that sends" do
    js = start(memory_limit: 4_000_000)

    flood =
      "globalThis.c = new MessageChannel(); while (true) c.port1.postMessage('x'.repeat(1000))"

    assert_js_error(Context.eval(js, flood), "InternalError")
    js!(js, "c.port2.close(); c = null")
    # And given back.
    for _ <- 1..5 do
      assert js!(js, """
             {
               const d = new MessageChannel();
               let n = 0;
               const all = new Promise((resolve) => { d.port2.onmessage = () => ++n === 2000 && resolve(n); });
               for (let i = 0; i < 2000; i++) d.port1.postMessage("x".repeat(1000));
               await all
             }
             """) == 2000
    end
  end

  test "are not there without their groups" do
    js = start_alone(apis: [:storage])

    assert js!(js, "[typeof MessageChannel, typeof MessagePort, typeof Worker]") ==
             List.duplicate("undefined", 3)
  end
end
