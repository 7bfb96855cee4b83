defmodule QuickBEAM.Apis.Node.Command do
  @moduledoc false
  # node:child_process of one context. Each command has a process of its own that owns
  # its ports, passes on what it says, and kills it and all it has started when the
  # context ends.

  use QuickBEAM.Service

  alias QuickBEAM.{Handlers, Service}
  alias QuickBEAM.Apis.Node.Pipes

  # Bytes that a script has not taken yet, upon which the command is stopped, and so
  # few that it goes on.
  @stop_at 8 * 1024 * 1024
  @continue_at 1024 * 1024

  # number => the process of a command
  @impl true
  def init(_caller), do: %{}

  @impl true
  def handle_request(["spawn", id, file, options], request, caller, commands) do
    {:ok, pid} = Handlers.start_child(fn -> start(id, file, options, request, caller) end)
    {:noreply, Map.put(commands, id, pid)}
  end

  def handle_request(["run", file, options], _request, caller, commands) do
    {:task, fn -> {:ok, run(file, options, caller.context)} end, commands}
  end

  def handle_request([what, id | args], _request, _caller, commands) do
    with %{^id => pid} <- commands,
         do: send(pid, List.to_tuple([String.to_existing_atom(what) | args]))

    {:noreply, commands}
  end

  @impl true
  def handle_message({:ended, id}, _caller, commands), do: {:noreply, Map.delete(commands, id)}

  @impl true
  def handle_reset(_caller, commands) do
    for {_id, pid} <- commands, do: send(pid, {:kill_all, "KILL"})
    {:noreply, %{}}
  end

  defp start(id, file, options, request, caller) do
    context = Process.monitor(caller.context)

    case Pipes.open(file, options) do
      {:ok, pipes} ->
        Service.reply(caller, request, {:ok, pipes.pid})
        tell = &Service.send_event(caller, "node_command", [&1, id, &2])
        loop(pipes, %{context: context, tell: tell, untaken: 0, stopped?: false, status: nil})

      {:error, code} ->
        Service.reply(caller, request, {:ok, code})
    end

    send(caller.context, {:quickbeam_service, "node_command", {:ended, id}})
  end

  defp loop(%{main: main, errors: errors} = pipes, state) do
    receive do
      {^main, {:data, bytes}} ->
        loop(pipes, said("stdout", bytes, pipes, state))

      {^errors, {:data, bytes}} ->
        loop(pipes, said("stderr", bytes, pipes, state))

      {^main, {:exit_status, status}} ->
        Pipes.unblock(pipes)
        ended(%{pipes | main: nil}, %{state | status: status})

      {^errors, {:exit_status, _status}} ->
        ended(%{pipes | errors: nil}, state)

      {:taken, bytes} ->
        loop(pipes, taken(bytes, pipes, state))

      {:write, bytes} ->
        loop(Pipes.write(pipes, bytes), state)

      {:end} ->
        loop(Pipes.end_input(pipes), state)

      {:kill, signal} ->
        Pipes.signal(pipes, signal)
        loop(pipes, state)

      {:kill_all, signal} ->
        Pipes.signal_all(pipes, signal)
        loop(pipes, state)

      {:DOWN, ref, :process, _pid, _reason} when ref == state.context ->
        Pipes.destroy(pipes)
    end
  end

  defp ended(%{main: nil, errors: nil} = pipes, state) do
    Pipes.close(pipes)
    state.tell.("exit", state.status)
  end

  defp ended(pipes, state), do: loop(pipes, state)

  defp said(stream, bytes, pipes, state) do
    state.tell.(stream, {:bytes, bytes})
    untaken = state.untaken + byte_size(bytes)
    stop? = untaken > @stop_at and not state.stopped?
    if stop?, do: Pipes.signal(pipes, "STOP")
    %{state | untaken: untaken, stopped?: state.stopped? or stop?}
  end

  defp taken(bytes, pipes, state) do
    untaken = state.untaken - bytes
    continue? = state.stopped? and untaken < @continue_at
    if continue?, do: Pipes.signal(pipes, "CONT")
    %{state | untaken: untaken, stopped?: state.stopped? and not continue?}
  end

  ## spawnSync and its kin

  defp run(file, options, context) do
    ref = Process.monitor(context)

    case Pipes.open(file, options) do
      {:ok, pipes} ->
        pipes = if options["input"], do: Pipes.write(pipes, options["input"]), else: pipes

        timer =
          if options["timeout"], do: Process.send_after(self(), :timeout, options["timeout"])

        collect(Pipes.end_input(pipes), %{
          context: ref,
          timer: timer,
          signal: options["signal"],
          max: options["max"],
          error: nil,
          status: nil,
          stdout: [],
          stderr: [],
          sizes: %{stdout: 0, stderr: 0}
        })

      {:error, code} ->
        %{error: code}
    end
  end

  defp collect(%{main: nil, errors: nil} = pipes, state) do
    Pipes.close(pipes)
    if state.timer, do: Process.cancel_timer(state.timer)

    %{
      pid: pipes.pid,
      status: state.status,
      error: state.error,
      stdout: {:bytes, IO.iodata_to_binary(Enum.reverse(state.stdout))},
      stderr: {:bytes, IO.iodata_to_binary(Enum.reverse(state.stderr))}
    }
  end

  defp collect(%{main: main, errors: errors} = pipes, state) do
    receive do
      {^main, {:data, bytes}} ->
        collect(pipes, add(:stdout, bytes, pipes, state))

      {^errors, {:data, bytes}} ->
        collect(pipes, add(:stderr, bytes, pipes, state))

      {^main, {:exit_status, status}} ->
        Pipes.unblock(pipes)
        collect(%{pipes | main: nil}, %{state | status: status})

      {^errors, {:exit_status, _status}} ->
        collect(%{pipes | errors: nil}, state)

      :timeout ->
        Pipes.signal_all(pipes, state.signal)
        collect(pipes, %{state | error: "ETIMEDOUT"})

      {:DOWN, ref, :process, _pid, _reason} when ref == state.context ->
        Pipes.destroy(pipes)
        %{}
    end
  end

  defp add(stream, bytes, pipes, state) do
    size = state.sizes[stream] + byte_size(bytes)
    state = put_in(state.sizes[stream], size)

    cond do
      size <= state.max ->
        Map.update!(state, stream, &[bytes | &1])

      state.error ->
        state

      true ->
        Pipes.signal_all(pipes, state.signal)
        %{state | error: "ENOBUFS"}
    end
  end
end
