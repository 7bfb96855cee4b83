Code.require_file("quickbeam_precompiled.exs", __DIR__)

defmodule Mix.QuickbeamCargo do
  @moduledoc false
  # Puts the library of a NIF crate into priv/native, as it was released or built with
  # cargo: the part that the compiler tasks of the two NIFs share. A script, as they are
  # (see mix.exs).

  alias Mix.QuickbeamPrecompiled

  @root Path.expand("../..", __DIR__)

  @typedoc """
  A NIF crate: how it is called in messages, its package and library, its directory
  (where `Cargo.lock` is), the files and directories that go in and the names that do
  not, and the directory below cargo's target directory.
  """
  @type crate :: %{
          what: String.t(),
          package: String.t(),
          library: String.t(),
          dir: String.t(),
          inputs: [String.t()],
          except: [String.t()],
          target: String.t(),
          manifest: String.t()
        }

  @doc "Takes the released library if there is one, else builds what has changed."
  @spec provide(crate, IO.device()) :: :ok | :noop | {:error, String.t()}
  def provide(crate, device \\ :stdio) do
    case QuickbeamPrecompiled.install(crate, artifact(crate), manifest(crate), device) do
      {:build, nil} -> build(crate, device)
      {:build, reason} -> build_instead(crate, device, reason)
      done -> done
    end
  end

  defp build_instead(crate, device, reason) do
    why = "No precompiled library is taken: #{reason}"
    # Said only when there is something to build.
    with {:error, text} <- build(crate, device, why), do: {:error, "#{why}\n\n#{text}"}
  end

  @doc "Takes the released library if there is one, and builds nothing."
  @spec take(crate) :: :ok | :noop | {:error, String.t()}
  def take(crate) do
    case QuickbeamPrecompiled.install(crate, artifact(crate), manifest(crate), :stdio) do
      {:build, nil} ->
        :noop

      {:build, reason} ->
        IO.puts("No precompiled library of #{crate.package} is taken: #{reason}")
        :noop

      done ->
        done
    end
  end

  @doc "Builds what has changed; where cargo's output goes is the device."
  @spec build(crate, IO.device(), String.t() | nil) :: :ok | :noop | {:error, String.t()}
  def build(crate, device \\ :stdio, why \\ nil) do
    with {:ok, profile} <- profile() do
      stamp = stamp(crate, profile)

      if File.read(manifest(crate)) == {:ok, stamp} and built?(crate) do
        :noop
      else
        if why, do: IO.puts(device, why)

        with :ok <- cargo_build(crate, profile, device), :ok <- install(crate, profile) do
          # That of before: a file that changed during the build is not in it.
          File.write!(manifest(crate), stamp)
        end
      end
    end
  end

  @doc "Whether the library is in place, however old."
  @spec built?(crate) :: boolean
  def built?(crate), do: File.regular?(artifact(crate))

  @spec manifest(crate) :: Path.t()
  def manifest(crate), do: Path.join([@root, "priv/native", crate.manifest])

  defp cargo_build(crate, profile, device) do
    if cargo = cargo() do
      args = ["build", "--locked", "--package", crate.package | profile_args(profile)]
      env = [{"CARGO_TARGET_DIR", target_dir(crate)}]

      options = [
        cd: Path.join(@root, crate.dir),
        env: env,
        into: IO.stream(device, :line),
        stderr_to_stdout: true
      ]

      IO.puts(device, "Compiling #{crate.what} (cargo #{Enum.join(args, " ")})")

      case System.cmd(cargo, args, options) do
        {_, 0} -> :ok
        {_, status} -> {:error, "cargo failed with status #{status}, see its output above"}
      end
    else
      {:error, no_cargo()}
    end
  end

  defp install(crate, profile) do
    path = Path.join([target_dir(crate), triple(), profile_dir(profile), built_name(crate)])

    case File.read(path) do
      {:ok, built} ->
        if File.read(artifact(crate)) != {:ok, built},
          do: QuickbeamPrecompiled.put(artifact(crate), built)

        :ok

      {:error, reason} ->
        {:error, not_built(path, reason)}
    end
  end

  defp profile do
    case System.get_env("QUICKBEAM_PROFILE", "release") do
      profile when profile in ~w(release dev) -> {:ok, profile}
      other -> {:error, "QUICKBEAM_PROFILE must be release or dev, got: #{inspect(other)}"}
    end
  end

  defp profile_args("release"), do: ["--release"]
  defp profile_args("dev"), do: []

  defp profile_dir("release"), do: "release"
  defp profile_dir("dev"), do: "debug"

  # Where a target is named, cargo has a directory for it ("" is none to Path.join/1).
  # It may be the path of a specification.
  defp triple, do: Path.basename(System.get_env("CARGO_BUILD_TARGET", ""), ".json")

  defp target_dir(crate) do
    Path.join(Path.expand(System.get_env("CARGO_TARGET_DIR", "target"), @root), crate.target)
  end

  @doc "What `:erlang.load_nif/2` looks for: .dll on Windows, .so everywhere else."
  @spec artifact(crate) :: Path.t()
  def artifact(crate) do
    extension = if match?({:win32, _}, :os.type()), do: ".dll", else: ".so"
    Path.join([@root, "priv/native", crate.library <> extension])
  end

  defp built_name(%{library: library}) do
    target = if triple() == "", do: host(), else: triple()

    cond do
      target =~ "windows" -> library <> ".dll"
      target =~ "darwin" -> "lib#{library}.dylib"
      true -> "lib#{library}.so"
    end
  end

  defp host do
    case :os.type() do
      {:win32, _} -> "windows"
      {_, name} -> Atom.to_string(name)
    end
  end

  # Names, sizes and times of all that goes in, and how it is built.
  defp stamp(%{inputs: inputs, except: except}, profile) do
    files = Enum.flat_map(inputs, &files(Path.join(@root, &1), except))
    how = for name <- ~w(CARGO_BUILD_TARGET RUSTFLAGS CXXSTDLIB_STATIC), do: System.get_env(name)
    hash = :crypto.hash(:sha256, :erlang.term_to_binary({how, Enum.sort(files)}))
    "#{profile} #{Base.encode16(hash, case: :lower)}\n"
  end

  defp files(path, except) do
    case File.stat(path, time: :posix) do
      {:ok, %{type: :directory}} ->
        for name <- File.ls!(path),
            name not in ["target" | except],
            file <- files(Path.join(path, name), except),
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
    cargo succeeded, but #{path} cannot be read (#{:file.format_error(reason)}).

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
