defmodule QuickBEAM.Apis.WorkerScope do
  @moduledoc false
  # What the global scope of a worker asks: its own end, scripts to import, and to tell
  # whoever made it of an error that nobody caught.

  use QuickBEAM.Service

  alias QuickBEAM.Apis.Worker.Source

  @impl true
  def init(caller), do: caller.options.worker

  @impl true
  def handle_request(["close"], _id, _caller, _worker), do: exit(:normal)

  def handle_request(["error", error], _id, _caller, worker) do
    send(worker.parent, {:quickbeam_service, "worker", {:error, worker.id, error}})
    {:noreply, worker}
  end

  def handle_request(["read", kind, path], _id, caller, worker) do
    answer =
      case Source.find(kind, path, path, Source.base(caller.options)) do
        {:ok, source} -> Map.take(source, [:code, :filename])
        {:error, message} -> %{error: message}
      end

    {:reply, {:ok, answer}, worker}
  end
end
