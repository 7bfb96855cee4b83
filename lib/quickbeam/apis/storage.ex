defmodule QuickBEAM.Apis.Storage do
  @moduledoc false
  # localStorage of the contexts that name a shared area by their :storage option.
  # Reads are of ETS, in the context's own process; writes go through the one that
  # keeps the areas, which counts and tells the others. What is private needs none
  # of this: priv/js/storage.js keeps it in the heap.

  use QuickBEAM.Service

  alias QuickBEAM.Apis.Storage.Areas
  alias QuickBEAM.Service

  @impl true
  def starts?(caller), do: caller.options.storage != :private

  @impl true
  def init(%{options: %{storage: :private}}), do: :private
  def init(%{options: %{storage: area}}), do: {area, Areas.open(area)}

  @impl true
  def handle_request(["shared"], _id, _caller, state) do
    {:reply, {:ok, state != :private}, state}
  end

  def handle_request(args, _id, _caller, {area, table} = state) do
    {:reply, {:ok, answer(args, area, table)}, state}
  end

  defp answer(["get", key], _area, table) do
    case :ets.lookup(table, key) do
      [{_key, value, _size}] -> value
      [] -> nil
    end
  end

  defp answer(["has", key], _area, table), do: :ets.member(table, key)
  defp answer(["length"], _area, table), do: :ets.info(table, :size)
  defp answer(["keys"], _area, table), do: :ets.select(table, [{{:"$1", :_, :_}, [], [:"$1"]}])

  defp answer(["key", index], _area, table) do
    case :ets.slot(table, index) do
      [{key, _value, _size}] -> key
      _ -> nil
    end
  end

  defp answer(["set", key, value, size, quota], area, _table) do
    Areas.write(area, {:set, key, value, size, quota})
  end

  defp answer(["remove", key], area, _table), do: Areas.write(area, {:remove, key})
  defp answer(["clear"], area, _table), do: Areas.write(area, :clear)

  # Of Areas: another context has changed something.
  @impl true
  def handle_message(change, caller, state) do
    Service.send_event(caller, "storage", change)
    {:noreply, state}
  end
end
