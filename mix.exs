# Mix needs the task that builds the NIF before it compiles lib/, also when
# QuickBEAM is a dependency of another project: therefore a script, required here.
Code.require_file("lib/mix/tasks/compile.quickbeam_native.exs", __DIR__)
Code.require_file("lib/mix/tasks/compile.quickbeam_toolchain.exs", __DIR__)

defmodule QuickBEAM.MixProject do
  use Mix.Project

  @version "0.1.0"

  def project do
    [
      app: :quickbeam,
      version: @version,
      elixir: "~> 1.14",
      description: "JavaScript contexts inside the Erlang VM: light, isolated, supervised",
      compilers: [:quickbeam_native] ++ Mix.compilers() ++ [:quickbeam_toolchain],
      elixirc_paths: elixirc_paths(Mix.env()),
      start_permanent: Mix.env() == :prod,
      # Newer ExUnit warns of files below test/ that it does not run.
      test_ignore_filters: [&String.starts_with?(&1, "test/fixtures/")],
      package: package(),
      deps: []
    ]
  end

  def application do
    [
      mod: {QuickBEAM.Application, []},
      extra_applications: [:logger, :crypto, :public_key]
    ]
  end

  defp elixirc_paths(:test), do: ["lib", "test/support"]
  defp elixirc_paths(_env), do: ["lib"]

  # The sources of the NIF are part of the package; what was built from them is not.
  # SHA256SUMS is of the release (see `make checksums`), and not in the repository.
  defp package do
    [
      licenses: ["MIT"],
      links: %{},
      files: ~w(lib native c_src priv Cargo.toml Cargo.lock mix.exs .formatter.exs
                README.md CHANGELOG.md DEPENDENCIES.md SECURITY.md CONTRIBUTING.md LICENSE guides
                SHA256SUMS*),
      exclude_patterns: [~r{^priv/native/}, ~r{/target/}]
    ]
  end
end
