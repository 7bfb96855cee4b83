defmodule QuickBEAM.Application do
  @moduledoc false
  use Application

  alias QuickBEAM.{Apis, Cover, Handlers, Handles, Native, Scripts, Telemetry}

  @impl true
  def start(_type, _args) do
    with {:error, reason} <- Code.ensure_loaded(Native) do
      raise "QuickBEAM could not load its NIF from priv/native (#{inspect(reason)}); " <>
              "build it with: mix compile"
    end

    # What only this Elixir version knows the inside of.
    :ok = Native.init(%{mapset_template: MapSet.new()})

    :ok = Telemetry.detect()
    :ok = Handles.create()
    :ok = Cover.Files.create()

    children = [
      Handles,
      Handlers,
      Scripts,
      Apis.Channel,
      Apis.Locks.Manager,
      Apis.Processes,
      Apis.Storage.Areas
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: QuickBEAM.Supervisor)
  end
end
