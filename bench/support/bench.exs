defmodule Bench do
  @moduledoc false
  # Measuring and telling. Times are microseconds unless said otherwise.
  # BENCH_QUICK=1 does a fifth of the work, for a first look.

  @quick System.get_env("BENCH_QUICK") == "1"

  @doc "How often to do something."
  def count(n), do: if(@quick, do: max(div(n, 5), 1), else: n)

  @doc "The time that `fun` takes, and its result."
  def time(fun) do
    before = System.monotonic_time()
    result = fun.()
    after_ = System.monotonic_time()
    {System.convert_time_unit(after_ - before, :native, :nanosecond) / 1000, result}
  end

  @doc "The times of `n` single runs, after a tenth as many unmeasured ones."
  def samples(n, fun) do
    for _ <- 1..max(div(n, 10), 1), do: fun.()
    :erlang.garbage_collect()
    for _ <- 1..n, do: fun |> time() |> elem(0)
  end

  @doc """
  Medians of several things, of `rounds` rounds in which each of them has its turn:
  a neighbour on the machine then hits all of them alike.
  """
  def compare(things, n, rounds \\ 5) do
    # In another order each time: who comes after whom must not matter.
    runs =
      for _ <- 1..rounds, {key, fun} <- Enum.shuffle(things), do: {key, samples(count(n), fun)}

    runs
    |> Enum.group_by(&elem(&1, 0), &elem(&1, 1))
    |> Map.new(fn {key, rounds} ->
      # The median round; a p99 of all samples would tell about the neighbours.
      {key,
       %{
         median: rounds |> Enum.map(&median/1) |> median(),
         p99: rounds |> Enum.map(&percentile(&1, 99)) |> median()
       }}
    end)
  end

  def median(values), do: percentile(values, 50)

  def percentile([_ | _] = values, percent) do
    sorted = Enum.sort(values)
    Enum.at(sorted, min(div(length(sorted) * percent, 100), length(sorted) - 1))
  end

  @doc "Median, p99 and maximum as text."
  def spread(values) do
    "median #{duration(median(values))}, p99 #{duration(percentile(values, 99))}, " <>
      "max #{duration(Enum.max(values))}"
  end

  @doc "Bytes of this OS process that are in memory, all garbage of the VM collected."
  def rss do
    Enum.each(Process.list(), &:erlang.garbage_collect/1)
    [_, pages | _] = "/proc/self/statm" |> File.read!() |> String.split()
    String.to_integer(pages) * page_size()
  end

  @doc """
  CPU time, in microseconds, that the threads of a name have used in `fun`: what
  does not depend on who else is on the machine, as long as they do share it.
  """
  def cpu_time(name, fun) do
    before = cpu_time(name)
    result = fun.()
    {cpu_time(name) - before, result}
  end

  defp cpu_time(name) do
    # What a thread that runs has used is only known at its next tick.
    Process.sleep(1)

    for task <- Path.wildcard("/proc/self/task/*"),
        File.read(Path.join(task, "comm")) == {:ok, name <> "\n"},
        {:ok, stat} <- [File.read(Path.join(task, "schedstat"))],
        reduce: 0.0 do
      sum -> sum + (stat |> String.split() |> hd() |> String.to_integer()) / 1000
    end
  end

  defp page_size do
    with nil <- Process.get(:page_size) do
      {size, 0} = System.cmd("getconf", ["PAGESIZE"])
      size = size |> String.trim() |> String.to_integer()
      Process.put(:page_size, size)
      size
    end
  end

  @doc "Waits until `fun` is true."
  def until(fun, milliseconds \\ 10_000) do
    cond do
      fun.() -> :ok
      milliseconds <= 0 -> raise "waited in vain"
      true -> Process.sleep(5) && until(fun, milliseconds - 5)
    end
  end

  def duration(us) when us < 10, do: decimals(us, 2) <> " µs"
  def duration(us) when us < 1_000, do: decimals(us, 1) <> " µs"
  def duration(us) when us < 1_000_000, do: decimals(us / 1000, 2) <> " ms"
  def duration(us), do: decimals(us / 1_000_000, 2) <> " s"

  def decimals(number, decimals), do: :erlang.float_to_binary(number / 1, decimals: decimals)
