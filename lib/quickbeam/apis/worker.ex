defmodule QuickBEAM.Apis.Worker do
  @moduledoc false
  # Workers: contexts of their own on the pool of the one that makes them, which is
  # their owner. They have its limits, groups and handlers, and end with it.

  use QuickBEAM.Service

  alias QuickBEAM.{Context, Handlers, JSError, Service}
  alias QuickBEAM.Apis.Worker.Source

  # Live workers of a context, with their own workers, and theirs.
  @max 64

  # number => pid; or :starting, or :terminated before it was born.
  @impl true
  def init(caller) do
    %{workers: %{}, count: caller.options[:worker_count] || :counters.new(1, [])}
  end

  @impl true
  def handle_request(["start", id, ticket, source, name, type], _id, caller, state) do
    %{"kind" => kind, "text" => text, "filename" => filename, "url" => url} = source

    with :ok <- room(state.count),
         {:ok, source} <- Source.find(kind, text, filename, Source.base(caller.options)) do
      worker = %{
        parent: self(),
        id: id,
        ticket: ticket,
        name: name,
        type: type,
        source: Map.put(source, :href, url)
      }

      keep(worker, caller, state.count)
      {:noreply, put_in(state.workers[id], :starting)}
    else
      {:error, message} ->
        Service.send_event(caller, "worker", [
          "failed",
          id,
          %{message: message, filename: filename}
        ])

        {:noreply, state}
    end
  end

  def handle_request(["terminate", id], _id, _caller, state) do
    case state.workers do
      %{^id => pid} when is_pid(pid) ->
        Process.exit(pid, :shutdown)
        {:noreply, state}

      %{^id => :starting} ->
        {:noreply, put_in(state.workers[id], :terminated)}

      _ ->
        {:noreply, state}
    end
  end

  @impl true
  def handle_message({:born, id, pid}, _caller, state) do
    case state.workers do
      %{^id => :starting} ->
        {:noreply, put_in(state.workers[id], pid)}

      _ ->
        Process.exit(pid, :shutdown)
        {:noreply, state}
    end
  end

  def handle_message({:error, id, error}, caller, state) do
    Service.send_event(caller, "worker", ["error", id, error])
    {:noreply, state}
  end

  def handle_message({:ended, id, reason}, caller, state) do
    event = if reason, do: ["failed", id, %{message: reason, filename: ""}], else: ["ended", id]
    Service.send_event(caller, "worker", event)
    {:noreply, %{state | workers: Map.delete(state.workers, id)}}
  end

  @impl true
  def handle_reset(_caller, state) do
    for {_id, pid} <- state.workers, is_pid(pid), do: Process.exit(pid, :shutdown)
    # Late births find no entry.
    {:noreply, %{state | workers: %{}}}
  end

  @doc "Says that the calling process is the context of a worker."
  def born(%{parent: parent, id: id}) do
    send(parent, {:quickbeam_service, "worker", {:born, id, self()}})
  end

  @doc "Says that the script of a worker has failed, which may go on nevertheless."
  def failed(%{parent: parent, id: id}, %JSError{} = error) do
    event = %{
      message: "Uncaught " <> Exception.message(error),
      filename: error.filename || "",
      lineno: error.line,
      colno: error.column
    }

    send(parent, {:quickbeam_service, "worker", {:error, id, event}})
  end

  defp room(count) do
    if :counters.get(count, 1) < @max, do: :ok, else: {:error, "#{@max} workers live already"}
  end

  # A process of its own starts the worker and waits for its end: starting takes as
  # long as the script, and the count must come down whatever else has ended.
  defp keep(worker, caller, count) do
    options =
      Map.merge(caller.options, %{
        name: nil,
        id: nil,
        script: [],
        define: %{},
        # HTML exposes no window and no document there, and libraries tell by that
        # where they are.
        apis: List.delete(caller.options.apis, :dom),
        owner: worker.parent,
        worker: worker,
        worker_count: count
      })

    pool = caller.pool_source
    :counters.add(count, 1, 1)

    {:ok, _pid} =
      Handlers.start_child(fn ->
        Process.put(:"$callers", caller.callers)
        reason = live(Context.Server.start(pool, options, false))
        :counters.sub(count, 1, 1)
        send(worker.parent, {:quickbeam_service, "worker", {:ended, worker.id, reason}})
      end)
  end

  # Why it ended, where that is an error.
  defp live({:ok, pid}) do
    ref = Process.monitor(pid)

    receive do
      {:DOWN, ^ref, :process, _pid, reason} when reason in [:normal, :shutdown, :noproc] -> nil
      {:DOWN, ^ref, :process, _pid, {:shutdown, _}} -> nil
      {:DOWN, ^ref, :process, _pid, reason} -> "The worker has ended: " <> inspect(reason)
    end
  end

  defp live({:error, %JSError{} = error}), do: Exception.message(error)
  defp live({:error, reason}) when reason in [:normal, :shutdown], do: nil
  defp live({:error, reason}), do: "The worker did not start: " <> inspect(reason)
end
