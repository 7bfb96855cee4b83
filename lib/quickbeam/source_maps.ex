defmodule QuickBEAM.SourceMaps do
  @moduledoc false
  # Which code of a context was made from other sources: the source map of each name
  # that stack traces have for such code. They are looked at when there is an error, and
  # kept beside the handle of the context.

  alias QuickBEAM.{Handles, JSError}
  alias QuickBEAM.JS.Native

  @typedoc "A source map, and what each of its sources is called in errors."
  @type t :: %{map: Native.source_map(), names: %{String.t() => String.t()}}
  @type maps :: %{(filename :: String.t()) => t}

  @doc "Reads a source map; the function says what a source is called in errors."
  @spec new(String.t(), (String.t() -> String.t())) :: t
  def new(json, name) do
    {:ok, {map, sources}} = Native.source_map(json)
    %{map: map, names: Map.new(sources, &{&1, name.(&1)})}
  end

  @doc "The error with the positions of the sources, of a context or by its maps."
  @spec original(JSError.t(), pid | maps) :: JSError.t()
  def original(%JSError{} = error, context) when is_pid(context),
    do: original(error, Handles.source_maps(context))

  def original(%JSError{} = error, maps) when maps == %{}, do: error

  def original(%JSError{} = error, maps) do
    frames = Enum.map(error.frames, &place(&1, maps))
    %{filename: filename, line: line, column: column} = place(error, maps)

    %{
      error
      | frames: frames,
        filename: filename,
        line: line,
        column: column,
        stack: stack(error.stack, maps),
        cause: cause(error.cause, maps)
    }
  end

  @doc "Where places, of columns from 1, were in the sources: in the words of errors."
  @spec places(t, [{line :: pos_integer, column :: pos_integer | nil}]) ::
          [{String.t(), pos_integer, pos_integer} | nil]
  def places(%{map: map, names: names}, places) do
    for place <- Native.original(map, places) do
      with {source, line, column} <- place, do: {names[source], line, column}
    end
  end

  defp cause(%JSError{} = cause, maps), do: original(cause, maps)
  defp cause(cause, _maps), do: cause

  # What the bundler added has no original: its place says nothing.
  defp place(%{filename: filename, line: line, column: column} = at, maps)
       when is_map_key(maps, filename) and is_integer(line) do
    case look_up(maps[filename], line, column) do
      {filename, line, column} -> %{at | filename: filename, line: line, column: column}
      nil -> %{at | line: nil, column: nil}
    end
  end

  defp place(at, _maps), do: at

  # JS's own text, or what a prepareStackTrace made of it: name:line:column in it.
  defp stack(stack, maps) when is_binary(stack) do
    Enum.reduce(maps, stack, fn {filename, map}, stack ->
      # Not the end of another name.
      ~r/(?<![\w.\/\\-])#{Regex.escape(filename)}:(\d+)(?::(\d+))?/
      |> Regex.replace(stack, fn _all, line, column ->
        column = if column != "", do: String.to_integer(column)

        # The names of other maps are not looked for in what has been replaced.
        case look_up(map, String.to_integer(line), column) do
          {name, line, column} -> "#{name}\0:#{line}:#{column}"
          nil -> filename <> "\0"
        end
      end)
    end)
    |> String.replace("\0", "")
  end

  defp stack(stack, _maps), do: stack

  defp look_up(map, line, column), do: hd(places(map, [{line, column}]))
end
