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
  | `:script` | none | path or list of paths, run by each context that names none of its own; read, bundled and compiled once, the code shared by all of them |
  | `:watch` | `false` | look every 300 ms whether a file of `:script` has changed, and `reload/2` then: for development |
  | `:cover` | whether `QuickBEAM.Cover` is on | count what the contexts run; see there |
  | `:handlers` | `%{}` | as for `QuickBEAM.Context`; handlers of a context come on top of these |
  | `:apis` | `[:browser]` | as for `QuickBEAM.Context` |
  | `:context` | `[]` | other defaults, as a keyword list of `QuickBEAM.Context` options: `:root`, `:network`, `:fetch`, `:storage`, limits and others |
  """

  use GenServer

  require Logger

  alias QuickBEAM.{Cover, Handles, Native, Operation, Options, Template}

  @type t :: GenServer.server()

  @doc "How a supervisor starts a pool; takes the options of `start_link/1`."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    %{id: opts[:id] || opts[:name] || __MODULE__, start: {__MODULE__, :start_link, [opts]}}
  end

  @doc """
  Starts a pool, linked to the caller; see the options above.

  Returns `{:error, {:pool_not_started, text}}` when the operating system refuses a
  thread; `{:error, {:script_not_found, path, reason}}` and `{:error, {:script_error, path,
  error}}` when a script of the pool is missing or does not compile.
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

  @doc """
  Compiles the scripts of a pool anew, for contexts that start from now on; those
  that are there keep the code they have, also when they are reset. With `script` other scripts take
  their place.

  Returns the errors of `start_link/1`; the old code then stays.
  """
  @spec reload(t, nil | Path.t() | [Path.t()]) :: :ok | {:error, term}
  def reload(pool, script \\ nil) do
    paths = if script != nil, do: Options.script!(script)
    GenServer.call(pool, {:quickbeam_reload, paths}, :infinity)
  end

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
    {paths, contexts} = Map.pop(contexts, :script, [])

    with {:ok, pool} <- start_native(options),
         {:ok, template} <- Template.compile(paths, options.cover) do
      state = %{
        pool: pool,
        cover: options.cover,
        contexts: contexts,
        paths: paths,
        template: template
      }

      put(state)
      if options.watch, do: watch_again()
      {:ok, state}
    else
      {:error, reason} -> {:stop, reason}
    end
  end

  defp start_native(options) do
    if options.cover, do: Cover.Files.keep_maps()

    with {:error, text} <- Native.pool_start(Options.native_pool(options)),
         do: {:error, {:pool_not_started, text}}
  end

  # What contexts that start from now on find.
  defp put(%{pool: pool, contexts: contexts, template: template}) do
    Handles.put_pool(
      pool,
      if(template, do: Map.put(contexts, :template, template), else: contexts)
    )
  end

  @impl true
  def handle_call(:quickbeam_stats, _from, state) do
    stats = Native.pool_stats(state.pool)
    {:reply, Map.put(stats, :template, Template.bytes(state.template)), state}
  end

  def handle_call({:quickbeam_reload, paths}, _from, state) do
    paths = paths || state.paths

    case Template.compile(paths, state.cover) do
      {:ok, template} ->
        state = %{state | paths: paths, template: template}
        put(state)
        {:reply, :ok, state}

      error ->
        {:reply, error, state}
    end
  end

  @impl true
  def handle_info(:quickbeam_watch, state) do
    watch_again()
    {:noreply, changed(state)}
  end

  def handle_info(_message, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state), do: Operation.stopped(&Native.pool_stop(state.pool, &1))

  # How long a change may go unseen, in milliseconds.
  @watch 300

  defp watch_again, do: Process.send_after(self(), :quickbeam_watch, @watch)

  # A file that is broken for a moment leaves the last good code in place.
  defp changed(%{template: template} = state) do
    with {:ok, scripts} when scripts != [] <- Template.read(state.paths),
         false <- template != nil and scripts == template.scripts,
         {:ok, template} <- Template.compile_scripts(scripts, state.cover) do
      state = %{state | template: template}
      put(state)
      Logger.info("QuickBEAM has reloaded #{Enum.join(state.paths, ", ")}")
      state
    else
      {:error, reason} -> broken(reason, state)
      _ -> state
    end
  end

  # Told once for each state of the files.
  defp broken(reason, state) do
    if state[:broken] != reason, do: Logger.warning("QuickBEAM cannot reload: #{say(reason)}")
    Map.put(state, :broken, reason)
  end

  defp say({:script_error, path, error}), do: "#{path}: #{Exception.message(error)}"
  defp say({:script_not_found, path, reason}), do: "#{path}: #{:file.format_error(reason)}"
end
