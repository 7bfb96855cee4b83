# What one context feels of another on the only thread of a pool.
#
#     mix run bench/neighbours.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Neighbours do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  @ms 1000
  @cycles "(() => { for (let i = 0; i < 300000; i++) { const a = {}, b = { a }; a.b = b } })()"

  def run do
    rows = while_waiting() ++ while_looping() ++ while_collecting() ++ killed() ++ [crowd()]

    Bench.Table.print("B's evals while A works, one thread", rows)
  end

  defp while_waiting do
    handlers = %{"slow" => fn [] -> Process.sleep(500) end}

    alone =
      with_pool(1, fn pool ->
        b = context(pool)
        samples(count(10_000), fn -> Context.eval(b, "1 + 2") end)
      end)

    await = beside(~S|await Beam.call("slow")|, handlers: handlers)
    sync = beside(~S|Beam.callSync("slow")|, handlers: handlers)

    [
      row("nothing", alone, nil),
      row("awaits a handler, 500 ms", await, 473),
      row("in callSync, 500 ms", sync, 470)
    ]
  end

  # The maximum is what stands against the Zig version's one eval, which had to wait.
  defp row(what, {times, _}, zig), do: row(what, times, zig)

  defp row(what, times, zig) do
    {"A: #{what}; longest of B", :us, Enum.max(times), zig && zig * @ms,
     "#{length(times)} evals: #{spread(times)}"}
  end

  defp while_looping do
    # As long as 330 ms of a loop alone.
    code = "(() => { const end = performance.now() + 330; while (performance.now() < end); })()"
    times = beside(code)
    work = beside("(() => { let n = 0; for (let i = 0; i < 8e6; i++) n += i; return n })()")
    [row("polls the clock, 330 ms", times, 298), row("adds 8 M numbers", work, 298)]
  end

  defp while_collecting do
    for {n, zig} <- [{1, 54}, {1_000, 177}] do
      alone =
        with_pool(1, fn pool ->
          [a | _] = contexts(pool, n)
          median(samples(count(10), fn -> {:ok, _} = Context.eval(a, @cycles) end))
        end)

      {times, took} = beside(@cycles, alive: n)

      [
        {"A: makes 300000 cycles, #{n} alive; A itself", :us, alone, zig * @ms,
         "#{duration(took)} while B evals without a pause"},
        {"A: makes 300000 cycles, #{n} alive; p99 of B", :us, percentile(times, 99),
         if(n == 1_000, do: 153 * @ms), "#{length(times)} evals: #{spread(times)}"}
      ]
    end
    |> Enum.concat()
  end

  # B's evals, one after the other, as long as A's takes; and how long that is.
  defp beside(code, opts \\ []) do
    {alive, opts} = Keyword.pop(opts, :alive, 0)

    with_pool(1, fn pool ->
      others = contexts(pool, alive - 2)
      a = context(pool, opts)
      b = context(pool)
      samples(1_000, fn -> Context.eval(b, "1 + 2") end)

      runs =
        for _ <- 1..3 do
          task = Task.async(fn -> time(fn -> {:ok, _} = Context.eval(a, code) end) |> elem(0) end)
          times = evals_until(task.ref, b, [])
          {times, receive(do: ({ref, took} when ref == task.ref -> took))}
        end

      stop_all(others)
      {Enum.flat_map(runs, &elem(&1, 0)), runs |> Enum.map(&elem(&1, 1)) |> median()}
    end)
  end

  defp evals_until(ref, context, times) do
    {time, {:ok, 3}} = time(fn -> Context.eval(context, "1 + 2") end)
    {:messages, messages} = Process.info(self(), :messages)

    if List.keymember?(messages, ref, 0),
      do: times,
      else: evals_until(ref, context, [time | times])
  end

  # The process of a context that loops is killed; its neighbour is asked at once.
  defp killed do
    with_pool(1, fn pool ->
      b = context(pool)
      run(b, "1")

      times =
        for _ <- 1..count(50) do
          a = context(pool)
          spawn(fn -> Context.eval(a, "while (true) {}") end)
          Process.sleep(5)
          Process.exit(a, :kill)
          {time, {:ok, 3}} = time(fn -> Context.eval(b, "1 + 2") end)
          time
        end

      [{"A: loops and is killed; B's first", :us, median(times), 696 * @ms, spread(times)}]
    end)
  end

  # 500 contexts that wait, all at once.
  defp crowd do
    with_pool(1, fn pool ->
      handlers = %{"slow" => fn [] -> Process.sleep(100) end}
      contexts = contexts(pool, 500, handlers: handlers)

      times =
        for _ <- 1..3 do
          {time, _} =
            time(fn ->
              contexts
              |> Enum.map(
                &Task.async(fn -> {:ok, _} = Context.eval(&1, ~S|Beam.callSync("slow")|) end)
              )
              |> Task.await_many(:infinity)
            end)

          time
        end

      {"500 callSyncs of 100 ms at once", :us, median(times), nil, "one after the other: 50 s"}
    end)
  end
end

Bench.Neighbours.run()
