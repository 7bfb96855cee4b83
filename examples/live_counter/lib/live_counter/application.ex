defmodule LiveCounter.Application do
  @moduledoc false
  use Application

  # In development a changed script is there for the next connection.
  @watch Mix.env() == :dev

  @impl true
  def start(_type, _args) do
    children = [
      {Phoenix.PubSub, name: LiveCounter.PubSub},
      # Before the endpoint, whose connections need it.
      {LiveCounter.Session, script: script(), watch: @watch},
      LiveCounterWeb.Endpoint
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: LiveCounter.Supervisor)
  end

  # In a release, too, where the folder of the sources is not.
  defp script, do: Application.app_dir(:live_counter, "priv/js/counter.ts")
end
