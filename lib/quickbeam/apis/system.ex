defmodule QuickBEAM.Apis.System do
  @moduledoc false
  # What `Beam` (priv/js/beam/system.js) asks of the VM itself: no other process is
  # reached from here.

  use QuickBEAM.Service

  alias QuickBEAM.Apis.System.{Password, Semver}

  @impl true
  def init(_caller), do: nil

  @impl true
  def handle_request(["passwordHash", password, iterations], _id, _caller, state),
    do: {:task, fn -> Password.hash(password, iterations) end, state}

  def handle_request(["passwordVerify", password, hash], _id, _caller, state),
    do: {:task, fn -> {:ok, Password.verify(password, hash)} end, state}

  def handle_request(["which", name], _id, _caller, state),
    do: {:task, fn -> {:ok, which(name)} end, state}

  def handle_request([operation | args], _id, _caller, state),
    do: {:reply, {:ok, perform(operation, args)}, state}

  defp perform("hash", [data]), do: :erlang.phash2(data)
  defp perform("hash", [data, range]), do: :erlang.phash2(data, range)
  defp perform("makeRef", []), do: make_ref()
  defp perform("uniqueInteger", []), do: System.unique_integer([:positive, :monotonic])
  defp perform("satisfies", [version, range]), do: Semver.satisfies?(version, range)
  defp perform("order", [a, b]), do: Semver.order(a, b)

  defp perform("systemInfo", []) do
    %{
      node: Atom.to_string(node()),
      otp_release: System.otp_release(),
      erts_version: List.to_string(:erlang.system_info(:version)),
      elixir_version: System.version(),
      architecture: List.to_string(:erlang.system_info(:system_architecture)),
      schedulers: :erlang.system_info(:schedulers),
      schedulers_online: System.schedulers_online(),
      process_count: :erlang.system_info(:process_count),
      process_limit: :erlang.system_info(:process_limit),
      atom_count: :erlang.system_info(:atom_count),
      atom_limit: :erlang.system_info(:atom_limit),
      port_count: :erlang.system_info(:port_count),
      uptime: elem(:erlang.statistics(:wall_clock), 0),
      memory: Map.new(:erlang.memory())
    }
  end

  # In the context's own process.
  defp perform("processInfo", []) do
    keys = [:memory, :message_queue_len, :reductions, :heap_size, :total_heap_size, :stack_size]
    info = self() |> Process.info(keys) |> Map.new()
    {:status, status} = Process.info(self(), :status)
    Map.merge(info, %{pid: self(), status: Atom.to_string(status)})
  end

  defp which(name) do
    if name != "" and String.valid?(name) and not String.contains?(name, <<0>>),
      do: System.find_executable(name)
  end
end
