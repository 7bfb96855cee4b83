# Whether contexts stay polite to each other: five attackers and 1,000 others on one
# thread. What counts is how long the others' calls take.
#
#     mix run bench/attackers.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Attackers do
  import Bench
  import Bench.World
  alias QuickBEAM.{Context, ContextPool}

  @goal 10_000
  @memory_limit 16 * 1024 * 1024

  @attackers [
    loop: "while (true) {}",
    cycles: "for (;;) { const a = {}, b = { a }; a.b = b }",
    timers: "const f = () => setTimeout(f, 0); for (let i = 0; i < 10000; i++) f()",
    messages: """
    Beam.onMessage(m => Beam.send(Beam.self(), m))
    for (let i = 0; i < 1000; i++) Beam.send(Beam.self(), i)
    """,
    microtasks: "function again() { Promise.resolve().then(again) } again()"
  ]

  @polite """
  function work(n) { let sum = 0; for (let i = 0; i < 100; i++) sum += i * n; return sum }
  function sync(n) { return Beam.callSync("echo", n) }
  async function awaits(n) { return await Beam.call("echo", n) }
  function timer() { return new Promise(resolve => setTimeout(resolve, 0)) }
  """
  @calls ~w(work sync awaits timer)

  def run do
    with_pool(1, fn pool ->
      polite = contexts(pool, 1_000, handlers: %{"echo" => fn [n] -> n end}) |> List.to_tuple()
      for context <- Tuple.to_list(polite), do: run(context, @polite)
      alone = latencies(polite, 2_000)

      attackers =
        for {name, code} <- @attackers do
          attacker = context(pool, memory_limit: @memory_limit, console: fn _, _, _ -> :ok end)
          spawn(fn -> Context.eval(attacker, code) end)
          {name, attacker}
        end

      Process.sleep(500)
      before = for {name, attacker} <- attackers, do: {name, Context.info(attacker)}
      {busy, attacked} = cpu_time("quickbeam-0", fn -> latencies(polite, 10_000) end)
      IO.puts("The thread of the pool had #{duration(busy)} of CPU in #{duration(10_000_000)}.")

      Bench.Table.print(
        "1,000 polite contexts beside five attackers, one thread",
        for(call <- @calls, do: row(call, alone[call], attacked[call])),
        "goal"
      )

      IO.puts("")

      for {name, attacker} <- attackers do
        info = Context.info(attacker)
        memory = Context.info(attacker).memory

        if memory > @memory_limit, do: raise("#{name} is past its memory limit: #{memory}")
        {time, :ok} = time(fn -> Context.stop(attacker) end)
        had = info.run_time.workers - before[name].run_time.workers

        IO.puts(
          "#{String.pad_trailing(to_string(name), 11)} had #{duration(had)} of the thread in " <>
            "#{info.slices - before[name].slices} slices, #{Float.round(memory / 1024, 1)} KB, " <>
            "#{info.gc_count} collections; stopped in #{duration(time)}"
        )
      end

      %{contexts: 1_000} = ContextPool.stats(pool)
    end)
  end

  defp row(call, alone, attacked) do
    note =
      "median #{duration(median(attacked))}, max #{duration(Enum.max(attacked))}, " <>
        "#{length(attacked)} calls; alone p99 #{duration(percentile(alone, 99))}"

    {"#{call}: p99", :us, percentile(attacked, 99), @goal, note}
  end

  # Four processes go through the contexts at random.
  defp latencies(contexts, milliseconds) do
    over = System.monotonic_time(:millisecond) + milliseconds

    1..4
    |> Enum.map(fn _ -> Task.async(fn -> visit(contexts, over, %{}) end) end)
    |> Task.await_many(:infinity)
    |> Enum.reduce(&Map.merge(&1, &2, fn _, a, b -> a ++ b end))
  end

  defp visit(contexts, over, times) do
    context = elem(contexts, :rand.uniform(tuple_size(contexts)) - 1)

    times =
      for call <- @calls, reduce: times do
        times ->
          {time, {:ok, _}} = time(fn -> Context.call(context, call, [7]) end)
          Map.update(times, call, [time], &[time | &1])
      end

    if System.monotonic_time(:millisecond) < over, do: visit(contexts, over, times), else: times
  end
end

Bench.Attackers.run()
