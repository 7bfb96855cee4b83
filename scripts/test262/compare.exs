# The four runs of scripts/test262/run beside each other.
#
#     elixir scripts/test262/compare.exs WORK [GUIDE]
#
# WORK holds the output of each. Exits with 1 where the patched engine or a context fails
# what the untouched engine passes and scripts/test262/differences does not name. The counts
# go into GUIDE, in place of its section `## test262`.
Code.require_file("../guide_section.exs", __DIR__)

defmodule Compare do
  @runs [
    {"untouched", "engine as it is shipped"},
    {"patched", "engine with the patches"},
    {"contexts-none", "contexts, `apis: false`"},
    {"contexts-browser", "contexts, `apis: [:browser]`"}
  ]

  def main([work | guide]) do
    runs = for {name, title} <- @runs, do: {name, title, read(Path.join(work, name))}
    {_, _, untouched} = hd(runs)
    table = table(runs)
    IO.puts("\n" <> table)
    for path <- guide, do: GuideSection.put(path, "test262", text() <> table)

    differences = differences()

    unexpected =
      for {name, _, run} <- tl(runs),
          {test, why} <- Enum.sort(run.failures),
          not is_map_key(untouched.failures, test),
          not MapSet.member?(differences, elem(test, 0)) or name == "patched",
          do: IO.puts("#{name}: #{elem(test, 0)} (#{elem(test, 1)}): #{why}")

    if unexpected != [] do
      IO.puts("\n#{length(unexpected)} failures that the untouched engine does not have")
      System.halt(1)
    end
  end

  defp read(path) do
    out = File.read!(path <> ".out")
    result = ~r{Result: (\d+)/(\d+) errors?(?:, (\d+) excluded)?(?:, (\d+) skipped)?}
    [_ | numbers] = Regex.run(result, File.read!(path <> ".err"))

    [failed, total | left_out] =
      Enum.map(numbers, &if(&1 == "", do: 0, else: String.to_integer(&1)))

    failures =
      for [_, test, mode, why] <-
            Regex.scan(~r{^(test262/test/\S+?\.js):\d+: (strict mode: )?(.*)}m, out),
          not String.starts_with?(why, "unknown feature"),
          into: %{},
          do: {{test, if(mode == "", do: "sloppy", else: "strict")}, why}

    %{failures: failures, passed: total - failed, failed: failed, left_out: Enum.sum(left_out)}
  end

  # Lines of a path and why a context is meant to differ there.
  defp differences do
    for line <- File.stream!(Path.join(__DIR__, "differences")),
        [path | _] <- [String.split(line)],
        String.starts_with?(path, "test262/"),
        into: MapSet.new(),
        do: path
  end

  defp table(runs) do
    rows =
      for {_, title, run} <- runs do
        "| #{title} | #{run.passed} | #{run.failed} | #{run.left_out} |\n"
      end

    "| what ran | passed | failed | tests left out |\n|---|---|---|---|\n#{rows}"
  end

  defp text do
    """
    What `make test262` counts: test262 of May 2025, each test strict and sloppy where it
    does not choose, by the engine's own runner and in contexts. Left out are what the
    engine's makers leave out (features that the engine lacks, as Temporal and decorators,
    `intl402`, which asks for all of ECMA-402, and most of `staging`), and in contexts
    tests that need a second realm or another agent. Most of what fails are properties of
    characters: the engine has those of Unicode 17, the suite those of 16. Where a context
    differs from the engine on purpose: scripts/test262/differences.

    """
  end
end

Compare.main(System.argv())
