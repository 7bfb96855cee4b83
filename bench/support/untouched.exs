defmodule Bench.Untouched do
  @moduledoc false
  # The engine as its makers ship it, compiled from the crate in cargo's registry as
  # native/engine-sys compiles its patched copy. Takes a minute, once.

  @sources "rquickjs-sys-0.14.0/quickjs"
  @files ~w(quickjs libregexp libunicode dtoa)
  @flags ~w(-std=gnu11 -D_GNU_SOURCE -O3 -funsigned-char -fwrapv -w)

  @doc "Best CPU times of scripts, after `prelude`, or nil where it cannot be built."
  def run(prelude, scripts) do
    with path when is_binary(path) <- build() do
      {out, 0} = System.cmd(path, [prelude | scripts])
      for line <- String.split(out, "\n", trim: true), do: String.to_float(line)
    end
  end

  defp build do
    path = Path.join(System.tmp_dir!(), "quickbeam-bench-untouched")
    home = System.get_env("CARGO_HOME") || Path.join(System.user_home!(), ".cargo")

    case Path.wildcard(Path.join([home, "registry/src/*", @sources])) do
      [sources | _] ->
        if File.exists?(path), do: path, else: compile(sources, path)

      [] ->
        nil
    end
  end

  defp compile(sources, path) do
    files = for file <- @files, do: Path.join(sources, file <> ".c")
    main = Path.join(__DIR__, "untouched.c")
    args = @flags ++ ["-I", sources, main | files] ++ ["-o", path, "-lm", "-lpthread"]

    case System.cmd("cc", args, stderr_to_stdout: true) do
      {_, 0} -> path
      {_, _} -> nil
    end
  end
end
