defmodule QuickBEAM.Cover.Summary do
  @moduledoc false
  # How much of what there is has run.

  alias QuickBEAM.Cover
  alias QuickBEAM.Cover.Files

  @spec of(%{Path.t() => Files.file()}) :: [Cover.summary()]
  def of(files), do: for({path, file} <- Enum.sort(files), do: of_file(path, file))

  @spec of_file(Path.t(), Files.file()) :: Cover.summary()
  def of_file(path, file) do
    %{
      file: path,
      statements: share(Map.values(file.statements)),
      functions: share(for {_, {_, count}} <- file.functions, do: count),
      branches: share(for {_, counts} <- file.branches, count <- counts, do: count),
      lines: share(Map.values(Files.lines(file)))
    }
  end

  defp share(counts), do: {Enum.count(counts, &(&1 > 0)), length(counts)}

  @parts [:statements, :branches, :functions, :lines]

  @doc "As a table: percents, and what all files have together."
  @spec table([Cover.summary()]) :: iodata
  def table(summaries) do
    all =
      for part <- @parts, into: %{file: "All scripts"} do
        {covered, found} = summaries |> Enum.map(& &1[part]) |> Enum.unzip()
        {part, {Enum.sum(covered), Enum.sum(found)}}
      end

    rows = summaries ++ [all]
    width = rows |> Enum.map(&String.length(&1.file)) |> Enum.max()
    rule = [String.duplicate("-", width), List.duplicate("-|-------------", 4), "\n"]

    [
      ["\nJavaScript coverage:\n\n", String.pad_trailing("File", width)],
      [Enum.map(@parts, &[" | ", String.pad_leading(title(&1), 12)]), "\n", rule],
      Enum.map(summaries, &row(&1, width)),
      [rule, row(all, width)]
    ]
  end

  defp title(part), do: "% " <> String.capitalize(to_string(part))

  defp row(summary, width) do
    shares = for part <- @parts, do: [" | ", String.pad_leading(percent(summary[part]), 12)]
    [String.pad_trailing(summary.file, width), shares, "\n"]
  end

  # Where there is nothing, all of it has run; only all is 100.
  defp percent({_, 0}), do: "100.00"

  defp percent({covered, all}),
    do: :erlang.float_to_binary(Float.floor(covered / all * 100, 2), decimals: 2)
end
