defmodule QuickBEAM.ScaleTest do
  # Not async: it needs the machine for itself.
  use QuickBEAM.Case

  @moduletag timeout: 120_000

  test "1,000 contexts on a pool of 4, each with state of its own" do
    pool = start_pool(size: 4)

    contexts =
      for n <- 1..1000 do
        {:ok, context} = Context.start(pool: pool, define: %{n: n})
        context
      end

    assert ContextPool.stats(pool).contexts == 1000

    for _ <- 1..3,
        context <- contexts,
        do: {:ok, _} = Context.eval(context, "globalThis.sum = (globalThis.sum ?? 0) + n")

    for {context, n} <- Enum.with_index(contexts, 1),
        do: assert(Context.get_global(context, "sum") == {:ok, 3 * n})

    for context <- contexts, do: :ok = Context.stop(context)
    assert %{contexts: 0, memory: 0} = ContextPool.stats(pool)
  end

  test "500 create and stop cycles" do
    pool = start_pool(size: 2)

    for n <- 1..500 do
      {:ok, context} = Context.start_link(pool: pool)
      assert Context.eval(context, "#{n} + 1") == {:ok, n + 1}
      assert Context.stop(context) == :ok
    end

    assert %{contexts: 0, memory: 0} = ContextPool.stats(pool)
  end

  test "contexts are stopped while their siblings work" do
    pool = start_pool(size: 2)
    workers = for n <- 1..8, do: {n, start_context(pool, define: %{n: n})}

    working =
      for {n, context} <- workers do
        Task.async(fn ->
          for i <- 1..300, do: {:ok, _} = Context.eval(context, "globalThis.i = #{i}; n * i")
          Context.eval(context, "n * i") == {:ok, n * 300}
        end)
      end

    for _ <- 1..100 do
      {:ok, context} = Context.start(pool: pool)

      {:ok, _} =
        Context.eval(context, "globalThis.kept = Array.from({length: 10000}, (_, i) => ({i})); 0")

      :ok = Context.stop(context)
    end

    assert Enum.all?(Task.await_many(working, 60_000))
  end

  test "200 callers on 50 contexts" do
    pool = start_pool(size: 2)
    contexts = for _ <- 1..50, do: start_context(pool)

    for context <- contexts,
        do:
          {:ok, _} =
            Context.eval(context, "var count = 0; function next(x) { count++; return x }")

    1..200
    |> Enum.map(fn caller ->
      Task.async(fn ->
        for i <- 1..50 do
          context = Enum.at(contexts, rem(caller + i, 50))
          {:ok, [^caller, ^i]} = Context.call(context, "next", [[caller, i]])
        end
      end)
    end)
    |> Task.await_many(60_000)

    assert contexts |> Enum.map(&Context.get_global!(&1, "count")) |> Enum.sum() == 10_000
  end

  test "5,000 owners killed at once leave nothing behind" do
    pool = start_pool(size: 2)
    test = self()

    owners =
      for _ <- 1..5000 do
        spawn(fn ->
          {:ok, context} = Context.start(pool: pool)
          send(test, {:started, context})
          receive(do: (:never -> :ok))
        end)
      end

    contexts = for _ <- 1..5000, do: assert_receive({:started, context}, 60_000) && context
    assert ContextPool.stats(pool).contexts == 5000

    for owner <- owners, do: Process.exit(owner, :kill)

    assert eventually(fn -> ContextPool.stats(pool).contexts == 0 end, 60_000)
    assert ContextPool.stats(pool).memory == 0
    assert eventually(fn -> not Enum.any?(contexts, &Process.alive?/1) end)
    assert eventually(fn -> not Enum.any?(contexts, &QuickBEAM.Handles.context/1) end)
  end

  test "2,500 idle contexts do not slow one down" do
    pool = start_pool(size: 2)
    context = start_context(pool)

    measure = fn ->
      for(_ <- 1..2000, do: elem(:timer.tc(fn -> Context.eval(context, "1") end), 0))
      |> Enum.sort()
      |> Enum.at(1000)
    end

    measure.()
    alone = measure.()
    for _ <- 1..2500, do: {:ok, _} = Context.start(pool: pool)
    # A median, with room for a busy machine: the point is that it is no multiple of 2,500.
    assert measure.() < 3 * alone + 20
  end

  test "20,000 create and stop cycles with 1,000 objects each do not pile up" do
    pool = start_pool(size: 2)

    cycle = fn ->
      {:ok, context} = Context.start(pool: pool)

      {:ok, 1000} =
        Context.eval(
          context,
          "globalThis.kept = Array.from({length: 1000}, (_, i) => ({i})); kept.length"
        )

      :ok = Context.stop(context)
    end

    rounds = fn n ->
      1..2
      |> Enum.map(fn _ -> Task.async(fn -> for(_ <- 1..n, do: cycle.()) end) end)
      |> Task.await_many(:infinity)
    end

    rounds.(1000)
    before = rss()
    rounds.(9000)
    assert rss() - before < 20_000
    assert ContextPool.stats(pool).memory == 0
  end

  # Resident kilobytes of this VM, without the garbage of its own.
  defp rss do
    for pid <- Process.list(), do: :erlang.garbage_collect(pid)
    [_, kb] = Regex.run(~r/VmRSS:\s+(\d+)/, File.read!("/proc/self/status"))
    String.to_integer(kb)
  end
end
