defmodule QuickBEAM.StreamsTest do
  use QuickBEAM.Case, async: true

  test "AbortSignal.timeout ends a pipe of an endless stream" do
    context = start_alone(apis: [:fetch])

    assert {:ok, ["TimeoutError", true, true]} =
             Context.eval(context, """
             (async () => {
               let canceled, aborted;
               const clock = new ReadableStream({
                 pull: (controller) => new Promise((resolve) => setTimeout(() => { controller.enqueue("tick"); resolve(); }, 1)),
                 cancel(reason) { canceled = reason; },
               });
               const sink = new WritableStream({ abort(reason) { aborted = reason; } });
               const signal = AbortSignal.timeout(20);
               const error = await clock.pipeTo(sink, { signal }).catch((error) => error);
               return [error.name, canceled === error, aborted === signal.reason];
             })()
             """)
  end

  test "a long pipe neither grows nor keeps others waiting" do
    pool = start_pool(size: 1)
    context = start_context(pool, apis: [:fetch], memory_limit: 8_000_000)
    other = start_context(pool)

    pipe =
      Task.async(fn ->
        Context.eval(context, """
        let left = 2_000, bytes = 0;
        const source = new ReadableStream({
          type: "bytes",
          pull(controller) { left-- > 0 ? controller.enqueue(new Uint8Array(65_536)) : controller.close(); },
        });
        source.pipeTo(new WritableStream({ write(chunk) { bytes += chunk.length; } })).then(() => bytes)
        """)
      end)

    assert {:ok, 2} = Context.eval(other, "1 + 1")
    assert {:ok, 131_072_000} = Task.await(pipe, 60_000)
  end
end
