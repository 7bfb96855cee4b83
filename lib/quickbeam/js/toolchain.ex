defmodule QuickBEAM.JS.Toolchain do
  @moduledoc false
  # Loads the NIF of QuickBEAM.JS on its first use, and builds it before that where
  # it is not there yet and Mix is.

  alias QuickBEAM.JS.Native

  @key {__MODULE__, :loaded}
  @root Path.expand("../../..", __DIR__)
  @task Path.join(@root, "lib/mix/tasks/compile.quickbeam_toolchain.exs")

  @doc "Runs a function that needs the NIF."
  @spec run((() -> Native.result(value))) :: Native.result(value) when value: term
  def run(fun) do
    case ensure() do
      :ok -> fun.()
      {:error, text} -> {:error, [%{message: text, help: nil, file: nil, line: nil}]}
    end
  end

  @doc "Sees to it that the NIF is loaded."
  @spec ensure() :: :ok | {:error, String.t()}
  def ensure do
    # Asked on every use: a read of a persistent term costs nothing.
    if :persistent_term.get(@key, false) do
      :ok
    else
      # One process builds, the others wait for it.
      :global.trans({__MODULE__, self()}, &load_or_build/0, [node()])
    end
  end

  @doc "Whether the NIF is there without a build."
  @spec available?() :: boolean
  def available?, do: :persistent_term.get(@key, false) or load() == :ok

  defp load_or_build do
    with {:error, missing} <- load(), do: if(buildable?(), do: build(missing), else: missing)
  end

  defp load do
    case Native.load(Path.join(priv(), "native/quickbeam_toolchain")) do
      :ok -> :persistent_term.put(@key, true)
      # By another process, in the meantime.
      {:error, {:reload, _}} -> :persistent_term.put(@key, true)
      {:error, {_, text}} -> {:error, {:error, not_built(to_string(text))}}
    end
  end

  defp build(missing) do
    IO.puts(:stderr, "QuickBEAM.JS is used for the first time and needs its toolchain.")
    # A script: it is no part of an application that is released.
    Code.require_file(@task)

    with {:error, text} <- apply(Mix.Tasks.Compile.QuickbeamToolchain, :build, []) do
      {:error, "QuickBEAM.JS has no toolchain: " <> text}
    else
      _built -> with {:error, _} <- load(), do: missing
    end
  end

  defp buildable? do
    System.get_env("QUICKBEAM_TOOLCHAIN") != "0" and Code.ensure_loaded?(Mix) and
      File.regular?(@task)
  end

  defp not_built(reason) do
    "QuickBEAM.JS has no toolchain: build it with " <>
      "QUICKBEAM_TOOLCHAIN=1 mix deps.compile quickbeam --force (#{reason})"
  end

  defp priv do
    case :code.priv_dir(:quickbeam) do
      {:error, :bad_name} -> Path.join(@root, "priv")
      dir -> to_string(dir)
    end
  end
end
