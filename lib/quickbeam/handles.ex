defmodule QuickBEAM.Handles do
  @moduledoc false
  # From a process to what the NIF knows it by: `{pid, handle}` of a context,
  # `{pid, pool, defaults}` of a pool. Callers read it in their own process, so
  # a call of JS sends no message to the context's process. Whoever is listed is
  # monitored: its line goes away however it ends. The table belongs to the
  # application, so that it outlives this process.

  use GenServer

  @table __MODULE__

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "Makes the table; the calling process keeps it."
  def create do
    @table = :ets.new(@table, [:named_table, :public, read_concurrency: true])
    :ok
  end

  @doc "Raises where nothing can be started, in words that say why."
  def check! do
    if :ets.whereis(@table) == :undefined, do: raise("the application :quickbeam is not started")
  end

  @doc "Lists the calling process as a context that is ready."
  def put_context(handle), do: put({self(), handle})

  @doc """
  Lists the calling process as a context that is not ready: only the handlers
  that its own script calls find it, everybody else waits in its mailbox.
  """
  def put_booting(handle), do: put({self(), :booting, handle})

  @doc """
  Keeps the source maps of a context beside it, under the names that its code has in
  stack traces: of the calling process all of them, of another one more.
  """
  @spec put_source_maps(QuickBEAM.SourceMaps.maps()) :: :ok
  def put_source_maps(maps) do
    :ets.insert(@table, {{self(), :source_maps}, maps})
    :ok
  end

  @doc "Whether it could be kept: not where the context is on another node or not listed."
  @spec add_source_map(GenServer.server(), String.t(), QuickBEAM.SourceMaps.t()) :: boolean
  def add_source_map(context, filename, map) do
    case GenServer.whereis(context) do
      pid when is_pid(pid) and node(pid) == node() ->
        GenServer.call(__MODULE__, {:add_source_map, pid, filename, map})

      _ ->
        false
    end
  end

  @spec source_maps(pid) :: QuickBEAM.SourceMaps.maps()
  def source_maps(pid) do
    case :ets.lookup(@table, {pid, :source_maps}) do
      [{_, maps}] -> maps
      [] -> %{}
    end
  end

  @doc "Lists the calling process as a pool."
  def put_pool(pool, defaults), do: put({self(), :pool, pool, defaults})

  @doc "The handle of a local context, or nil: not listed."
  def context(pid) do
    case :ets.lookup(@table, pid) do
      [{_, handle}] -> handle
      [] -> nil
      [{_, :booting, handle}] -> if pid in callers(), do: handle
      [{_, :pool, _, _}] -> raise ArgumentError, "expected a context, got a pool: #{inspect(pid)}"
    end
  end

  @doc "The pool behind a local process, with the defaults of its contexts, or nil."
  def pool(pid) do
    case :ets.lookup(@table, pid) do
      [{_, :pool, pool, defaults}] -> {pool, defaults}
      _ -> nil
    end
  end

  defp callers, do: Process.get(:"$callers", [])

  defp put(line) do
    if :ets.insert_new(@table, line) do
      GenServer.cast(__MODULE__, {:monitor, self()})
    else
      :ets.insert(@table, line)
    end

    :ok
  end

  @impl true
  def init(nil) do
    for line <- :ets.tab2list(@table), pid = elem(line, 0), is_pid(pid), do: Process.monitor(pid)
    {:ok, nil}
  end

  @impl true
  def handle_cast({:monitor, pid}, state) do
    Process.monitor(pid)
    {:noreply, state}
  end

  # One process writes: two callers add two maps.
  @impl true
  def handle_call({:add_source_map, pid, filename, map}, _from, state) do
    listed? = :ets.member(@table, pid)

    if listed? do
      maps = Map.put(source_maps(pid), filename, map)
      :ets.insert(@table, {{pid, :source_maps}, maps})
    end

    {:reply, listed?, state}
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, pid, _reason}, state) do
    :ets.delete(@table, pid)
    :ets.delete(@table, {pid, :source_maps})
    {:noreply, state}
  end

  def handle_info(_message, state), do: {:noreply, state}
end
