# What fetch costs: requests a second of many contexts, a large body, memory of what is
# open. The server is an OS process of its own on the same machine, and takes its share.
#
#     mix run bench/fetch.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Fetch do
  import Bench
  import Bench.World
  alias QuickBEAM.{Context, ContextPool, Native}

  @contexts 1000

  def run do
    url = "http://127.0.0.1:#{server()}"
    Bench.Table.print("fetch", one(url) ++ many(url) ++ open(url))
  end

  defp server do
    elixir = System.find_executable("elixir")
    script = Path.join(__DIR__, "support/http_server.exs")
    port = Port.open({:spawn_executable, elixir}, [:binary, args: [script]])
    receive(do: ({^port, {:data, text}} -> text |> String.trim() |> String.to_integer()))
  end

  defp one(url) do
    with_pool(2, fn pool ->
      context = context(pool, apis: [:fetch])

      run(
        context,
        "async function get(path) { return (await (await fetch('#{url}' + path)).bytes()).length }"
      )

      small = samples(count(2000), fn -> {:ok, 1024} = Context.call(context, "get", ["/"]) end)

      large =
        samples(count(100), fn -> {:ok, 1_048_576} = Context.call(context, "get", ["/large"]) end)

      [
        {"one request of 1 KiB, connection kept", :us, median(small), nil, spread(small)},
        {"a body of 1 MiB", :us, median(large), nil, "#{round(1_000_000 / median(large))} MiB/s"}
      ]
    end)
  end

  defp many(url) do
    each = count(20)

    with_pool(2, fn pool ->
      contexts = contexts(pool, @contexts, apis: [:fetch])
      {touch, :ok} = time(fn -> Enum.each(contexts, &run(&1, "await fetch('data:,x')")) end)
      Enum.each(contexts, &run(&1, loop(url)))
      {us, :ok} = time(fn -> all(contexts, &({:ok, _} = Context.call(&1, "loop", [each]))) end)
      stop_all(contexts)

      [
        {"first touch of fetch in a context", :us, touch / @contexts, nil, ""},
        {"requests per second of #{@contexts} contexts, one after the other in each", :rate,
         @contexts * each * 1_000_000 / us, nil, "#{each} each, 1 KiB, a connection each"}
      ]
    end)
  end

  defp loop(url) do
    "async function loop(n) { for (let i = 0; i < n; i++) await (await fetch('#{url}/')).text() }"
  end

  defp open(url) do
    with_pool(2, fn pool ->
      contexts = contexts(pool, @contexts, apis: [:fetch, :websocket])
      # The code of fetch is loaded, the runtime is there.
      Enum.each(contexts, &run(&1, "fetch('data:,x')"))
      before = rss()
      heaps = ContextPool.stats(pool).memory
      Enum.each(contexts, &run(&1, "fetch('#{url}/hang').catch(() => {})"))
      until(fn -> Native.stats().network.active == @contexts end)
      grown = rss() - before
      heap = ContextPool.stats(pool).memory - heaps
      {us, :ok} = time(fn -> stop_all(contexts) && :ok end)
      until(fn -> Native.stats().network.connections == 0 end)

      [
        {"resident memory of an open request, of #{@contexts}", :bytes, grown / @contexts, nil,
         "socket and session included"},
        {"of that in the JS heap, or charged to it", :bytes, heap / @contexts, nil, ""},
        {"stop a context with a request in flight", :us, us / @contexts, nil, "none left open"}
      ]
    end)
  end

  defp all(contexts, fun) do
    contexts
    |> Enum.map(&Task.async(fn -> fun.(&1) end))
    |> Enum.each(&Task.await(&1, :infinity))
  end
end

Bench.Fetch.run()
