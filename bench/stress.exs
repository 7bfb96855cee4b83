# Contexts in trouble for five minutes: random kills, timeouts, nested calls,
# collections, resets. Raises when an operation is lost or late, or anything is left.
#
#     mix run bench/stress.exs [SECONDS]
Code.require_file("../test/support/case.ex", __DIR__)
Code.require_file("../test/support/stress.ex", __DIR__)

seconds =
  case System.argv() do
    [seconds] -> String.to_integer(seconds)
    [] -> if System.get_env("BENCH_QUICK") == "1", do: 20, else: 300
  end

Logger.configure(level: :none)

for size <- [1, 2, 4] do
  before = QuickBEAM.Native.stats().page_store.handed_out
  done = QuickBEAM.Stress.run(div(seconds * 1000, 3), size: size)
  ^before = QuickBEAM.Native.stats().page_store.handed_out
  {contexts, operations} = Enum.split_with(done, &match?({{:ended, _}, _}, &1))
  sum = fn counts -> counts |> Enum.map(&elem(&1, 1)) |> Enum.sum() end
  IO.puts("\nA pool of #{size}: #{sum.(contexts)} contexts, #{sum.(operations)} operations")

  for {{what, how}, n} <- Enum.sort(done),
      do: IO.puts("  #{String.pad_trailing("#{what} #{how}", 30)} #{n}")
end

IO.puts("\nNothing was lost, late or left over.")
