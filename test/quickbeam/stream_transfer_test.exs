defmodule QuickBEAM.StreamTransferTest do
  use QuickBEAM.Case, async: true

  @helpers """
  globalThis.moved = (stream) => structuredClone(stream, { transfer: [stream] });
  globalThis.of = (...chunks) =>
    new ReadableStream({ start(c) { chunks.forEach((chunk) => c.enqueue(chunk)); c.close(); } });
  globalThis.all = async (stream) => { const list = []; for await (const chunk of stream) list.push(chunk); return list; };
  globalThis.nameOf = (f) => { try { f(); return "none"; } catch ({ name }) { return name; } };
  0
  """

  defp start(apis) do
    js = start_alone(apis: apis)
    Context.eval!(js, @helpers)
    js
  end

  defp answer(js, body), do: Context.eval!(js, "(async () => { #{body} })()")

  test "a readable stream goes on where it has gone, clones of its chunks" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const chunk = { at: new Date(5) };
           const stream = of(chunk, "b");
           const there = moved(stream);
           const locked = [stream.locked, there.locked];
           const [first, second] = await all(there);
           return [there instanceof ReadableStream, there !== stream, ...locked,
             first.at.getTime(), first === chunk, second];
           """) == [true, true, true, false, 5, false, "b"]
  end

  test "one chunk is taken before it is asked for" do
    js = start([:fetch, :channel])

    assert answer(js, """
           let pulls = 0;
           const stream = new ReadableStream({ pull(c) { c.enqueue(++pulls); } }, { highWaterMark: 0 });
           const reader = moved(stream).getReader();
           await new Promise((resolve) => setTimeout(resolve));
           const before = pulls;
           const { value } = await reader.read();
           return [before, value];
           """) == [1, 1]
  end

  test "ends go both ways: close, error, cancel, abort" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const failed = moved(new ReadableStream({ start(c) { c.error(new RangeError("no")); } }));
           const error = await failed.getReader().read().catch((error) => error);
           const canceled = await new Promise((resolve) => {
             moved(new ReadableStream({ cancel: resolve })).cancel("enough");
           });
           const aborted = await new Promise((resolve) => {
             moved(new WritableStream({ abort: resolve })).abort(new TypeError("stop"));
           });
           const written = [];
           const writer = moved(new WritableStream({ write(chunk) { written.push(chunk); }, close() { written.push("end"); } })).getWriter();
           writer.write(1);
           writer.write([2]);
           await writer.close();
           while (written.at(-1) !== "end") await new Promise((resolve) => setTimeout(resolve));
           return [error instanceof RangeError, error.message, canceled, aborted.name, aborted.message, written];
           """) == [true, "no", "enough", "TypeError", "stop", [1, [2], "end"]]
  end

  test "a chunk that cannot be cloned errors both sides" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const canceled = new Promise((resolve) => {
             globalThis.there = moved(new ReadableStream({ start(c) { c.enqueue(() => 1); }, cancel: resolve }));
           });
           const error = await there.getReader().read().catch((error) => error);
           return [error.name, (await canceled).name];
           """) == ["DataCloneError", "DataCloneError"]
  end

  test "both sides of a transform go" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const transform = new TransformStream({ transform(chunk, c) { c.enqueue(chunk * 2); } });
           const there = moved(transform);
           return [there instanceof TransformStream, transform.readable.locked, transform.writable.locked,
             await all(of(1, 2, 3).pipeThrough(there))];
           """) == [true, true, true, [2, 4, 6]]
  end

  test "what is locked, or is not in the list, stays" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const locked = of(1), writable = new WritableStream(), transform = new TransformStream();
           locked.getReader();
           writable.getWriter();
           transform.readable.getReader();
           const names = [locked, writable, transform].map((stream) => nameOf(() => moved(stream)));
           const free = of(1);
           names.push(nameOf(() => structuredClone(free)), nameOf(() => structuredClone({ free })));
           return [names, await all(free)];
           """) == [List.duplicate("DataCloneError", 5), [1]]
  end

  test "nothing that a script puts in the way is called" do
    js = start([:fetch, :channel])

    assert answer(js, """
           const stream = of(1, 2);
           const called = [];
           for (const name of ["postMessage", "close", "start"]) {
             MessagePort.prototype[name] = () => called.push(name);
           }
           ReadableStream.prototype.pipeTo = () => called.push("pipeTo");
           Object.defineProperty(Object.prototype, "type", { set() { called.push("type"); }, configurable: true });
           const list = await all(moved(stream));
           delete Object.prototype.type;
           return [list, called];
           """) == [[1, 2], []]
  end

  test "between a worker and whoever made it" do
    js = start([:fetch, :worker])

    assert answer(js, """
           const worker = new Worker(`
             onmessage = async ({ data: { readable, writable } }) => {
               await readable.pipeThrough(new TransformStream({ transform(text, c) { c.enqueue(text.toUpperCase()); } })).pipeTo(writable);
             };
           `);
           const { readable, writable } = new TransformStream();
           const source = of("a", "b");
           worker.postMessage({ readable: source, writable }, [source, writable]);
           const list = await all(readable);
           worker.terminate();
           return list;
           """) == ["A", "B"]
  end

  test "a stream from a context that ends is errored, not silent" do
    js = start([:fetch, :worker])

    assert answer(js, """
           const worker = new Worker(`
             const stream = new ReadableStream({ start(c) { c.enqueue(1); } });
             postMessage(stream, [stream]);
           `);
           const { data } = await new Promise((resolve) => { worker.onmessage = resolve; });
           const reader = data.getReader();
           const { value } = await reader.read();
           const rest = reader.read().catch(({ name }) => name);
           worker.terminate();
           return [value, await rest];
           """) == [1, "TypeError"]
  end
end