end

defmodule Bench.Table do
  @moduledoc false
  # What one run found, beside what the Zig version did on a machine of this size.

  @doc """
  Prints rows of `{what, unit, ours, zig, note}`.

  `zig` is a number, a range `{low, high}` of which the better end counts, or nil
  where there is no figure. Less is better, but for the unit `:rate`. Rows in which
  ours is not the better one are marked with `!`; `:engine` is the same engine on
  both sides, marked only past 10 %.
  """
  def print(title, rows, other \\ "Zig") do
    lines = for row <- rows, do: line(row)
    head = ["", "what", "ours", other, "better by", "note"]

    widths =
      for column <- Enum.zip(Tuple.to_list(List.to_tuple([head | lines]))), do: width(column)

    IO.puts("\n#{title}  (#{where()})\n")
    IO.puts(format(head, widths))
    IO.puts(Enum.map_join(widths, "  ", &String.duplicate("-", &1)))
    Enum.each(lines, &IO.puts(format(&1, widths)))
    IO.puts(summary(lines, other))
  end

  @doc "The VM, and how busy the machine is."
  def where do
    [load | _] = "/proc/loadavg" |> File.read!() |> String.split()

    "Elixir #{System.version()}, OTP #{System.otp_release()}, " <>
      "#{System.schedulers_online()} schedulers, load #{load}"
  end

  defp line({what, unit, ours, zig, note}) do
    ratio = ratio(unit, ours, better_end(unit, zig))
    [mark(unit, ratio), what, text(unit, ours), zig(unit, zig), times(ratio), note]
  end

  defp ratio(_unit, _ours, nil), do: nil
  defp ratio(:rate, ours, zig), do: ours / zig
  defp ratio(_unit, ours, zig), do: zig / max(ours, 0.001)

  defp better_end(:rate, {_low, high}), do: high
  defp better_end(_unit, {low, _high}), do: low
  defp better_end(_unit, zig), do: zig

  defp mark(_unit, nil), do: " "
  defp mark(:engine, ratio), do: if(ratio < 0.9, do: "!", else: " ")
  defp mark(_unit, ratio), do: if(ratio <= 1, do: "!", else: " ")

  defp times(nil), do: ""
  defp times(ratio) when ratio >= 1_000, do: "> 1000 x"
  defp times(ratio) when ratio >= 100, do: Bench.decimals(ratio, 0) <> " x"
  defp times(ratio), do: Bench.decimals(ratio, if(ratio >= 10, do: 1, else: 2)) <> " x"

  defp zig(_unit, nil), do: "-"
  defp zig(unit, {low, high}), do: text(unit, low) <> " to " <> text(unit, high)
  defp zig(unit, zig), do: text(unit, zig)

  defp text(unit, us) when unit in [:us, :engine], do: Bench.duration(us)

  defp text(:bytes, bytes) when abs(bytes) < 1_048_576,
    do: Bench.decimals(bytes / 1024, 1) <> " KB"

  defp text(:bytes, bytes), do: Bench.decimals(bytes / 1_048_576, 1) <> " MB"
  defp text(:percent, percent), do: Bench.decimals(percent, 1) <> " %"
  defp text(:times, times), do: Bench.decimals(times, 2) <> " x"
  defp text(:rate, rate), do: "#{round(rate)} "

  defp width(column), do: column |> Tuple.to_list() |> Enum.map(&String.length/1) |> Enum.max()

  defp format([mark, what, ours, zig, ratio, note], [w1, w2, w3, w4, w5, _w6]) do
    columns = [
      String.pad_trailing(mark, w1),
      String.pad_trailing(what, w2),
      String.pad_leading(ours, w3),
      String.pad_leading(zig, w4),
      String.pad_leading(ratio, w5),
      note
    ]

    columns |> Enum.join("  ") |> String.trim_trailing()
  end

  defp summary(lines, other) do
    case for ["!", what | _] <- lines, do: what do
      [] -> "\nNot worse than #{other} in any row."
      worse -> "\nWorse than #{other}, or equal: #{Enum.join(worse, "; ")}."
    end
  end
end
