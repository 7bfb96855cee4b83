# What it costs to share threads: results on the caller's scheduler against those
# through a thread of the pool, pre-emption, and what the VM's schedulers feel of it.
#
#     mix run bench/scheduling.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)
Code.require_file("support/schedulers.exs", __DIR__)

defmodule Bench.Scheduling do
  import Bench
  import Bench.World
  alias QuickBEAM.{Context, ContextPool}

  defmodule Echo do
    use GenServer
    def init(nil), do: {:ok, nil}
    def handle_call(message, _from, state), do: {:reply, message, state}
  end

  @js """
  function nothing() {}
  function sync() { return Beam.callSync("echo", 1) }
  function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
  function allocate(n) { let o; for (let i = 0; i < n; i++) o = { i, o: [i] }; return o.i }
  """

  def run do
    Bench.Table.print("A round trip, three ways", ways(), "goal")
    Bench.Table.print("Pre-emption: 1 ms slices against 1 s ones", preemption(), "goal")
    schedulers()
  end

  defp ways do
    with_pool(1, fn pool ->
      context = context(pool, handlers: %{"echo" => fn [n] -> n end})
      run(context, @js)
      {:ok, echo} = GenServer.start_link(Echo, nil)
      # What a NIF takes for heavy goes to a thread of the pool, however small.
      {:ok, code} = Context.compile(context, "nothing()")

      r =
        compare(
          [
            genserver: fn -> GenServer.call(echo, 1) end,
            inline: fn -> {:ok, nil} = Context.call(context, "nothing") end,
            worker: fn -> {:ok, nil} = Context.load_bytecode(context, code) end,
            sync: fn -> {:ok, 1} = Context.call(context, "sync") end
          ],
          5_000,
          9
        )

      note = fn key -> "p99 #{duration(r[key].p99)}" end

      [
        {"GenServer.call", :us, r.genserver.median, nil, note.(:genserver)},
        {"call of an empty function, inline", :us, r.inline.median, 3, note.(:inline)},
        {"the same, extra to a GenServer.call", :us, r.inline.median - r.genserver.median, 2.5,
         ""},
        {"the same through a thread of the pool", :us, r.worker.median, nil,
         note.(:worker) <> ", reads its bytecode, too"},
        {"callSync to a handler and back, extra", :us, r.sync.median - r.inline.median, nil,
         note.(:sync)}
      ]
    end)
  end

  # CPU time of the pool's threads: the same work in slices of 1 ms and of 1 s. A
  # second loop on the same thread makes every slice end in a change of context.
  defp preemption do
    for {what, call, n} <- [{"fib(30)", "fib", 30}, {"an allocation loop", "allocate", 1_000_000}] do
      rounds = for _ <- 1..count(15), do: {cpu(1_000, call, n), cpu(1_000_000, call, n)}
      short = rounds |> Enum.map(&elem(&1, 0)) |> Enum.min()
      long = rounds |> Enum.map(&elem(&1, 1)) |> Enum.min()

      {"#{what}, two at once", :percent, (short / long - 1) * 100, 2.0,
       "#{duration(short)} to #{duration(long)} of CPU, best of #{length(rounds)}"}
    end
  end

  defp cpu(slice, call, n) do
    {:ok, pool} = ContextPool.start_link(size: 1, slice: slice)
    contexts = contexts(pool, 2)
    for context <- contexts, do: run(context, @js)

    {cpu, _} =
      cpu_time("quickbeam-0", fn ->
        contexts
        |> Enum.map(&Task.async(fn -> {:ok, _} = Context.call(&1, call, [n]) end))
        |> Task.await_many(:infinity)
      end)

    ContextPool.stop(pool)
    cpu
  end

  # All that may hold a scheduler, from many processes; the VM tells what did for
  # longer than a millisecond.
  defp schedulers do
    # There the processes share it: none of them is to copy it before the NIF does.
    :persistent_term.put(__MODULE__, Enum.to_list(1..1_000_000))
    text = String.duplicate("x", 20_000_000)

    with_pool(2, fn pool ->
      loads = [
        calls: fn context -> for _ <- 1..200, do: Context.call(context, "nothing") end,
        loops: fn context -> Context.eval(context, "for (let i = 0; i < 300000; i++); 0") end,
        allocations: fn context -> Context.call(context, "allocate", [50_000]) end,
        handlers: fn context -> for _ <- 1..50, do: Context.call(context, "sync") end,
        "a million cells in": fn context ->
          Context.call(context, "nothing", [:persistent_term.get(__MODULE__)])
        end,
        "20 MB of text in": fn context -> Context.call(context, "nothing", [text]) end,
        "a million numbers out": fn context ->
          Context.eval(context, "Array.from({ length: 1e6 }, (_, i) => i)")
        end
      ]

      contexts = contexts(pool, 8, handlers: %{"echo" => fn [n] -> n end})
      for context <- contexts, do: run(context, @js)
      IO.puts("\nWhat holds a scheduler for longer than 1 ms (long_schedule), 8 processes\n")

      for {what, load} <- [nothing: fn _ -> Process.sleep(50) end] ++ loads do
        long = Bench.Schedulers.watch(fn -> hammer(contexts, load, count(2_000)) end)
        IO.puts("#{String.pad_trailing(to_string(what), 24)} #{Bench.Schedulers.told(long)}")
      end

      IO.puts("\nWhere the schedulers spend their time (msacc), 8 processes that call\n")
      :msacc.start()
      hammer(contexts, loads[:calls], count(3_000))
      :msacc.stop()

      for %{type: :scheduler, id: id, counters: counters} <- :msacc.stats() do
        total = counters |> Map.values() |> Enum.sum()
        shares = for {what, n} <- counters, n > 0, do: "#{what} #{decimals(n * 100 / total, 1)} %"
        IO.puts("scheduler #{id}: #{Enum.join(shares, ", ")}")
      end
    end)
  end

  defp hammer(contexts, load, milliseconds) do
    over = System.monotonic_time(:millisecond) + milliseconds
    tasks = for context <- contexts, do: Task.async(fn -> repeat(context, load, over) end)
    Task.await_many(tasks, :infinity)
  end

  defp repeat(context, load, over) do
    load.(context)
    if System.monotonic_time(:millisecond) < over, do: repeat(context, load, over)
  end
end

Bench.Scheduling.run()
