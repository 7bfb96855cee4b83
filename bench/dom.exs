# The DOM beside jsdom and linkedom on Node, which run the same script
# (bench/support/dom.js) in the same minutes. `make packages` fetches those two.
#
#     mix run bench/dom.exs
Code.require_file("support/bench.exs", __DIR__)

defmodule Bench.DOM do
  @dist Path.expand("../test/fixtures/dom/dist", __DIR__)
  @script Path.expand("support/dom.js", __DIR__)
  @node Path.expand("support/dom_node.mjs", __DIR__)
  @rounds if System.get_env("BENCH_QUICK") == "1", do: 3, else: 9

  @measures [
    {"parse", "parse 1 MB of HTML into innerHTML"},
    {"serialize", "innerHTML of as much"},
    {"create", "10,000 createElement, className, appendChild"},
    {"select", "40 queries of 3,800 nodes"},
    {"walk", "walk through 9,500 nodes from JavaScript"}
  ]

  def run do
    others = others()
    ours = ours()
    IO.puts("\nDocument, medians of #{@rounds} (milliseconds, bytes)\n")
    row("", "QuickBEAM", Map.keys(others))

    for {key, what} <- @measures do
      row(what, ms(ours[key]), for({_, other} <- others, do: ms(other[key])))
    end

    row(
      "memory of an empty document",
      bytes(ours.empty),
      for({_, o} <- others, do: bytes(o["empty"]))
    )

    row(
      "memory of one with 1,000 nodes",
      bytes(ours.filled),
      for({_, o} <- others, do: bytes(o["filled"]))
    )

    row("  of these, in the tree", bytes(ours.tree), [])
    row("globals of :dom, untouched", bytes(ours.untouched), [])
    packages()
  end

  defp others do
    command = fn -> System.cmd("node", ["--expose-gc", @node, "#{@rounds}"]) end

    with path when path != nil <- System.find_executable("node"),
         {json, 0} <- command.(),
         {:ok, js} <- QuickBEAM.start(apis: false) do
      {:ok, figures} = QuickBEAM.eval(js, "JSON.parse(json)", vars: %{json: json})
      figures
    else
      _ -> %{}
    end
  end

  defp ours do
    {:ok, js} = QuickBEAM.start(apis: [:dom])
    {:ok, _} = QuickBEAM.eval(js, "const now = () => performance.now();" <> File.read!(@script))

    times =
      for {key, _} <- @measures, into: %{} do
        measure = fn -> elem(QuickBEAM.eval(js, "measures.#{key}()"), 1) end
        measure.()
        {key, Bench.median(for _ <- 1..@rounds, do: measure.())}
      end

    bare = bytes_of(false, "")
    untouched = bytes_of([:dom], "") - bytes_of(false, "")
    empty = bytes_of([:dom], "document")
    filled = bytes_of([:dom], "document.body.innerHTML = '<p>x</p>'.repeat(500)")

    Map.merge(times, %{
      empty: empty - bare,
      filled: filled - bare,
      tree: filled - empty,
      untouched: untouched
    })
  end

  defp bytes_of(apis, code) do
    {:ok, js} = QuickBEAM.start(apis: apis)
    {:ok, _} = QuickBEAM.eval(js, code <> "; undefined")
    QuickBEAM.gc(js)
    bytes = QuickBEAM.memory_usage(js).context_malloc_size
    QuickBEAM.stop(js)
    bytes
  end

  # Loading the package and rendering 1,000 rows.
  defp packages do
    IO.puts("\nPackages of npm: load, then a list of 1,000 rows (milliseconds)\n")

    for package <- ~w(preact react svelte vue),
        path = Path.join(@dist, package <> ".js"),
        File.exists?(path) do
      source = File.read!(path)

      {loads, mounts} =
        Enum.unzip(
          for _ <- 1..@rounds do
            {:ok, js} = QuickBEAM.start(apis: [:dom])
            {:ok, _} = QuickBEAM.eval(js, "document.body.innerHTML = '<div id=app></div>'")
            {load, {:ok, _}} = Bench.time(fn -> QuickBEAM.eval(js, source) end)
            {mount, {:ok, _}} = Bench.time(fn -> QuickBEAM.eval(js, "mount(1000); undefined") end)
            QuickBEAM.stop(js)
            {load / 1000, mount / 1000}
          end
        )

      row(package, ms(Bench.median(loads)), [ms(Bench.median(mounts))])
    end
  end

  defp row(what, first, others) do
    columns = for text <- [first | others], do: String.pad_leading(text, 14)
    IO.puts(String.pad_trailing(what, 46) <> Enum.join(columns))
  end

  defp ms(nil), do: "-"
  defp ms(number), do: :erlang.float_to_binary(number * 1.0, decimals: 2)
  defp bytes(nil), do: "-"
  defp bytes(number), do: Integer.to_string(round(number))
end

Bench.DOM.run()
