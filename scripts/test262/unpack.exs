# test262 out of the shape that SpiderMonkey's sources have it in.
#
#     elixir scripts/test262/unpack.exs FROM TO
#
# FROM is their js/src/tests/test262, TO gets test262/test and test262/harness. There the
# harness stands in files `shell.js`, under the names that it had; a test begins with what
# is to be done with it and ends with a call that says it went through.
defmodule Unpack do
  # Theirs speaks to their shell.
  @done """
  function $DONE(error) {
    print(error ? "Test262:AsyncTestFailure: " + error : "Test262:AsyncTestComplete");
  }
  """

  def main([from, to]) do
    files = Path.wildcard(Path.join(from, "**/*.{js,json}"))
    {shells, tests} = Enum.split_with(files, &(Path.basename(&1) in ["shell.js", "browser.js"]))

    for {name, text} <- Enum.flat_map(shells, &harness/1) do
      write(Path.join([to, "test262/harness", name]), text)
    end

    write(Path.join(to, "test262/harness/doneprintHandle.js"), @done)

    for test <- tests do
      path = Path.join([to, "test262/test", Path.relative_to(test, from)])
      write(path, test |> File.read!() |> original())
    end

    # The modules of test262 are no CommonJS, whatever they look like.
    write(Path.join(to, "package.json"), ~s({"type": "module"}\n))
  end

  defp harness(shell) do
    [_ | files] = shell |> File.read!() |> String.split("// file: ")
    for file <- files, do: file |> String.split("\n", parts: 2) |> List.to_tuple()
  end

  defp original(text) do
    text
    |> String.replace(~r{\A// \|reftest\|[^\n]*\n}, "")
    |> String.replace(~r{\A'use strict';\n}, "")
    |> String.replace(~r{\n*reportCompare\(0, 0\);\s*\z}, "\n")
  end

  defp write(path, text) do
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
  end
end

Unpack.main(System.argv())
