defmodule QuickBEAM.Context.MemoryTest do
  # Not async: it counts bytes of the whole process.
  use QuickBEAM.Case

  @moduletag :capture_log

  test "a limit is on live bytes: garbage never hits it" do
    context = start_alone(memory_limit: 512 * 1024)

    {:ok, _} =
      Context.eval(
        context,
        "function drop() { const a = []; for (let i = 0; i < 500; i++) a.push({i}); return a.length }"
      )

    for _ <- 1..90_000, do: {:ok, 500} = Context.call(context, "drop")

    code = "{ const a = []; for (let i = 0; i < 500; i++) a.push({i}); a.length }"
    for _ <- 1..10_000, do: {:ok, 500} = Context.eval(context, code)
  end

  test "cycles are garbage too" do
    context = start_alone(memory_limit: 1024 * 1024)
    code = "for (let i = 0; i < 1e5; i++) { const a = {}; a.a = a }; 'done'"
    for _ <- 1..5, do: assert(Context.eval(context, code) == {:ok, "done"})
  end

  test "past it JS gets an error that it can catch, and goes on" do
    context = start_alone(memory_limit: 512 * 1024)

    assert Context.eval(context, """
           let kept = []
           try { for (let i = 0; i < 1e6; i++) kept.push('x'.repeat(1000) + i); 'never' }
           catch (e) { kept = null; e instanceof Error && e.message }
           """) == {:ok, "out of memory"}

    for n <- 1..100, do: assert(Context.eval(context, "({n: #{n}})") == {:ok, %{"n" => n}})
  end

  test "past it the operation fails by name, the context and its siblings go on" do
    pool = start_pool(size: 1)
    small = start_context(pool, memory_limit: 512 * 1024)
    sibling = start_context(pool)

    for _ <- 1..20 do
      error =
        assert_js_error(
          Context.eval(small, "{ let a = []; while (true) a.push({}) }"),
          "InternalError"
        )

      assert error.message == "out of memory"
      assert Context.eval(small, "1 + 1") == {:ok, 2}
      assert Context.eval(sibling, "new Array(1e5).fill({}).length") == {:ok, 100_000}
    end
  end

  test "one that keeps 1 MB in globals can be reset" do
    context = start_alone(memory_limit: 512 * 1024, define: %{x: 1})

    {:error, _} =
      Context.eval(
        context,
        "globalThis.kept = []; while (true) kept.push('x'.repeat(100) + kept.length)"
      )

    assert Context.reset(context) == :ok
    assert Context.eval(context, "[x, typeof kept]") == {:ok, [1, "undefined"]}
  end

  test "a string counts by its size" do
    context = start_alone(memory_limit: 10_000_000)
    {:ok, before} = Context.memory_usage(context)
    assert {:ok, 5_000_000} = Context.eval(context, "globalThis.s = 'x'.repeat(5e6); s.length")
    {:ok, now} = Context.memory_usage(context)
    assert_in_delta now.context_malloc_size - before.context_malloc_size, 5_000_000, 100_000

    error = assert_js_error(Context.eval(context, "'x'.repeat(1e8).length"), "InternalError")
    assert error.message == "out of memory"
  end

  test "what comes in from Elixir counts" do
    context = start_alone(memory_limit: 1_000_000)
    big = String.duplicate("x", 2_000_000)

    assert {:error, %JSError{message: "out of memory"}} =
             Context.eval(context, "x.length", vars: %{x: big})

    assert {:error, %JSError{message: "out of memory"}} =
             Context.call(context, "Array.of", [Enum.to_list(1..500_000)])

    assert Context.eval(context, "typeof x") == {:ok, "undefined"}
  end

  test "sizes are exact and do not drift" do
    context = start_alone()
    code = "{ const a = []; for (let i = 0; i < 1000; i++) a.push({i, s: 'x' + i}); a.length }"
    for _ <- 1..5, do: {:ok, 1000} = Context.eval(context, code)
    :ok = Context.gc(context)
    {:ok, %{malloc_size: before}} = Context.memory_usage(context)
    for _ <- 1..500, do: {:ok, 1000} = Context.eval(context, code)
    :ok = Context.gc(context)
    {:ok, %{malloc_size: later}} = Context.memory_usage(context)
    assert_in_delta later, before, 2000
  end

  test "of a pool is a limit for all together" do
    pool = start_pool(size: 1, memory_limit: 3_000_000)

    fill =
      "globalThis.kept = []; try { while (true) kept.push('x'.repeat(1000) + kept.length) } catch (e) { e.message }"

    first = start_context(pool)
    assert Context.eval(first, fill) == {:ok, "out of memory"}

    assert {:error, %JSError{message: "out of memory"}} = fill_pool(pool, 100)
    assert ContextPool.stats(pool).memory <= 3_000_000

    :ok = Context.stop(first)

    assert {:ok, _} =
             eventually(fn -> with {:error, _} <- Context.start_link(pool: pool), do: nil end)
  end

  defp fill_pool(pool, n) do
    Enum.reduce_while(1..n, :never, fn _, _ ->
      case Context.start_link(pool: pool) do
        {:ok, _} -> {:cont, :never}
        error -> {:halt, error}
      end
    end)
  end

  test "the usage has all its keys, in sensible numbers" do
    context = start_alone()
    {:ok, usage} = Context.memory_usage(context)

    for key <-
          ~w(malloc_size malloc_count memory_used_size atom_count str_count obj_count prop_count
                  shape_count js_func_count c_func_count array_count context_malloc_size)a do
      assert %{^key => n} = usage
      assert is_integer(n) and n >= 0
    end

    assert usage.malloc_size in 10_000..1_000_000
    assert usage.obj_count > 20

    {:ok, _} = Context.eval(context, "globalThis.a = Array.from({length: 1000}, () => [])")
    assert_in_delta Context.memory_usage!(context).array_count - usage.array_count, 1001, 20
    assert %{malloc_size: _} = QuickBEAM.memory_usage(context)
  end

  test "2,000 contexts of 100 KB, all stopped, give their pages back" do
    pool = start_pool(size: 2)
    stored = fn -> QuickBEAM.Native.stats().page_store end
    # The first round warms the store.
    {:ok, first} = Context.start(pool: pool)
    :ok = Context.stop(first)
    before = stored.()

    contexts =
      for _ <- 1..2000 do
        {:ok, context} = Context.start(pool: pool)

        {:ok, 500} =
          Context.eval(
            context,
            "globalThis.kept = Array.from({length: 500}, (_, i) => ({i})); kept.length"
          )

        context
      end

    full = stored.()
    assert bytes(full) - bytes(before) > 100_000_000
    for context <- contexts, do: :ok = Context.stop(context)

    assert eventually(fn ->
             bytes(stored.()) - bytes(before) < 0.1 * (bytes(full) - bytes(before))
           end)
  end

  # What the store has from the system: in use, or idle and not yet given back.
  defp bytes(%{handed_out: used, cached: idle}), do: used + idle
end
