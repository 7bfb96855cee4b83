Code.require_file("../quickbeam_cargo.exs", __DIR__)

defmodule Mix.Tasks.Compile.QuickbeamNative do
  @moduledoc """
  Builds the NIF with cargo and puts it into `priv/native`.

  Runs before the Elixir compiler and does nothing while no Rust, C or patch
  file has changed. Environment:

    * `QUICKBEAM_PROFILE` - `release` (default) or `dev`
    * `CARGO_TARGET_DIR` - cargo's own; otherwise `target/` of this library, so
      that all environments and all projects that use one checkout share a build
    * `CARGO_BUILD_TARGET` - cargo's own, for a cross build

  `Cargo.lock` is taken as it is (`--locked`): the checkout of a dependency is not
  written to.
  """

  # A script and not part of lib's modules: mix.exs requires it (see there).
  use Mix.Task.Compiler

  alias Mix.QuickbeamCargo

  @crate %{
    what: "the NIF of QuickBEAM",
    package: "quickbeam-nif",
    library: "quickbeam_nif",
    dir: ".",
    inputs: ~w(Cargo.toml Cargo.lock rust-toolchain.toml .cargo native c_src priv/js),
    except: ["toolchain"],
    target: "",
    manifest: "manifest"
  }

  @impl true
  def run(_args) do
    case QuickbeamCargo.build(@crate) do
      :ok ->
        # Only now is there a priv to link into _build on a fresh clone.
        Mix.Project.build_structure()
        :ok

      :noop ->
        :noop

      {:error, text} ->
        Mix.raise("QuickBEAM: " <> text)
    end
  end

  @impl true
  def manifests, do: [QuickbeamCargo.manifest(@crate)]

  @impl true
  def clean do
    File.rm_rf!(Path.dirname(QuickbeamCargo.manifest(@crate)))
    :ok
  end
end
