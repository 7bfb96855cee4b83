defmodule QuickBEAM.Cover.Lcov do
  @moduledoc false
  # The tracefile of geninfo(1).

  alias QuickBEAM.Cover.{Files, Istanbul, Summary}

  @spec encode(%{Path.t() => Files.file()}) :: iodata
  def encode(files), do: for({path, file} <- Enum.sort(files), do: record(path, file))

  defp record(path, file) do
    functions = Istanbul.functions(file)
    lines = file |> Files.lines() |> Enum.sort()
    %{functions: f, branches: b, lines: l} = Summary.of_file(path, file)

    [
      "TN:\nSF:#{path}\n",
      for({name, {line, _, _, _}, _, _} <- functions, do: "FN:#{line},#{name}\n"),
      "FNF:#{elem(f, 1)}\nFNH:#{elem(f, 0)}\n",
      for({name, _, _, count} <- functions, do: "FNDA:#{count},#{name}\n"),
      for({line, count} <- lines, do: "DA:#{line},#{count}\n"),
      "LF:#{elem(l, 1)}\nLH:#{elem(l, 0)}\n",
      for(
        {{_, {line, _, _, _}, counts}, block} <- Enum.with_index(branches(file)),
        {count, arm} <- Enum.with_index(counts),
        do: "BRDA:#{line},#{block},#{arm},#{count}\n"
      ),
      "BRF:#{elem(b, 1)}\nBRH:#{elem(b, 0)}\n",
      "end_of_record\n"
    ]
  end

  defp branches(file) do
    for {{kind, at, _arms}, counts} <- Istanbul.branches(file), do: {kind, at, counts}
  end
end
