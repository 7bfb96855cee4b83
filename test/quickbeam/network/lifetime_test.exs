defmodule QuickBEAM.Network.LifetimeTest do
  # Not async: it counts what is open in the whole VM.
  use QuickBEAM.Case

  alias QuickBEAM.{Native, Peer, WebSocketPeer}

  @nothing %{sessions: 0, connections: 0, active: 0}

  defp network, do: Native.stats().network

  setup do
    eventually(fn -> network() == @nothing end)
    test = self()

    # Holds every request until the client hangs up.
    port =
      Peer.start(fn request, peer ->
        case request.path do
          "/ws" -> WebSocketPeer.accept(peer, request)
          "/body" -> Peer.write(peer, [Peer.head(200, [{"content-length", 1000}]), "some"])
          _ -> :ok
        end

        send(test, {:asked, request.path})

        if request.path == "/kept" do
          {200, [], "x"}
        else
          closed = Peer.read(peer, 0, 60_000)
          send(test, {:closed, request.path, closed})
          :done
        end
      end)

    %{port: port}
  end

  @open """
  const url = `127.0.0.1:${port}`;
  globalThis.waiting = fetch(`http://${url}/wait`).catch(() => {});
  globalThis.body = await fetch(`http://${url}/body`);
  globalThis.reading = body.text().catch(() => {});
  globalThis.kept = await (await fetch(`http://${url}/kept`)).text();
  globalThis.ws = new WebSocket(`ws://${url}/ws`);
  await new Promise((resolve) => { ws.onopen = resolve });
  globalThis.source = new EventSource(`http://${url}/events`);
  globalThis.upload = fetch(`http://${url}/upload`, { method: "POST", duplex: "half", body: new ReadableStream() }).catch(() => {});
  0
  """

  defp open(context, port) do
    :ok = Context.set_global(context, "port", port)
    {:ok, _} = Context.eval(context, "{ #{@open} }", timeout: 20_000)
    for path <- ~w(/wait /body /kept /ws /events), do: assert_receive({:asked, ^path}, 5000)
    # The upload waits for its first piece; its head may not be out yet.
    eventually(fn -> network().active >= 4 end)
    assert network().sessions == 1
  end

  defp assert_all_closed do
    for path <- ~w(/wait /body /ws /events),
        do: assert_receive({:closed, ^path, {:error, :closed}}, 5000)

    eventually(fn -> network() == @nothing end)
  end

  test "a context that is stopped closes everything", %{port: port} do
    context = start_alone(apis: [:browser])
    open(context, port)
    :ok = Context.stop(context)
    assert_all_closed()
  end

  test "a context whose process is killed closes everything", %{port: port} do
    pool = start_pool(size: 1)
    {owner, context} = start_owner(pool, apis: [:browser])
    open(context, port)
    Process.exit(owner, :kill)
    assert_all_closed()
  end

  test "a reset closes everything, and the context can begin anew", %{port: port} do
    context = start_alone(apis: [:browser])
    open(context, port)
    :ok = Context.reset(context)
    assert_all_closed()
    open(context, port)
    :ok = Context.stop(context)
    assert_all_closed()
  end

  test "many contexts that end in the middle of it leave nothing", %{port: port} do
    pool = start_pool(size: 2)

    contexts =
      for _ <- 1..50 do
        context = start_context(pool, apis: [:fetch, :websocket])

        {:ok, _} =
          Context.eval(context, """
          for (let i = 0; i < 4; i++) fetch("http://127.0.0.1:#{port}/wait").catch(() => {});
          for (let i = 0; i < 2; i++) new WebSocket("ws://127.0.0.1:#{port}/ws");
          0
          """)

        context
      end

    for context <- contexts, do: Context.stop(context)
    eventually(fn -> network() == @nothing end)
  end

  test "responses that nobody reads are closed when they are collected", %{port: port} do
    context = start_alone(apis: [:fetch])

    {:ok, _} =
      Context.eval(
        context,
        "for (let i = 0; i < 3; i++) await fetch('http://127.0.0.1:#{port}/body'); 0"
      )

    Context.gc(context)
    eventually(fn -> network().connections == 0 end)
  end

  @tag timeout: 240_000
  test "a thousand contexts fetch while a third of them is killed" do
    # Bodies that end, that do not, that break off, and heads that never come.
    port =
      Peer.start(fn %{path: path, body: body}, peer ->
        case path do
          "/echo" ->
            {200, [], body}

          "/endless" ->
            Peer.write(peer, Peer.head(200, [{"transfer-encoding", "chunked"}]))
            Peer.drip(peer, Peer.chunk(:binary.copy("x", 4096)))

          "/broken" ->
            {:raw, [Peer.head(200, [{"content-length", 100}]), "some"]}

          "/silent" ->
            Peer.read(peer, 0, 60_000) && :done
        end
      end)

    network = [private: true, max_body_size: 1_000_000]

    code = """
    const url = "http://127.0.0.1:#{port}";
    const body = "b".repeat(20_000);
    const name = (error) => error.name;
    globalThis.all = Promise.all([
      fetch(url + "/echo", { method: "POST", body }).then((answer) => answer.text()).then((text) => text === body),
      fetch(url + "/endless").then((answer) => answer.bytes()).catch(name),
      fetch(url + "/broken").then((answer) => answer.text()).catch(name),
      fetch(url + "/silent", { signal: AbortSignal.timeout(200) }).catch(name),
    ]);
    0
    """

    pool = start_pool(size: 2)

    1..1000
    |> Task.async_stream(
      fn n ->
        {owner, context} = start_owner(pool, apis: [:fetch], network: network)
        {:ok, 0} = Context.eval(context, code)

        if rem(n, 3) == 0 do
          # Wherever it just is.
          Process.exit(owner, :kill)
        else
          assert Context.eval(context, "await all", timeout: 120_000) ==
                   {:ok, [true, "TypeError", "TypeError", "TimeoutError"]}

          Process.exit(owner, :kill)
        end
      end,
      max_concurrency: 100,
      timeout: :infinity
    )
    |> Enum.each(fn {:ok, _} -> :ok end)

    eventually(fn -> network() == @nothing end)
    eventually(fn -> ContextPool.stats(pool).contexts == 0 end)
  end
end
