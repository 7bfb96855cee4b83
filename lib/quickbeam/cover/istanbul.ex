defmodule QuickBEAM.Cover.Istanbul do
  @moduledoc false
  # The JSON of Istanbul's coverage-final.json.

  alias QuickBEAM.Cover.Files

  @types %{
    if: "if",
    conditional: "cond-expr",
    logical: "binary-expr",
    switch: "switch",
    default: "default-arg"
  }

  @spec encode(%{Path.t() => Files.file()}) :: iodata
  def encode(files) do
    [object(for {path, file} <- Enum.sort(files), do: {path, file(path, file)}), "\n"]
  end

  @doc "Functions in the order of places, those without a name numbered."
  @spec functions(Files.file()) :: [
          {String.t(), Files.range(), Files.range(), count :: non_neg_integer}
        ]
  def functions(file) do
    for {{{at, body}, {name, count}}, index} <-
          file.functions |> Enum.sort() |> Enum.with_index() do
      {name || "(anonymous_#{index})", at, body, count}
    end
  end

  @doc "Branches in the order of places."
  def branches(file), do: Enum.sort_by(file.branches, fn {{kind, at, _}, _} -> {at, kind} end)

  defp file(path, file) do
    statements = Enum.sort(file.statements)
    functions = functions(file)
    branches = branches(file)

    object([
      {"path", string(path)},
      {"statementMap", numbered(statements, fn {at, _} -> range(at) end)},
      {"fnMap", numbered(functions, &function/1)},
      {"branchMap", numbered(branches, &branch/1)},
      {"s", numbered(statements, fn {_, count} -> to_string(count) end)},
      {"f", numbered(functions, fn {_, _, _, count} -> to_string(count) end)},
      {"b", numbered(branches, fn {_, counts} -> list(Enum.map(counts, &to_string/1)) end)}
    ])
  end

  defp function({name, {line, _, _, _} = at, body, _count}) do
    object([
      {"name", string(name)},
      {"decl", range(at)},
      {"loc", range(body)},
      {"line", to_string(line)}
    ])
  end

  # The arms of an `if` are where the statement is, as Istanbul has it.
  defp branch({{kind, {line, _, _, _} = at, arms}, _counts}) do
    arms = if kind == :if, do: [at | tl(arms)], else: arms

    object([
      {"loc", range(at)},
      {"type", string(@types[kind])},
      {"locations", list(Enum.map(arms, &range/1))},
      {"line", to_string(line)}
    ])
  end

  defp range(nil), do: ~s({"start":{},"end":{}})

  defp range({line, column, end_line, end_column}) do
    object([{"start", place(line, column)}, {"end", place(end_line, end_column)}])
  end

  defp place(line, column),
    do: object([{"line", to_string(line)}, {"column", to_string(column)}])

  defp numbered(items, fun) do
    object(for {item, index} <- Enum.with_index(items), do: {to_string(index), fun.(item)})
  end

  defp object(pairs) do
    ["{", Enum.map_intersperse(pairs, ",", fn {key, value} -> [string(key), ":", value] end), "}"]
  end

  defp list(items), do: ["[", Enum.intersperse(items, ","), "]"]

  defp string(text) do
    escaped = Regex.replace(~r/["\\\x00-\x1f]/, text, &escape/1)
    [?", escaped, ?"]
  end

  defp escape(<<char>>) when char in [?", ?\\], do: <<?\\, char>>
  defp escape(<<char>>), do: "\\u00" <> Base.encode16(<<char>>)
end
