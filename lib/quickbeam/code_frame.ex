defmodule QuickBEAM.CodeFrame do
  @moduledoc false
  # The lines of a source around an error, with a mark under the place:
  #
  #       1 | let a = 1;
  #     > 2 | const = 2;
  #         |       ^
  #       3 | let b = 3;

  @context 2

  @type place :: %{
          :line => pos_integer,
          :column => pos_integer,
          optional(:end_line) => pos_integer | nil,
          optional(:end_column) => pos_integer | nil
        }

  @doc "The frame of a place in a text. Columns count UTF-16 code units from 1."
  @spec of_source(String.t(), place) :: String.t() | nil
  def of_source(source, %{line: line} = place) do
    first = max(line - @context, 1)
    lines = source |> String.split(~r/\r\n|[\n\r\x{2028}\x{2029}]/u)

    if line <= length(lines) do
      render(Enum.slice(lines, (first - 1)..(line + @context - 1)), first, place)
    end
  end

  @doc "The frame of lines, the first of which has a number."
  @spec render([String.t()], pos_integer, place) :: String.t()
  def render(lines, first, %{line: line} = place) do
    numbered = Enum.zip(first..(first + length(lines))//1, lines)
    width = numbered |> List.last() |> elem(0) |> Integer.to_string() |> String.length()

    numbered
    |> Enum.flat_map(fn
      {^line, text} ->
        text = shown(text)
        [["> ", number(line, width), " | ", text], mark(text, width, place)]

      {other, text} ->
        [["  ", number(other, width), " | ", shown(text)]]
    end)
    |> Enum.map_join("\n", &(&1 |> IO.iodata_to_binary() |> String.trim_trailing()))
  end

  defp number(number, width), do: number |> Integer.to_string() |> String.pad_leading(width)

  # A tab would be as wide as the terminal has it.
  defp shown(text), do: String.replace(text, "\t", " ")

  defp mark(text, width, %{line: line, column: column} = place) do
    ends_here? = place[:end_line] in [nil, line]
    units = if ends_here?, do: (place[:end_column] || column + 1) - column, else: 1
    before = characters(text, column - 1)
    marked = characters(text, column - 1 + max(units, 1)) - before

    [String.duplicate(" ", width + 3), "| ", String.duplicate(" ", before)] ++
      [String.duplicate("^", max(marked, 1))]
  end

  # How many characters the first UTF-16 code units of a line are.
  defp characters(text, units), do: characters(String.graphemes(text), units, 0)

  defp characters([grapheme | rest], units, count) when units > 0 do
    wide = grapheme |> :unicode.characters_to_binary(:utf8, :utf16) |> byte_size() |> div(2)
    characters(rest, units - wide, count + 1)
  end

  defp characters(_rest, _units, count), do: count
end
