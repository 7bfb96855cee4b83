defmodule QuickBEAM.Context.LifetimeTest do
  use QuickBEAM.Case, async: true

  @never "await new Promise(() => {})"
  @loop "while (true) {}"

  defp alive(pool), do: ContextPool.stats(pool).contexts
  defp await_none(pool), do: assert(eventually(fn -> alive(pool) == 0 end))

  describe "the owner" do
    test "takes its contexts along, for whatever reason it exits" do
      pool = start_pool()

      for reason <- [:normal, :shutdown, {:shutdown, :x}, :crash, :kill] do
        {owner, context} = start_owner(pool)
        assert Context.eval(context, "1") == {:ok, 1}

        monitor = Process.monitor(context)
        if reason == :kill, do: Process.exit(owner, :kill), else: send(owner, {:exit, reason})
        assert await_end(monitor) == :normal
        await_none(pool)
      end
    end

    test "may be another process than the one that starts" do
      pool = start_pool()
      owner = spawn(fn -> receive(do: (:stop -> :ok)) end)
      context = start_context(pool, owner: owner)
      assert Context.eval(context, "1") == {:ok, 1}

      monitor = Process.monitor(context)
      send(owner, :stop)
      assert await_end(monitor) == :normal
      await_none(pool)
    end

    test "that is dead already leaves nothing behind" do
      pool = start_pool()
      owner = spawn(fn -> :ok end)
      await_end(owner)

      case Context.start(pool: pool, owner: owner) do
        {:ok, context} -> await_end(context)
        {:error, reason} -> assert reason == :normal
      end

      await_none(pool)
    end

    test "may end while the script runs" do
      pool = start_pool()
      path = tmp_script("await new Promise(() => {})")
      test = self()

      owner =
        spawn(fn ->
          send(test, :starting)
          Context.start(pool: pool, script: path)
        end)

      assert_receive :starting
      assert eventually(fn -> alive(pool) == 1 end)
      Process.exit(owner, :kill)
      await_none(pool)
    end
  end

  describe "the process of a context" do
    test "is linked to who calls start_link, not to who calls start" do
      pool = start_pool()
      test = self()

      pid =
        spawn(fn ->
          {:ok, linked} = Context.start_link(pool: pool, owner: test)
          {:ok, alone} = Context.start(pool: pool, owner: test)
          send(test, {linked, alone})
          receive(do: (:crash -> exit(:crash)))
        end)

      assert_receive {linked, alone}
      monitor = Process.monitor(linked)
      send(pid, :crash)
      assert await_end(monitor) == :crash
      assert Context.eval(alone, "1") == {:ok, 1}
      assert eventually(fn -> alive(pool) == 1 end)
    end

    test "killed brutally while an operation runs gives its memory back" do
      pool = start_pool(size: 1)

      for code <- [@loop, @never, "1"] do
        {:ok, context} = Context.start(pool: pool)
        caller = Task.async(fn -> catch_exit_or(fn -> Context.eval(context, code) end) end)
        assert eventually(fn -> alive(pool) == 1 end)

        monitor = Process.monitor(context)
        Process.exit(context, :kill)
        assert await_end(monitor) == :killed
        await_none(pool)

        assert Task.await(caller) in [{:ok, 1}, :aborted, :noproc]
      end

      assert Context.eval(start_context(pool), "1 + 1") == {:ok, 2}
    end

    test "stopped answers what is pending" do
      pool = start_pool(size: 1)

      for code <- [@loop, @never, "Beam.callSync('slow')", "await Beam.call('slow')"] do
        {:ok, context} =
          Context.start(pool: pool, handlers: %{"slow" => fn [] -> Process.sleep(:infinity) end})

        callers = for _ <- 1..5, do: Task.async(fn -> Context.eval(context, code) end)
        assert eventually(fn -> Enum.all?(callers, &waiting?(&1.pid)) end)

        assert Context.stop(context) == :ok

        for result <- Task.await_many(callers), do: assert_js_error(result, "AbortError")
        await_none(pool)
      end
    end

    test "its memory is back when stop returns" do
      pool = start_pool(size: 1)
      {:ok, context} = Context.start(pool: pool)

      {:ok, _} =
        Context.eval(context, "globalThis.kept = new Array(1e5).fill(0).map((_, i) => ({i})); 0")

      assert ContextPool.stats(pool).memory > 5_000_000
      assert Context.stop(context) == :ok
      assert %{contexts: 0, memory: 0} = ContextPool.stats(pool)
    end

    test "is gone for its callers, as a GenServer would be" do
      pool = start_pool()
      {:ok, context} = Context.start(pool: pool)
      :ok = Context.stop(context)

      assert {:noproc, {Context, :eval, [^context, "1", []]}} =
               catch_exit(Context.eval(context, "1"))

      assert {:noproc, {Context, :call, _}} = catch_exit(Context.call(context, "f"))
      assert {:noproc, {Context, :reset, _}} = catch_exit(Context.reset(context))
      assert {:noproc, {Context, :info, _}} = catch_exit(Context.info(context))
      assert {:noproc, {Context, :eval, _}} = catch_exit(Context.eval(:no_such_name, "1"))

      assert {:noproc, {Context, :eval, _}} =
               catch_exit(Context.eval({:global, :no_such_name}, "1"))

      assert {:noproc, _} = catch_exit(Context.stop(context))
      assert Context.send_message(context, :lost) == :ok
      assert Context.send_message(:no_such_name, :lost) == :ok
    end

    test "leaves no line in the table of handles, however it ends" do
      pool = start_pool()

      contexts = for _ <- 1..20, do: elem(Context.start(pool: pool), 1)
      assert Enum.all?(contexts, &QuickBEAM.Handles.context/1)

      for {context, n} <- Enum.with_index(contexts) do
        if rem(n, 2) == 0, do: Context.stop(context), else: Process.exit(context, :kill)
      end

      assert eventually(fn -> not Enum.any?(contexts, &QuickBEAM.Handles.context/1) end)
      await_none(pool)
    end
  end

  describe "a pool" do
    test "that stops ends its contexts and answers every caller once" do
      {:ok, pool} = ContextPool.start_link(size: 2)
      contexts = for _ <- 1..20, do: elem(Context.start(pool: pool), 1)

      callers =
        for {context, n} <- Enum.with_index(contexts), _ <- 1..5 do
          Task.async(fn ->
            result =
              catch_exit_or(fn ->
                Context.eval(context, Enum.at([@loop, @never, "1"], rem(n, 3)))
              end)

            {result, Process.info(self(), :message_queue_len)}
          end)
        end

      monitors = Enum.map(contexts, &Process.monitor/1)
      :ok = ContextPool.stop(pool)

      for {result, messages} <- Task.await_many(callers, 10_000) do
        assert result in [{:ok, 1}, :aborted, :noproc]
        assert messages == {:message_queue_len, 0}
      end

      for monitor <- monitors, do: assert(await_end(monitor) == :normal)
    end

    test "that is killed ends its contexts" do
      test = self()

      spawn(fn ->
        {:ok, pool} = ContextPool.start_link(size: 1)
        send(test, {:pool, pool})
        receive(do: (:never -> :ok))
      end)

      assert_receive {:pool, pool}
      contexts = for _ <- 1..10, do: elem(Context.start(pool: pool), 1)

      callers =
        for context <- contexts,
            do: Task.async(fn -> catch_exit_or(fn -> Context.eval(context, @never) end) end)

      assert eventually(fn -> Enum.all?(callers, &waiting?(&1.pid)) end)

      monitors = Enum.map(contexts, &Process.monitor/1)
      Process.exit(pool, :kill)

      for result <- Task.await_many(callers), do: assert(result in [:aborted, :noproc])

      for monitor <- monitors,
          do: assert(await_end(monitor) == {:shutdown, {:pool_down, :killed}})
    end

    test "that is not alive is an error, not a crash" do
      {:ok, pool} = ContextPool.start_link(size: 1)
      :ok = ContextPool.stop(pool)
      assert Context.start_link(pool: pool) == {:error, {:pool_not_found, pool}}
      assert Context.start(pool: :no_such_pool) == {:error, {:pool_not_found, :no_such_pool}}
      assert_empty_mailbox()
    end
  end

  describe "a runtime" do
    test "stopped or killed takes its pool along" do
      {:ok, stopped} = QuickBEAM.start()
      {:ok, killed} = QuickBEAM.start()
      caller = Task.async(fn -> catch_exit_or(fn -> QuickBEAM.eval(killed, @loop) end) end)
      assert eventually(fn -> waiting?(caller.pid) end)

      assert QuickBEAM.stop(stopped) == :ok
      monitor = Process.monitor(killed)
      Process.exit(killed, :kill)
      assert await_end(monitor) == :killed
      assert Task.await(caller) in [:aborted, :noproc]
      assert {:noproc, _} = catch_exit(QuickBEAM.eval(stopped, "1"))
    end

    test "ends with its owner" do
      test = self()
      owner = spawn(fn -> send(test, QuickBEAM.start()) && receive(do: (:stop -> :ok)) end)
      assert_receive {:ok, runtime}
      monitor = Process.monitor(runtime)
      send(owner, :stop)
      assert await_end(monitor) == :normal
    end
  end

  test "under a supervisor: restarted when it crashes, by name" do
    pool = start_pool()
    name = :"#{__MODULE__}.supervised"
    start_supervised!({Context, pool: pool, name: name, define: %{x: 1}})
    first = Process.whereis(name)
    assert Context.eval(name, "x += 1") == {:ok, 2}

    Process.exit(first, :kill)
    second = eventually(fn -> (pid = Process.whereis(name)) && pid != first && pid end)
    assert second != first
    assert Context.eval(name, "x += 1") == {:ok, 2}
    assert alive(pool) == 1
  end

  defp waiting?(pid), do: Process.info(pid, :status) == {:status, :waiting}

  defp catch_exit_or(fun) do
    case fun.() do
      {:error, %JSError{name: "AbortError"}} -> :aborted
      other -> other
    end
  catch
    :exit, {:noproc, {Context, _, _}} -> :noproc
  end

  defp tmp_script(code) do
    path = Path.join(System.tmp_dir!(), "qb-#{System.unique_integer([:positive])}.js")
    File.write!(path, code)
    on_exit(fn -> File.rm(path) end)
    path
  end
end
