Code.require_file("../quickbeam_cargo.exs", __DIR__)

defmodule Mix.Tasks.Compile.QuickbeamNative do
  @moduledoc """
  Puts the NIF into `priv/native`: the library of the release for this machine, checked
  against the `SHA256SUMS` of the package, or where there is none one built with cargo.

  Runs before the Elixir compiler and does nothing while it has that of the release, or no
  Rust, C or patch file has changed. Environment:

    * `QUICKBEAM_BUILD` - `1` builds, whatever there is; or `config :quickbeam, build: true`
    * `QUICKBEAM_PRECOMPILED` - a folder, or a `file://`, `http://` or `https://` URL, to take
      the libraries from instead of the release; or `config :quickbeam, precompiled: "..."`
    * `QUICKBEAM_CACHE` - where fetched libraries are kept; otherwise a folder in the user's
      cache
    * `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY`, `HEX_CACERTS_PATH` - as Hex knows them
    * `TARGET_ARCH`, `TARGET_OS`, `TARGET_ABI` - the machine to take a library for, as Nerves
      sets them
    * `QUICKBEAM_PROFILE` - `release` (default) or `dev`
    * `CARGO_TARGET_DIR` - cargo's own; otherwise `target/` of this library, so
      that all environments and all projects that use one checkout share a build
    * `CARGO_BUILD_TARGET` - cargo's own, for a cross build

  `RUSTFLAGS` and the profile `dev` always build.

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
    case QuickbeamCargo.provide(@crate) do
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
