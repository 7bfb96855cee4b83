# QuickBEAM beside Node's `vm` contexts and isolated-vm, where they can do the same job:
# each measurement is of the same little program (bench/node/measure.mjs), in the same
# minutes, Node's in a process of its own. Prints Markdown; with BENCH_PLOTS=FOLDER it
# draws plots there, too. `make bench` fetches isolated-vm; what is missing is left out.
#
#     mix run bench/comparison.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)
Code.require_file("support/plot.exs", __DIR__)

defmodule Bench.Comparison do
  import Bench
  import Bench.World, except: [context: 1, context: 2, contexts: 2, contexts: 3]
  alias Bench.Plot
  alias QuickBEAM.{Context, ContextPool}

  @node Path.expand("node", __DIR__)
  @measure Path.join(@node, "measure.mjs")
  @quick System.get_env("BENCH_QUICK") == "1"
  @siblings if @quick, do: [1, 10, 100, 1_000], else: [1, 10, 100, 1_000, 10_000]
  # Isolates are threads' and megabytes' worth: as many as fit everywhere.
  @most %{"vm" => 2_000, "ivm" => 200}
  @sizes [1, 2, 4, 8]
  @seconds if @quick, do: 1, else: 5

  def run do
    # Before anything else has touched memory.
    ours = ours()
    node = for {kind, name} <- kinds(), do: {name, &node(kind, &1)}
    IO.puts(machine(node))

    memory(ours, node)
    creation(ours, node)
    siblings(ours, node)
    neighbour(ours, node)
    throughput(ours, node)
  end

  defp machine([]), do: "Node was not found: QuickBEAM alone."

  defp machine(node) do
    {version, 0} = System.cmd("node", ["--version"])
    names = ["QuickBEAM" | Enum.map(node, &elem(&1, 0))]
    "Node #{String.trim(version)}; #{Enum.join(names, ", ")}."
  end

  # -- What is compared

  defp memory(ours, node) do
    n = if @quick, do: 200, else: 1_000

    rows =
      for {name, measure} <- ours ++ node do
        at = if String.starts_with?(name, "isolated"), do: min(n, 200), else: n
        {name, measure.({:memory, [at]})["bytes"]}
      end

    table(
      "Memory per context",
      ["", "resident"],
      for({name, bytes} <- rows, do: [name, bytes(bytes)])
    )

    note("""
    Resident memory of the process, divided by #{n} contexts that hold the program (200 of
    isolated-vm); QuickBEAM's with their Elixir processes.
    """)

    groups = for {name, bytes} <- rows, do: {name, [bytes]}
    plot("memory", Plot.bars("Memory per context", ["resident"], groups, &bytes/1))
  end

  defp creation(ours, node) do
    rows = for {name, measure} <- ours ++ node, do: {name, measure.({:creation, [count(500)]})}
    spreads("Creation of a context", rows)

    note(
      "With the program in it, ready for its first call; from a template where it is QuickBEAM."
    )

    spread_plot("creation", "Creation of a context", rows)
  end

  defp siblings([ours | _], node) do
    calls = count(20_000)

    lines =
      for {name, measure} <- [ours | node] do
        most = Map.get(@most, kind(name), 10_000)

        {name,
         for(n <- @siblings, n <= most, do: {n, measure.({:siblings, [n, calls]})["median"]})}
      end

    rows =
      for n <- @siblings do
        cells =
          for {_, points} <- lines do
            case List.keyfind(points, n, 0) do
              {_, us} -> duration(us)
              nil -> "not measured"
            end
          end

        ["#{n}" | cells]
      end

    title = "Latency of a call beside N idle contexts"
    table(title, ["N" | Enum.map(lines, &elem(&1, 0))], rows)

    note("""
    Median of #{calls} calls of `add(1)`. In Node the caller is on the thread of the context, and a
    call is a call of a function; in QuickBEAM the caller is a process, the argument and
    the answer are copied, and the call has limits of time and work.
    """)

    plot("siblings", Plot.lines(title, lines, {"idle contexts beside", &"#{&1}"}, &duration/1))
  end

  defp neighbour([ours | _], node) do
    milliseconds = @seconds * 1_000

    rows =
      for {name, measure} <- [ours | node],
          {busy, what} <- [{0, "alone"}, {1, "beside a loop"}] do
        {"#{name}, #{what}", measure.({:neighbour, [busy, milliseconds]})}
      end

    title = "Latency beside a noisy neighbour"
    spreads(title, rows)

    note("""
    A call is due every 2 ms while another context loops, 300 ms at a time, without a pause; the
    time is from when the call was due to its answer. The caller polls the clock. QuickBEAM: both on
    the only thread of a pool. `vm`: on the only thread that there is. isolated-vm: the neighbour on its
    thread pool, the call on the main thread.
    """)

    spread_plot("neighbour", title, rows)
  end

  defp throughput([ours | _], node) do
    milliseconds = @seconds * 1_000

    lines =
      for {name, measure} <- [ours | node] do
        {name,
         for(size <- @sizes, do: {size, measure.({:throughput, [size, milliseconds]})["rate"]})}
      end

    rows = for size <- @sizes, do: ["#{size}" | for({_, points} <- lines, do: rate(points, size))]
    title = "Calls per second against the size of the pool"
    table(title, ["threads" | Enum.map(lines, &elem(&1, 0))], rows)

    note("""
    `fib(18)`, by as many callers and contexts as there are threads (isolated-vm: isolates; `vm` has one
    thread), on #{System.schedulers_online()} processors. V8 compiles to machine code, QuickJS interprets: this says what more threads
    give, not which engine is faster.
    """)

    plot(
      "throughput",
      Plot.lines(title, lines, {"threads in the pool", &"#{&1}"}, &"#{round(&1)}/s")
    )
  end

  defp rate(points, size), do: "#{points |> List.keyfind(size, 0) |> elem(1) |> round()}"

  # -- QuickBEAM's side of it

  # The first is compared where one of ours is enough.
  defp ours do
    for {name, apis} <- [{"QuickBEAM", false}, {"QuickBEAM, :browser", [:browser]}],
        do: {name, fn {what, args} -> measure(what, args, apis) end}
  end

  defp pool(size, apis, fun) do
    [_, program] = Regex.run(~r/^const PROGRAM = `(.*?)^`;/ms, File.read!(@measure))
    path = Path.join(System.tmp_dir!(), "quickbeam_comparison_#{System.pid()}.js")
    File.write!(path, program)
    {:ok, pool} = ContextPool.start_link(size: size, script: path, apis: apis)

    try do
      fun.(pool)
    after
      ContextPool.stop(pool)
      File.rm(path)
    end
  end

  defp context(pool) do
    {:ok, context} = Context.start(pool: pool)
    context
  end

  defp contexts(pool, n), do: for(_ <- 1..n//1, do: context(pool))

  defp measure(:memory, [n], apis) do
    pool(2, apis, fn pool ->
      stop_all(contexts(pool, 50))
      before = rss()
      contexts = contexts(pool, n)
      taken = rss() - before
      stop_all(contexts)
      %{"bytes" => taken / n}
    end)
  end

  defp measure(:creation, [n], apis) do
    pool(2, apis, fn pool ->
      for(_ <- -div(n, 10)..n, do: created(pool)) |> Enum.drop(div(n, 10) + 1) |> spread_of()
    end)
  end

  defp measure(:siblings, [n, calls], apis) do
    pool(1, apis, fn pool ->
      others = contexts(pool, n)
      one = context(pool)
      times = samples(calls, fn -> {:ok, _} = Context.call(one, "add", [1]) end)
      stop_all(others)
      spread_of(times)
    end)
  end

  defp measure(:neighbour, [busy, milliseconds], apis) do
    pool(1, apis, fn pool ->
      [one, other] = contexts(pool, 2)
      {:ok, 1} = Context.call(one, "add", [1])
      now = System.monotonic_time(:microsecond)
      until = now + milliseconds * 1_000
      loop = Task.async(fn -> if busy == 1, do: loops(other, div(until, 1_000)) end)
      times = due(one, now + 2_000, until)
      Task.await(loop, :infinity)
      spread_of(times)
    end)
  end

  defp measure(:throughput, [size, milliseconds], apis) do
    pool(size, apis, fn pool ->
      contexts = contexts(pool, size)
      until = System.monotonic_time(:millisecond) + milliseconds

      {us, calls} =
        time(fn ->
          contexts
          |> Enum.map(&Task.async(fn -> fibs(&1, until, 0) end))
          |> Task.await_many(:infinity)
          |> Enum.sum()
        end)

      %{"rate" => calls / (us / 1.0e6)}
    end)
  end

  defp created(pool) do
    {us, context} = time(fn -> context(pool) end)
    :ok = Context.stop(context)
    us
  end

  defp loops(context, until) do
    {:ok, 0} = Context.call(context, "loop", [300])
    if System.monotonic_time(:millisecond) < until, do: loops(context, until)
  end

  defp due(context, due, until) when due < until do
    spin(due)
    {:ok, _} = Context.call(context, "add", [1])
    us = System.monotonic_time(:microsecond) - due
    [us | due(context, due + 2_000, until)]
  end

  defp due(_context, _due, _until), do: []

  # No timer: where programs of other sessions are busy too, Linux (sched_autogroup) may wake a
  # thread beside a busy one of its own session a hundred milliseconds late.
  defp spin(due), do: if(System.monotonic_time(:microsecond) < due, do: spin(due))

  defp fibs(context, until, calls) do
    {:ok, 2584} = Context.call(context, "fib", [18])

    if System.monotonic_time(:millisecond) < until,
      do: fibs(context, until, calls + 1),
      else: calls + 1
  end

  defp spread_of(times),
    do: %{"median" => median(times), "p99" => percentile(times, 99), "max" => Enum.max(times)}

  # -- Node's

  defp kinds do
    if System.find_executable("node") do
      vm = [{"vm", "Node vm"}]

      if File.dir?(Path.join(@node, "node_modules/isolated-vm")),
        do: vm ++ [{"ivm", "isolated-vm"}],
        else: vm
    else
      []
    end
  end

  defp kind("Node vm"), do: "vm"
  defp kind("isolated-vm"), do: "ivm"
  defp kind(_ours), do: nil

  defp node(kind, {what, args}) do
    flags = ["--expose-gc", "--no-node-snapshot", @measure, kind]

    case System.cmd("node", flags ++ Enum.map([what | args], &to_string/1)) do
      {json, 0} -> read(json)
      {_, status} -> raise "node #{kind} #{what} ended with status #{status}"
    end
  end

  defp read(json) do
    {:ok, js} = QuickBEAM.start(apis: false)
    {:ok, value} = QuickBEAM.eval(js, "JSON.parse(json)", vars: %{json: json})
    QuickBEAM.stop(js)
    value
  end

  # -- Telling

  defp spreads(title, rows) do
    cells =
      for {name, %{"median" => median, "p99" => p99, "max" => max}} <- rows,
          do: [name, duration(median), duration(p99), duration(max)]

    table(title, ["", "median", "p99", "longest"], cells)
  end

  defp spread_plot(name, title, rows) do
    groups = for {name, r} <- rows, do: {name, [r["median"], r["p99"]]}
    plot(name, Plot.bars(title, ["median", "p99"], groups, &duration/1))
  end

  defp table(title, head, rows) do
    IO.puts("\n### #{title}\n")
    rule = ["---" | List.duplicate("---:", length(head) - 1)]
    for row <- [head, rule | rows], do: IO.puts("| #{Enum.join(row, " | ")} |")
  end

  defp note(text), do: IO.puts("\n" <> String.trim(text))

  defp plot(name, svg) do
    if folder = System.get_env("BENCH_PLOTS") do
      File.mkdir_p!(folder)
      File.write!(Path.join(folder, name <> ".svg"), svg)
      IO.puts("\n![#{name}](#{Path.basename(folder)}/#{name}.svg)")
    end
  end

  defp bytes(bytes) when bytes < 1.0e6, do: decimals(bytes / 1000, 1) <> " KB"
  defp bytes(bytes), do: decimals(bytes / 1.0e6, 2) <> " MB"
end

Bench.Comparison.run()
