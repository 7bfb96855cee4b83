# All of bench/, each script by a VM of its own, and bench/RESULTS.md with what they said,
# the machine, and plots; some 20 minutes. `make bench` fetches what Node's part needs first.
#
#     mix run bench/run_all.exs [--quick] [--out FOLDER] [NAME...]
#
# --quick is a first look of two minutes, into tmp/bench: fewer rounds, and only the scripts
# that the plots and most figures of the README are from. NAMEs choose scripts.
defmodule Bench.RunAll do
  @moduledoc false

  @root Path.expand("..", __DIR__)
  @quick ~w(comparison contexts calls neighbours scheduling scale)
  # Of a test that runs for as long as it is let.
  @arguments %{"stress" => ["60"]}

  def run(argv) do
    {given, names, []} = OptionParser.parse(argv, strict: [quick: :boolean, out: :string])
    quick? = given[:quick] || System.get_env("BENCH_QUICK") == "1"
    out = Path.expand(given[:out] || if(quick?, do: "tmp/bench", else: "bench"), @root)
    File.mkdir_p!(out)

    env = [
      {"BENCH_QUICK", if(quick?, do: "1", else: "0")},
      {"BENCH_PLOTS", Path.join(out, "plots")}
    ]

    {before, started} = {load(), System.monotonic_time(:second)}
    results = for name <- names(names, quick?), do: script(name, env)
    took = System.monotonic_time(:second) - started

    page = [head(quick?, before, took) | Enum.map(results, &section/1)]
    path = Path.join(out, "RESULTS.md")
    File.write!(path, page)
    IO.puts("\nWritten: #{Path.relative_to(path, @root)}, after #{minutes(took)}")

    case for {name, _, status, _} <- results, status != 0, do: name do
      [] ->
        :ok

      failed ->
        IO.puts("Failed: #{Enum.join(failed, ", ")}")
        System.halt(1)
    end
  end

  # The comparison first: it has the plots.
  defp names([], quick?) do
    all = for path <- Path.wildcard(Path.join(__DIR__, "*.exs")), do: Path.basename(path, ".exs")
    all = Enum.sort_by(all -- ["run_all"], &{&1 != "comparison", &1})
    if quick?, do: Enum.filter(all, &(&1 in @quick)), else: all
  end

  defp names(names, _quick?) do
    for name <- names, not File.regular?(Path.join(__DIR__, name <> ".exs")) do
      raise ArgumentError, "there is no bench/#{name}.exs"
    end

    names
  end

  defp script(name, env) do
    IO.puts("\n== bench/#{name}.exs")
    started = System.monotonic_time(:second)
    path = Path.join("bench", name <> ".exs")
    # What was compiled for this script serves them all.
    args = ["run", "--no-compile", path | Map.get(@arguments, name, [])]
    {text, status} = System.cmd("mix", args, cd: @root, env: env, stderr_to_stdout: true)
    IO.puts(text)
    {name, text, status, System.monotonic_time(:second) - started}
  end

  # -- The page

  defp head(quick?, before, took) do
    """
    # Results of bench/

    Written by `make bench`#{if quick?, do: " (a quick look: few rounds, and not all scripts)"} on #{date()}, in #{minutes(took)}.

    | | |
    |---|---|
    | commit | #{commit()} |
    | processor | #{processor()}, #{System.schedulers_online()} online |
    | memory | #{memory()} |
    | system | #{line("uname", ["-sr"])}, #{system()} |
    | Erlang, Elixir | OTP #{System.otp_release()} (#{:erlang.system_info(:version)}, #{:erlang.system_info(:emu_flavor)}), Elixir #{System.version()} |
    | built with | #{line("rustc", ["--version"])}, #{line("cc", ["--version"])} |
    | Node | #{line("node", ["--version"])} |
    | load before, after | #{before}, #{load()} |

    A script alone: `mix run bench/NAME.exs`. In tables of text the column "Zig" is what the Zig
    implementation of QuickBEAM took on a machine of this size, and `!` marks what is not better than that.

    """
  end

  # The comparison writes Markdown, the others text.
  defp section({"comparison", text, 0, took}) do
    "## Beside Node\n\n`mix run bench/comparison.exs`, #{minutes(took)}. #{String.trim(text)}\n\n"
  end

  defp section({name, text, status, took}) do
    failed = if status == 0, do: "", else: " **Failed with status #{status}.**"

    "## #{name}\n\n`#{command(name)}`, #{minutes(took)}.#{failed}\n\n```text\n#{String.trim(text)}\n```\n\n"
  end

  defp command(name),
    do: Enum.join(["mix run bench/#{name}.exs" | Map.get(@arguments, name, [])], " ")

  defp date, do: Calendar.strftime(DateTime.utc_now(), "%-d %B %Y, %H:%M UTC")

  defp commit do
    changed =
      if line("git", ["status", "--porcelain", "--untracked-files=no"]) in ["", "-"],
        do: "",
        else: ", with changes"

    line("git", ["rev-parse", "--short=10", "HEAD"]) <> changed
  end

  defp processor do
    case File.read("/proc/cpuinfo") do
      {:ok, text} ->
        case Regex.run(~r/^model name\s*: (.+)$/m, text) do
          [_, name] -> name
          nil -> to_string(:erlang.system_info(:system_architecture))
        end

      _ ->
        line("sysctl", ["-n", "machdep.cpu.brand_string"])
    end
  end

  defp memory do
    with {:ok, text} <- File.read("/proc/meminfo"),
         [_, kb] <- Regex.run(~r/^MemTotal:\s+(\d+)/m, text) do
      "#{Float.round(String.to_integer(kb) / 1_048_576, 1)} GiB"
    else
      _ -> "-"
    end
  end

  defp system do
    with {:ok, text} <- File.read("/etc/os-release"),
         [_, name] <- Regex.run(~r/^PRETTY_NAME="?([^"\n]+)/m, text) do
      name
    else
      _ -> "-"
    end
  end

  defp load do
    case File.read("/proc/loadavg") do
      {:ok, text} -> text |> String.split() |> hd()
      _ -> "-"
    end
  end

  # The first line that a program says, or - where it is not there.
  defp line(program, args) do
    with path when path != nil <- System.find_executable(program),
         {text, 0} <- System.cmd(path, args, cd: @root, stderr_to_stdout: true) do
      text |> String.split("\n") |> hd()
    else
      _ -> "-"
    end
  end

  defp minutes(seconds) when seconds < 90, do: "#{seconds} s"
  defp minutes(seconds), do: "#{div(seconds, 60)} min #{rem(seconds, 60)} s"
end

Bench.RunAll.run(System.argv())
