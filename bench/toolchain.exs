# What QuickBEAM.JS does in a second, beside esbuild from npm in the same run.
#
#     mix run bench/toolchain.exs
Code.require_file("support/bench.exs", __DIR__)

defmodule Bench.Toolchain do
  import Bench
  alias QuickBEAM.JS

  @packages Path.expand("../test/fixtures/npm/node_modules", __DIR__)
  @esbuild Path.expand("support/esbuild.mjs", __DIR__)

  @rounds 15

  def run do
    if File.dir?(@packages) do
      # Built and loaded before anything is measured.
      JS.transform!("", "a.ts")
      Bench.Table.print("A round of work; MB of source a second in the notes", rows(), "esbuild")
    else
      IO.puts("The npm packages are not there: run make packages first")
    end
  end

  defp rows do
    files = Path.wildcard(@packages <> "/zod/src/**/*.ts") |> Enum.reject(&(&1 =~ "/tests/"))
    sources = for file <- files, do: {Path.basename(file), File.read!(file)}
    dir = Path.join(System.tmp_dir!(), "quickbeam-bench-#{System.pid()}")

    try do
      File.mkdir_p!(dir)
      large = large(Enum.map(sources, &elem(&1, 1)), dir)
      text = File.read!(large)
      javascript = Path.join(@packages, "svelte/compiler/index.js")
      entry = entry(dir)

      [
        row(
          "transform #{length(files)} files of TypeScript",
          files,
          fn ->
            for {name, text} <- sources, do: JS.transform!(text, name)
          end,
          "transform"
        ),
        row(
          "transform one large file",
          [large],
          fn -> JS.transform!(text, "large.ts") end,
          "transform"
        ),
        row(
          "minify svelte's compiler",
          [javascript],
          fn ->
            javascript |> File.read!() |> JS.minify!("svelte.js")
          end,
          "minify"
        ),
        row("bundle five packages", [entry], fn -> JS.bundle_file!(entry) end, "bundle"),
        row("parse one large file to terms", [large], fn -> JS.parse!(text, "large.ts") end, nil)
      ]
    after
      File.rm_rf!(dir)
    end
  end

  # Both alternate, so that a neighbour on the machine hits both.
  defp row(what, files, ours, theirs) do
    rounds = for _ <- 1..3, do: {median(samples(count(@rounds), ours)), esbuild(theirs, files)}
    {ours, theirs} = Enum.unzip(rounds)
    ours = median(ours)
    bytes = files |> Enum.map(&File.stat!(&1).size) |> Enum.sum()
    # What is bundled is more than its entry.
    note =
      if bytes > 10_000,
        do: "#{Float.round(bytes / ours, 1)} MB/s of #{div(bytes, 1024)} KB",
        else: ""

    {what, :us, ours, if(hd(theirs), do: median(theirs)), note}
  end

  defp esbuild(nil, _files), do: nil

  defp esbuild(what, files) do
    {output, 0} = System.cmd("node", [@esbuild, what, "#{count(@rounds)}" | files])
    output |> String.trim() |> Float.parse() |> elem(0)
  end

  # All sources as one: imports and exports would not fit together.
  defp large(texts, dir) do
    path = Path.join(dir, "large.ts")

    plain =
      for text <- texts,
          do: ["namespace N {\n", String.replace(text, ~r/^import [^;]*;$/m, ""), "\n}\n"]

    File.write!(path, plain)
    if JS.valid?(File.read!(path), "large.ts"), do: path, else: biggest(texts, path)
  end

  defp biggest(texts, path) do
    File.write!(path, Enum.max_by(texts, &byte_size/1))
    path
  end

  defp entry(dir) do
    File.ln_s!(@packages, Path.join(dir, "node_modules"))
    path = Path.join(dir, "entry.js")

    File.write!(path, """
    import * as z from "zod"; import * as _ from "lodash-es"; import * as d from "date-fns";
    import { marked } from "marked"; import Handlebars from "handlebars";
    globalThis.all = [z, _, d, marked, Handlebars];
    """)

    path
  end
end

Bench.Toolchain.run()
