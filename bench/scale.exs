# Ten thousand contexts with all of `:browser` and a script of 50 KB, each of a process of
# its own that calls it once a second; then fifty thousand bare ones; then what a million
# would take, from what was measured.
#
#     mix run bench/scale.exs [--contexts 10000] [--seconds 60] [--bare 50000] [--script-kb 50]
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)
Code.require_file("support/schedulers.exs", __DIR__)
Code.require_file("support/histogram.exs", __DIR__)

defmodule Bench.Scale do
  import Bench
  import Bench.World
  alias Bench.{Histogram, Schedulers}
  alias QuickBEAM.{Context, ContextPool}

  @options [contexts: :integer, seconds: :integer, bare: :integer, script_kb: :integer]
  @period 1_000
  @starters 8
  @percents [50, 99, 99.9, 100]
  # Of the machines that the million is reckoned for.
  @node_gb 64
  @node_cores 16
  @share_memory 0.75
  @share_cores 0.6

  def run(argv) do
    {given, [], []} = OptionParser.parse(argv, strict: @options)
    quick? = System.get_env("BENCH_QUICK") == "1"
    of = fn key, full, quick -> Keyword.get(given, key, if(quick?, do: quick, else: full)) end
    kb = of.(:script_kb, 50, 50)

    IO.puts("\n#{Bench.Table.where()}")
    loaded = loaded(of.(:contexts, 10_000, 1_000), of.(:seconds, 60, 5), kb)
    bare = bare(of.(:bare, 50_000, 5_000))
    million(loaded, bare)
  end

  # -- Contexts of [:browser] from a template, at work

  defp loaded(n, seconds, kb) do
    path = script(kb)
    {:ok, pool} = ContextPool.start_link(script: path, apis: [:browser])
    stop_all(contexts(pool, 50, apis: [:browser]))
    before = rss()

    {start, clients} = time(fn -> clients(pool, n) end)
    title("#{n} contexts, apis: [:browser], a template of #{kb} KB, a call a second each")
    %{contexts: ^n} = ContextPool.stats(pool)
    filled = rss()

    service = Histogram.new()
    response = Histogram.new()
    cpu = cpu_seconds()

    {took, long} =
      time(fn -> Schedulers.watch(fn -> work(clients, seconds, service, response) end) end)

    cpu = cpu_seconds() - cpu
    calls = Histogram.count(service)
    worked = rss()
    heap = ContextPool.stats(pool).memory

    {stop, :ok} = time(fn -> stop_clients(clients, pool) end)
    after_ = rss()
    ContextPool.stop(pool)
    File.rm!(path)

    say("started in", "#{duration(start)}, #{duration(start / n)} each")
    say("calls", "#{calls} in #{duration(took)}, #{round(calls / (took / 1.0e6))} a second")
    say("a call takes", told(service))
    say("from when it was due", told(response) <> ", timers and all")
    say("a scheduler held over 1 ms", Schedulers.told(long))

    say(
      "processor time",
      "#{decimals(cpu, 1)} s, #{duration(cpu * 1.0e6 / calls)} a call, client and all"
    )

    say(
      "resident, started",
      "#{mb(filled)}, #{kb(filled - before, n)} a context with its two processes"
    )

    say("resident, having worked", "#{mb(worked)}, #{kb(worked - before, n)} a context")
    say("JavaScript heaps", "#{mb(heap)}, #{kb(heap, n)} a context")
    say("all stopped in", "#{duration(stop)}, #{duration(stop / n)} each")
    say("resident before, after", back(before, worked, after_))

    %{
      bytes: (worked - before) / n,
      cpu: cpu / calls,
      p999: service |> Histogram.percentiles([99.9]) |> hd()
    }
  end

  # A program of about so many KB: parts that are called, most of them not by every call.
  defp script(kb) do
    part = fn i ->
      """
      function part#{i}(state, n) {
        const items = [{ id: #{i}, label: "item #{i}" }, { id: n, label: `at ${n}` }];
        state.seen[#{i}] = (state.seen[#{i}] ?? 0) + 1;
        return items.filter((item) => item.id % 2 === n % 2).map((item) => item.label).join(", ");
      }
      """
    end

    head = "const state = { count: 0, seen: {} };\nconst parts = [];\n"

    tail = """
    function tick(n) {
      state.count += 1;
      let text = "";
      for (let i = 0; i < 5; i++) text += parts[(n + i * 7) % parts.length](state, n) + ";";
      return { count: state.count, text };
    }
    """

    parts =
      Stream.iterate(0, &(&1 + 1))
      |> Stream.map(&(part.(&1) <> "parts.push(part#{&1});\n"))
      |> Enum.reduce_while([], fn text, parts ->
        if IO.iodata_length(parts) + byte_size(text) > kb * 1024,
          do: {:halt, parts},
          else: {:cont, [parts, text]}
      end)

    path = Path.join(System.tmp_dir!(), "quickbeam_scale_#{System.pid()}.js")
    File.write!(path, [head, parts, tail])
    path
  end

  # A process for each context, which owns it, as a connection would.
  defp clients(pool, n) do
    1..@starters
    |> Enum.map(fn starter ->
      Task.async(fn ->
        this = self()

        for i <- starter..n//@starters do
          client = spawn_link(fn -> client(this, pool, i) end)
          # One after the other: a start is measured, not a queue of them.
          receive(do: ({^client, :ready} -> client))
        end
      end)
    end)
    |> Task.await_many(:infinity)
    |> Enum.concat()
  end

  defp client(starter, pool, i) do
    {:ok, context} = Context.start(pool: pool, apis: [:browser])
    send(starter, {self(), :ready})

    receive do
      {:work, from, until, service, response} ->
        first = System.monotonic_time(:millisecond) + rem(i * 7919, @period)
        call(context, i, first, until, service, response)
        send(from, {self(), :worked})
    end

    receive(do: (:stop -> Context.stop(context)))
  end

  defp call(context, i, due, until, service, response) when due < until do
    receive do
    after
      max(due - System.monotonic_time(:millisecond), 0) -> :ok
    end

    {us, {:ok, %{"count" => _}}} = time(fn -> Context.call(context, "tick", [i]) end)
    done = System.monotonic_time(:microsecond)
    Histogram.add(service, us)
    Histogram.add(response, done - due * 1_000)
    call(context, i + 1, due + @period, until, service, response)
  end

  defp call(_context, _i, _due, _until, _service, _response), do: :ok

  defp work(clients, seconds, service, response) do
    until = System.monotonic_time(:millisecond) + seconds * 1_000
    for client <- clients, do: send(client, {:work, self(), until, service, response})
    for client <- clients, do: receive(do: ({^client, :worked} -> :ok))
  end

  defp stop_clients(clients, pool) do
    for client <- clients, do: send(client, :stop)
    until(fn -> ContextPool.stats(pool).contexts == 0 end, 120_000)
    until(fn -> not Enum.any?(clients, &Process.alive?/1) end, 120_000)
  end

  # -- Bare ones

  defp bare(n) do
    {:ok, pool} = ContextPool.start_link([])
    stop_all(contexts(pool, 50))
    before = rss()
    {start, contexts} = time(fn -> many(pool, n) end)
    title("#{n} bare contexts")
    %{contexts: ^n, memory: heap} = ContextPool.stats(pool)
    filled = rss()
    calls = Histogram.new()

    for context <- Enum.take_random(contexts, min(n, 10_000)) do
      {us, {:ok, 3}} = time(fn -> Context.eval(context, "1 + 2") end)
      Histogram.add(calls, us)
    end

    {stop, _} = time(fn -> stop_all(contexts) end)
    after_ = rss()
    ContextPool.stop(pool)

    say("started in", "#{duration(start)}, #{duration(start / n)} each")
    say("resident", "#{mb(filled)}, #{kb(filled - before, n)} a context with its process")
    say("JavaScript heaps", "#{mb(heap)}, #{kb(heap, n)} a context")
    say("a first eval takes", told(calls))
    say("all stopped in", "#{duration(stop)}, #{duration(stop / n)} each")
    say("resident before, after", back(before, filled, after_))
    %{bytes: (filled - before) / n}
  end

  # Their owner is this process, which lives longer than those that start them.
  defp many(pool, n) do
    owner = self()

    1..@starters
    |> Enum.map(fn starter ->
      Task.async(fn ->
        for _ <- starter..n//@starters, do: context(pool, owner: owner)
      end)
    end)
    |> Task.await_many(:infinity)
    |> Enum.concat()
  end

  # -- A million

  defp million(loaded, bare) do
    title("What 1,000,000 over a cluster would take")
    memory = loaded.bytes * 1.0e6
    cores = loaded.cpu * 1.0e6
    by_memory = ceil(memory / (@node_gb * 1.0e9 * @share_memory))
    by_cores = ceil(cores / (@node_cores * @share_cores))
    nodes = max(by_memory, by_cores)

    IO.puts("""
    Of contexts as the first, each called once a second: #{gb(memory)} of memory and #{decimals(cores, 1)}
    processors like these. On machines of #{@node_gb} GB and #{@node_cores} processors, filled to #{percent(@share_memory)} and #{percent(@share_cores)}:
    #{by_memory} for the memory, #{by_cores} for the work, so #{nodes}, with #{div(1_000_000, nodes)} contexts on each.
    Idle, or called once a minute, it is the memory alone: #{by_memory}. Bare ones take #{gb(bare.bytes * 1.0e6)},
    #{ceil(bare.bytes * 1.0e6 / (@node_gb * 1.0e9 * @share_memory))} such machines.

    Nothing in QuickBEAM grows with the number of nodes: a context is on one, and a call that comes
    from its own node never leaves it. That a machine holds #{div(1_000_000, nodes)} is reckoned from the #{decimals(loaded.bytes / 1000, 0)} KB
    and #{duration(loaded.cpu * 1.0e6)} measured here, not measured; the VM then needs +P above twice that.
    """)
  end

  # -- Telling

  defp told(histogram) do
    [p50, p99, p999, max] = Histogram.percentiles(histogram, @percents)

    "p50 #{duration(p50)}, p99 #{duration(p99)}, p99.9 #{duration(p999)}, longest #{duration(max)}"
  end

  defp title(text), do: IO.puts("\n#{text}\n")
  defp say(what, text), do: IO.puts("  #{String.pad_trailing(what, 28)} #{text}")
  defp mb(bytes), do: "#{decimals(bytes / 1.0e6, 1)} MB"
  defp gb(bytes), do: "#{decimals(bytes / 1.0e9, 1)} GB"
  defp kb(bytes, n), do: "#{decimals(bytes / n / 1000, 1)} KB"
  defp percent(share), do: "#{round(share * 100)} %"

  defp back(before, full, after_) do
    kept = max(after_ - before, 0) / max(full - before, 1) * 100
    "#{mb(before)}, #{mb(after_)}: #{decimals(kept, 1)} % of what was taken is kept"
  end

  # Of the whole OS process, user and system.
  defp cpu_seconds do
    [_, rest] = "/proc/self/stat" |> File.read!() |> String.split(") ", parts: 2)
    fields = String.split(rest)
    {ticks, 0} = System.cmd("getconf", ["CLK_TCK"])
    ticks_per_second = ticks |> String.trim() |> String.to_integer()

    (String.to_integer(Enum.at(fields, 11)) + String.to_integer(Enum.at(fields, 12))) /
      ticks_per_second
  end
end

Bench.Scale.run(System.argv())
