defmodule QuickBEAM.PoolTest do
  use QuickBEAM.Case, async: true

  alias QuickBEAM.Pool

  doctest QuickBEAM.Pool

  @render "function render(n) { return `<p>${n}</p>` } var uses = 0"

  defp init(js), do: QuickBEAM.eval!(js, @render)
  defp start(opts), do: start_supervised!({Pool, [init: &init/1] ++ opts})

  test "a context is set up, used and reset" do
    pool = start(size: 1)

    for _ <- 1..3 do
      assert Pool.run(pool, &QuickBEAM.call!(&1, "render", [7])) == "<p>7</p>"
      assert Pool.run(pool, &QuickBEAM.eval!(&1, "++uses")) == 1
    end
  end

  test "callers share the contexts and each has one alone" do
    pool = start(size: 3)
    test = self()

    tasks =
      for n <- 1..30 do
        Task.async(fn ->
          Pool.run(pool, fn js ->
            send(test, {:context, js})
            assert QuickBEAM.eval!(js, "++uses") == 1
            QuickBEAM.call!(js, "render", [n])
          end)
        end)
      end

    assert Task.await_many(tasks, 30_000) == for(n <- 1..30, do: "<p>#{n}</p>")
    contexts = for _ <- 1..30, do: receive(do: ({:context, js} -> js))
    assert contexts |> Enum.uniq() |> length() == 3
  end

  test "handlers, limits and APIs survive a reset" do
    pool = start(size: 1, handlers: %{"x" => fn [] -> 1 end}, timeout: 100, apis: [:fetch])

    for _ <- 1..2 do
      Pool.run(pool, fn js ->
        assert QuickBEAM.eval!(js, "Beam.callSync('x')") == 1
        assert QuickBEAM.eval!(js, "typeof Event") == "function"
        assert_js_error(QuickBEAM.eval(js, "while (true) {}"), "InternalError")
      end)
    end
  end

  test "what the function raises passes through, and the context comes back" do
    pool = start(size: 1)
    assert_raise RuntimeError, "mine", fn -> Pool.run(pool, fn _ -> raise "mine" end) end
    assert catch_throw(Pool.run(pool, fn _ -> throw(:ball) end)) == :ball
    assert Pool.run(pool, fn _ -> :well end) == :well
  end

  test "a caller that is killed gives its context back" do
    pool = start(size: 1)
    test = self()

    holder =
      spawn(fn ->
        Pool.run(pool, fn _ ->
          send(test, :holding)
          Process.sleep(:infinity)
        end)
      end)

    assert_receive :holding, 5000
    Process.exit(holder, :kill)
    assert Pool.run(pool, &QuickBEAM.eval!(&1, "uses")) == 0
  end

  test "a context that ends is replaced" do
    pool = start(size: 1)
    assert Pool.run(pool, &QuickBEAM.stop/1) == :ok
    assert Pool.run(pool, &QuickBEAM.eval!(&1, "uses")) == 0
    idle = Pool.run(pool, & &1)
    eventually(fn -> Pool.run(pool, & &1) == idle end)
    Process.exit(idle, :kill)
    await_end(idle)
    assert Pool.run(pool, &QuickBEAM.eval!(&1, "uses")) == 0
  end

  test "whoever waits too long exits, and no answer comes later" do
    pool = start(size: 1)

    Pool.run(pool, fn _ ->
      assert {:timeout, {Pool, :run, _}} =
               catch_exit(Pool.run(pool, fn _ -> :never end, timeout: 20))
    end)

    assert Pool.run(pool, fn _ -> :again end) == :again
    assert_empty_mailbox()
  end

  test "a lazy pool makes contexts when they are needed" do
    test = self()
    pool = start_supervised!({Pool, size: 3, lazy: true, init: fn _ -> send(test, :made) end})
    refute_received :made
    assert Pool.run(pool, fn _ -> 1 end) == 1
    assert_received :made
  end

  test "a failing init is told" do
    Process.flag(:trap_exit, true)

    assert {:error, {:init_failed, %RuntimeError{}}} =
             Pool.start_link(init: fn _ -> raise "no" end)

    assert {:error, {:init_failed, :why}} = Pool.start_link(init: fn _ -> {:error, :why} end)
    assert {:error, {:script_not_found, _, :enoent}} = Pool.start_link(script: "/no/such.js")

    {:ok, lazy} = Pool.start_link(lazy: true, init: fn _ -> {:error, :why} end)
    assert {{:init_failed, :why}, _} = catch_exit(Pool.run(lazy, & &1))
  end

  test "its options are checked" do
    assert_raise ArgumentError, ~r/did you mean :size/, fn -> Pool.start_link(sizes: 1) end
    assert_raise ArgumentError, ~r/:init option/, fn -> Pool.start_link(init: 1) end
  end

  test "its end is that of its contexts" do
    {:ok, pool} = Pool.start_link(size: 2)
    context = Pool.run(pool, & &1)
    monitor = Process.monitor(context)
    Pool.stop(pool)
    assert await_end(monitor)
  end
end
