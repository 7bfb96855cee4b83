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

  # Single calls of natives on much, of a context that may take 1 GB: what comes past the
  # timeout, and the longest that one of the VM's schedulers was held.
  @large """
  const text = "a".repeat(100e6), wide = "€".repeat(30e6), hex = "0f".repeat(40e6);
  const bytes = new Uint8Array(100e6).fill(97), buffer = Buffer.from(bytes.buffer);
  const parts = Array.from({ length: 8 }, () => buffer.subarray(0, 30e6));
  const needle = bytes.slice(0, 40e6); needle[39e6] = 98;
  const blob = new Blob([bytes, "x"]), page = "data:text/plain," + "a".repeat(50e6);
  const port = new MessageChannel().port1, channel = new BroadcastChannel("limits");
  null
  """
  @natives [
    "port.postMessage(bytes)",
    "port.postMessage(wide)",
    "channel.postMessage(bytes)",
    "structuredClone(bytes)",
    "atob(text)",
    "btoa(text)",
    "buffer.toString('latin1')",
    "buffer.toString('hex')",
    "buffer.toString('base64')",
    "Buffer.from(hex, 'hex')",
    "Buffer.from(wide, 'utf16le')",
    "Buffer.concat(parts)",
    "buffer.indexOf(needle)",
    "buffer.fill('xyz')",
    "await fetch(page)",
    "await blob.text()",
    "Beam.hash(text)",
    "path.normalize(text)",
    "localStorage.setItem('a', text.slice(0, 4e6))",
    "new TextDecoder().decode(bytes)",
    "new TextDecoder('utf-16le').decode(bytes)",
    "new TextEncoder().encode(wide)",
    "compression.compress('gzip', bytes)",
    "new URLSearchParams(text)",
    "new URL('x:' + text)",
    "text",
    "throw new Error(wide)"
  ]

  def run do
    rows = timeouts() ++ callbacks() ++ reductions() ++ memory()
    Bench.Table.print("Limits; each with timeout: #{@asked}, time until the answer", rows)
    Bench.Table.print("Single natives; past timeout: #{@asked}", natives())
  end

  defp natives do
    :erlang.system_monitor(self(), [{:long_schedule, 2}])

    with_pool(1, fn pool ->
      for code <- @natives do
        context = context(pool, apis: [:browser, :beam, :node], memory_limit: 1_000_000_000)
        run(context, "globalThis.path = require('path')")
        {:ok, _} = Context.eval(context, @large, timeout: 60_000)
        held(0)

        rounds =
          for _ <- 1..3, do: time(fn -> Context.eval(context, code <> "; 0", timeout: @asked) end)

        {times, results} = Enum.unzip(rounds)
        over = Enum.max([0.0 | Enum.map(times, &(&1 - @asked * @ms))])
        ended = Enum.count(results, &match?({:error, %{name: name}} when name != "Error", &1))
        Context.stop(context)

        note =
          "scheduler held #{held(0)} ms, median #{duration(median(times))}, #{ended} of 3 ended"

        {code, :us, over, nil, note}
      end
    end)
  end

  defp held(longest) do
    receive do
      {:monitor, _, :long_schedule, info} -> held(max(longest, info[:timeout]))
    after
      0 -> longest
    end
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
