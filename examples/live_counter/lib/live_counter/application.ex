defmodule LiveCounter.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    children = [
      {Phoenix.PubSub, name: LiveCounter.PubSub},
      # Before the endpoint, whose connections need it.
      {LiveCounter.Session, watch: true},
      LiveCounterWeb.Endpoint
    ]

    Supervisor.start_link(children, strategy: :one_for_one, name: LiveCounter.Supervisor)
  end
end
