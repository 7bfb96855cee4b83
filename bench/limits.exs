# Whether limits are kept, and how exactly.
#
#     mix run bench/limits.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Limits do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  @ms 1000
  @asked 100

  @loops [
    {"while (true)", "while (true) {}", nil},
    {"a promise that never settles", "await new Promise(() => {})", 11_218 * @ms},
    {"callSync of a 2 s handler", ~S|Beam.callSync("slow")|, 2_008 * @ms},
    {"await of a 2 s handler", ~S|await Beam.call("slow")|, 2_005 * @ms},
    {"endless microtasks", "(function f() { Promise.resolve().then(f) })()", nil},
    {"endless microtasks, each awaits the next",
     "await (function f() { return Promise.resolve().then(f) })()", nil},
    {"a regexp that backtracks", ~S|/^(a+)+$/.test("a".repeat(40) + "b")|, nil},
    {"new Array(2**32-1).join()", "new Array(2**32-1).join()", nil},
    {"sort of ten million", :sort, nil},
    {"loops in promise executors", "while (true) new Promise(() => { while (true); })", nil},
    {"a getter in a loop of catches",
     "while (true) try { ({ get x() { while (true); } }).x } catch {}", nil}
  ]

  def run do
    rows = timeouts() ++ callbacks() ++ reductions() ++ memory()
    Bench.Table.print("Limits; each with timeout: #{@asked}, time until the answer", rows)
  end

  defp timeouts do
    with_pool(1, fn pool ->
      for {what, code, zig} <- @loops do
        context = context(pool, handlers: %{"slow" => fn [] -> Process.sleep(2_000) end})
        {code, rounds} = prepare(context, code)

        times =
          for _ <- 1..rounds do
            {time, {:error, %{name: name}}} =
              time(fn -> Context.eval(context, code, timeout: @asked) end)

            true = name in ["InternalError", "TimeoutError"]
            time
          end

        goes_on = Context.eval(context, "1 + 2") == {:ok, 3}
        Context.stop(context)

        note =
          "worst #{duration(Enum.max(times))}#{unless goes_on, do: ", context unusable after"}"

        {what, :us, median(times), zig, note}
      end
    end)
  end

  # The array is made before, so that the limit ends the sort.
  defp prepare(context, :sort) do
    run(
      context,
      "let x = 1; const big = new Array(1e7); " <>
        "for (let i = 0; i < 1e7; i++) big[i] = x = x * 16807 % 2147483647"
    )

    {"big.sort((a, b) => a - b); 1", 1}
  end

  defp prepare(_context, code), do: {code, 5}

  # Nobody waits for a callback: its end is told to the console.
  defp callbacks do
    with_pool(1, fn pool ->
      for {what, code} <- [
            {"an endless timer callback", "setTimeout(() => { while (true); }, 0); 0"},
            {"an endless message callback", "Beam.onMessage(() => { while (true); }); 0"}
          ] do
        times =
          for _ <- 1..5 do
            test = self()
            console = fn :error, text, _ -> send(test, {:ended, text}) end
            context = context(pool, timeout: @asked, console: console)

            {time, _} =
              time(fn ->
                {:ok, 0} = Context.eval(context, code, timeout: 5_000)
                Context.send_message(context, 1)
                receive do: ({:ended, text} -> true = text =~ "interrupted")
              end)

            {:ok, 3} = Context.eval(context, "1 + 2", timeout: 5_000)
            Context.stop(context)
            time
          end

        {what, :us, median(times), nil, "worst #{duration(Enum.max(times))}"}
      end
    end)
  end

  defp reductions do
    with_pool(1, fn pool ->
      context = context(pool, max_reductions: 100_000)

      times =
        for _ <- 1..10 do
          {time, {:error, %{message: "interrupted"}}} =
            time(fn -> Context.eval(context, "while (true) {}") end)

          time
        end

      [{"max_reductions: 100_000, endless loop", :us, median(times), 2_300 * @ms, "no timeout"}]
    end)
  end

  defp memory do
    with_pool(1, fn pool ->
      context = context(pool, memory_limit: 2_000_000)
      n = count(20_000)
      code = "(() => { for (let i = 0; i < 500; i++) ({ i, a: [i] }); return 1 })()"
      done = Enum.take_while(1..n, fn _ -> Context.eval(context, code) == {:ok, 1} end)

      small = context(pool, memory_limit: 512 * 1024)
      code = "{ const a = []; for (let i = 0; i < 500; i++) a.push({ i, a }); } 1"
      cycles = Enum.take_while(1..n, fn _ -> Context.eval(small, code) == {:ok, 1} end)

      hit = context(pool, memory_limit: 2_000_000)

      times =
        for _ <- 1..20 do
          {time, {:error, %{message: "out of memory"}}} =
            time(fn -> Context.eval(hit, "(() => { let a = []; while (true) a.push({}) })()") end)

          {:ok, 3} = Context.eval(hit, "1 + 2")
          time
        end

      [
        {"evals that drop it all, memory_limit: 2_000_000", :rate, length(done), {28, 1_407},
         "of #{n}; Zig: then fails for good"},
        {"50 KB of cycles each, memory_limit: 512 KB", :rate, length(cycles), nil, "of #{n}"},
        {"until out of memory at 2 MB, context usable after", :us, median(times), nil,
         "Zig: fails until reset"}
      ]
    end)
  end
end

Bench.Limits.run()
