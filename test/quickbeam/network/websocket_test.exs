defmodule QuickBEAM.Network.WebSocketTest do
  use QuickBEAM.Case, async: true

  alias QuickBEAM.{Peer, WebSocketPeer}

  # A script that opens `ws`, and `log`s what happens to it, until it is closed.
  @logged """
  const log = [];
  const closed = new Promise((resolve) => {
    ws.onopen = () => log.push(["open", ws.protocol, ws.readyState]);
    ws.onmessage = ({ data, origin }) => log.push(["message", data]);
    ws.onerror = () => log.push(["error", ws.readyState]);
    ws.onclose = (e) => { log.push(["close", e.code, e.reason, e.wasClean]); resolve(log); };
  });
  """

  defp run(port, code, opts \\ []) do
    context = start_alone([apis: [:websocket]] ++ opts)
    {:ok, _} = Context.eval(context, "globalThis.url = 'ws://127.0.0.1:#{port}/chat?q=1'")
    {:ok, result} = Context.eval(context, "{ #{code} }", timeout: 20_000)
    result
  end

  defp echo_server(headers \\ []) do
    Peer.start(fn request, peer ->
      WebSocketPeer.accept(peer, request, headers)
      WebSocketPeer.echo(peer)
    end)
  end

  test "text and binary messages go both ways" do
    result =
      run(echo_server(), """
      const ws = new WebSocket(url);
      const states = [ws.readyState];
      #{@logged}
      ws.binaryType = "arraybuffer";
      ws.addEventListener("open", () => {
        ws.send("häl\\u0000lo");
        ws.send(new Uint8Array([1, 2, 3]).subarray(1));
        ws.send(new Uint8Array([4]).buffer);
        ws.send(new Blob(["blob"]));
      });
      let count = 0;
      ws.addEventListener("message", () => { if (++count === 4) ws.close(3001, "bye ü"); });
      await closed;
      [states, ws.readyState, ws.url, ws.extensions, log, ws.bufferedAmount]
      """)

    assert [[0], 3, url, "", log, 0] = result
    assert url =~ ~r"^ws://127.0.0.1:\d+/chat\?q=1$"

    assert [
             ["open", "", 1],
             ["message", "häl\0lo"],
             ["message", <<2, 3>>],
             ["message", <<4>>],
             ["message", "blob"],
             ["close", 3001, "bye ü", true]
           ] = log
  end

  test "binary messages are Blobs unless asked otherwise" do
    assert run(echo_server(), """
           const ws = new WebSocket(url);
           await new Promise((resolve) => { ws.onopen = resolve });
           ws.send(new Uint8Array([65, 66]));
           const { data } = await new Promise((resolve) => { ws.onmessage = resolve });
           ws.binaryType = "nonsense";
           [data instanceof Blob, await data.text(), ws.binaryType]
           """) == [true, "AB", "blob"]
  end

  test "the server chooses a subprotocol" do
    server = echo_server([{"Sec-WebSocket-Protocol", "two"}])

    assert run(server, """
           const ws = new WebSocket(url, ["one", "two"]);
           await new Promise((resolve) => { ws.onopen = resolve });
           ws.protocol
           """) == "two"

    assert [["error", 3], ["close", 1006, "", false]] =
             run(server, "const ws = new WebSocket(url, 'other'); #{@logged} await closed")

    assert [["error", 3], ["close", 1006, "", false]] =
             run(server, "const ws = new WebSocket(url); #{@logged} await closed")
  end

  test "fragments, pings between them, and an empty message" do
    server =
      Peer.start(fn request, peer ->
        WebSocketPeer.accept(peer, request)
        WebSocketPeer.send_frame(peer, 1, "fr", 0)
        WebSocketPeer.send_frame(peer, 9, "ping!")
        {10, 1, "ping!"} = WebSocketPeer.receive_frame(peer)
        WebSocketPeer.send_frame(peer, 0, "agm", 0)
        WebSocketPeer.send_frame(peer, 0, "ent")
        WebSocketPeer.text(peer, "")
        WebSocketPeer.close(peer, 1001, "going")
        {8, 1, <<1001::16, _::binary>>} = WebSocketPeer.receive_frame(peer)
        :done
      end)

    assert run(server, "const ws = new WebSocket(url); #{@logged} await closed") == [
             ["open", "", 1],
             ["message", "fragment"],
             ["message", ""],
             ["close", 1001, "going", true]
           ]
  end

  test "a close without a code is 1005, a lost connection 1006" do
    ends = fn fun ->
      server =
        Peer.start(fn request, peer ->
          WebSocketPeer.accept(peer, request)
          fun.(peer)
          :done
        end)

      server |> run("const ws = new WebSocket(url); #{@logged} await closed") |> List.last()
    end

    assert ["close", 1005, "", true] = ends.(&WebSocketPeer.send_frame(&1, 8, ""))
    assert ["close", 1006, "", false] = ends.(fn _ -> :ok end)
    # Not UTF-8, a reserved opcode, a masked bit where none may be, a fragment of nothing.
    assert ["close", 1006, "", false] = ends.(&WebSocketPeer.send_frame(&1, 1, <<0xFF>>))
    assert ["close", 1006, "", false] = ends.(&WebSocketPeer.send_frame(&1, 5, "x"))
    assert ["close", 1006, "", false] = ends.(&WebSocketPeer.send_frame(&1, 0, "x"))
    assert ["close", 1006, "", false] = ends.(&Peer.write(&1, <<0x81, 0x81, 0, 0, 0, 0, ?x>>))
  end

  test "what is no WebSocket server is an error and a close" do
    for answer <- [
          {200, [], "hello"},
          {302, [{"location", "/elsewhere"}], ""},
          {:raw,
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n"},
          {:raw, "garbage\r\n\r\n"},
          {:raw, ""}
        ] do
      server = Peer.start(fn _, _ -> answer end)

      assert run(server, "const ws = new WebSocket(url); #{@logged} await closed") ==
               [["error", 3], ["close", 1006, "", false]]
    end
  end

  test "a close before it is open" do
    server = Peer.start(fn _, peer -> Peer.read(peer) && :done end)

    assert run(server, """
           const ws = new WebSocket(url);
           #{@logged}
           ws.close();
           log.push(ws.readyState);
           await closed
           """) == [2, ["error", 3], ["close", 1006, "", false]]
  end

  test "nothing is heard after close(), and what is sent only counts" do
    server =
      Peer.start(fn request, peer ->
        WebSocketPeer.accept(peer, request)
        {8, 1, <<1000::16>>} = WebSocketPeer.receive_frame(peer)
        WebSocketPeer.text(peer, "too late")
        WebSocketPeer.close(peer, 1000)
        :done
      end)

    assert run(server, """
           const ws = new WebSocket(url);
           #{@logged}
           await new Promise((resolve) => ws.addEventListener("open", resolve));
           ws.close(1000);
           ws.send("abc");
           ws.send(new Uint8Array(4));
           log.push(ws.bufferedAmount);
           await closed
           """) == [["open", "", 1], 7, ["close", 1000, "", true]]
  end

  test "arguments are checked" do
    context = start_alone(apis: [:websocket])

    for {code, name} <- [
          {"new WebSocket()", "TypeError"},
          {"new WebSocket('/relative')", "SyntaxError"},
          {"new WebSocket('ftp://x/')", "SyntaxError"},
          {"new WebSocket('ws://x/#')", "SyntaxError"},
          {"new WebSocket('ws://x/', 'a b')", "SyntaxError"},
          {"new WebSocket('ws://x/', ['a', 'A'])", "SyntaxError"},
          {"new WebSocket('ws://x/', '')", "SyntaxError"},
          {"WebSocket('ws://x/')", "TypeError"},
          {"new WebSocket('ws://127.0.0.1:1/').send('x')", "InvalidStateError"},
          {"new WebSocket('ws://127.0.0.1:1/').send()", "TypeError"},
          {"new WebSocket('ws://127.0.0.1:1/').close(1001)", "InvalidAccessError"},
          {"new WebSocket('ws://127.0.0.1:1/').close(1000, 'x'.repeat(124))", "SyntaxError"},
          {"WebSocket.prototype.readyState", "TypeError"}
        ] do
      assert {:error, error} = Context.eval(context, code)
      assert error.name == name, "#{code} threw #{inspect(error)}"
    end

    assert Context.eval(context, "[WebSocket.OPEN, WebSocket.prototype.CLOSED, WebSocket.length]") ==
             {:ok, [1, 3, 1]}

    assert Context.eval(context, "new WebSocket('http://example.invalid/x').url") ==
             {:ok, "ws://example.invalid/x"}
  end

  test "a script that is busy slows the server down" do
    test = self()

    server =
      Peer.start(fn request, peer ->
        WebSocketPeer.accept(peer, request)
        piece = :binary.copy("x", 65_536)

        for n <- 1..1000 do
          WebSocketPeer.text(peer, piece)
          send(test, {:sent, n})
        end

        WebSocketPeer.close(peer, 1000)
        :done
      end)

    context =
      start_alone(apis: [:websocket], handlers: %{"wait" => fn [] -> receive_go(test) end})

    task =
      Task.async(fn ->
        Context.eval(
          context,
          """
          let bytes = 0;
          const ws = new WebSocket("ws://127.0.0.1:#{server}/");
          const over = new Promise((resolve) => { ws.onclose = resolve });
          ws.onmessage = ({ data }) => {
            if (bytes === 0) Beam.callSync("wait");
            bytes += data.length;
          };
          await over;
          bytes
          """,
          timeout: 60_000
        )
      end)

    assert_receive {:waiting, handler}, 10_000
    last = Peer.last_sent()
    # The buffers of two sockets, and 256 KiB of ours.
    assert last < 900
    send(handler, :go)
    assert Task.await(task, 60_000) == {:ok, 65_536_000}
  end

  defp receive_go(test) do
    send(test, {:waiting, self()})
    receive(do: (:go -> nil))
  end

  test "messages past the limit end the connection" do
    server =
      Peer.start(fn request, peer ->
        WebSocketPeer.accept(peer, request)
        WebSocketPeer.text(peer, :binary.copy("x", 5000))
        Peer.read(peer) && :done
      end)

    assert [["open", "", 1], ["error", 3], ["close", 1006, "", false]] =
             run(server, "const ws = new WebSocket(url); #{@logged} await closed",
               network: [private: true, max_message_size: 4000]
             )
  end

  test "over TLS" do
    {tls, root} = Peer.tls()

    server =
      Peer.start(
        fn request, peer ->
          WebSocketPeer.accept(peer, request)
          WebSocketPeer.echo(peer)
        end,
        tls: tls
      )

    code = """
    const ws = new WebSocket("wss://localhost:#{server}/");
    #{@logged}
    ws.addEventListener("open", () => ws.send("secret"));
    ws.addEventListener("message", () => ws.close());
    await closed
    """

    assert [["open", "", 1], ["message", "secret"], ["close", 1005, "", true]] =
             run(server, code, network: [private: true, cacerts: root])

    assert [["error", 3], ["close", 1006, "", false]] = run(server, code)
  end

  test "the user of a URL is told to the server" do
    test = self()

    server =
      Peer.start(fn request, peer ->
        send(test, {:asked, List.keyfind(request.headers, "authorization", 0)})
        WebSocketPeer.accept(peer, request)
        WebSocketPeer.echo(peer)
      end)

    for {userinfo, said} <- [{"us%20er:p%40ss@", "us er:p@ss"}, {"user@", "user:"}] do
      code = """
      const ws = new WebSocket("ws://#{userinfo}127.0.0.1:#{server}/");
      #{@logged}
      ws.addEventListener("open", () => ws.close());
      await closed;
      """

      assert [["open", "", 1], ["close", 1005, "", true]] = run(server, code)
      assert_receive {:asked, {_, "Basic " <> encoded}}
      assert Base.decode64!(encoded) == said
    end
  end
end
