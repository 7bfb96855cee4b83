Code.require_file("../../examples/playground/probe.ex", __DIR__)
Code.require_file("../../examples/playground/session.ex", __DIR__)
Code.require_file("../../examples/playground/playground.ex", __DIR__)

defmodule QuickBEAM.Examples.PlaygroundTest do
  @moduledoc "The playground over HTTP, as its page uses it, without a browser."
  use QuickBEAM.Case

  @moduletag :capture_log

  setup do
    {:ok, server, port} = Playground.start()

    on_exit(fn ->
      :ok = :inets.stop(:httpd, server)
      # It is linked to the test, and ends after it.
      eventually(fn -> Process.whereis(Playground) == nil end)
    end)

    %{port: port, tab: open(port)}
  end

  defp post(port, name, tab, body) do
    url = ~c"http://127.0.0.1:#{port}/api/quickbeam_playground:#{name}"
    request = {url, [{~c"connection", ~c"close"}], ~c"text/plain", "#{tab}\n#{body}"}
    {:ok, {{_, 200, _}, _, json}} = :httpc.request(:post, request, [], body_format: :binary)
    QuickBEAM.call!(Playground.JSON, "JSON.parse", [json])
  end

  defp open(port), do: post(port, "open", "", "")["id"]

  test "serves the page", %{port: port} do
    {:ok, {{_, 200, _}, _, body}} = :httpc.request(~c"http://127.0.0.1:#{port}/")
    assert to_string(body) =~ "QuickBEAM playground"
  end

  test "a context for each tab, which its limits keep usable", %{port: port, tab: tab} do
    assert post(port, "run", tab, "var n = 41; n + 1") == %{"ok" => "42"}
    assert post(port, "run", open(port), "typeof n") == %{"ok" => ~s("undefined")}

    assert %{"error" => "InternalError: interrupted" <> _} =
             post(port, "run", tab, "while (true) {}")

    code = "{ const a = []; while (true) a.push(new Array(1000).fill(0)) }"
    assert %{"error" => "InternalError: out of memory" <> _} = post(port, "run", tab, code)
    assert %{"error" => error} = post(port, "run", tab, "1;\nnull.x")
    assert error =~ "TypeError" and error =~ "null.x"
    assert post(port, "run", tab, "n + 'é'") == %{"ok" => ~s("41é")}
    assert %{"error" => "This tab's session has ended" <> _} = post(port, "run", "none", "1")
  end

  test "siblings, and events of context, console and pool", %{port: port, tab: tab} do
    assert post(port, "siblings", tab, "1000") == %{"ok" => "1000 siblings"}
    post(port, "run", tab, "console.log('told')")
    {:ok, socket} = :gen_tcp.connect(~c"127.0.0.1", port, [:binary, active: false])
    path = "/api/quickbeam_playground:events?#{tab}"
    :ok = :gen_tcp.send(socket, "GET #{path} HTTP/1.1\r\nhost: localhost\r\n\r\n")

    text =
      read(socket, "", [
        "told",
        ~s("contexts":1002),
        ~s("memory":),
        ~s("latencies":{"call":{"max":),
        ~s("busy":[)
      ])

    assert text =~ "text/event-stream"
    :gen_tcp.close(socket)
    assert post(port, "siblings", tab, "0") == %{"ok" => "0 siblings"}
    # This tab's and the one that measures.
    assert ContextPool.stats(Playground.Pool).contexts == 2
  end

  test "latencies, which the loop of a tab does not spoil", %{port: port, tab: tab} do
    assert %{call: %{median: median, max: max}, threads: _} = eventually(&both_latencies/0)
    assert 0 < median and median <= max

    # Nothing of the tab may delay it for long.
    assert %{"error" => "InternalError: interrupted" <> _} =
             post(port, "run", tab, "while (true) {}")

    assert Playground.Probe.latencies().threads.max < 2_000_000
  end

  defp both_latencies do
    case Playground.Probe.latencies() do
      %{call: _, threads: _} = latencies -> latencies
      _ -> nil
    end
  end

  defp read(socket, text, wanted) do
    if Enum.all?(wanted, &String.contains?(text, &1)) do
      text
    else
      {:ok, more} = :gen_tcp.recv(socket, 0, 10_000)
      read(socket, text <> more, wanted)
    end
  end
end
