defmodule QuickBEAM.Pool do
  @moduledoc """
  JavaScript contexts that are set up once and checked out by one caller at a time:
  for server-side rendering, where each request wants a clean page and none wants to
  wait for it to load.

      iex> {:ok, pool} =
      ...>   QuickBEAM.Pool.start_link(
      ...>     size: 2,
      ...>     init: fn js -> QuickBEAM.eval!(js, "function render(n) { return `<p>${n}</p>` }") end
      ...>   )
      iex> QuickBEAM.Pool.run(pool, fn js -> QuickBEAM.call!(js, "render", [1]) end)
      "<p>1</p>"

  After each use a context is reset and `:init` is run again, behind the caller's back;
  its handlers, limits and APIs stay. What cannot be reset is replaced by a new one. A
  caller that dies gives its context back, too.

  In a supervision tree:

      children = [
        {QuickBEAM.Pool, name: MyApp.SSR, size: 10, script: "priv/js/ssr.js"}
      ]

  ## Options

  | option | default | meaning |
  |---|---|---|
  | `:name` | none | any `t:GenServer.name/0` |
  | `:id` | the name | id of the child spec |
  | `:size` | 10 | how many contexts there are, at most |
  | `:init` | none | `fn context -> any end`, run on each context after it is made and after each reset; where it raises or returns `{:error, reason}`, the context is not used |
  | `:lazy` | `false` | make a context when one is first needed, not at the start |

  All others are those of `QuickBEAM.start/1`, for each of the contexts. They share the
  threads of a pool of their own, one for each scheduler.
  """

  use GenServer

  alias QuickBEAM.{Context, ContextPool, Options}

  @type t :: GenServer.server()

  # The threads of the pool and what its contexts are made with; contexts that nobody
  # has, callers that wait, monitors of callers and of contexts that are being made
  # ready, and how many contexts there are.
  defstruct [
    :threads,
    :init,
    :context,
    :size,
    free: [],
    waiting: :queue.new(),
    taken: %{},
    readying: %{},
    live: 0
  ]

  @doc "How a supervisor starts a pool; takes the options of `start_link/1`."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    %{id: opts[:id] || opts[:name] || __MODULE__, start: {__MODULE__, :start_link, [opts]}}
  end

  @doc """
  Starts a pool, linked to the caller; see the options above.

  Unless it is lazy, it returns when all contexts are ready, or the reason why one is
  not: an error of `QuickBEAM.start/1`, or `{:init_failed, reason}`.
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts \\ []) do
    {own, threads, context} = Options.checkout_pool!(opts)
    name = if own.name, do: [name: own.name], else: []
    GenServer.start_link(__MODULE__, {own, threads, context, callers()}, name)
  end

  @doc """
  Runs `fun` with a context that nobody else uses meanwhile, and returns what it
  returns. Whatever `fun` raises passes through.

  `:timeout` (5000) is how long to wait for a context, in milliseconds or `:infinity`;
  past it the caller exits with `{:timeout, _}`, as `GenServer.call/3` does.
  """
  @spec run(t, (Context.t() -> result), keyword) :: result when result: term
  def run(pool, fun, opts \\ []) when is_function(fun, 1) do
    timeout = Map.get(Options.call!(opts), :timeout, 5000)

    case GenServer.call(pool, {:checkout, timeout}, :infinity) do
      {:ok, context, lease} ->
        try do
          fun.(context)
        after
          GenServer.cast(pool, {:checkin, lease})
        end

      {:error, :timeout} ->
        exit({:timeout, {__MODULE__, :run, [pool, fun, opts]}})

      {:error, reason} ->
        exit({reason, {__MODULE__, :run, [pool, fun, opts]}})
    end
  end

  @doc "Stops a pool and its contexts."
  @spec stop(t) :: :ok
  def stop(pool), do: GenServer.stop(pool)

  @impl true
  def init({own, threads, context, callers}) do
    Process.flag(:trap_exit, true)
    Process.put(:"$callers", callers)

    with {:ok, threads} <- ContextPool.start_link(threads) do
      state = %__MODULE__{
        threads: threads,
        init: own.init,
        context: [pool: threads, owner: self()] ++ context,
        size: own.size
      }

      if own.lazy, do: {:ok, state}, else: fill(state)
    else
      {:error, reason} -> {:stop, reason}
    end
  end

  # All at once, as many at a time as there are threads.
  defp fill(state) do
    made =
      1..state.size
      |> Task.async_stream(fn _ -> make(state) end, timeout: :infinity, ordered: false)
      |> Enum.map(fn {:ok, made} -> made end)

    case Enum.find(made, &match?({:error, _}, &1)) do
      nil -> {:ok, %{state | free: for({:ok, context} <- made, do: context), live: state.size}}
      {:error, reason} -> {:stop, reason}
    end
  end

  @impl true
  def handle_call({:checkout, timeout}, {pid, _} = from, state) do
    timer = if timeout != :infinity, do: Process.send_after(self(), {:timeout, from}, timeout)
    caller = {from, Process.monitor(pid), timer}
    state = %{state | waiting: :queue.in(caller, state.waiting)}
    {:noreply, state |> grow() |> serve()}
  end

  @impl true
  def handle_cast({:checkin, lease}, state), do: {:noreply, give_back(lease, state)}

  @impl true
  def handle_info({:timeout, from}, state) do
    {:noreply, drop_waiting(state, &(elem(&1, 0) == from), {:error, :timeout})}
  end

  # A caller has ended: one that waited, or one that had a context.
  def handle_info({:DOWN, ref, :process, _pid, _reason}, %{taken: taken} = state)
      when is_map_key(taken, ref) do
    {:noreply, give_back(ref, state)}
  end

  def handle_info({:DOWN, ref, :process, _pid, _reason}, state) do
    {:noreply, drop_waiting(state, &(elem(&1, 1) == ref), nil)}
  end

  def handle_info({:EXIT, threads, reason}, %{threads: threads} = state) do
    {:stop, reason, state}
  end

  def handle_info({:EXIT, pid, outcome}, %{readying: readying} = state)
      when is_map_key(readying, pid) do
    state = %{state | readying: Map.delete(readying, pid)}

    case outcome do
      {:ready, context} -> {:noreply, serve(%{state | free: [context | state.free]})}
      {:failed, reason} -> {:noreply, failed(reason, state)}
      reason -> {:noreply, failed(reason, state)}
    end
  end

  # Whoever has started the pool, or a supervisor: as if exits were not trapped.
  def handle_info({:EXIT, _pid, :normal}, state), do: {:noreply, state}
  def handle_info({:EXIT, _pid, reason}, state), do: {:stop, reason, state}
  def handle_info(_message, state), do: {:noreply, state}

  # Hands free contexts to those who wait, first come, first served.
  defp serve(%{free: [context | free]} = state) do
    case :queue.out(state.waiting) do
      {{:value, {from, monitor, timer}}, waiting} ->
        if timer, do: Process.cancel_timer(timer)

        if Process.alive?(context) do
          GenServer.reply(from, {:ok, context, monitor})
          taken = Map.put(state.taken, monitor, context)
          serve(%{state | free: free, waiting: waiting, taken: taken})
        else
          # It has ended on its own: a new one takes its place.
          serve(grow(%{state | free: free, live: state.live - 1}))
        end

      {:empty, _} ->
        state
    end
  end

  defp serve(state), do: state

  # Makes a context where callers wait, none is free or on its way, and there may be more.
  defp grow(state) do
    wanted = :queue.len(state.waiting) - length(state.free) - map_size(state.readying)

    if wanted > 0 and state.live < state.size do
      state |> ready(fn -> make(state) end) |> Map.update!(:live, &(&1 + 1)) |> grow()
    else
      state
    end
  end

  defp give_back(lease, state) do
    case Map.pop(state.taken, lease) do
      {nil, _} ->
        state

      {context, taken} ->
        Process.demonitor(lease, [:flush])
        ready(%{state | taken: taken}, fn -> renew(context, state) end)
    end
  end

  # In a process of its own, which ends with the outcome: the pool goes on serving.
  defp ready(state, fun) do
    callers = [self() | Process.get(:"$callers", [])]

    pid =
      spawn_link(fn ->
        Process.put(:"$callers", callers)

        case fun.() do
          {:ok, context} -> exit({:ready, context})
          {:error, reason} -> exit({:failed, reason})
        end
      end)

    put_in(state.readying[pid], true)
  end

  # No context came of it: those who wait are told, since the next may fail alike.
  defp failed(reason, state) do
    state = %{state | live: state.live - 1}
    if state.live == 0, do: drop_waiting(state, fn _ -> true end, {:error, reason}), else: state
  end

  defp drop_waiting(state, drop?, answer) do
    {dropped, kept} = state.waiting |> :queue.to_list() |> Enum.split_with(drop?)

    for {from, monitor, timer} <- dropped do
      Process.demonitor(monitor, [:flush])
      if timer, do: Process.cancel_timer(timer)
      if answer, do: GenServer.reply(from, answer)
    end

    %{state | waiting: :queue.from_list(kept)}
  end

  defp renew(context, state) do
    with :ok <- reset(context), {:ok, context} <- set_up(context, state.init) do
      {:ok, context}
    else
      _ ->
        stop_context(context)
        make(state)
    end
  end

  defp reset(context) do
    Context.reset(context)
  catch
    :exit, reason -> {:error, reason}
  end

  defp make(state) do
    with {:ok, context} <- Context.start(state.context), do: set_up(context, state.init)
  end

  defp set_up(context, nil), do: {:ok, context}

  defp set_up(context, init) do
    case init.(context) do
      {:error, reason} -> init_failed(context, reason)
      _ -> {:ok, context}
    end
  catch
    kind, reason -> init_failed(context, Exception.normalize(kind, reason, __STACKTRACE__))
  end

  defp init_failed(context, reason) do
    stop_context(context)
    {:error, {:init_failed, reason}}
  end

  defp stop_context(context) do
    Context.stop(context)
  catch
    :exit, _ -> :ok
  end

  defp callers, do: [self() | Process.get(:"$callers", [])]
end
