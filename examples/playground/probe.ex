defmodule Playground.Probe do
  @moduledoc """
  How long calls on the pool take, measured 20 times a second in a context of its own: one
  that the caller's scheduler runs at once, and one that a thread of the pool has to go on with.
  """

  use GenServer

  alias QuickBEAM.{Context, ContextPool}

  @every 50
  @kept 40
  @script """
  function call(n) { return n }
  async function threads(n) { return await Beam.call("echo", n) }
  """

  def start_link(pool), do: GenServer.start_link(__MODULE__, pool, name: __MODULE__)

  @doc "Median and largest of the last two seconds, in microseconds, and of one that is not back yet."
  def latencies do
    # Not by a message: the probe waits when the pool does.
    for name <- [:call, :threads],
        [{_, times, since}] <- [:ets.lookup(__MODULE__, name)],
        into: %{} do
      times = if since, do: [System.monotonic_time(:microsecond) - since | times], else: times
      sorted = Enum.sort(times)
      {name, %{median: Enum.at(sorted, div(length(sorted), 2)), max: List.last(sorted)}}
    end
  end

  @doc "The pool, with the share of the time that each of its threads was busy since `before`."
  def pool(name, before \\ nil) do
    stats = Map.put(ContextPool.stats(name), :at, System.monotonic_time(:microsecond))
    {Map.put(stats, :busy, busy(stats, before)), stats}
  end

  defp busy(stats, nil), do: for(_ <- stats.workers, do: 0)

  defp busy(stats, before) do
    for {now, then} <- Enum.zip(stats.workers, before.workers),
        do: min((now.busy_time - then.busy_time) / max(stats.at - before.at, 1), 1)
  end

  @impl true
  def init(pool) do
    :ets.new(__MODULE__, [:named_table, read_concurrency: true])
    handlers = %{"echo" => fn [n] -> n end}
    {:ok, context} = Context.start_link(pool: pool, apis: false, handlers: handlers)
    {:ok, _} = Context.eval(context, @script)
    send(self(), :measure)
    {:ok, context}
  end

  @impl true
  def handle_info(:measure, context) do
    measure(context, :call)
    measure(context, :threads)
    Process.send_after(self(), :measure, @every)
    {:noreply, context}
  end

  defp measure(context, name) do
    since = System.monotonic_time(:microsecond)

    times =
      case :ets.lookup(__MODULE__, name) do
        [{_, times, _}] -> times
        [] -> []
      end

    :ets.insert(__MODULE__, {name, times, since})
    {:ok, 1} = Context.call(context, to_string(name), [1])
    took = System.monotonic_time(:microsecond) - since
    :ets.insert(__MODULE__, {name, Enum.take([took | times], @kept), nil})
  end
end
