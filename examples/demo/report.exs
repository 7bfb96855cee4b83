defmodule Demo.Report do
  @moduledoc "What the demo shows: a progress bar, figures, a table."

  @width 32

  @doc """
  Calls `fun` with each item, `at_once` of them at a time, and returns the results
  in order. On a terminal a bar grows meanwhile, elsewhere a line says what was done.
  """
  def progress(label, items, at_once \\ 1, fun) do
    total = length(items)
    bar? = terminal?()
    each = fn item -> fun.(item) end

    results =
      items
      |> stream(at_once, each)
      |> Stream.with_index(1)
      |> Enum.map(fn {result, done} ->
        if bar? and (rem(done, 10) == 0 or done == total), do: draw(label, done, total)
        result
      end)

    IO.puts(:stderr, if(bar?, do: "", else: "#{label}: #{total} done"))
    results
  end

  defp stream(items, 1, fun), do: Stream.map(items, fun)

  defp stream(items, at_once, fun) do
    items
    |> Task.async_stream(fun, max_concurrency: at_once, timeout: :infinity)
    |> Stream.map(fn {:ok, result} -> result end)
  end

  defp draw(label, done, total) do
    full = div(done * @width, total)
    bar = String.duplicate("█", full) <> String.duplicate("·", @width - full)
    IO.write(:stderr, "\r#{String.pad_trailing(label, 22)} #{bar} #{done}/#{total}")
  end

  # The VM knows a terminal only where it has a shell, so ask the system.
  defp terminal? do
    match?({:ok, "/dev/pts/" <> _}, File.read_link("/proc/self/fd/2")) or
      match?({:ok, "/dev/tty" <> _}, File.read_link("/proc/self/fd/2"))
  end

  @doc "A table of `{what, figure}`; `:rule` draws a line."
  def table(rows) do
    left = rows |> Enum.map(&width/1) |> Enum.max()

    for row <- rows do
      case row do
        :rule -> IO.puts(String.duplicate("─", left + 34))
        {what, figure} -> IO.puts("#{String.pad_trailing(what, left)}   #{figure}")
      end
    end

    :ok
  end

  defp width(:rule), do: 0
  defp width({what, _}), do: String.length(what)

  @doc "Median and 99th percentile of times in native units."
  def times(times) do
    sorted = Enum.sort(times)
    "median #{time(at(sorted, 0.5))}   p99 #{time(at(sorted, 0.99))}"
  end

  defp at(sorted, part),
    do: Enum.at(sorted, min(trunc(length(sorted) * part), length(sorted) - 1))

  defp time(native) do
    case System.convert_time_unit(native, :native, :nanosecond) / 1000 do
      us when us < 1000 -> "#{Float.round(us, 1)} µs"
      us -> "#{Float.round(us / 1000, 2)} ms"
    end
  end

  @doc "Bytes, for people."
  def bytes(n) when abs(n) < 1024 * 1024, do: "#{round(n / 1024)} KiB"
  def bytes(n), do: "#{Float.round(n / 1024 / 1024, 1)} MiB"

  @doc "1000 as 1,000."
  def count(n), do: n |> to_string() |> String.replace(~r/\d(?=(\d{3})+$)/, "\\0,")
end
