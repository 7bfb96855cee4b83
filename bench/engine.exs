# The engine itself, as a context runs it: to be as fast as it is alone. CPU time of
# the worker, so that a busy machine shows less.
#
#     mix run bench/engine.exs
#     BENCH_UNTOUCHED=1 mix run bench/engine.exs     beside the engine as it is shipped
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/untouched.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Engine do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  @ms 1000
  @js """
  function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }
  function add() { let sum = 0; for (let i = 0; i < 5e6; i++) sum += i; return sum }
  function numbers() {
    const list = new Array(1e5);
    for (let i = 0, x = 1; i < 1e5; i++) list[i] = x = x * 16807 % 2147483647;
    return list;
  }
  function sort() { numbers().sort((a, b) => a - b) }
  function strings() { let s = ""; for (let i = 0; i < 3e5; i++) s += i; return s.length }
  function cycles() { for (let i = 0; i < 3e5; i++) { const a = {}, b = { a }; a.b = b } }
  function objects() { let last; for (let i = 0; i < 3e5; i++) last = { i, text: "t", last: null }; return last.i }
  """

  # The name, the script, the Zig version's figure. Which form of additions that is
  # of was not written down; the one to a global is what one pastes into an eval.
  @scripts [
    {"fib(27)", "fib(27)", 18},
    {"sort of 100000, with a comparator", "sort()", 55},
    {"5 M additions, in a function", "add()", nil},
    {"5 M additions, to a global", "var sum = 0; for (let i = 0; i < 5e6; i++) sum += i; sum",
     151},
    {"300000 x concatenation", "strings()", nil},
    {"300000 x new object", "objects()", nil},
    {"300000 x two objects in a cycle", "cycles()", nil}
  ]

  def run do
    codes = for {_, code, _} <- @scripts, do: code
    untouched? = System.get_env("BENCH_UNTOUCHED") == "1"

    # In turns, and the best of all rounds: what a script takes is the same each
    # time, all else is the neighbours'.
    {ours, untouched} =
      Enum.unzip(
        for _ <- 1..3 do
          {with_pool(1, &times(&1, codes)), untouched? && Bench.Untouched.run(@js, codes)}
        end
      )

    ours = Enum.zip_with(ours, &Enum.min/1)

    Bench.Table.print(
      "Engine, best CPU time",
      for {{what, _, zig}, cpu} <- Enum.zip(@scripts, ours) do
        {what, :engine, cpu, zig && zig * @ms, ""}
      end
    )

    if untouched? do
      untouched = Enum.zip_with(untouched, &Enum.min/1)

      Bench.Table.print(
        "Engine, beside the untouched one on this machine",
        for {{what, _, _}, cpu, other} <- Enum.zip([@scripts, ours, untouched]) do
          {what, :engine, cpu, other, ""}
        end,
        "untouched"
      )
    end
  end

  defp times(pool, codes) do
    context = context(pool)
    run(context, @js)

    for code <- codes do
      eval = fn -> {:ok, _} = Context.eval(context, code) end
      eval.()
      Enum.min(for _ <- 1..count(10), do: "quickbeam-0" |> cpu_time(eval) |> elem(0))
    end
  end
end

Bench.Engine.run()
