Code.require_file("../quickbeam_cargo.exs", __DIR__)

defmodule Mix.Tasks.Compile.QuickbeamToolchain do
  @moduledoc """
  Puts the NIF of `QuickBEAM.JS` into `priv/native`, as `mix compile.quickbeam_native` does
  the other one.

  It holds oxc and rolldown, takes minutes to build the first time, and nothing but
  `QuickBEAM.JS`, TypeScript and bundling needs it. So the environment variable
  `QUICKBEAM_TOOLCHAIN` says when it is built:

    * not set - a library of the release is taken by this task; where there is none, it is
      built by the first use of `QuickBEAM.JS`, where Mix is there (development and
      tests), and a build that is there is kept up to date by this task
    * `1` - by this task: for releases and continuous integration
    * `0` - never

  A failure is a warning: everything else works without it. The other variables are
  those of `mix compile.quickbeam_native`.
  """

  use Mix.Task.Compiler

  alias Mix.QuickbeamCargo

  @crate %{
    what: "the toolchain of QuickBEAM.JS, which takes some minutes the first time",
    package: "quickbeam-toolchain",
    library: "quickbeam_toolchain",
    dir: "native/toolchain",
    inputs: ~w(native/toolchain),
    except: [],
    target: "toolchain",
    manifest: "toolchain_manifest"
  }

  @impl true
  def run(_args) do
    done =
      case {System.get_env("QUICKBEAM_TOOLCHAIN"), QuickbeamCargo.built?(@crate)} do
        {"0", _} -> :noop
        {wanted, built?} when wanted == "1" or built? -> QuickbeamCargo.provide(@crate)
        {_, false} -> QuickbeamCargo.take(@crate)
      end

    case done do
      {:error, text} ->
        message = "QuickBEAM.JS has no toolchain: " <> text
        Mix.shell().error([:yellow, "warning: ", :reset, message])
        {:noop, [diagnostic(message)]}

      done ->
        done
    end
  end

  @doc "Builds it now, whatever the environment says; cargo's output goes to stderr."
  @spec build() :: :ok | :noop | {:error, String.t()}
  def build, do: QuickbeamCargo.provide(@crate, :stderr)

  @impl true
  def manifests, do: [QuickbeamCargo.manifest(@crate)]

  @impl true
  def clean do
    File.rm_rf!(Path.dirname(QuickbeamCargo.manifest(@crate)))
    :ok
  end

  defp diagnostic(message) do
    %Mix.Task.Compiler.Diagnostic{
      compiler_name: "quickbeam_toolchain",
      file: Path.expand("../../../native/toolchain/Cargo.toml", __DIR__),
      message: message,
      position: 0,
      severity: :warning
    }
  end
end
