defmodule QuickBEAM.Apis.Crypto.NodeTest do
  @moduledoc "Keys, signatures and ciphertexts, from here to Node's webcrypto and back."
  use QuickBEAM.Case, async: true

  # Runs in both: what one side does with its own keys, and what it makes of the
  # other's.
  @script Path.expand("../../../support/webcrypto_peer.js", __DIR__)

  @node System.find_executable("node")
  if @node == nil, do: @moduletag(skip: "needs node")

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:crypto, :buffer])
    {:ok, _} = QuickBEAM.eval(js, File.read!(@script))
    {:ok, js: js}
  end

  defp node(function, argument) do
    input =
      Path.join(System.tmp_dir!(), "quickbeam_webcrypto_#{System.unique_integer([:positive])}")

    File.write!(input, argument)

    code = """
    #{File.read!(@script)}
    const input = require("fs").readFileSync(#{inspect(input)}, "utf8");
    #{function}(input).then((text) => process.stdout.write(text));
    """

    script = input <> ".js"
    File.write!(script, code)
    {output, 0} = System.cmd(@node, ["--no-warnings", script])
    File.rm!(input)
    File.rm!(script)
    output
  end

  test "Node opens and verifies what is made here", %{js: js} do
    {:ok, made} = QuickBEAM.call(js, "make", [""], timeout: 60_000)
    assert node("check", made) == "all good"
  end

  test "what Node makes is opened and verified here", %{js: js} do
    made = node("make", "")
    assert {:ok, "all good"} = QuickBEAM.call(js, "check", [made], timeout: 60_000)
  end
end
