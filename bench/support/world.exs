defmodule Bench.World do
  @moduledoc false
  # Pools and contexts to measure in. Contexts are bare unless asked otherwise: `apis: false`.

  alias QuickBEAM.{Context, ContextPool}

  @doc "Runs `fun` with a pool of `size` threads."
  def with_pool(size, fun) do
    {:ok, pool} = ContextPool.start_link(size: size)

    try do
      fun.(pool)
    after
      ContextPool.stop(pool)
    end
  end

  @doc "A context that is not linked, so that its end is nobody's but its own."
  def context(pool, opts \\ []) do
    {:ok, context} = Context.start([pool: pool] ++ Keyword.put_new(opts, :apis, false))
    context
  end

  def contexts(pool, n, opts \\ []), do: for(_ <- 1..n//1, do: context(pool, opts))

  @doc "Stops contexts, as many processes would at once."
  def stop_all(contexts) do
    contexts
    |> Enum.chunk_every(250)
    |> Enum.map(&Task.async(fn -> Enum.each(&1, fn context -> Context.stop(context) end) end))
    |> Task.await_many(:infinity)
  end

  @doc """
  Median microseconds of ways to start a context, each `n` times, in another order each
  round; what stopping them takes is no part of it.
  """
  def start_times(ways, n) do
    rounds =
      for _ <- 1..Bench.count(n), {way, start} <- Enum.shuffle(ways) do
        {time, context} = Bench.time(start)
        :ok = Context.stop(context)
        {way, time}
      end

    rounds
    |> Enum.group_by(&elem(&1, 0), &elem(&1, 1))
    |> Map.new(fn {way, times} -> {way, Bench.median(times)} end)
  end

  @doc "Evaluates code for its effect."
  def run(context, code) do
    {:ok, _} = Context.eval(context, code <> "; null")
    :ok
  end
end
