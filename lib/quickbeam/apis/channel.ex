defmodule QuickBEAM.Apis.Channel do
  @moduledoc false
  # BroadcastChannel of one context: a member of a :pg group for each name that it has
  # channels of. A message goes from this process straight to that of each context,
  # on whatever connected node, so all who hear two messages of one context hear them
  # in order.

  use QuickBEAM.Service

  alias QuickBEAM.Service

  # Bytes of messages that a context has been given and has not taken yet. A script
  # that is busy for longer loses some, and is told so.
  @max_untaken 32 * 1024 * 1024
  # What a message takes beside its bytes.
  @message_bytes 256

  @doc false
  def child_spec(_opts), do: %{id: __MODULE__, start: {:pg, :start_link, [__MODULE__]}}

  # channels: number => name; names: name => numbers, in the order they were opened;
  # lossy?: whether the last message had no room.
  @impl true
  def init(_caller), do: %{channels: %{}, names: %{}, untaken: 0, lossy?: false}

  @impl true
  def handle_request(["open", id, name], _id, _caller, state) do
    unless is_map_key(state.names, name), do: :ok = :pg.join(__MODULE__, name, self())

    {:reply, {:ok, nil},
     %{
       state
       | channels: Map.put(state.channels, id, name),
         names: Map.update(state.names, name, [id], &(&1 ++ [id]))
     }}
  end

  def handle_request(["post", id, bytes], _id, caller, state) do
    name = Map.fetch!(state.channels, id)

    for pid <- :pg.get_members(__MODULE__, name), pid != self() do
      send(pid, {:quickbeam_service, "channel", {:message, name, bytes}})
    end

    {:noreply, deliver(List.delete(state.names[name], id), bytes, caller, state)}
  end

  def handle_request(["taken", size], _id, _caller, state) do
    {:noreply, %{state | untaken: state.untaken - size - @message_bytes}}
  end

  def handle_request(["close", id], _id, _caller, state) do
    {name, channels} = Map.pop!(state.channels, id)

    case List.delete(state.names[name], id) do
      [] ->
        :pg.leave(__MODULE__, name, self())
        {:noreply, %{state | channels: channels, names: Map.delete(state.names, name)}}

      ids ->
        {:noreply, %{state | channels: channels, names: %{state.names | name => ids}}}
    end
  end

  @impl true
  def handle_message({:message, name, bytes}, caller, state) do
    # Late ones find nobody.
    {:noreply, deliver(Map.get(state.names, name, []), bytes, caller, state)}
  end

  @impl true
  def handle_reset(caller, state) do
    for {name, _ids} <- state.names, do: :pg.leave(__MODULE__, name, self())
    {:noreply, init(caller)}
  end

  defp deliver(ids, bytes, caller, state) do
    Enum.reduce(ids, state, fn id, state ->
      size = byte_size(bytes) + @message_bytes

      if state.untaken + size <= @max_untaken do
        Service.send_event(caller, "channel", [id, {:bytes, bytes}])
        %{state | untaken: state.untaken + size, lossy?: false}
      else
        # Once for all that are lost in a row.
        unless state.lossy?, do: Service.send_event(caller, "channel", [id, nil])
        %{state | lossy?: true}
      end
    end)
  end
end
