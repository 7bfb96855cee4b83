defmodule LiveCounter.MixProject do
  use Mix.Project

  def project do
    [
      app: :live_counter,
      version: "0.1.0",
      elixir: "~> 1.15",
      start_permanent: Mix.env() == :prod,
      deps: deps()
    ]
  end

  def application do
    [mod: {LiveCounter.Application, []}, extra_applications: [:logger]]
  end

  defp deps do
    [
      {:phoenix, "~> 1.8"},
      {:phoenix_live_view, "~> 1.1"},
      {:phoenix_html, "~> 4.2"},
      {:jason, "~> 1.4"},
      {:bandit, "~> 1.6"},
      {:quickbeam, path: "../.."}
    ]
  end
end
