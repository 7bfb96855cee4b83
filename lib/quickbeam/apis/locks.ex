defmodule QuickBEAM.Apis.Locks do
  @moduledoc false
  # navigator.locks of one context: hands on what it asks to the manager of the node,
  # which answers the script itself.

  use QuickBEAM.Service

  alias QuickBEAM.Apis.Locks.Manager

  @impl true
  def init(caller) do
    Manager.join(self(), caller.handle)
    nil
  end

  @impl true
  def handle_request(["query"], id, _caller, state) do
    Manager.query(id)
    {:noreply, state}
  end

  def handle_request([what | args], _id, _caller, state) do
    Manager.cast(what, args)
    {:noreply, state}
  end

  @impl true
  def handle_reset(_caller, state) do
    Manager.reset()
    {:noreply, state}
  end
end
