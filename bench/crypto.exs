# crypto.subtle beside Node's, one operation after the other: the same script in both.
#
#     mix run bench/crypto.exs
Code.require_file("support/bench.exs", __DIR__)

defmodule Bench.Crypto do
  import Bench

  @script Path.join(__DIR__, "support/crypto.js")

  def run do
    ms = count(500)
    here = here(ms)
    theirs = in_node(ms)

    IO.puts(
      String.pad_trailing("", 28) <>
        String.pad_leading("here", 14) <> String.pad_leading("Node", 14)
    )

    for [name, per_second, unit] <- here do
      IO.puts(
        String.pad_trailing(name, 28) <>
          figure(per_second, unit) <> if(theirs, do: figure(theirs[name], unit), else: "")
      )
    end
  end

  defp figure(value, unit) do
    digits = if value < 100, do: 1, else: 0
    number = :erlang.float_to_binary(value * 1.0, decimals: digits)
    String.pad_leading("#{number} #{unit}", 14)
  end

  defp here(ms) do
    {:ok, js} = QuickBEAM.start(apis: [:crypto])
    {:ok, _} = QuickBEAM.eval(js, File.read!(@script))
    {:ok, json} = QuickBEAM.call(js, "measure", [~s({"ms":#{ms}})], timeout: 120_000)
    {:ok, results} = QuickBEAM.eval(js, "JSON.parse(json)", vars: %{json: json})
    QuickBEAM.stop(js)
    results
  end

  # Its figures as name => per second; nil where there is no Node.
  defp in_node(ms) do
    if node = System.find_executable("node") do
      code = """
      #{File.read!(@script)}
      measure('{"ms":#{ms}}').then((json) => {
        for (const [name, perSecond] of JSON.parse(json)) console.log([name, perSecond].join("\\t"));
      });
      """

      {output, 0} = System.cmd(node, ["--no-warnings", "-e", code])

      for line <- String.split(output, "\n", trim: true), into: %{} do
        [name, value] = String.split(line, "\t")
        {value, _} = Float.parse(value)
        {name, value}
      end
    end
  end
end

Bench.Crypto.run()
