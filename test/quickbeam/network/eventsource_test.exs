defmodule QuickBEAM.Network.EventSourceTest do
  use QuickBEAM.Case, async: true

  alias QuickBEAM.Peer

  @head Peer.head(200, [
          {"content-type", "text/event-stream; charset=utf-8"},
          {"connection", "close"}
        ])

  defp run(port, code, opts \\ []) do
    context = start_alone([apis: [:eventsource]] ++ opts)
    {:ok, _} = Context.eval(context, "globalThis.url = 'http://127.0.0.1:#{port}/events'")
    {:ok, result} = Context.eval(context, "{ #{code} }", timeout: 20_000)
    result
  end

  test "the stream is parsed" do
    stream = [
      "\uFEFF: a comment\r\n",
      "data: one\ndata:two\rdata\n\n",
      "event: named\nid: 7\ndata:  spaced\n\n",
      "data\n\n",
      "id: bad\0id\nunknown: field\nretry: soon\ndata: {\"a\":\"ü\"}\n\n",
      "event: empty\n\n",
      "data: last\n\n",
      "data: never ended"
    ]

    server =
      Peer.start(fn _request, peer ->
        Peer.write(peer, @head)
        # Byte by byte, so that lines, line ends and characters come apart.
        for <<byte <- IO.iodata_to_binary(stream)>>, do: Peer.write(peer, <<byte>>)
        :done
      end)

    assert run(server, """
           const source = new EventSource(url);
           const log = [];
           source.onopen = () => log.push("open " + source.readyState);
           const tell = ({ type, data, lastEventId }) => log.push([type, data, lastEventId]);
           source.onmessage = tell;
           source.addEventListener("named", tell);
           source.addEventListener("empty", tell);
           await new Promise((resolve) => { source.onerror = resolve; });
           log.push(source.readyState);
           source.close();
           log.push(source.readyState);
           log
           """) == [
             "open 1",
             ["message", "one\ntwo\n", ""],
             ["named", " spaced", "7"],
             ["message", "", "7"],
             ["message", "{\"a\":\"ü\"}", "7"],
             ["message", "last", "7"],
             0,
             2
           ]
  end

  test "it reconnects with the last id, after the time that the stream says" do
    test = self()

    server =
      Peer.start(fn request, peer ->
        send(test, {:request, request.headers})
        Peer.write(peer, [@head, "retry: 10\nid: ü42\ndata: x\n\n"])
        :done
      end)

    run(server, """
    const source = new EventSource(url);
    let count = 0;
    await new Promise((resolve) => { source.onmessage = () => ++count === 2 && resolve(); });
    source.close();
    """)

    assert_receive {:request, first}
    assert List.keyfind(first, "accept", 0) == {"accept", "text/event-stream"}
    assert List.keyfind(first, "last-event-id", 0) == nil
    assert_receive {:request, second}
    assert List.keyfind(second, "last-event-id", 0) == {"last-event-id", "ü42"}
  end

  test "another status or type ends it for good" do
    for answer <- [
          {204, [], ""},
          {500, [{"content-type", "text/event-stream"}], "data: x\n\n"},
          {200, [{"content-type", "text/html"}], "data: x\n\n"},
          {200, [], "data: x\n\n"}
        ] do
      server = Peer.start(fn _, _ -> answer end)

      assert run(server, """
             const source = new EventSource(url);
             source.onmessage = () => { throw new Error("no") };
             await new Promise((resolve) => { source.onerror = resolve; });
             source.readyState
             """) == 2
    end
  end

  test "redirects are followed; the origin is that of the end" do
    target =
      Peer.start(fn _, peer ->
        Peer.write(peer, [@head, "data: x\n\n"]) && Peer.read(peer) && :done
      end)

    server = Peer.start(fn _, _ -> {307, [{"location", "http://127.0.0.1:#{target}/s"}], ""} end)

    assert run(server, """
           const source = new EventSource(url, { withCredentials: true });
           const { origin } = await new Promise((resolve) => { source.onmessage = resolve; });
           source.close();
           [origin, source.withCredentials, source.url === url]
           """) == ["http://127.0.0.1:#{target}", true, true]
  end

  test "arguments are checked" do
    context = start_alone(apis: [:eventsource])

    for {code, name} <- [
          {"new EventSource()", "TypeError"},
          {"new EventSource('relative')", "SyntaxError"},
          {"new EventSource('http://x/', 1)", "TypeError"},
          {"EventSource('http://x/')", "TypeError"}
        ] do
      assert {:error, error} = Context.eval(context, code)
      assert error.name == name, "#{code} threw #{inspect(error)}"
    end

    assert Context.eval(
             context,
             "[EventSource.CLOSED, EventSource.prototype.OPEN, EventSource.length]"
           ) ==
             {:ok, [2, 1, 1]}
  end

  test "a request is for no cache and has the user of its URL; a stop in its middle is nobody's error" do
    test = self()

    server =
      Peer.start(fn request, peer ->
        send(test, {:asked, request.headers})
        Peer.read(peer) && :done
      end)

    context = start_alone(apis: [:eventsource], console: self())

    {:ok, _} =
      Context.eval(
        context,
        "globalThis.source = new EventSource('http://user:p%40ss@127.0.0.1:#{server}/'); 0"
      )

    assert_receive {:asked, headers}
    assert {"cache-control", "no-cache"} in headers
    assert {"authorization", "Basic dXNlcjpwQHNz"} in headers
    {:ok, 2} = Context.eval(context, "source.close(); source.readyState")

    # One that is closed before there is a request.
    code =
      "{ const own = new EventSource('http://127.0.0.1:#{server}/'); own.close(); own.readyState }"

    {:ok, 2} = Context.eval(context, code)
    {:ok, _} = Context.eval(context, "await new Promise((resolve) => setTimeout(resolve, 20))")
    refute_received {:console, _, _}
  end
end
