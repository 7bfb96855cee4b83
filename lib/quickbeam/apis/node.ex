defmodule QuickBEAM.Apis.Node do
  @moduledoc false
  # What priv/js/node asks of the system: process, os, fs. Only contexts with the group
  # :node reach it.

  use QuickBEAM.Service

  alias QuickBEAM.Apis.Node.{Files, System}

  @impl true
  def init(_caller), do: nil

  @impl true
  def handle_request(["fs", operation | args], _id, caller, state) do
    # What takes more than the heap may ever hold need not be read.
    max = caller.options.memory_limit
    {:task, fn -> {:ok, Files.run(operation, args, max)} end, state}
  end

  def handle_request(["process"], _id, caller, state) do
    {:reply, {:ok, System.process(caller.options.script)}, state}
  end

  def handle_request(["exit", 0], _id, _caller, _state), do: exit(:normal)

  def handle_request(["exit", status], _id, _caller, _state),
    do: exit({:shutdown, {:exit, status}})

  def handle_request([what | args], _id, _caller, state) do
    {:reply, System.answer(what, args), state}
  end
end
