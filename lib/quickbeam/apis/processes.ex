defmodule QuickBEAM.Apis.Processes do
  @moduledoc false
  # Beam.nodes, rpc, spawn, register, whereis, link, unlink, monitor, demonitor.
  #
  # A name that a script registers is a key of the registry QuickBEAM.Names, so that no
  # atom is made of it: `{:via, Registry, {QuickBEAM.Names, "name"}}`. Where the VM has
  # an atom of that name already, and it is none of a module, the process is registered
  # under it too, as `Process.register/2` does.

  use QuickBEAM.Service

  alias QuickBEAM.{Context, Handlers, JSError}

  @names QuickBEAM.Names
  # Contexts that one context and those it has spawned may have at once.
  @max 64

  @doc false
  def child_spec(_opts), do: Registry.child_spec(keys: :unique, name: @names)

  # monitors: number => reference and references => number.
  @impl true
  def init(caller) do
    %{monitors: %{}, numbers: %{}, count: caller.options[:spawn_count] || :counters.new(1, [])}
  end

  @impl true
  def handle_request(["nodes"], _id, _caller, state) do
    {:reply, {:ok, Enum.map([node() | Node.list()], &Atom.to_string/1)}, state}
  end

  def handle_request(["rpc", node, name, fun, args], _id, _caller, state) do
    {:task, fn -> rpc(node, name, fun, args) end, state}
  end

  def handle_request(["spawn", source], id, caller, state) do
    if :counters.get(state.count, 1) < @max do
      :counters.add(state.count, 1, 1)
      {:ok, _} = Handlers.start_child(fn -> keep(source, id, caller, state.count) end)
      {:noreply, state}
    else
      {:reply, {:error, "RangeError", "#{@max} spawned contexts live already"}, state}
    end
  end

  def handle_request(["register", name], _id, _caller, state) do
    {:reply, {:ok, register(name)}, state}
  end

  def handle_request(["whereis", name], _id, _caller, state) do
    {:reply, {:ok, whereis(name)}, state}
  end

  def handle_request([what, pid], _id, _caller, state) when what in ["link", "unlink"] do
    cond do
      not is_pid(pid) ->
        {:reply, {:error, "TypeError", "Beam.#{what} needs a pid"}, state}

      what == "unlink" ->
        {:reply, {:ok, Process.unlink(pid)}, state}

      # A link to what has ended would end us with :noproc.
      node(pid) == node() and not Process.alive?(pid) ->
        {:reply, {:ok, false}, state}

      true ->
        {:reply, {:ok, Process.link(pid)}, state}
    end
  end

  def handle_request(["monitor", id, pid], _id, _caller, state) do
    if is_pid(pid) do
      ref = :erlang.monitor(:process, pid, tag: {:quickbeam_service, "processes"})
      monitors = Map.put(state.monitors, id, ref)

      {:reply, {:ok, ref},
       %{state | monitors: monitors, numbers: Map.put(state.numbers, ref, id)}}
    else
      {:reply, {:error, "TypeError", "Beam.monitor needs a pid"}, state}
    end
  end

  def handle_request(["demonitor", id], _id, _caller, state) do
    case Map.pop(state.monitors, id) do
      {nil, _monitors} ->
        {:reply, {:ok, false}, state}

      {ref, monitors} ->
        Process.demonitor(ref, [:flush])
        numbers = Map.delete(state.numbers, ref)
        {:reply, {:ok, true}, %{state | monitors: monitors, numbers: numbers}}
    end
  end

  @impl true
  def handle_message({:down, ref, reason}, caller, state) do
    case Map.pop(state.numbers, ref) do
      {nil, _numbers} ->
        {:noreply, state}

      {id, numbers} ->
        QuickBEAM.Service.send_event(caller, "processes", [id, reason])
        {:noreply, %{state | monitors: Map.delete(state.monitors, id), numbers: numbers}}
    end
  end

  @impl true
  def handle_reset(_caller, state) do
    for {_id, ref} <- state.monitors, do: Process.demonitor(ref, [:flush])
    {:noreply, %{state | monitors: %{}, numbers: %{}}}
  end

  @doc false
  # On the node of the context: what Beam.rpc asks for.
  def call(name, fun, args) do
    case if(is_pid(name), do: name, else: whereis(name)) do
      nil -> {:error, "Error", "no process is registered as #{name}"}
      pid -> answer(Context.call(pid, fun, args))
    end
  catch
    :exit, reason -> {:error, "Exit", Exception.format_exit(reason)}
    kind, reason -> {:error, "Error", Exception.format_banner(kind, reason)}
  end

  defp answer({:ok, value}), do: {:ok, value}
  defp answer({:error, %JSError{name: name, message: message}}), do: {:error, name, message}

  defp rpc(node, name, fun, args) do
    with target when target != nil <- existing_atom(node),
         true <- target == node() or target in Node.list() do
      :erpc.call(target, __MODULE__, :call, [name, fun, args])
    else
      _ -> {:error, "Error", "not connected to a node #{node}"}
    end
  end

  # The new context is listed with its owner's, and its script runs once its pid is
  # known: what it sends finds whoever has spawned it ready.
  defp keep(source, id, caller, count) do
    Process.put(:"$callers", caller.callers)

    options =
      Map.merge(caller.options, %{name: nil, id: nil, script: [], define: %{}, spawn_count: count})
      |> Map.drop([:worker, :worker_count])

    case Context.Server.start(caller.pool_source, options, false) do
      {:ok, pid} ->
        ref = Process.monitor(pid)
        QuickBEAM.Service.reply(caller, id, {:ok, pid})
        run(pid, source)
        receive(do: ({:DOWN, ^ref, :process, _pid, _reason} -> :ok))

      {:error, reason} ->
        QuickBEAM.Service.reply(caller, id, {:error, "Error", "no context: #{inspect(reason)}"})
    end

    :counters.sub(count, 1, 1)
  end

  defp run(pid, source) do
    with {:error, %JSError{} = error} <- Context.eval(pid, source, filename: "spawn.js") do
      text = Enum.join(["Uncaught " <> Exception.message(error) | List.wrap(error.stack)], "\n")
      send(pid, {:quickbeam_console, :error, String.trim_trailing(text)})
    end
  catch
    :exit, _ended -> :ok
  end

  defp register(name) do
    case Registry.register(@names, name, nil) do
      {:ok, _} ->
        register_atom(existing_atom(name))

      {:error, {:already_registered, pid}} ->
        pid == self()
    end
  end

  defp register_atom(nil), do: true

  defp register_atom(atom) do
    if Process.whereis(atom) in [nil, self()] do
      # A process has one such name at most; another of ours stays in the registry.
      if Process.info(self(), :registered_name) == {:registered_name, []},
        do: Process.register(self(), atom)

      true
    else
      Registry.unregister(@names, Atom.to_string(atom))
      false
    end
  end

  defp whereis(name) do
    case Registry.lookup(@names, name) do
      [{pid, _}] ->
        pid

      [] ->
        case existing_atom(name) do
          nil -> nil
          atom -> with port when is_port(port) <- Process.whereis(atom), do: nil
        end
    end
  end

  # Nobody but the application names processes after modules.
  defp existing_atom("Elixir." <> _), do: nil

  defp existing_atom(name) do
    String.to_existing_atom(name)
  rescue
    # No such atom, or longer than one can be.
    _ in [ArgumentError, SystemLimitError] -> nil
  end
end
