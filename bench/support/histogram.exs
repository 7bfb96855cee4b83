defmodule Bench.Histogram do
  @moduledoc false
  # Times from many processes in constant memory: buckets 2 % wide, from 0.1 µs on.

  @buckets 1_200
  @width :math.log(1.02)

  def new, do: :counters.new(@buckets + 1, [:write_concurrency])

  @doc "Counts a time in microseconds."
  def add(histogram, us), do: :counters.add(histogram, bucket(us), 1)

  def count(histogram), do: histogram |> counts() |> Enum.sum()

  @doc "The times at the percentages, each the upper end of its bucket; 100 is the largest."
  def percentiles(histogram, percents) do
    counts = counts(histogram)
    total = Enum.sum(counts)

    for percent <- percents do
      wanted = max(ceil(total * percent / 100), 1)
      {_, index} = Enum.reduce_while(Enum.with_index(counts, 1), {0, 1}, &step(&1, &2, wanted))
      upper(index)
    end
  end

  defp step({n, index}, {sum, _}, wanted),
    do: {if(sum + n >= wanted, do: :halt, else: :cont), {sum + n, index}}

  defp counts(histogram), do: for(index <- 1..(@buckets + 1), do: :counters.get(histogram, index))

  defp bucket(us) when us <= 0.1, do: 1
  defp bucket(us), do: min(ceil(:math.log(us / 0.1) / @width) + 1, @buckets + 1)

  defp upper(index), do: 0.1 * :math.pow(1.02, index - 1)
end
