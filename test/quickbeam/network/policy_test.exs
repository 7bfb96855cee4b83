defmodule QuickBEAM.Network.PolicyTest do
  use QuickBEAM.Case, async: true

  alias QuickBEAM.{Peer, WebSocketPeer}

  defp server, do: Peer.start(fn _, _ -> {200, [], "reached"} end)

  # "reached", or the code of the error.
  defp reach(network, url) do
    context = start_alone(apis: [:fetch], network: network)
    code = "await fetch(#{inspect(url)}).then((r) => r.text(), (e) => e.code)"
    {:ok, result} = Context.eval(context, code, timeout: 20_000)
    result
  end

  @refused "ERR_NETWORK_REFUSED"

  test "all and none" do
    port = server()
    assert reach(:all, "http://127.0.0.1:#{port}/") == "reached"
    assert reach(:all, "http://localhost:#{port}/") == "reached"
    assert reach(:none, "http://127.0.0.1:#{port}/") == @refused
    assert reach(:none, "http://example.invalid/") == @refused
    assert reach(:none, "data:,reached") == "reached"
  end

  test "the inside is refused, however it is written" do
    port = server()

    for host <- [
          "127.0.0.1",
          "127.1",
          "2130706433",
          "0x7f000001",
          "0177.0.0.1",
          "0x7f.1",
          "①②⑦.0.0.1",
          "0.0.0.0",
          "localhost",
          "[::1]",
          "[::]",
          "[::ffff:127.0.0.1]",
          "[::ffff:7f00:1]",
          "[::127.0.0.1]",
          "[64:ff9b::127.0.0.1]",
          "[2002:7f00:1::]",
          "10.0.0.1",
          "192.168.1.1",
          "172.16.0.1",
          "169.254.169.254",
          "100.64.0.1",
          "224.0.0.1",
          "[fe80::1]",
          "[fc00::1]",
          "[ff02::1]"
        ] do
      assert reach([], "http://#{host}:#{port}/") == @refused, host
    end
  end

  test "rules allow and deny" do
    port = server()
    local = "http://127.0.0.1:#{port}/"
    named = "http://localhost:#{port}/"
    assert reach([private: true], local) == "reached"
    assert reach([allow: ["127.0.0.0/8"]], local) == "reached"
    assert reach(%{allow: "127.0.0.1"}, named) in ["reached", @refused]
    assert reach([allow: ["localhost"]], named) == "reached"
    assert reach([allow: ["localhost"]], local) == @refused
    assert reach([allow: ["example.com"], private: true], local) == @refused
    assert reach([deny: ["127.0.0.1"], private: true], local) == @refused
    assert reach([deny: ["localhost"], private: true], named) == @refused
    assert reach([deny: ["127.0.0.0/8", "::1"], private: true], named) == @refused
    assert reach([allow: ["127.0.0.1"], deny: ["127.0.0.0/8"]], local) == @refused
  end

  test "a redirect to the inside is refused" do
    inside = server()
    # Reached by its network, and leads elsewhere.
    outside = Peer.start(fn _, _ -> {302, [{"location", "http://127.0.0.1:#{inside}/"}], ""} end)
    assert reach([allow: ["localhost"]], "http://localhost:#{outside}/") == @refused
    assert reach([private: true], "http://localhost:#{outside}/") == "reached"
  end

  test "WebSocket and EventSource ask, too" do
    port =
      Peer.start(fn request, peer ->
        WebSocketPeer.accept(peer, request)
        WebSocketPeer.echo(peer)
      end)

    context = start_alone(apis: [:websocket, :eventsource], network: [])

    assert {:ok, [message, 2]} =
             Context.eval(context, """
             const ws = new WebSocket("ws://127.0.0.1:#{port}/");
             const { message } = await new Promise((resolve) => { ws.onerror = resolve });
             const source = new EventSource("http://localhost:#{port}/");
             await new Promise((resolve) => { source.onerror = resolve });
             [message, source.readyState]
             """)

    assert message =~ "policy refuses 127.0.0.1"
  end

  test "ports that are blocked" do
    for port <- [25, 6667, 10080] do
      assert reach(:all, "http://127.0.0.1:#{port}/") == nil
    end
  end

  test "connections are limited; who wants more waits" do
    test = self()
    open = :counters.new(1, [])

    port =
      Peer.start(fn _, peer ->
        :counters.add(open, 1, 1)
        send(test, {:asked, self(), :counters.get(open, 1)})
        receive(do: (:answer -> :ok))
        :counters.sub(open, 1, 1)
        Peer.write(peer, [Peer.head(200, [{"content-length", 1}]), "x"])
        :done
      end)

    context = start_alone(apis: [:fetch], network: [private: true, max_connections: 2])

    task =
      Task.async(fn ->
        Context.eval(context, """
        const url = "http://127.0.0.1:#{port}/";
        const all = await Promise.all([1, 2, 3, 4, 5].map(() => fetch(url).then((r) => r.text())));
        all.join("")
        """)
      end)

    for _ <- 1..5 do
      assert_receive {:asked, peer, count}, 5000
      assert count <= 2
      send(peer, :answer)
    end

    assert Task.await(task) == {:ok, "xxxxx"}
  end

  test "a connection that nobody uses makes room" do
    one = server()
    two = server()
    context = start_alone(apis: [:fetch], network: [private: true, max_connections: 1])

    assert Context.eval(
             context,
             """
             const texts = [];
             for (const port of [#{one}, #{two}, #{one}]) {
               texts.push(await (await fetch(`http://127.0.0.1:${port}/`)).text());
             }
             texts.length
             """,
             timeout: 10_000
           ) == {:ok, 3}
  end
end
