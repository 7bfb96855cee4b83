defmodule QuickBEAM.Package do
  @moduledoc """
  The package as Hex would make it, from the list in mix.exs, and an application that
  depends on it, on a machine without Rust.
  """

  @root Path.expand("../..", __DIR__)
  @tools ~w(mix elixir erl erlexec sh bash env readlink dirname basename sed cut expr uname cat)

  @doc "Copies the files of the package into a folder."
  def copy(to) do
    package = Mix.Project.config()[:package]

    for pattern <- package[:files],
        path <- Path.wildcard(Path.join(@root, pattern), match_dot: true),
        file <- files(path),
        name = Path.relative_to(file, @root),
        not Enum.any?(package[:exclude_patterns], &(name =~ &1)) do
      File.mkdir_p!(Path.dirname(Path.join(to, name)))
      File.cp!(file, Path.join(to, name))
    end

    to
  end

  defp files(path) do
    if File.dir?(path),
      do: for(name <- File.ls!(path), file <- files(Path.join(path, name)), do: file),
      else: [path]
  end

  @doc "Makes an application of one module that depends on the package by its path."
  def application(dir, package) do
    File.mkdir_p!(Path.join(dir, "lib"))

    File.write!(Path.join(dir, "mix.exs"), """
    defmodule Shop.MixProject do
      use Mix.Project

      def project do
        [app: :shop, version: "1.0.0", deps: [{:quickbeam, path: #{inspect(package)}}]]
      end

      def application, do: [extra_applications: [:logger]]
    end
    """)

    File.write!(Path.join(dir, "lib/shop.ex"), """
    defmodule Shop do
      def total do
        {:ok, js} = QuickBEAM.start()
        {:ok, total} = QuickBEAM.eval(js, "[1, 2, 39].reduce((sum, n) => sum + n)")
        {:ok, code} = QuickBEAM.JS.transform("let n: number = 1", "a.ts")
        IO.puts("total \#{total}, \#{code}")
      end
    end
    """)

    dir
  end

  @doc "Runs Mix where there is no cargo, with a home of its own in `dir`."
  def mix(args, dir, project, env \\ []) do
    bin = Path.join(dir, "bin")
    File.mkdir_p!(bin)

    for tool <- @tools,
        path = System.find_executable(tool),
        do: File.ln_s(path, Path.join(bin, tool))

    names = ~w(MIX_DEPS_PATH CARGO_TARGET_DIR CARGO_BUILD_TARGET QUICKBEAM_PROFILE QUICKBEAM_BUILD
         QUICKBEAM_TOOLCHAIN RUSTFLAGS)

    # Builds of their own: nothing is shared with the VM that tests.
    env =
      for(name <- names, do: {name, nil}) ++
        [
          {"PATH", bin},
          {"HOME", dir},
          {"CARGO_HOME", dir},
          {"XDG_CACHE_HOME", Path.join(dir, "cache")},
          {"MIX_ENV", "prod"},
          {"MIX_BUILD_PATH", Path.join(dir, "build")}
        ] ++ env

    System.cmd("mix", args, cd: project, env: env, stderr_to_stdout: true)
  end
end
