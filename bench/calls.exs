# What a call costs: from Elixir into JS, from JS into Elixir, alone and in a crowd.
#
#     mix run bench/calls.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Calls do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  # Bare GenServer.call, the measure of what a round trip costs on the BEAM.
  defmodule Echo do
    use GenServer
    def init(nil), do: {:ok, nil}
    def handle_call(message, _from, state), do: {:reply, message, state}
  end

  @js """
  function nothing() {}
  function six(m) { return { a: m.a, b: m.b, c: m.c, d: m.d, e: m.e, f: m.f } }
  function mapped(list) { return list.map(o => ({ id: o.id, name: o.name, price: o.price * 2, ok: !o.ok })) }
  function sync() { return Beam.callSync("echo", 1) }
  async function awaited() { return await Beam.call("echo", 1) }
  function sync_loop(n) { for (let i = 0; i < n; i++) Beam.callSync("echo", i) }
  async function await_loop(n) { for (let i = 0; i < n; i++) await Beam.call("echo", i) }
  function other() { return Beam.callSync("other") }
  """
  @six %{"a" => 1, "b" => 2.5, "c" => "three", "d" => true, "e" => nil, "f" => 6}
  @loop 200

  def run do
    Bench.Table.print("Calls, one thread, one caller", one())
    Bench.Table.print("The same beside idle contexts", idle())
    Bench.Table.print("Calls per second", rates())
  end

  defp prepared(pool) do
    neighbour = context(pool)
    run(neighbour, "function hello() { return 'hello' }")

    handlers = %{
      "echo" => fn [value] -> value end,
      "other" => fn [] -> Context.call!(neighbour, "hello") end
    }

    context = context(pool, handlers: handlers)
    run(context, @js)
    context
  end

  defp one do
    with_pool(1, fn pool ->
      context = prepared(pool)
      {:ok, echo} = GenServer.start_link(Echo, nil)

      objects =
        for i <- 1..50, do: %{"id" => i, "name" => "n#{i}", "price" => i * 1.5, "ok" => true}

      r =
        compare(
          [
            genserver: fn -> GenServer.call(echo, 1) end,
            eval: fn -> {:ok, 3} = Context.eval(context, "1 + 2") end,
            nothing: fn -> {:ok, nil} = Context.call(context, "nothing") end,
            six: fn -> {:ok, %{"f" => 6}} = Context.call(context, "six", [@six]) end,
            sync: fn -> {:ok, 1} = Context.call(context, "sync") end,
            awaited: fn -> {:ok, 1} = Context.call(context, "awaited") end,
            other: fn -> {:ok, "hello"} = Context.call(context, "other") end
          ],
          2_000
        )

      genserver_objects = compare([objects: fn -> GenServer.call(echo, objects) end], 500).objects

      r =
        Map.merge(
          r,
          compare(
            [
              objects: fn -> {:ok, [_ | _]} = Context.call(context, "mapped", [objects]) end,
              sync_loop: fn -> {:ok, nil} = Context.call(context, "sync_loop", [@loop]) end,
              await_loop: fn -> {:ok, nil} = Context.call(context, "await_loop", [@loop]) end
            ],
            50
          )
        )

      extra = fn key -> r[key].median - r.nothing.median end
      note = fn key -> "p99 #{duration(r[key].p99)}" end

      [
        {"GenServer.call, an integer", :us, r.genserver.median, nil, note.(:genserver)},
        {"GenServer.call, 50 objects", :us, genserver_objects.median, nil,
         "copied there and back"},
        {"eval 1 + 2", :us, r.eval.median, {15, 34}, note.(:eval)},
        {"call of an empty function", :us, r.nothing.median, {14, 15}, note.(:nothing)},
        {"call with a 6-key map, returned", :us, r.six.median, {23, 29}, note.(:six)},
        {"call with 50 objects x 4 fields, mapped", :us, r.objects.median, 190, note.(:objects)},
        {"callSync echo, extra to a call", :us, extra.(:sync), 13.5, note.(:sync)},
        {"callSync echo, in a loop, each", :us, r.sync_loop.median / @loop, {14, 16}, ""},
        {"await Beam.call echo, extra to a call", :us, extra.(:awaited), 2_250, note.(:awaited)},
        {"await Beam.call echo, in a loop, each", :us, r.await_loop.median / @loop, 2_250, ""},
        {"callSync, handler calls a context of the same thread", :us, r.other.median, 11_000_000,
         "Zig: never answers"}
      ]
    end)
  end

  # All pools are alive at the same time and take turns, so that noise hits all alike.
  defp idle do
    two = idle(2, [0, 1_000, 2_000])
    %{0 => alone, 2_500 => crowd} = idle(1, [0, 2_500])
    ratio = fn key -> crowd[key].median / alone[key].median end

    note = fn key ->
      "#{duration(crowd[key].median)} to #{duration(alone[key].median)}; is to be 1"
    end

    for({n, zig} <- [{0, 15}, {1_000, 28}, {2_000, 30}], do: idle_row(n, zig, two[n])) ++
      [
        {"eval, 2500 idle to alone, 1 thread", :times, ratio.(:eval), 10, note.(:eval)},
        {"callSync, 2500 idle to alone, 1 thread", :times, ratio.(:sync), nil, note.(:sync)},
        {"await, 2500 idle to alone, 1 thread", :times, ratio.(:awaited), nil, note.(:awaited)}
      ]
  end

  defp idle_row(n, zig, r),
    do: {"eval, #{n} idle, 2 threads", :us, r.eval.median, zig, "p99 #{duration(r.eval.p99)}"}

  defp idle(size, counts), do: idle(size, counts, [])

  defp idle(_size, [], prepared) do
    prepared
    |> Enum.flat_map(fn {n, context} ->
      [
        {{n, :eval}, fn -> Context.eval(context, "1 + 2") end},
        {{n, :sync}, fn -> Context.call(context, "sync") end},
        {{n, :awaited}, fn -> Context.call(context, "awaited") end}
      ]
    end)
    |> compare(1_000, 9)
    |> Enum.group_by(fn {{n, _}, _} -> n end, fn {{_, key}, figures} -> {key, figures} end)
    |> Map.new(fn {n, figures} -> {n, Map.new(figures)} end)
  end

  defp idle(size, [n | rest], prepared) do
    with_pool(size, fn pool ->
      contexts(pool, n)
      idle(size, rest, [{n, prepared(pool)} | prepared])
    end)
  end

  defp rates do
    cases = [{1, 1, nil}, {1, 2, 66_000}, {64, 1, 126_000}, {64, 2, 208_000}]

    for {processes, threads, zig} <- cases do
      with_pool(threads, fn pool ->
        contexts = contexts(pool, processes)
        Enum.each(contexts, &run(&1, @js))
        rate(contexts, 100)
        rates = for _ <- 1..9, do: rate(contexts, count(500))
        {low, high} = Enum.min_max(rates)
        note = "rounds from #{round(low)} to #{round(high)}"
        {"#{processes} processes, #{threads} threads", :rate, median(rates), zig, note}
      end)
    end
  end

  # Every process calls a context of its own for a while.
  defp rate(contexts, milliseconds) do
    over = System.monotonic_time(:millisecond) + milliseconds

    {time, counts} =
      time(fn ->
        contexts
        |> Enum.map(&Task.async(fn -> calls(&1, over, 0) end))
        |> Task.await_many(:infinity)
      end)

    Enum.sum(counts) / time * 1_000_000
  end

  defp calls(context, over, n) do
    for _ <- 1..20, do: {:ok, nil} = Context.call(context, "nothing")

    if System.monotonic_time(:millisecond) < over,
      do: calls(context, over, n + 20),
      else: n + 20
  end
end

Bench.Calls.run()
