defmodule QuickBEAM.Apis.WorkerTest do
  use QuickBEAM.Case, async: true

  defp start(opts \\ []), do: start_alone([apis: [:worker]] ++ opts)
  defp js!(context, code), do: Context.eval!(context, code)

  # A worker of this code and the next message of it.
  @helpers """
  globalThis.next = (worker) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
  });
  """

  defp start_with_helpers(opts \\ []) do
    js = start(opts)
    js!(js, @helpers)
    js
  end

  test "a worker of a context with a document has none" do
    js = start_alone(apis: [:browser])

    code = """
    const worker = new Worker(URL.createObjectURL(new Blob(["postMessage([typeof document, typeof window, typeof fetch])"])));
    await new Promise(resolve => { worker.onmessage = ({ data }) => resolve([typeof document, ...data]) });
    """

    assert Context.eval!(js, code) == ["object", "undefined", "undefined", "function"]
  end

  test "a worker runs code, and messages go both ways, in order" do
    js = start_with_helpers()

    assert js!(js, """
           const worker = new Worker(`onmessage = ({ data }) => postMessage([data, typeof document, self === globalThis]);`);
           const log = [];
           const all = new Promise((resolve) => {
             worker.onmessage = ({ data, target, ports }) => { log.push(data[0], target === worker, ports.length); if (data[0] === 3) resolve(); };
           });
           for (const n of [1, 2, 3]) worker.postMessage(n);
           await all;
           log
           """) == [1, true, 0, 2, true, 0, 3, true, 0]
  end

  test "a worker has the scope that a worker has" do
    js = start_with_helpers()

    code = """
    postMessage([
      name, self instanceof DedicatedWorkerGlobalScope, self instanceof WorkerGlobalScope, self instanceof EventTarget,
      Object.prototype.toString.call(self), typeof importScripts, typeof close, typeof Worker, "onmessage" in self, typeof Beam.call
    ])
    """

    assert js!(js, "await next(new Worker(#{inspect(code)}, { name: 'me' }))") ==
             [
               "me",
               true,
               true,
               true,
               "[object DedicatedWorkerGlobalScope]",
               "function",
               "function",
               "function",
               true,
               "function"
             ]
  end

  test "what is transferred arrives, ports too" do
    js = start_with_helpers()

    code = """
    onmessage = ({ data, ports }) => {
      data.port.postMessage(new Uint8Array(data.buffer)[1] + ports.length);
      postMessage(data.buffer, [data.buffer]);
    };
    """

    assert js!(js, """
           const worker = new Worker(#{inspect(code)});
           const { port1, port2 } = new MessageChannel();
           const buffer = new Uint8Array([1, 2, 3]).buffer;
           const viaPort = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
           const back = next(worker);
           worker.postMessage({ buffer, port: port2 }, [buffer, port2]);
           [buffer.detached, await viaPort, (await back).byteLength]
           """) == [true, 3, 3]
  end

  test "a channel joins two workers" do
    js = start_with_helpers()

    js!(js, """
    const one = new Worker(`onmessage = ({ data }) => { for (let i = 0; i < 100; i++) data.postMessage(i); }`);
    globalThis.two = new Worker(`
      let sum = 0;
      onmessage = ({ data }) => { data.onmessage = ({ data }) => { sum += data; if (data === 99) postMessage(sum); } };
    `);
    const { port1, port2 } = new MessageChannel();
    one.postMessage(port1, [port1]);
    two.postMessage(port2, [port2]);
    """)

    assert js!(js, "await next(two)") == 4950
  end

  test "errors that nobody catches are the parent's, and the worker goes on" do
    js = start_with_helpers()

    assert js!(js, """
           const worker = new Worker("onmessage = () => { throw new TypeError('bad') };\\n throw new RangeError('at once')", { name: "w" });
           const events = [];
           let got;
           worker.onerror = (event) => {
             event.preventDefault();
             events.push([event instanceof ErrorEvent, event.message, event.filename, event.lineno]);
             got();
           };
           await new Promise((resolve) => { got = resolve; });
           worker.postMessage(0);
           await new Promise((resolve) => { got = resolve; });
           events
           """) == [
             [true, "Uncaught RangeError: at once", "worker.js", 2],
             [true, "Uncaught TypeError: bad", "worker.js", 1]
           ]

    assert js!(js, "await next(new Worker('}')).catch((e) => e.message)") =~
             "Uncaught SyntaxError"

    assert js!(
             js,
             "await next(new Worker('onerror = (m) => { postMessage(m); return true; }; setTimeout(() => { throw 1 }); setTimeout(() => {}, 1)'))"
           ) =~ "Uncaught"
  end

  test "an error that the parent leaves alone goes to its console" do
    js = start(console: self())
    js!(js, "globalThis.w = new Worker('throw new RangeError(`lost`)'); 0")
    assert_receive {:console, :error, text}, 10_000
    assert text =~ "Uncaught RangeError: lost"
  end

  test "modules await and import; classic scripts do not" do
    js = start_with_helpers()
    code = "const x = await Promise.resolve(7); postMessage([x, this === undefined]);"
    assert js!(js, "await next(new Worker(#{inspect(code)}, { type: 'module' }))") == [7, true]

    waiting =
      "postMessage(await new Promise((resolve) => { onmessage = ({ data }) => resolve(data); }))"

    assert js!(
             js,
             "const w = new Worker(#{inspect(waiting)}, { type: 'module' }); w.postMessage('in'); await next(w)"
           ) == "in"

    imports = "try { importScripts('data:,1') } catch (e) { postMessage(e.name) }"

    assert js!(js, "await next(new Worker(#{inspect(imports)}, { type: 'module' }))") ==
             "TypeError"
  end

  test "data: URLs are code" do
    js = start_with_helpers()

    assert js!(js, "await next(new Worker('data:text/javascript,postMessage(%22%C3%A4%22)'))") ==
             "ä"

    assert js!(js, "await next(new Worker('data:;base64,' + btoa('postMessage(5)')))") == 5

    assert js!(
             js,
             "await next(new Worker(`importScripts('data:,globalThis.a = 1', 'data:,a++'); postMessage(a)`))"
           ) == 2
  end

  test "blob: URLs are code" do
    js = start_alone(apis: [:worker, :url, :buffer])
    js!(js, @helpers)

    assert js!(js, "await next(new Worker(URL.createObjectURL(new Blob(['postMessage(`ä`)']))))") ==
             "ä"

    assert js!(js, "await next(new Worker('blob:null/none')).catch((e) => e.message)") =~
             "no Blob"
  end

  @tag :tmp_dir
  test "paths are relative to the parent's script, and stay below it", %{tmp_dir: dir} do
    File.mkdir_p!(Path.join(dir, "app/lib"))
    File.write!(Path.join(dir, "secret.js"), "postMessage('out')")
    File.write!(Path.join(dir, "app/main.js"), @helpers)
    File.write!(Path.join(dir, "app/lib/more.js"), "more = 5;")

    File.write!(
      Path.join(dir, "app/worker.js"),
      "let more; importScripts('lib/more.js'); postMessage(more); nothing.at.all"
    )

    js = start(script: Path.join(dir, "app/main.js"))
    assert js!(js, "await next(new Worker('./worker.js'))") == 5

    assert js!(js, "await next(new Worker('../secret.js')).catch((e) => e.message)") =~
             "not below"

    assert js!(
             js,
             "await next(new Worker(#{inspect(Path.join(dir, "secret.js"))})).catch((e) => e.message)"
           ) =~ "not below"

    assert js!(js, "await next(new Worker('none.js')).catch((e) => e.message)") =~
             "cannot be read"

    assert js!(js, "await next(new Worker('https://example.com/a.js')).catch((e) => e.message)") =~
             "network"

    assert js!(start_with_helpers(), "await next(new Worker('a.js')).catch((e) => e.message)") =~
             "has neither"

    imports = "try { importScripts('../secret.js') } catch (e) { postMessage(e.name) }"
    assert js!(js, "await next(new Worker(#{inspect(imports)}))") == "NetworkError"
  end

  describe "life" do
    setup do
      pool = start_pool()
      %{pool: pool, count: fn -> ContextPool.stats(pool).contexts end}
    end

    test "ends with terminate, close and the parent", %{pool: pool, count: count} do
      js = start_context(pool, apis: [:worker])
      js!(js, @helpers)

      js!(
        js,
        "globalThis.a = new Worker('while (true);'); globalThis.b = new Worker('onmessage = () => close(); postMessage(0)'); globalThis.c = new Worker('new Worker(`postMessage(1)`).onmessage = () => postMessage(2)')"
      )

      assert js!(js, "await next(c)") == 2
      eventually(fn -> count.() == 5 end)
      js!(js, "a.terminate(); a.terminate(); a.postMessage(1)")
      eventually(fn -> count.() == 4 end)
      js!(js, "b.postMessage(0)")
      eventually(fn -> count.() == 3 end)
      Context.stop(js)
      eventually(fn -> count.() == 0 end)
    end

    test "ends when the parent is killed or reset", %{pool: pool, count: count} do
      {owner, js} = start_owner(pool, apis: [:worker])
      js!(js, "new Worker('new Worker(`0;`)'); new Worker('while (true);'); 0")
      eventually(fn -> count.() == 4 end)
      :ok = Context.reset(js)
      eventually(fn -> count.() == 1 end)
      js!(js, "new Worker('0;'); 0")
      eventually(fn -> count.() == 2 end)
      Process.exit(owner, :kill)
      eventually(fn -> count.() == 0 end)
    end

    test "what a worker says before it closes is heard", %{pool: pool} do
      js = start_context(pool, apis: [:worker])
      js!(js, @helpers)
      assert js!(js, "await next(new Worker('close(); postMessage(`last`)'))") == "last"
    end

    test "terminate before it has begun", %{pool: pool, count: count} do
      js = start_context(pool, apis: [:worker])
      js!(js, "for (let i = 0; i < 20; i++) new Worker('while (true);').terminate()")
      eventually(fn -> count.() == 1 end)
    end

    test "no more than a number of them live in all", %{pool: pool, count: count} do
      js = start_context(pool, apis: [:worker])

      js!(
        js,
        "globalThis.failed = 0; for (let i = 0; i < 70; i++) new Worker('0;').onerror = (e) => { e.preventDefault(); failed++; }"
      )

      eventually(fn -> js!(js, "failed") == 6 end)
      eventually(fn -> count.() == 65 end)
      # A nested one counts too.
      Context.stop(js)
      eventually(fn -> count.() == 0 end)
    end

    test "a bomb of workers is contained", %{pool: pool, count: count} do
      js = start_context(pool, apis: [:worker], console: self())

      js!(js, """
      function spawn(depth) {
        const code = `${spawn}; if (${depth} > 0) spawn(${depth - 1})`;
        for (let i = 0; i < 5; i++) new Worker(code);
      }
      spawn(4);
      """)

      eventually(fn -> count.() == 65 end)
      assert count.() <= 65
      Context.stop(js)
      eventually(fn -> count.() == 0 end)
    end
  end

  test "a flood is charged to the one that sends it" do
    js = start(memory_limit: 8_000_000)
    js!(js, "globalThis.w = new Worker('while (true);'); 0")

    assert_js_error(
      Context.eval(js, "while (true) w.postMessage('x'.repeat(10000))"),
      "InternalError"
    )

    assert Context.stop(js) == :ok
  end

  test "limits, handlers and groups are the parent's" do
    js =
      start_alone(
        apis: [:worker, :storage],
        memory_limit: 2_000_000,
        handlers: %{"add" => fn [a, b] -> a + b end}
      )

    js!(js, @helpers)
    assert js!(js, "await next(new Worker('Beam.call(`add`, 2, 3).then(postMessage)'))") == 5

    assert js!(
             js,
             "await next(new Worker('postMessage(typeof localStorage + typeof BroadcastChannel)'))"
           ) == "objectundefined"

    assert js!(
             js,
             "await next(new Worker('const all = []; while (true) all.push({})')).catch((e) => e.message)"
           ) =~ "out of memory"
  end

  test "on the private pool of a runtime too" do
    {:ok, js} = QuickBEAM.start(apis: [:worker])
    QuickBEAM.eval!(js, @helpers)
    assert QuickBEAM.eval!(js, "await next(new Worker('postMessage(1)'))") == 1
    QuickBEAM.stop(js)
  end

  test "what is no worker is refused" do
    js = start()

    for code <- [
          "new Worker()",
          "Worker('0;')",
          "new Worker('0;', 1)",
          "new Worker('0;', { type: 'shared' })",
          "new Worker(Symbol())",
          "Worker.prototype.terminate.call({})"
        ] do
      assert_js_error(Context.eval(js, code), "TypeError")
    end

    assert js!(js, "[Worker.length, Worker.prototype.postMessage.length, typeof Worker.ended]") ==
             [1, 1, "undefined"]

    assert js!(js, "typeof postMessage") == "undefined"
  end

  test "FileReaderSync is there, in a worker alone" do
    js = start_alone(apis: [:worker, :fetch])
    js!(js, @helpers)

    code = """
    const reader = new FileReaderSync();
    const blob = new Blob(["hé"], { type: "a/b" });
    let refused;
    try { reader.readAsText("x"); } catch (error) { refused = error.name; }
    postMessage([reader.readAsText(blob), reader.readAsText(blob, "latin1"), reader.readAsDataURL(blob),
      reader.readAsBinaryString(blob).length, reader.readAsArrayBuffer(blob).byteLength, refused,
      Object.prototype.toString.call(reader)]);
    """

    assert js!(js, "[typeof FileReaderSync, await next(new Worker(#{inspect(code)}))]") == [
             "undefined",
             ["hé", "hÃ©", "data:a/b;base64,aMOp", 3, 3, "TypeError", "[object FileReaderSync]"]
           ]
  end
end
