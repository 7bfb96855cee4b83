# What a context costs: time to make and to end one, and memory.
#
#     mix run bench/contexts.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Contexts do
  import Bench
  import Bench.World
  alias QuickBEAM.{Context, ContextPool}

  @ms 1000

  def run do
    # Memory first, while the VM has touched little of its own.
    memory = memory(1_000, 265 * 1024) ++ memory(10_000, nil)
    rows = memory ++ given_back() ++ owners() ++ life() ++ pool_stop() ++ after_stop() ++ churn()
    Bench.Table.print("Contexts, apis: false", rows)
  end

  # RSS counts the Elixir process of each context, too.
  defp memory(n, zig) do
    with_pool(2, fn pool ->
      stop_all(contexts(pool, 50))
      before = rss()
      contexts = contexts(pool, n)
      taken = rss() - before
      %{memory: memory, chunks: chunks} = ContextPool.stats(pool)
      stop_all(contexts)

      [
        {"RSS of one, #{n} alive", :bytes, taken / n, zig, "with its Elixir process"},
        {"accounted heap of one, #{n} alive", :bytes, memory / n, if(zig, do: 58 * 1024),
         "in chunks of #{decimals(chunks / n / 1024, 1)} KB; Zig: what its docs say"}
      ]
    end)
  end

  # Three rounds of 2,000 contexts that hold 100 KB each, all stopped after it.
  defp given_back do
    with_pool(2, fn pool ->
      stop_all(contexts(pool, 50))
      before = rss()

      rounds =
        for _ <- 1..3 do
          contexts = contexts(pool, count(2_000))

          for context <- contexts,
              do:
                run(
                  context,
                  "globalThis.kept = Array(100).fill(0)" <>
                    ".map((_, i) => new Uint8Array(1000).fill(i))"
                )

          full = rss()
          stop_all(contexts)
          {full, rss()}
        end

      note =
        Enum.map_join([before | Enum.flat_map(rounds, &Tuple.to_list/1)], " > ", &megabytes/1)

      {_, last} = List.last(rounds)
      peak = rounds |> Enum.map(&elem(&1, 0)) |> Enum.max()
      kept = max(last - before, 0) / (peak - before) * 100
      [{"RSS kept of 2000 x 100 KB, 3 rounds", :percent, kept, 95, "MB: " <> note}]
    end)
  end

  # Contexts of an owner that is killed.
  defp owners do
    with_pool(2, fn pool ->
      stop_all(contexts(pool, 20))
      before = rss()

      for _ <- 1..20 do
        test = self()

        owner =
          spawn(fn -> send(test, {:made, contexts(pool, 20)}) && Process.sleep(:infinity) end)

        receive do: ({:made, _} -> :ok)
        Process.exit(owner, :kill)
      end

      until(fn -> ContextPool.stats(pool).contexts == 0 end)
      stay = max(rss() - before, 0) / 20
      [{"stays of 20 contexts, owner killed", :bytes, stay, 12 * 1_048_576, "mean of 20 times"}]
    end)
  end

  defp life do
    for {alive, zig} <- [{0, {0.15 * @ms, 0.20 * @ms}}, {300, 0.41 * @ms}, {2_000, 0.73 * @ms}],
        row <- with_pool(2, &life(&1, alive, zig)),
        do: row
  end

  defp life(pool, alive, zig) do
    others = contexts(pool, alive)
    for _ <- 1..50, do: Context.stop(context(pool))

    {create, stop} =
      for _ <- 1..count(1_000) do
        {create, context} = time(fn -> context(pool) end)
        {stop, :ok} = time(fn -> Context.stop(context) end)
        {create, stop}
      end
      |> Enum.unzip()

    stop_all(others)

    [
      {"create, #{alive} alive", :us, median(create), zig, spread(create)},
      {"stop, #{alive} alive", :us, median(stop), nil, spread(stop)}
    ]
  end

  defp pool_stop do
    times =
      for _ <- 1..3 do
        {:ok, pool} = ContextPool.start_link(size: 2)
        contexts(pool, 1_000)
        time(fn -> ContextPool.stop(pool) end) |> elem(0)
      end

    [{"stop of a pool with 1000", :us, median(times), 44 * @ms * @ms, spread(times)}]
  end

  # A stop by another process, and the eval of a context on the same thread that
  # is asked for at once.
  defp after_stop do
    for {n, zig} <- [{1, 0.24}, {100, 1.8}, {500, 29}, {1_000, 77}] do
      with_pool(1, fn pool ->
        neighbour = context(pool)
        contexts(pool, n - 1)
        run(neighbour, "1")

        times =
          for _ <- 1..count(100) do
            victim = context(pool)
            test = self()
            stopper = spawn_link(fn -> stopper(test, victim) end)
            receive do: ({^stopper, :stops} -> :ok)
            {time, {:ok, 3}} = time(fn -> Context.eval(neighbour, "1 + 2") end)
            receive do: ({^stopper, :stopped} -> :ok)
            time
          end

        {"neighbour's eval after a stop, #{n} alive", :us, median(times), zig * @ms,
         spread(times)}
      end)
    end
  end

  defp stopper(test, victim) do
    send(test, {self(), :stops})
    Context.stop(victim)
    send(test, {self(), :stopped})
  end

  # 20,000 lives with 1,000 objects each. RSS must not depend on how many.
  defp churn do
    with_pool(2, fn pool ->
      code = "globalThis.kept = []; for (let i = 0; i < 1000; i++) kept.push({ i, of: kept })"

      lives = fn n ->
        for _ <- 1..2,
            do:
              Task.async(fn ->
                for _ <- 1..div(n, 2) do
                  context = context(pool)
                  run(context, code)
                  Context.stop(context)
                end
              end)
      end

      lives.(count(2_000)) |> Task.await_many(:infinity)
      early = rss()
      {time, _} = time(fn -> lives.(count(18_000)) |> Task.await_many(:infinity) end)
      grown = max(rss() - early, 0)

      [
        {"RSS grown by the last 18000 of 20000 lives", :bytes, grown, nil,
         "from #{megabytes(early)} MB"},
        {"a life with 1000 objects, 2 at once", :us, time / count(18_000), nil,
         "create, eval, stop"}
      ]
    end)
  end

  defp megabytes(bytes), do: decimals(bytes / 1_048_576, 0)
end

Bench.Contexts.run()
