defmodule QuickBEAM.Apis.Locks.Manager do
  @moduledoc false
  # The locks of all contexts of the node, by the algorithms of Web Locks, section 4.
  # A context that ends gives all of its locks back.

  use GenServer

  alias QuickBEAM.Native

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc "Makes the calling context known."
  def join(pid, handle), do: GenServer.cast(__MODULE__, {:join, pid, handle})

  @doc "Answers call `id` of the calling context with a snapshot of all locks."
  def query(id), do: GenServer.cast(__MODULE__, {:query, self(), id})

  @doc """
  What a script says: `"request"` with `[id, name, mode, if_available?, steal?]`,
  `"release"` or `"abort"` with `[id]`.
  """
  def cast(what, args), do: GenServer.cast(__MODULE__, {what, self(), args})

  @doc "Takes back all that the calling context holds and waits for."
  def reset, do: GenServer.call(__MODULE__, {:reset, self()}, :infinity)

  # clients: pid => %{handle, uuid, requests: id => name}
  # locks: name => %{held: [request], queue: :queue of requests}; a request is
  # {pid, id, mode}. A name is there as long as somebody holds it or waits for it.
  @impl true
  def init(nil), do: {:ok, %{clients: %{}, locks: %{}}}

  @impl true
  def handle_cast({:join, pid, handle}, state) do
    unless is_map_key(state.clients, pid), do: Process.monitor(pid)
    client = %{handle: handle, uuid: uuid(), requests: %{}}
    {:noreply, put_in(state.clients[pid], client)}
  end

  def handle_cast({"request", pid, [id, name, mode, if_available?, steal?]}, state)
      when is_map_key(state.clients, pid) do
    lock = Map.get(state.locks, name, %{held: [], queue: :queue.new()})
    request = {pid, id, mode}

    cond do
      steal? ->
        state = Enum.reduce(lock.held, state, &take_away(&1, &2, "stolen"))
        {:noreply, state |> note(request, name) |> grant(request, name, %{lock | held: []})}

      if_available? and not (:queue.is_empty(lock.queue) and grantable?(mode, lock)) ->
        tell(state, pid, "unavailable", id)
        {:noreply, state}

      true ->
        lock = %{lock | queue: :queue.in(request, lock.queue)}
        {:noreply, state |> note(request, name) |> process(name, lock)}
    end
  end

  def handle_cast({what, pid, [id]}, state) when what in ["release", "abort"] do
    case state.clients do
      %{^pid => %{requests: %{^id => name}}} ->
        {_name, state} = pop_in(state.clients[pid].requests[id])
        {:noreply, remove(state, name, &match?({^pid, ^id, _mode}, &1))}

      _ ->
        {:noreply, state}
    end
  end

  def handle_cast({:query, pid, id}, state) do
    with %{^pid => client} <- state.clients do
      Native.reply(client.handle, id, {:ok, snapshot(state)})
    end

    {:noreply, state}
  end

  def handle_cast(_unknown, state), do: {:noreply, state}

  @impl true
  def handle_call({:reset, pid}, _from, state) do
    case state.clients do
      %{^pid => client} ->
        state = put_in(state.clients[pid].requests, %{})
        {:reply, :ok, forget(state, pid, client)}

      _ ->
        {:reply, :ok, state}
    end
  end

  @impl true
  def handle_info({:DOWN, _ref, :process, pid, _reason}, state) do
    case pop_in(state.clients[pid]) do
      {nil, state} -> {:noreply, state}
      {client, state} -> {:noreply, forget(state, pid, client)}
    end
  end

  def handle_info(_message, state), do: {:noreply, state}

  defp forget(state, pid, client) do
    client.requests
    |> Map.values()
    |> Enum.uniq()
    |> Enum.reduce(state, fn name, state -> remove(state, name, &(elem(&1, 0) == pid)) end)
  end

  # Take requests of `name` out, and see who is next.
  defp remove(state, name, gone?) do
    %{held: held, queue: queue} = Map.fetch!(state.locks, name)
    lock = %{held: Enum.reject(held, gone?), queue: :queue.filter(&(not gone?.(&1)), queue)}
    process(state, name, lock)
  end

  # "Process the lock request queue."
  defp process(state, name, lock) do
    case :queue.peek(lock.queue) do
      :empty when lock.held == [] ->
        %{state | locks: Map.delete(state.locks, name)}

      {:value, {_pid, _id, mode} = request} ->
        if grantable?(mode, lock) do
          lock = %{lock | queue: :queue.drop(lock.queue)}
          state |> grant(request, name, lock) |> process_next(name)
        else
          %{state | locks: Map.put(state.locks, name, lock)}
        end

      :empty ->
        %{state | locks: Map.put(state.locks, name, lock)}
    end
  end

  defp process_next(state, name), do: process(state, name, Map.fetch!(state.locks, name))

  defp grantable?("exclusive", lock), do: lock.held == []
  defp grantable?("shared", lock), do: not Enum.any?(lock.held, &(elem(&1, 2) == "exclusive"))

  defp grant(state, {pid, id, _mode} = request, name, lock) do
    tell(state, pid, "granted", id)
    %{state | locks: Map.put(state.locks, name, %{lock | held: [request | lock.held]})}
  end

  defp take_away({pid, id, _mode}, state, what) do
    tell(state, pid, what, id)
    {_name, state} = pop_in(state.clients[pid].requests[id])
    state
  end

  defp note(state, {pid, id, _mode}, name), do: put_in(state.clients[pid].requests[id], name)

  defp tell(state, pid, what, id) do
    Native.send_event(state.clients[pid].handle, "locks", [what, id])
  end

  defp snapshot(state) do
    all = fn requests ->
      for {name, lock} <- state.locks, {pid, _id, mode} <- requests.(lock) do
        %{"name" => name, "mode" => mode, "clientId" => state.clients[pid].uuid}
      end
    end

    %{"held" => all.(& &1.held), "pending" => all.(&:queue.to_list(&1.queue))}
  end

  defp uuid do
    <<a::32, b::16, _::4, c::12, _::2, d::14, e::48>> = :crypto.strong_rand_bytes(16)

    <<a::32, b::16, 4::4, c::12, 2::2, d::14, e::48>>
    |> Base.encode16(case: :lower)
    |> String.replace(~r/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "\\1-\\2-\\3-\\4-\\5")
  end
end
