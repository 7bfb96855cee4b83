defmodule QuickBEAM.ContextPoolTest do
  use QuickBEAM.Case, async: true

  doctest QuickBEAM.ContextPool

  describe "stats" do
    test "count contexts and their memory" do
      pool = start_pool(size: 2)
      assert %{contexts: 0, memory: 0, workers: [_, _]} = ContextPool.stats(pool)

      contexts = for _ <- 1..10, do: start_context(pool)
      stats = ContextPool.stats(pool)
      assert stats.contexts == 10
      assert stats.memory in 100_000..5_000_000

      {:ok, _} = Context.eval(hd(contexts), "globalThis.kept = 'x'.repeat(5e6); 0")
      assert ContextPool.stats(pool).memory - stats.memory >= 5_000_000

      for context <- contexts, do: Context.stop(context)
      assert %{contexts: 0, memory: 0} = ContextPool.stats(pool)
    end

    test "show the work of each thread" do
      pool = start_pool(size: 2)
      contexts = for _ <- 1..4, do: start_context(pool)
      for context <- contexts, _ <- 1..10, do: {:ok, _} = Context.eval(context, "1")

      workers = ContextPool.stats(pool).workers
      assert [%{queue_length: _, busy_time: _}, %{queue_length: _, busy_time: _}] = workers
      assert workers |> Enum.map(& &1.busy_time) |> Enum.sum() > 0
    end

    test "by name, of all kinds" do
      start_supervised!({Registry, keys: :unique, name: __MODULE__.Registry})

      for name <- [
            :"#{__MODULE__}.P",
            {:global, __MODULE__},
            {:via, Registry, {__MODULE__.Registry, "p"}}
          ] do
        {:ok, pool} = ContextPool.start_link(name: name, size: 1)
        context = start_context(name)
        assert Context.eval(context, "1") == {:ok, 1}
        assert ContextPool.stats(name).contexts == 1
        assert ContextPool.stop(name) == :ok
        assert await_end(pool) in [:normal, :noproc]
        assert {:noproc, _} = catch_exit(ContextPool.stats(name))
      end
    end
  end

  test "one thread runs the loops of two contexts by turns" do
    pool = start_pool(size: 1)
    a = start_context(pool, timeout: 300)
    b = start_context(pool, timeout: 300)

    tasks =
      for context <- [a, b], do: Task.async(fn -> Context.eval(context, "while (true) {}") end)

    for result <- Task.await_many(tasks), do: assert_js_error(result, "InternalError")
    assert Context.eval(a, "1") == {:ok, 1}
  end

  test "a context has the thread for a slice at a time" do
    slices = fn slice ->
      pool = start_pool(size: 1, slice: slice)
      context = start_context(pool)
      {:ok, _} = Context.eval(context, "for (let i = 0; i < 3000000; i++); 0")
      # Counted at the end of the slice, which may come after the answer.
      eventually(fn -> Context.info(context).state == :idle end)
      Context.info(context).slices
    end

    assert slices.(200) > 2 * slices.(1_000_000)
  end

  test "all threads work: two loops end together on two threads" do
    pool = start_pool(size: 2)
    contexts = for _ <- 1..2, do: start_context(pool)

    {ms, results} =
      timed(fn ->
        contexts
        |> Enum.map(&Task.async(fn -> Context.eval(&1, "while (true) {}", timeout: 400) end))
        |> Task.await_many()
      end)

    for result <- results, do: assert_js_error(result, "InternalError")
    assert ms < 800
  end

  test "stray messages do not matter to a pool" do
    pool = start_pool()
    send(pool, :stray)
    assert ContextPool.stats(pool).contexts == 0
  end

  test "its budget of conversion is that of its contexts" do
    pool = start_pool(max_convert_depth: 5, max_convert_nodes: 100)
    context = start_context(pool)
    assert Context.eval(context, "[[[[1]]]]") == {:ok, [[[[1]]]]}
    assert_js_error(Context.eval(context, "[[[[[[[1]]]]]]]"), "ConversionError")
    assert {:ok, list} = Context.eval(context, "new Array(90).fill(0)")
    assert length(list) == 90
    error = assert_js_error(Context.eval(context, "new Array(200).fill(0)"), "ConversionError")
    assert error.message =~ "100"
  end

  test "its stack limit is that of its contexts" do
    depth = "var n = 0; (function f() { n++; f() })()"
    small = start_context(start_pool(max_stack_size: 131_072))
    large = start_context(start_pool(max_stack_size: 2_000_000))

    [few, many] =
      for context <- [small, large] do
        assert {:error, %JSError{}} = Context.eval(context, depth)
        Context.get_global!(context, "n")
      end

    assert few > 50
    assert many > 4 * few
  end
end
