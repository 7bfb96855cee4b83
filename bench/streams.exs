# What a chunk costs on its way through streams, and what an event costs: CPU time of
# the worker.
#
#     mix run bench/streams.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Streams do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  @chunk 65_536
  # The pool's only worker, whose CPU time is measured.
  @worker "quickbeam-0"

  # Each answers how many chunks it has moved.
  @js """
  const chunk = new Uint8Array(#{@chunk});
  const source = (count, bytes) => {
    let left = count;
    return new ReadableStream({
      type: bytes ? "bytes" : undefined,
      pull(controller) {
        if (left-- > 0) controller.enqueue(bytes ? new Uint8Array(#{@chunk}) : chunk);
        else {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    });
  };
  const sink = () => new WritableStream({ write() {} });
  const drain = async (stream) => {
    const reader = stream.getReader();
    for (let count = 0; ; count++) if ((await reader.read()).done) return count;
  };
  const scenarios = {
    async read(n) { return await drain(source(n)); },
    async readBytes(n) { return await drain(source(n, true)); },
    async byob(n) {
      const reader = source(n, true).getReader({ mode: "byob" });
      let view = new Uint8Array(#{@chunk}), count = 0;
      for (;;) {
        const { value, done } = await reader.read(view);
        if (done) return count;
        count++;
        view = new Uint8Array(value.buffer);
      }
    },
    async iterate(n) { let count = 0; for await (const _ of source(n)) count++; return count; },
    async pipe(n) { await source(n).pipeTo(sink()); return n; },
    async pipeBytes(n) { await source(n, true).pipeTo(sink()); return n; },
    async tee(n) {
      const [one, two] = source(n).tee();
      const counts = await Promise.all([drain(one), drain(two)]);
      return counts[0];
    },
    async transform(n) {
      const passOn = new TransformStream({ transform(chunk, controller) { controller.enqueue(chunk); } });
      await source(n).pipeThrough(passOn).pipeTo(sink());
      return n;
    },
    async decode(n) {
      await source(n).pipeThrough(new TextDecoderStream()).pipeTo(sink());
      return n;
    },
  };
  function dispatch(n) {
    const target = new EventTarget();
    target.addEventListener("x", () => {});
    const event = new Event("x");
    for (let i = 0; i < n; i++) target.dispatchEvent(event);
    return n;
  }
  function create(n) {
    const target = new EventTarget();
    target.addEventListener("x", () => {});
    for (let i = 0; i < n; i++) target.dispatchEvent(new Event("x"));
    return n;
  }
  function abortController(n) {
    for (let i = 0; i < n; i++) {
      const controller = new AbortController();
      controller.signal.addEventListener("abort", () => {});
      controller.abort("reason");
    }
    return n;
  }
  const run = (name, n) => scenarios[name](n);
  """

  @scenarios [
    {"read()", "read"},
    {"read() of a byte stream", "readBytes"},
    {"read(view), BYOB", "byob"},
    {"for await", "iterate"},
    {"pipeTo", "pipe"},
    {"pipeTo from a byte stream", "pipeBytes"},
    {"tee, both branches read", "tee"},
    {"pipeThrough a TransformStream", "transform"},
    {"pipeThrough a TextDecoderStream", "decode"}
  ]

  def run do
    with_pool(1, fn pool ->
      {:ok, context} = Context.start_link(pool: pool, apis: [:fetch])
      run(context, @js)
      Bench.Table.print("Streams, chunks of 64 KiB", Enum.map(@scenarios, &stream(context, &1)))

      Bench.Table.print("Events", [
        events(context, "dispatch of one event, one listener", "dispatch"),
        events(context, "new Event and its dispatch", "create"),
        events(context, "AbortController with a listener, aborted", "abortController")
      ])
    end)
  end

  defp stream(context, {label, name}) do
    n = count(4_000)
    Context.call!(context, "run", [name, div(n, 10)])
    {us, ^n} = cpu_time(@worker, fn -> Context.call!(context, "run", [name, n]) end)
    megabytes = decimals(n * @chunk / us, 0)
    {label, :us, us / n, nil, "#{rate(n, us)} chunks/s, #{megabytes} MB/s"}
  end

  defp events(context, label, name) do
    n = count(100_000)
    Context.call!(context, name, [div(n, 10)])
    {us, ^n} = cpu_time(@worker, fn -> Context.call!(context, name, [n]) end)
    {label, :us, us / n, nil, "#{rate(n, us)} a second"}
  end

  defp rate(n, us), do: "#{round(n / us * 1_000_000)}"
end

Bench.Streams.run()
