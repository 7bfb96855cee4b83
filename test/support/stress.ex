defmodule QuickBEAM.Stress do
  @moduledoc """
  Contexts in trouble: evals, calls and messages from many processes, handlers that
  call back, collections, resets and introspection, while contexts, owners, callers and
  handlers are killed at random. For a test of seconds and a bench of minutes.

  What must hold: every operation returns, once, a value, an error or an exit of
  `:noproc`, and in time where it has a limit; nothing is left in a mailbox; and when
  all is over there is no context, no handler and no memory left.
  """

  import Bitwise, only: [<<<: 2]
  import QuickBEAM.Case, only: [eventually: 1, eventually: 2]
  alias QuickBEAM.{Context, ContextPool, JSError}

  # What no operation may take, limited or not: every context ends before that.
  @hang 60_000

  @codes [
    "1",
    "throw new Error('x')",
    "await 0",
    "await Beam.call('echo', 1)",
    "Beam.callSync('echo', 1)",
    "Beam.callSync('back', '1 + 1')",
    "await Beam.call('back', 'await Beam.call(`echo`, 1)')",
    "Beam.callSync('back', 'Beam.callSync(`back`, `Beam.callSync(\\\\`echo\\\\`, 1)`)')",
    "Beam.callSync('back', 'while (true) {}')",
    "Beam.callSync('slow')",
    "Promise.all([Beam.call('slow'), Beam.call('raise'), Beam.call('echo', 2)])",
    "try { Beam.callSync('raise') } finally { Beam.call('echo', 1) }",
    "try { Beam.callSync('die') } catch (e) { e.message }",
    "Beam.callSync('nobody')",
    "new Promise(() => {})",
    "new Promise(resolve => setTimeout(resolve, 2))",
    "while (true) {}",
    "(async () => { await Beam.call('echo', 1); while (true) {} })()",
    "setTimeout(() => { while (true) {} }, 1)",
    "function again() { Promise.resolve().then(again) } again()",
    "Beam.sleepSync(3)",
    "Beam.sleepSync(1e6)",
    "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3)",
    "for (let i = 0; i < 20000; i++) { const a = {}; a.a = a } 0",
    "var kept = Array.from({ length: 20000 }, () => ({})); kept.length",
    "'x'.repeat(1e8)",
    "(function f() { f() })()",
    "Beam.onMessage(m => { if (m === 'bad') while (true) {}; Beam.callSync('echo', m) })",
    "for (let i = 0; i < 100; i++) Beam.send(Beam.self(), i)",
    "console.log('said'); [...Array(1000).keys()]"
  ]

  @doc "Runs for about so long; raises when something does not hold. Returns what was done."
  @spec run(milliseconds :: pos_integer, keyword) :: map
  def run(milliseconds, opts \\ []) do
    seed = Keyword.get(opts, :seed, :erlang.unique_integer([:positive]))
    size = Keyword.get(opts, :size, 2)
    {:ok, pool} = ContextPool.start_link(size: size, slice: 200)
    over = now() + milliseconds

    visitors =
      for n <- 1..Keyword.get(opts, :visitors, 12) do
        Task.async(fn ->
          :rand.seed(:exsss, {seed, n, size})
          visit(pool, over, %{})
        end)
      end

    done = visitors |> Task.await_many(:infinity) |> Enum.reduce(&merge/2)

    eventually(
      fn -> match?(%{contexts: 0, memory: 0, chunks: 0}, ContextPool.stats(pool)) end,
      @hang
    )

    %{states: states} = ContextPool.stats(pool)
    true = Enum.all?(states, fn {_, n} -> n == 0 end)
    eventually(fn -> handlers() == [] end)
    ContextPool.stop(pool)
    done
  end

  # Processes that run handlers, or guard them.
  defp handlers do
    for pid <- Process.list(),
        {:initial_call, {QuickBEAM.Handlers, _, _} = call} <- [
          {:initial_call, :proc_lib.translate_initial_call(pid)}
        ],
        do: {pid, call}
  end

  defp visit(pool, over, done) do
    if now() > over do
      done
    else
      visit(pool, over, merge(done, life(pool)))
    end
  end

  # The life of one context.
  defp life(pool) do
    me = self()
    ref = make_ref()

    owner =
      spawn(fn ->
        result = Context.start(options(pool))
        send(me, {ref, result})
        receive(do: (:never -> :ok))
      end)

    context =
      receive do
        {^ref, {:ok, context}} -> context
      after
        @hang -> raise "no context"
      end

    callers = for _ <- 1..one_of([1, 1, 2, 5]), do: caller(context)
    Process.sleep(:rand.uniform(10) - 1)

    ended =
      trouble(
        one_of([:none, :none, :kill, :owner, :caller, :stop, :reset]),
        context,
        owner,
        callers
      )

    done = callers |> Enum.map(&await(&1)) |> Enum.reduce(%{}, &merge/2)
    Process.exit(owner, :kill)
    monitor = Process.monitor(context)

    receive do
      {:DOWN, ^monitor, _, _, _} -> :ok
    after
      @hang -> raise "a context outlives its owner: #{inspect(Context.info(context))}"
    end

    # What is left is a bug; the visitor itself asks for nothing that is answered later.
    {:messages, []} = Process.info(self(), :messages)
    merge(done, %{{:ended, ended} => 1})
  end

  defp options(pool) do
    [
      pool: pool,
      apis: [:beam],
      timeout: one_of([5, 20, 50]),
      max_reductions: one_of([0, 0, 50_000]),
      memory_limit: one_of([0, 2_000_000]),
      console: fn _, _, _ -> :ok end,
      handlers: %{
        "echo" => fn args -> args end,
        "slow" => fn _ -> Process.sleep(:rand.uniform(30)) end,
        "raise" => fn _ -> raise "bad" end,
        "die" => fn _ -> Process.exit(self(), :kill) end,
        "back" => {:with_caller, fn [code], context -> tell(Context.eval(context, code)) end}
      }
    ]
  end

  defp tell({:ok, value}), do: value
  defp tell({:error, error}), do: Exception.message(error)

  # A process that asks for things, and what came of them.
  defp caller(context) do
    seed = {:rand.uniform(1 <<< 30), 2, 3}

    spawn_monitor(fn ->
      :rand.seed(:exsss, seed)
      done = for _ <- 1..:rand.uniform(8), reduce: %{}, do: (done -> merge(done, ask(context)))
      {:messages, []} = Process.info(self(), :messages)
      exit({:done, done})
    end)
  end

  defp ask(context) do
    timeout = one_of([1, 5, 30])
    before = now()

    {what, result} =
      try do
        case :rand.uniform(14) do
          1 -> {:message, Context.send_message(context, one_of(["good", "bad"]))}
          2 -> {:message, send(context, "plain") && :ok}
          3 -> {:gc, Context.gc(context)}
          4 -> {:info, match?(%{state: _}, Context.info(context)) && :ok}
          5 -> {:memory, context |> Context.memory_usage() |> elem(0)}
          6 -> {:call, Context.call(context, "Array.of", [1, 2], timeout: timeout)}
          7 -> {:vars, Context.eval(context, "v + 1", vars: %{v: 1}, timeout: timeout)}
          8 -> {:eval, Context.eval(context, one_of(@codes))}
          _ -> {:eval, Context.eval(context, one_of(@codes), timeout: timeout)}
        end
      rescue
        error in JSError -> {:raised, {:error, error}}
      catch
        :exit, {:noproc, {Context, _, _}} -> {:exit, :noproc}
      end

    if now() - before > @hang, do: raise("#{what} took #{now() - before} ms")

    case result do
      {:error, %JSError{name: name}} -> %{{what, name} => 1}
      {:ok, _} -> %{{what, :ok} => 1}
      other when other in [:ok, :error, :noproc] -> %{{what, other} => 1}
    end
  end

  defp trouble(:none, _context, _owner, _callers), do: :none
  defp trouble(:kill, context, _, _), do: Process.exit(context, :kill) && :kill
  defp trouble(:owner, _, owner, _), do: Process.exit(owner, one_of([:kill, :shutdown])) && :owner
  defp trouble(:caller, _, _, [{pid, _} | _]), do: Process.exit(pid, :kill) && :caller

  defp trouble(how, context, _, _) do
    case how do
      :stop -> Context.stop(context)
      :reset -> Context.reset(context)
    end

    how
  catch
    :exit, _ -> :gone
  end

  defp await({pid, monitor}) do
    receive do
      {:DOWN, ^monitor, _, _, {:done, done}} -> done
      {:DOWN, ^monitor, _, _, :killed} -> %{{:caller, :killed} => 1}
      {:DOWN, ^monitor, _, _, reason} -> raise "a caller failed: #{inspect(reason)}"
    after
      @hang -> raise "a caller hangs: #{inspect(Process.info(pid, :current_stacktrace))}"
    end
  end

  defp merge(a, b), do: Map.merge(a, b, fn _, n, m -> n + m end)
  defp one_of(list), do: Enum.random(list)
  defp now, do: System.monotonic_time(:millisecond)
end
