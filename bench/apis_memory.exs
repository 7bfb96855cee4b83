# What the groups of `:apis` cost a context, before and after a script touches them.
#
#     mix run bench/apis_memory.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.ApisMemory do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  # Each with a touch of one global of its own.
  @groups [
    bare: {false, nil},
    beam: {[:beam], "Beam.hash"},
    fetch: {[:fetch], "new Headers()"},
    websocket: {[:websocket], "WebSocket"},
    worker: {[:worker], "new MessageChannel()"},
    channel: {[:channel], "BroadcastChannel"},
    eventsource: {[:eventsource], "EventSource"},
    url: {[:url], "new URL('http://a/')"},
    crypto: {[:crypto], "crypto.subtle"},
    compression: {[:compression], "compression"},
    buffer: {[:buffer], "Buffer.alloc(1)"},
    dom: {[:dom], "document.body"},
    console: {[:console], "console.table"},
    storage: {[:storage], "localStorage.length"},
    locks: {[:locks], "navigator.locks"},
    intl: {[:intl], "new Intl.NumberFormat('en')"},
    node: {[:node], "path"},
    browser: {[:browser], "new URL('http://a/')"}
  ]

  # RSS, from BASELINE: the Zig version, in KiB, of the groups that were measured there.
  @zig_rss %{bare: 265, beam: 284, browser: 825}
  @zig_ms %{bare: {0.15, 0.20}, beam: 0.23, browser: 3.0}

  def run do
    # Compiles the modules of all of them.
    for {_, {apis, touch}} <- @groups,
        do: with_pool(1, &touched([context(&1, apis: apis)], touch))

    # The contexts stay until all are measured: what a context leaves behind serves the next
    # one, which would then seem to take nothing.
    {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 2)
    # These take what those before have left.
    contexts(pool, 40)
    found = for {group, {apis, touch}} <- @groups, do: {group, measure(pool, apis, touch)}
    QuickBEAM.ContextPool.stop(pool)
    bare = found[:bare]

    heaps =
      for {group, %{heap: heap}} <- found,
          do: row(group, :bytes, heap, nil, over(heap - bare.heap))

    Bench.Table.print("JS heap of one context", heaps)

    resident =
      for {group, %{rss: rss}} <- found,
          do: row(group, :bytes, rss, kib(@zig_rss[group]), over(rss - bare.rss))

    Bench.Table.print("RSS of one context, with its Elixir process", resident)

    touched =
      for {group, %{touched: touched, heap: heap}} <- found, touched do
        {_, code} = @groups[group]
        row(group, :bytes, touched, nil, "#{code}: #{over(touched - heap)}")
      end

    Bench.Table.print("JS heap after one of its globals was touched", touched)

    times = with_pool(2, fn pool -> start_times(ways(pool), 500) end)

    starts =
      for {group, _} <- @groups do
        time = times[group]
        note = "#{decimals(time - times[:bare], 1)} µs more"
        row(group, :us, time, milliseconds(@zig_ms[group]), note)
      end

    Bench.Table.print("Start of one context", starts)
  end

  defp row(:bare, unit, value, zig, note), do: {"apis: false", unit, value, zig, note}
  defp row(group, unit, value, zig, note), do: {"[:#{group}]", unit, value, zig, note}

  defp measure(pool, apis, touch) do
    n = count(200)
    before = rss()
    contexts = contexts(pool, n, apis: apis)
    rss = (rss() - before) / n
    sample = Enum.take(contexts, 10)
    heap = heap(sample)
    %{rss: rss, heap: heap, touched: touch && touched(sample, touch)}
  end

  defp touched(_contexts, nil), do: nil

  defp touched(contexts, code) do
    Enum.each(contexts, &run(&1, code))
    heap(contexts)
  end

  defp heap(contexts) do
    sizes =
      for context <- contexts do
        {:ok, %{malloc_size: size}} = Context.memory_usage(context)
        size
      end

    median(sizes)
  end

  defp ways(pool),
    do: for({group, {apis, _}} <- @groups, do: {group, fn -> context(pool, apis: apis) end})

  defp over(bytes), do: "#{decimals(bytes / 1024, 1)} KB more"
  defp kib(nil), do: nil
  defp kib(kib), do: kib * 1024
  defp milliseconds(nil), do: nil
  defp milliseconds({low, high}), do: {low * 1000, high * 1000}
  defp milliseconds(ms), do: ms * 1000
end

Bench.ApisMemory.run()
