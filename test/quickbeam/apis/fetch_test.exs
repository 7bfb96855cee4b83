defmodule QuickBEAM.FetchTest do
  use QuickBEAM.Case, async: true

  defmodule Client do
    @behaviour QuickBEAM.Fetch
    def fetch(%{url: url}), do: %{status: 200, body: "by module: " <> url}
    def other(%{url: url}), do: %{status: 200, body: "by function: " <> url}
  end

  defp run(fetch, code, opts \\ []) do
    context = start_alone([apis: [:fetch, :eventsource], fetch: fetch] ++ opts)

    case Context.eval(context, "{ #{code} }", timeout: 20_000) do
      {:ok, result} -> result
      {:error, error} -> error
    end
  end

  test "a function, a module or one of its functions is the client" do
    code = "await (await fetch('https://example.com/a?b#c')).text()"
    url = "https://example.com/a?b"
    assert run(&%{status: 200, body: "by fun: " <> &1.url}, code) == "by fun: " <> url
    assert run(Client, code) == "by module: " <> url
    assert run({Client, :other}, code) == "by function: " <> url
  end

  test "request and response as maps" do
    test = self()

    client = fn request ->
      send(test, {:request, request})

      %{
        status: 404,
        headers: [{"X-Two", ["1", "2"]}, {:"content-type", "text/x"}, {"set-cookie", "a"}],
        body: ["pie", ["ces"]]
      }
    end

    assert run(client, """
           const response = await fetch("http://nowhere.invalid/", {
             method: "PUT", body: new Uint8Array([0, 255]), headers: { "X-Latin": "é" } });
           [response.status, response.headers.get("x-two"), response.headers.getSetCookie(),
            response.headers.get("content-type"), await response.text(), response.type]
           """) == [404, "1, 2", ["a"], "text/x", "pieces", "basic"]

    assert_receive {:request,
                    %{
                      method: "PUT",
                      url: "http://nowhere.invalid/",
                      body: <<0, 255>>,
                      headers: headers
                    }}

    assert {"x-latin", <<0xE9>>} in headers
    assert {"accept", "*/*"} in headers
  end

  test "redirects are followed by the context, one request each" do
    client = fn
      %{url: "http://a/"} -> %{status: 303, headers: %{"location" => "http://b/"}}
      %{url: "http://b/", method: method, body: nil} -> %{status: 200, body: method}
    end

    assert run(
             client,
             "const r = await fetch('http://a/', { method: 'POST', body: 'x' }); [await r.text(), r.url]"
           ) ==
             ["GET", "http://b/"]
  end

  test "an enumerable streams, as fast as it is read" do
    test = self()

    client = fn _ ->
      body = Stream.map(1..1_000_000, fn n -> send(test, {:made, n}) && "#{n}\n" end)
      %{status: 200, body: body}
    end

    assert run(client, """
           const { body } = await fetch("http://x/");
           const reader = body.getReader();
           const texts = [];
           for (let i = 0; i < 3; i++) texts.push(new TextDecoder().decode((await reader.read()).value));
           await reader.cancel();
           texts
           """) == ["1\n", "2\n", "3\n"]

    assert_receive {:made, 3}
    refute_received {:made, 10}
  end

  test "a stream goes up as it is enumerated" do
    client = fn %{body: body} ->
      taken = body |> Stream.map(&String.upcase/1) |> Enum.to_list()
      %{status: 200, body: Enum.join(taken, "|")}
    end

    code = """
    const parts = ["one", "two", "three"];
    const body = new ReadableStream({
      pull(controller) {
        const part = parts.shift();
        if (part === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(part));
      },
    });
    await (await fetch("http://x/", { method: "POST", body, duplex: "half" })).text()
    """

    assert run(client, code) == "ONE|TWO|THREE"

    early = fn %{body: body} -> %{status: 200, body: Enum.take(body, 1)} end
    assert run(early, code) == "one"
  end

  test "whatever goes wrong is a TypeError" do
    for {client, message} <- [
          {fn _ -> raise "no route" end, "no route"},
          {fn _ -> throw(:thrown) end, ":thrown"},
          {fn _ -> exit(:gone) end, "gone"},
          {fn _ -> Process.exit(self(), :kill) end, "kill"},
          {fn _ -> :nonsense end, ":nonsense"},
          {fn _ -> %{status: 99} end, "status"},
          {fn _ -> %{status: 200, body: 5} end, "body"},
          {fn _ -> %{status: 200, headers: [{"a b", "c"}]} end, "a b"},
          {fn _ -> %{status: 200, headers: :none} end, "Enumerable"}
        ] do
      assert %JSError{name: "TypeError"} = error = run(client, "await fetch('http://x/')")
      assert error.message =~ message
    end

    client = fn _ ->
      %{status: 200, body: Stream.map(1..3, fn n -> if n == 3, do: raise("late"), else: "x" end)}
    end

    assert %JSError{name: "TypeError"} =
             error = run(client, "await (await fetch('http://x/')).text()")

    assert error.message =~ "late"
  end

  test "an abort, a stop and a reset end the task" do
    test = self()

    client = fn _ ->
      send(test, {:task, self()})
      receive(do: (:never -> :ok))
    end

    assert run(client, """
           const controller = new AbortController();
           setTimeout(() => controller.abort("mine"), 20);
           await fetch("http://x/", { signal: controller.signal }).catch((e) => e)
           """) == "mine"

    assert_receive {:task, task}
    await_end(task)

    for stop <- [&Context.stop/1, &Context.reset/1] do
      context = start_alone(apis: [:fetch], fetch: client)
      {:ok, _} = Context.eval(context, "fetch('http://x/').catch(() => {}); 0")
      assert_receive {:task, task}
      :ok = stop.(context)
      await_end(task)
    end
  end

  test "EventSource goes there, too" do
    client = fn request ->
      assert {"accept", "text/event-stream"} in request.headers

      %{
        status: 200,
        headers: [{"content-type", "text/event-stream"}],
        body: ["data: a\n", "\n", "data: b\n\n"]
      }
    end

    assert run(client, """
           const source = new EventSource("http://x/");
           const found = [];
           await new Promise((resolve) => { source.onmessage = ({ data }) => found.push(data) === 2 && resolve() });
           source.close();
           found
           """) == ["a", "b"]
  end

  test "no script reaches it by name" do
    context = start_alone(apis: [:beam], fetch: fn _ -> %{status: 200} end)

    assert {:error, error} =
             Context.eval(
               context,
               "await Beam.call('fetch', 'request', 1, 'GET', 'http://x/', [], null)"
             )

    assert error.message =~ "Unknown handler"
  end
end
