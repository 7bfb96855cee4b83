defmodule QuickBEAM.Apis.IntlTest do
  @moduledoc "Intl beside Node's, case by case; what differs is named here."
  use QuickBEAM.Case, async: true

  @script Path.expand("../../support/intl_cases.js", __DIR__)
  @node System.find_executable("node")

  defp here do
    js = start_alone(apis: [:intl])
    {:ok, _} = Context.eval(js, File.read!(@script))
    {:ok, cases} = Context.eval(js, "JSON.parse(cases())", timeout: 20_000)
    cases
  end

  # "what<TAB>text" a line, both as JSON strings.
  defp in_node do
    code = """
    #{File.read!(@script)}
    for (const [what, text] of JSON.parse(cases())) console.log(what + "\\t" + Buffer.from(text).toString("base64"));
    """

    {output, 0} = System.cmd(@node, ["-e", code])

    for line <- String.split(output, "\n", trim: true) do
      [what, text] = String.split(line, "\t")
      [what, Base.decode64!(text)]
    end
  end

  if @node == nil, do: @tag(skip: "needs node")

  test "as Node formats, segments, collates" do
    node = in_node()
    here = here()
    assert length(here) == length(node)
    assert length(here) > 700

    different =
      for {[what, ours], [what, theirs]} <- Enum.zip(here, node), ours != theirs do
        "#{what}\n    here #{ours}\n    Node #{theirs}"
      end

    assert Enum.join(different, "\n") == ""
  end
end
