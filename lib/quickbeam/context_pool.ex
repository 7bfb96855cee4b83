defmodule QuickBEAM.ContextPool do
  @moduledoc """
  Threads that run JavaScript, and the defaults and limits of the contexts on them.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 2)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> QuickBEAM.Context.eval(context, "6 * 7")
      {:ok, 42}
      iex> QuickBEAM.ContextPool.stats(pool).contexts
      1

  A pool usually sits in the supervision tree of an application, before whatever
  starts contexts on it:

      children = [
        {QuickBEAM.ContextPool, name: MyApp.JS, handlers: %{"now" => fn [] -> DateTime.utc_now() end}},
        MyAppWeb.Endpoint
      ]

  Contexts share nothing but the threads. When a pool ends, its contexts end too.

  ## Options

  | option | default | meaning |
  |---|---|---|
  | `:name` | none | any `t:GenServer.name/0` |
  | `:id` | the name | id of the child spec |
  | `:size` | `System.schedulers_online()` | number of threads |
  | `:memory_limit` | 0 = none | bytes for all contexts together; past it the context that asks gets an out-of-memory error, and starting one returns `{:error, %QuickBEAM.JSError{}}` |
  | `:max_stack_size` | 1 MiB | bytes of native stack for one running chain of JS calls |
  | `:max_convert_depth` | 256 | how deep a JS value may be to become an Elixir term |
  | `:max_convert_nodes` | 1_000_000 | how many values it may hold; past either the operation fails with a `"ConversionError"` |
  | `:slice` | 1000 | microseconds a context runs before it makes room for the next |
  | `:max_connections` | 1024 | network connections of all contexts together; who wants more waits |
  | `:script` | none | path or list of paths, for contexts that name none of their own |
  | `:handlers` | `%{}` | as for `QuickBEAM.Context`; handlers of a context come on top of these |
  | `:apis` | `[:browser]` | as for `QuickBEAM.Context`: without effect in this version |
  | `:context` | `[]` | other defaults, as a keyword list of `QuickBEAM.Context` options |
  """

  use GenServer

  alias QuickBEAM.{Handles, Native, Operation, Options}

  @type t :: GenServer.server()

  @doc "How a supervisor starts a pool; takes the options of `start_link/1`."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    %{id: opts[:id] || opts[:name] || __MODULE__, start: {__MODULE__, :start_link, [opts]}}
  end

  @doc """
  Starts a pool, linked to the caller; see the options above.

  Returns `{:error, {:pool_not_started, text}}` when the operating system refuses a
  thread.
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts \\ []) do
    Handles.check!()
    {pool, contexts} = Options.pool!(opts)
    name = if pool.name, do: [name: pool.name], else: []
    GenServer.start_link(__MODULE__, {pool, contexts}, name)
  end

  @doc "Stops a pool and all its contexts; returns when their memory is given back."
  @spec stop(t) :: :ok
  def stop(pool), do: GenServer.stop(pool)

  @doc """
  How a pool is doing.

    * `:contexts` - how many live on it
    * `:states` - how many of them are `:idle`, `:running`, `:runnable` (they queue for
      a thread) and `:waiting` (in the middle of an operation; see
      `QuickBEAM.Context.info/1`); counted while they go on
    * `:memory` - bytes of all their heaps
    * `:workers` - a map for each thread, with the length of its queue, the time it
      was busy, and how many operations and collections it ran
  """
  @spec stats(t) :: %{
          :contexts => non_neg_integer,
          :memory => non_neg_integer,
          :states => %{atom => non_neg_integer},
          :workers => [map],
          optional(atom) => term
        }
  def stats(pool), do: GenServer.call(pool, :quickbeam_stats, :infinity)

  @doc false
  # The pool behind a pid or name of this node, and the defaults of its contexts.
  @spec fetch(t) :: {:ok, pid, Native.pool(), Options.options()} | :error
  def fetch(pool) do
    Handles.check!()

    with pid when is_pid(pid) and node(pid) == node() <- GenServer.whereis(pool),
         {native, defaults} <- Handles.pool(pid) do
      {:ok, pid, native, defaults}
    else
      _ -> :error
    end
  end

  @impl true
  def init({options, contexts}) do
    case Native.pool_start(Options.native_pool(options)) do
      {:ok, pool} ->
        Handles.put_pool(pool, contexts)
        {:ok, pool}

      {:error, text} ->
        {:stop, {:pool_not_started, text}}
    end
  end

  @impl true
  def handle_call(:quickbeam_stats, _from, pool), do: {:reply, Native.pool_stats(pool), pool}

  @impl true
  def handle_info(_message, pool), do: {:noreply, pool}

  @impl true
  def terminate(_reason, pool), do: Operation.stopped(&Native.pool_stop(pool, &1))
end
