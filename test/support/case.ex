defmodule QuickBEAM.Case do
  @moduledoc "What the tests share: pools and contexts that end with the test, and waiting."

  use ExUnit.CaseTemplate

  alias QuickBEAM.{Context, ContextPool, JSError}

  using do
    quote do
      import QuickBEAM.Case
      alias QuickBEAM.{Context, ContextPool, JSError}
    end
  end

  @doc "A pool that ends before the next test begins."
  def start_pool(opts \\ []) do
    opts = Keyword.put_new(opts, :size, 2)
    start_supervised!(Supervisor.child_spec({ContextPool, opts}, id: make_ref()))
  end

  @doc "A context whose owner is the test."
  def start_context(pool, opts \\ []) do
    {:ok, context} = Context.start_link([pool: pool] ++ opts)
    context
  end

  @doc "A context on a pool of its own, of one thread."
  def start_alone(opts \\ []), do: start_context(start_pool(size: 1), opts)

  @doc "Waits until the function returns something true, and returns that."
  def eventually(fun, ms \\ 10_000) do
    eventually_until(fun, System.monotonic_time(:millisecond) + ms)
  end

  defp eventually_until(fun, deadline) do
    case fun.() do
      value when value not in [nil, false] ->
        value

      _ ->
        if System.monotonic_time(:millisecond) > deadline, do: flunk("it never came true")
        receive(after: (5 -> eventually_until(fun, deadline)))
    end
  end

  @doc "Waits for a process to end, by its monitor or pid, and returns why."
  def await_end(pid_or_monitor, ms \\ 10_000)
  def await_end(pid, ms) when is_pid(pid), do: pid |> Process.monitor() |> await_end(ms)

  def await_end(monitor, ms) do
    receive do
      {:DOWN, ^monitor, :process, _, reason} -> reason
    after
      ms -> flunk("it is still alive")
    end
  end

  @doc """
  A handler that tells the process `{:gate, pid}`, and answers "open" once that is sent
  `:open`.
  """
  def gate(test) do
    fn _ ->
      send(test, {:gate, self()})
      receive(do: (:open -> "open"))
    end
  end

  @doc "A process that starts a context it owns and then waits, with that context."
  def start_owner(pool, opts \\ []) do
    test = self()

    owner =
      spawn(fn ->
        {:ok, context} = Context.start([pool: pool] ++ opts)
        send(test, {self(), context})
        receive(do: ({:exit, reason} -> exit(reason)))
      end)

    receive do
      {^owner, context} -> {owner, context}
    after
      10_000 -> flunk("no context")
    end
  end

  @doc "A context for another node to call: in a process that lives as long as the node."
  def start_for_others(opts) do
    caller = self()
    ref = make_ref()

    spawn(fn ->
      {:ok, pool} = ContextPool.start_link(size: 1)
      {:ok, context} = Context.start_link([pool: pool] ++ opts)
      send(caller, {ref, context})
      receive(do: (:never -> :ok))
    end)

    receive(do: ({^ref, context} -> context))
  end

  @doc """
  Makes this VM a node, with another one beside it that has the application running; both
  end with the test. For tests that are not async.
  """
  def start_peer do
    {_, 0} = System.cmd("epmd", ["-daemon"], stderr_to_stdout: true)
    name = :"quickbeam-#{System.unique_integer([:positive])}@127.0.0.1"
    {:ok, _} = :net_kernel.start([name, :longnames])
    args = Enum.flat_map(:code.get_path(), &[~c"-pa", &1])
    options = %{name: :peer.random_name(), host: ~c"127.0.0.1", args: args}
    {:ok, peer, node} = :peer.start(options)

    ExUnit.Callbacks.on_exit(fn ->
      # It is gone already where the test halted it.
      ExUnit.Assertions.catch_exit(exit(:peer.stop(peer)))
      :net_kernel.stop()
    end)

    {:ok, _} = :erpc.call(node, :application, :ensure_all_started, [:quickbeam])
    %{node: node, peer: peer}
  end

  @doc "Milliseconds that a function takes, and its value."
  def timed(fun) do
    {us, value} = :timer.tc(fun)
    {div(us, 1000), value}
  end

  @doc "Asserts that the calling process has no message left."
  def assert_empty_mailbox do
    assert Process.info(self(), :messages) == {:messages, []}
  end

  @doc "The error of an operation that must have failed, with this name."
  def assert_js_error({:error, %JSError{} = error}, name) do
    assert error.name == name, "expected a #{name}, got: #{Exception.message(error)}"
    error
  end
end
