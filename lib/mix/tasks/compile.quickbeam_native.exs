defmodule Mix.Tasks.Compile.QuickbeamNative do
  @moduledoc """
  Builds the NIF with cargo and puts it into `priv/native`.

  Runs before the Elixir compiler and does nothing while no Rust, C or patch
  file has changed. Environment:

    * `QUICKBEAM_PROFILE` - `release` (default) or `dev`
    * `CARGO_TARGET_DIR` - cargo's own; otherwise `target/` of this library, so
      that all environments and all projects that use one checkout share a build
  """

  # A script and not part of lib's modules: mix.exs requires it (see there).
  use Mix.Task.Compiler

  @root Path.expand("../../..", __DIR__)
  @crate "quickbeam-nif"
  @inputs ~w(Cargo.toml Cargo.lock rust-toolchain.toml .cargo native c_src)

  @impl true
  def run(_args) do
    stamp = stamp(profile())

    if File.read(manifest()) == {:ok, stamp} and File.regular?(artifact()) do
      :noop
    else
      build!(profile())
      File.write!(manifest(), stamp(profile()))
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
    args = ["build", "--package", @crate | profile_args(profile)]
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
    built = File.read!(Path.join([target_dir(), profile_dir(profile), built_name()]))

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

  defp target_dir, do: Path.expand(System.get_env("CARGO_TARGET_DIR", "target"), @root)
  defp manifest, do: Path.join(@root, "priv/native/manifest")

  # What `:erlang.load_nif/2` looks for: .dll on Windows, .so everywhere else.
  defp artifact do
    extension = if match?({:win32, _}, :os.type()), do: ".dll", else: ".so"
    Path.join(@root, "priv/native/quickbeam_nif" <> extension)
  end

  defp built_name do
    case :os.type() do
      {:win32, _} -> "quickbeam_nif.dll"
      {:unix, :darwin} -> "libquickbeam_nif.dylib"
      _ -> "libquickbeam_nif.so"
    end
  end

  # Names, sizes and times of all that goes in, and how it is built.
  defp stamp(profile) do
    files = Enum.flat_map(@inputs, &files(Path.join(@root, &1)))
    hash = :crypto.hash(:sha256, :erlang.term_to_binary(Enum.sort(files)))
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
