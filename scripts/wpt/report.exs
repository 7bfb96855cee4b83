Code.require_file("../guide_section.exs", __DIR__)

defmodule WPT.Report do
  # What came of it: a table, and a file of failures.

  @failures "tmp/wpt/failures.txt"

  def print(results, skipped) do
    rows = rows(results, skipped)
    IO.puts(line(["folder", "files", "skipped", "passed", "failed", "not run"]))
    for row <- rows ++ [total(rows)], do: IO.puts(line(row))

    reasons = skipped |> Enum.uniq_by(& &1.path) |> Enum.frequencies_by(& &1.skip)
    for {reason, count} <- Enum.sort(reasons), do: IO.puts("skipped, #{reason}: #{count} files")

    File.mkdir_p!(Path.dirname(@failures))
    File.write!(@failures, [failures(results), "\n", skips(skipped)])
    IO.puts("Failures: #{@failures}")
  end

  @doc "Counts by folder: `[folder, files, skipped files, passed, failed, not run]`."
  def rows(results, skipped) do
    done = Enum.group_by(results, fn {page, _} -> folder(page) end)
    left = Enum.group_by(skipped, &folder/1)

    for name <- Enum.sort(Enum.uniq(Map.keys(done) ++ Map.keys(left))) do
      results = Map.get(done, name, [])
      tests = for {_, tests} <- results, test <- tests, do: test
      files = results |> Enum.uniq_by(fn {page, _} -> page.path end) |> length()
      run = for {page, _} <- results, do: page.path
      skips = for page <- Map.get(left, name, []), page.path not in run, uniq: true, do: page.path
      passed = Enum.count(tests, &match?({_, :pass, _}, &1))
      failed = Enum.count(tests, &match?({_, :fail, _}, &1))
      [name, files, length(skips), passed, failed, length(tests) - passed - failed]
    end
  end

  @guide "guides/conformance.md"

  @doc "Puts the counts into the guide, in place of the section of that name or at the end."
  def write_table(results, skipped) do
    rows = rows(results, skipped)
    lines = for row <- rows ++ [total(rows)], do: "| #{Enum.join(row, " | ")} |\n"

    text = """
    What `make wpt` counts: Web Platform Tests of mid-2025, as Firefox ESR's source carries
    them, each in a context with `apis: [:browser]` (a window) and in a `Worker` of one, those
    of the network against WPT's own server. Skipped are files that need what is not here:
    pages that load others, a driver of a browser, WebAssembly; and most of the many keys for
    RSA that `WebCryptoAPI` makes. Most of what fails in `url` wants Punycode refused that the
    URL Standard now takes, as the newer data above does.

    | folder | files | skipped | passed | failed | not run |
    |---|---|---|---|---|---|
    #{lines}\
    """

    GuideSection.put(@guide, "Web Platform Tests", text)
  end

  defp total(rows), do: ["all" | rows |> Enum.map(&tl/1) |> Enum.zip_with(&Enum.sum/1)]

  # Some are many things.
  defp folder(%{path: path}) do
    case Path.split(path) do
      ["fetch", "api", sub, _ | _] -> "fetch/api/#{sub}"
      [top, sub, _ | _] when top in ["dom", "fetch", "html", "xhr"] -> "#{top}/#{sub}"
      [top | _] -> top
    end
  end

  defp line([name | figures]) do
    String.pad_trailing(name, 24) <>
      Enum.map_join(figures, &String.pad_leading("#{&1}", 10))
  end

  defp failures(results) do
    for {page, tests} <- results, {name, status, message} <- tests, status != :pass do
      "#{page.path}#{page.variant} [#{page.realm}] #{status}: #{flat(name)}\n    #{flat(message)}\n"
    end
  end

  defp skips(skipped) do
    for page <- Enum.uniq_by(skipped, & &1.path), do: "#{page.path} skipped: #{page.skip}\n"
  end

  defp flat(text), do: text |> String.slice(0, 400) |> String.replace(~r/\s+/, " ")
end
