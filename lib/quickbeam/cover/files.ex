defmodule QuickBEAM.Cover.Files do
  @moduledoc false
  # From what the NIF has counted of texts to what is known of files: those that the
  # texts were made from, by their source maps, added up.

  alias QuickBEAM.SourceMaps

  @type range ::
          {line :: pos_integer, column :: non_neg_integer, end_line :: pos_integer,
           end_column :: non_neg_integer}

  @typedoc "As native/nif/src/cover.rs has it."
  @type unit ::
          {name :: String.t(), {bytes :: non_neg_integer, adler32 :: non_neg_integer},
           [{range, count :: non_neg_integer}],
           [{name :: String.t() | nil, range, range, non_neg_integer}],
           [{kind :: atom, range, [{range | nil, non_neg_integer}]}]}

  @typedoc """
  Statements by their place, functions by that of their declaration and body, branches by kind, place
  and arms.
  """
  @type file :: %{
          statements: %{range => non_neg_integer},
          functions: %{{range, range} => {name :: String.t() | nil, non_neg_integer}},
          branches: %{{kind :: atom, range, [range | nil]} => [non_neg_integer]}
        }

  @maps __MODULE__

  @doc "Makes the table of source maps; the calling process keeps it."
  @spec create() :: :ok
  def create do
    @maps = :ets.new(@maps, [:named_table, :public, read_concurrency: true])
    :ok
  end

  @doc "From now on source maps are wanted: somebody counts."
  @spec keep_maps() :: :ok
  def keep_maps, do: :persistent_term.put({__MODULE__, :maps}, true)

  @doc "Keeps the source map of a text, or what a function says it is, where somebody counts."
  @spec put_map(String.t(), String.t(), SourceMaps.t() | (() -> SourceMaps.t()) | nil) :: :ok
  def put_map(_name, _code, nil), do: :ok

  def put_map(name, code, map) do
    if :persistent_term.get({__MODULE__, :maps}, false) do
      map = if is_function(map), do: map.(), else: map
      :ets.insert(@maps, {{name, {byte_size(code), :erlang.adler32(code)}}, map})
    end

    :ok
  end

  @doc "The files that texts were made from."
  @spec of([unit]) :: %{Path.t() => file}
  def of(units) do
    {files, _sources} =
      Enum.reduce(units, {%{}, %{}}, fn unit, {files, sources} ->
        {of_unit, sources} = original(unit, sources)

        files =
          Enum.reduce(of_unit, files, fn {path, file}, files ->
            Map.update(files, relative(path), file, &merge(&1, file, fn a, b -> a + b end))
          end)

        {files, sources}
      end)

    files
  end

  @doc "How often each line ran where a statement begins."
  @spec lines(file) :: QuickBEAM.Cover.lines()
  def lines(file) do
    Enum.reduce(file.statements, %{}, fn {{line, _, _, _}, count}, lines ->
      Map.update(lines, line, count, &max(&1, count))
    end)
  end

  defp original({name, key, _, _, _} = unit, sources) do
    case :ets.lookup(@maps, {name, key}) do
      [{_, map}] -> mapped(unit, map, sources)
      [] -> {%{name => all(unit)}, sources}
    end
  end

  # Of a text that is a file itself.
  defp all({_, _, statements, functions, branches}) do
    %{
      statements: Map.new(statements),
      functions:
        Map.new(functions, fn {name, at, body, count} -> {{at, body}, {name, count}} end),
      branches:
        Map.new(branches, fn {kind, at, arms} ->
          {{kind, at, Enum.map(arms, &elem(&1, 0))}, Enum.map(arms, &elem(&1, 1))}
        end)
    }
  end

  # One that was made of others: what has no place there is the compiler's own. Two things
  # in one place were one there.
  defp mapped({_, _, statements, functions, branches}, map, sources) do
    ranges =
      Enum.map(statements, &elem(&1, 0)) ++
        Enum.flat_map(functions, fn {_, at, body, _} -> [at, body] end) ++
        Enum.flat_map(branches, fn {_, at, arms} -> [at | Enum.map(arms, &elem(&1, 0))] end)

    {places, sources} = places(Enum.uniq(ranges) -- [nil], map, sources)

    items =
      Enum.map(statements, fn {at, count} ->
        with {path, at} <- places[at], do: {path, part(statements: %{at => count})}
      end) ++
        Enum.map(functions, fn {name, at, body, count} ->
          with {path, at} <- places[at], {^path, body} <- places[body] do
            name = name && (written(sources[path], at) || name)
            {path, part(functions: %{{at, body} => {name, count}})}
          else
            _ -> nil
          end
        end) ++
        Enum.map(branches, fn {kind, at, arms} ->
          with {path, at} <- places[at] do
            ranges = for {arm, _} <- arms, do: arm_place(places[arm], path, arm, at)
            counts = Enum.map(arms, &elem(&1, 1))
            {path, part(branches: %{{kind, at, ranges} => counts})}
          end
        end)

    files =
      Enum.reduce(items, %{}, fn
        nil, files ->
          files

        {path, part}, files ->
          Map.update(files, path, part, &merge(&1, part, fn a, b -> max(a, b) end))
      end)

    {files, sources}
  end

  defp arm_place({path, at}, path, _arm, _branch), do: at
  defp arm_place(_place, _path, nil, _branch), do: nil
  defp arm_place(_place, _path, _arm, branch), do: branch

  defp part(fields), do: Enum.into(fields, %{statements: %{}, functions: %{}, branches: %{}})

  defp merge(a, b, fun) do
    %{
      statements: Map.merge(a.statements, b.statements, fn _, m, n -> fun.(m, n) end),
      functions:
        Map.merge(a.functions, b.functions, fn _, {name, m}, {_, n} -> {name, fun.(m, n)} end),
      branches: Map.merge(a.branches, b.branches, fn _, m, n -> Enum.zip_with(m, n, fun) end)
    }
  end

  # Range => {path, range} or nil, and the sources that were read on the way.
  defp places(ranges, map, sources) do
    # Of the end its last character: what follows may be another file's.
    starts =
      SourceMaps.places(map, Enum.map(ranges, fn {line, column, _, _} -> {line, column + 1} end))

    ends =
      SourceMaps.places(
        map,
        Enum.map(ranges, fn {_, _, line, column} -> {line, max(column, 1)} end)
      )

    sources =
      Enum.reduce(starts, sources, fn
        {path, _, _}, sources -> Map.put_new_lazy(sources, path, fn -> source(path) end)
        nil, sources -> sources
      end)

    places =
      [ranges, starts, ends]
      |> Enum.zip()
      |> Map.new(fn {range, start, stop} -> {range, place(start, stop, sources)} end)

    {places, sources}
  end

  defp place(nil, _stop, _sources), do: nil

  defp place({path, line, column}, {path, end_line, end_column}, sources)
       when {end_line, end_column} >= {line, column} do
    length = max(String.length(written(sources[path], {end_line, end_column - 1, 0, 0}) || ""), 1)
    {path, {line, column - 1, end_line, end_column - 1 + length}}
  end

  defp place({path, line, column}, _stop, _sources), do: {path, {line, column - 1, line, column}}

  # The lines of a source, to see its words.
  defp source(path) do
    case File.read(path) do
      {:ok, text} -> if String.valid?(text), do: text |> String.split("\n") |> List.to_tuple()
      {:error, _} -> nil
    end
  end

  # The name or number that stands in a place.
  defp written(lines, {line, column, _, _}) when is_tuple(lines) and line <= tuple_size(lines) do
    rest = lines |> elem(line - 1) |> utf16_from(column)

    case Regex.run(~r/^[\p{L}\p{N}_$]+/u, rest) do
      [word] -> word
      nil -> nil
    end
  end

  defp written(_lines, _range), do: nil

  defp utf16_from(text, 0), do: text

  defp utf16_from(<<char::utf8, rest::binary>>, column),
    do: utf16_from(rest, max(column - if(char > 0xFFFF, do: 2, else: 1), 0))

  defp utf16_from("", _column), do: ""

  # One file has one name. What is no path stays.
  defp relative(path) do
    if path =~ ~r{^\w+://}, do: path, else: path |> Path.expand() |> Path.relative_to_cwd()
  end
end
