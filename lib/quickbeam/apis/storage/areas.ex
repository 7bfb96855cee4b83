defmodule QuickBEAM.Apis.Storage.Areas do
  @moduledoc false
  # The shared areas of localStorage: an ETS table each, `{key, value, size}` in the
  # order of the keys. They live as long as the application. This process alone
  # writes, so that the quota is exact and all contexts hear of changes in one order.

  use GenServer

  @type area :: term
  @type write ::
          {:set, key :: binary, value :: binary, size :: pos_integer, quota :: pos_integer}
          | {:remove, key :: binary}
          | :clear

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "The table of an area. The calling context hears what others change in it."
  @spec open(area) :: :ets.table()
  def open(area), do: GenServer.call(__MODULE__, {:open, area, self()}, :infinity)

  @doc "Changes an area; false where its quota does not allow that."
  @spec write(area, write) :: boolean
  def write(area, write), do: GenServer.call(__MODULE__, {:write, area, write}, :infinity)

  # area => %{table, used: size, contexts: MapSet of pids}, and pid => its area.
  @impl true
  def init(nil), do: {:ok, {%{}, %{}}}

  @impl true
  def handle_call({:open, name, pid}, _from, {areas, contexts}) do
    area = Map.get_lazy(areas, name, &new/0)
    area = %{area | contexts: MapSet.put(area.contexts, pid)}
    unless is_map_key(contexts, pid), do: Process.monitor(pid)
    {:reply, area.table, {Map.put(areas, name, area), Map.put(contexts, pid, name)}}
  end

  def handle_call({:write, name, write}, {writer, _tag}, {areas, contexts}) do
    area = Map.fetch!(areas, name)

    case apply_write(write, area) do
      :full ->
        {:reply, false, {areas, contexts}}

      {used, change} ->
        if change, do: tell(change, area, writer)
        {:reply, true, {%{areas | name => %{area | used: used}}, contexts}}
    end
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, pid, _reason}, {areas, contexts}) do
    {name, contexts} = Map.pop(contexts, pid)
    areas = if name, do: update_in(areas[name].contexts, &MapSet.delete(&1, pid)), else: areas
    {:noreply, {areas, contexts}}
  end

  def handle_info(_message, state), do: {:noreply, state}

  defp new do
    table = :ets.new(__MODULE__, [:ordered_set, :protected, read_concurrency: true])
    %{table: table, used: 0, contexts: MapSet.new()}
  end

  # What is used then, and what there is to tell: key, old and new value.
  defp apply_write({:set, key, value, size, quota}, %{table: table, used: used}) do
    {old, freed} = lookup(table, key)
    used = used - freed + size

    cond do
      used > quota ->
        :full

      old == value ->
        {used, nil}

      true ->
        :ets.insert(table, {key, value, size})
        {used, [key, old, value]}
    end
  end

  defp apply_write({:remove, key}, %{table: table, used: used}) do
    case lookup(table, key) do
      {nil, 0} ->
        {used, nil}

      {old, freed} ->
        :ets.delete(table, key)
        {used - freed, [key, old, nil]}
    end
  end

  defp apply_write(:clear, %{table: table}) do
    empty? = :ets.info(table, :size) == 0
    :ets.delete_all_objects(table)
    {0, if(empty?, do: nil, else: [nil, nil, nil])}
  end

  defp lookup(table, key) do
    case :ets.lookup(table, key) do
      [{_key, value, size}] -> {value, size}
      [] -> {nil, 0}
    end
  end

  defp tell(change, area, writer) do
    for pid <- area.contexts, pid != writer do
      send(pid, {:quickbeam_service, "storage", change})
    end
  end
end
