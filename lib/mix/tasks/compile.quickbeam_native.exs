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

  @root Path.expand("../../..", __DIR__)
  @crate "quickbeam-nif"
  @inputs ~w(Cargo.toml Cargo.lock rust-toolchain.toml .cargo native c_src priv/js)

  @impl true
  def run(_args) do
    stamp = stamp(profile())

    if File.read(manifest()) == {:ok, stamp} and File.regular?(artifact()) do
      :noop
    else
      build!(profile())
      # That of before: a file that changed during the build is not in it.
      File.write!(manifest(), stamp)
      # Only now is there a priv to link into _build on a fresh clone.
      Mix.Project.build_structure()
      :ok
    end
  end

  @impl true
  def manifests, do: [manifest()]

  @impl true
  def clean do
    File.rm_rf!(Path.dirname(manifest()))
    :ok
  end

  defp build!(profile) do
    cargo = cargo() || Mix.raise(no_cargo())
    args = ["build", "--locked", "--package", @crate | profile_args(profile)]
    options = [cd: @root, into: IO.stream(), stderr_to_stdout: true]

    Mix.shell().info("Compiling the NIF of QuickBEAM (cargo #{Enum.join(args, " ")})")

    case System.cmd(cargo, args, options) do
      {_, 0} ->
        install!(profile)

      {_, status} ->
        Mix.raise("QuickBEAM: cargo failed with status #{status}, see its output above")
    end
  end

  # Written beside and renamed: a VM that has the old file loaded keeps its inode.
  defp install!(profile) do
    path = Path.join([target_dir(), triple(), profile_dir(profile), built_name()])

    built =
      case File.read(path) do
        {:ok, built} -> built
        {:error, reason} -> Mix.raise(not_built(path, reason))
      end

    if File.read(artifact()) != {:ok, built} do
      temporary = artifact() <> ".#{System.pid()}"
      File.mkdir_p!(Path.dirname(artifact()))
      File.write!(temporary, built)
      File.chmod!(temporary, 0o755)
      File.rename!(temporary, artifact())
    end
  end

  defp profile do
    case System.get_env("QUICKBEAM_PROFILE", "release") do
      profile when profile in ~w(release dev) -> profile
      other -> Mix.raise("QUICKBEAM_PROFILE must be release or dev, got: #{inspect(other)}")
    end
  end

  defp profile_args("release"), do: ["--release"]
  defp profile_args("dev"), do: []

  defp profile_dir("release"), do: "release"
  defp profile_dir("dev"), do: "debug"

  # Where a target is named, cargo has a directory for it ("" is none to Path.join/1).
  # It may be the path of a specification.
  defp triple, do: Path.basename(System.get_env("CARGO_BUILD_TARGET", ""), ".json")

  defp target_dir, do: Path.expand(System.get_env("CARGO_TARGET_DIR", "target"), @root)
  defp manifest, do: Path.join(@root, "priv/native/manifest")

  # What `:erlang.load_nif/2` looks for: .dll on Windows, .so everywhere else.
  defp artifact do
    extension = if match?({:win32, _}, :os.type()), do: ".dll", else: ".so"
    Path.join(@root, "priv/native/quickbeam_nif" <> extension)
  end

  defp built_name do
    target = if triple() == "", do: host(), else: triple()

    cond do
      target =~ "windows" -> "quickbeam_nif.dll"
      target =~ "darwin" -> "libquickbeam_nif.dylib"
      true -> "libquickbeam_nif.so"
    end
  end

  defp host do
    case :os.type() do
      {:win32, _} -> "windows"
      {_, name} -> Atom.to_string(name)
    end
  end

  # Names, sizes and times of all that goes in, and how it is built.
  defp stamp(profile) do
    files = Enum.flat_map(@inputs, &files(Path.join(@root, &1)))
    how = for name <- ~w(CARGO_BUILD_TARGET RUSTFLAGS), do: System.get_env(name)
    hash = :crypto.hash(:sha256, :erlang.term_to_binary({how, Enum.sort(files)}))
    "#{profile} #{Base.encode16(hash, case: :lower)}\n"
  end

  defp files(path) do
    case File.stat(path, time: :posix) do
      {:ok, %{type: :directory}} ->
        for name <- File.ls!(path),
            name != "target",
            file <- files(Path.join(path, name)),
            do: file

      {:ok, %{size: size, mtime: mtime}} ->
        [{Path.relative_to(path, @root), size, mtime}]

      {:error, :enoent} ->
        []
    end
  end

  defp cargo do
    home = System.get_env("CARGO_HOME") || Path.join(System.user_home() || "/", ".cargo")
    System.find_executable("cargo") || find_in(Path.join(home, "bin/cargo"))
  end

  defp find_in(path), do: if(File.regular?(path), do: path)

  defp not_built(path, reason) do
    """
    QuickBEAM: cargo succeeded, but #{path} cannot be read (#{:file.format_error(reason)}).

    If cargo builds for another target or into another directory by a config.toml of yours
    (build.target, build.target-dir), say so by CARGO_BUILD_TARGET and CARGO_TARGET_DIR.
    """
  end

  defp no_cargo do
    """
    QuickBEAM is partly written in Rust, and cargo was not found.

    Install Rust with rustup (https://rustup.rs):

        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y
        . "$HOME/.cargo/env"

    and a C compiler (Debian and Ubuntu: apt-get install build-essential), then run mix again.
    """
  end
end
