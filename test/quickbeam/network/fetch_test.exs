defmodule QuickBEAM.Network.FetchTest do
  use QuickBEAM.Case, async: true

  alias QuickBEAM.Peer

  defp run(port, code, opts \\ []) do
    context = start_alone([apis: [:fetch]] ++ opts)
    {:ok, _} = Context.eval(context, "globalThis.url = 'http://127.0.0.1:#{port}'")

    case Context.eval(context, "{ #{code} }", timeout: 20_000) do
      {:ok, result} -> result
      {:error, error} -> error
    end
  end

  # What a server that says what it was asked makes of it.
  defp mirror(opts \\ []) do
    Peer.start(
      fn request, _peer ->
        headers = for {name, value} <- request.headers, do: ["#{name}: #{value}\n"]

        {200, [{"content-type", "text/plain"}],
         ["#{request.method} #{request.path}\n", headers, "\n", request.body]}
      end,
      opts
    )
  end

  test "a response has a status, headers and a body" do
    server =
      Peer.start(fn %{method: "GET", path: "/path?q=1"}, _ ->
        {201,
         [
           {"X-One", "1"},
           {"x-one", "2"},
           {"Set-Cookie", "a=1"},
           {"Set-Cookie", "b=2"},
           {"x-latin", <<0xE9>>}
         ], "bödy"}
      end)

    assert run(server, """
           const response = await fetch(url + "/path?q=1#fragment");
           const { status, statusText, ok, redirected, type, bodyUsed, headers } = response;
           const text = await response.text();
           [status, statusText, ok, redirected, type, response.url.slice(url.length), bodyUsed, response.bodyUsed, text,
            headers.get("x-one"), headers.getSetCookie(), headers.get("X-LATIN"), [...headers.keys()]]
           """) == [
             201,
             "Status 201",
             true,
             false,
             "basic",
             "/path?q=1",
             false,
             true,
             "bödy",
             "1, 2",
             ["a=1", "b=2"],
             "é",
             ["content-length", "set-cookie", "set-cookie", "x-latin", "x-one"]
           ]
  end

  test "a request is sent as it is said" do
    text =
      run(mirror(), """
      const response = await fetch(url + "/p", {
        method: "post", body: "hellö",
        headers: { "X-Own": "val", Cookie: "c=1", Host: "evil", "Content-Length": "1", "Transfer-Encoding": "chunked" },
      });
      await response.text()
      """)

    assert ["POST /p" | lines] = String.split(text, "\n")
    {headers, ["", "hellö"]} = Enum.split_while(lines, &(&1 != ""))
    assert "x-own: val" in headers and "cookie: c=1" in headers
    assert "content-type: text/plain;charset=UTF-8" in headers
    assert "content-length: 6" in headers
    assert "accept: */*" in headers and "accept-encoding: gzip, deflate, br" in headers
    assert Enum.any?(headers, &(&1 =~ ~r/^host: 127\.0\.0\.1:\d+$/))
    assert Enum.any?(headers, &String.starts_with?(&1, "user-agent: QuickBEAM/"))
    refute Enum.any?(headers, &(&1 =~ ~r/transfer-encoding|evil/))
  end

  test "bodies of all kinds" do
    server = mirror()

    for {body, type, sent} <- [
          {"new Uint8Array([104, 105]).subarray(1)", nil, "i"},
          {"new Uint8Array([104, 105]).buffer", nil, "hi"},
          {"new Blob(['bl', 'ob'], { type: 'text/x' })", "text/x", "blob"},
          {"new URLSearchParams({ a: 'ü', b: '1 2' })",
           "application/x-www-form-urlencoded;charset=UTF-8", "a=%C3%BC&b=1+2"},
          {"({ toString: () => 'obj' })", "text/plain;charset=UTF-8", "obj"},
          {"''", "text/plain;charset=UTF-8", ""},
          {"null", nil, ""}
        ] do
      text = run(server, "await (await fetch(url, { method: 'PUT', body: #{body} })).text()")
      [head, content] = String.split(text, "\n\n", parts: 2)
      assert content == sent
      assert head =~ "content-length: #{byte_size(sent)}"
      if type, do: assert(head =~ "content-type: #{type}"), else: refute(head =~ "content-type")
    end
  end

  test "forms go there and back" do
    server =
      Peer.start(fn request, _ ->
        {"content-type", type} = List.keyfind(request.headers, "content-type", 0)
        {200, [{"content-type", type}], request.body}
      end)

    assert run(server, """
           const form = new FormData();
           form.append("text", "line\\nline");
           form.append("quo\\"te\\n", "ü");
           form.append("file", new File([new Uint8Array([0, 255, 13, 10])], "n\\"äme", { type: "image/x" }));
           form.append("blob", new Blob(["b"]), "given");
           const back = await (await fetch(url, { method: "POST", body: form })).formData();
           const entries = [];
           for (const [name, value] of back) {
             entries.push(value instanceof File
               ? [name, value.name, value.type, await value.bytes()]
               : [name, value]);
           }
           const params = await (await fetch(url, { method: "POST", body: new URLSearchParams("?a=1&a=%20") })).formData();
           [entries, params.getAll("a")]
           """) == [
             [
               ["text", "line\r\nline"],
               ["quo\"te\r\n", "ü"],
               ["file", "n\"äme", "image/x", <<0, 255, 13, 10>>],
               ["blob", "given", "application/octet-stream", "b"]
             ],
             ["1", " "]
           ]
  end

  test "a stream is sent as it comes, and needs duplex" do
    server = mirror()

    assert run(server, """
           const parts = ["one", "two", "three"];
           const body = new ReadableStream({
             async pull(controller) {
               await new Promise((resolve) => setTimeout(resolve, 5));
               const part = parts.shift();
               if (part === undefined) controller.close();
               else controller.enqueue(new TextEncoder().encode(part));
             },
           });
           let error;
           try { await fetch(url, { method: "POST", body: new ReadableStream() }) } catch (e) { error = e.name }
           const text = await (await fetch(url, { method: "POST", body, duplex: "half" })).text();
           [error, text.includes("transfer-encoding: chunked"), text.split("\\n\\n")[1]]
           """) == ["TypeError", true, "onetwothree"]
  end

  test "a stream that fails fails the request" do
    error =
      run(mirror(), """
      const body = new ReadableStream({ pull(c) { c.error(new RangeError("mine")) } });
      await fetch(url, { method: "POST", body, duplex: "half" })
      """)

    assert error.name == "RangeError"

    error =
      run(mirror(), """
      const body = new ReadableStream({ pull(c) { c.enqueue("no bytes") } });
      await fetch(url, { method: "POST", body, duplex: "half" })
      """)

    assert error.name == "TypeError"
  end

  test "a body streams; its reader slows the server down" do
    test = self()

    server =
      Peer.start(fn _, peer ->
        Peer.write(peer, Peer.head(200, [{"transfer-encoding", "chunked"}]))

        for n <- 1..500 do
          Peer.write(peer, Peer.chunk(:binary.copy("x", 65_536)))
          send(test, {:sent, n})
        end

        Peer.write(peer, Peer.chunk(""))
        :done
      end)

    context = start_alone(apis: [:fetch])

    {:ok, _} =
      Context.eval(context, """
      const response = await fetch("http://127.0.0.1:#{server}/");
      const reader = response.body.getReader();
      let bytes = (await reader.read()).value.length;
      """)

    assert Peer.last_sent() < 400

    assert Context.eval(
             context,
             """
             for (;;) {
               const { value, done } = await reader.read();
               if (done) break;
               bytes += value.length;
             }
             bytes
             """,
             timeout: 20_000
           ) == {:ok, 500 * 65_536}
  end

  test "content codings are undone" do
    text = String.duplicate("compress me, ", 1000)
    deflated = fn bits -> deflate(text, bits) end
    # "brotli" by a tool is not at hand: an uncompressed meta-block by RFC 7932.
    server =
      Peer.start(fn %{path: path}, _ ->
        case path do
          "/gzip" ->
            {200, [{"content-encoding", "gzip"}], :zlib.gzip(text)}

          "/x-gzip" ->
            {200, [{"content-encoding", "X-GZip"}], :zlib.gzip(text)}

          "/members" ->
            {200, [{"content-encoding", "gzip"}], [:zlib.gzip(text), :zlib.gzip("more")]}

          "/zlib" ->
            {200, [{"content-encoding", "deflate"}], deflated.(15)}

          "/raw" ->
            {200, [{"content-encoding", "deflate"}], deflated.(-15)}

          "/twice" ->
            {200, [{"content-encoding", "deflate, gzip"}], :zlib.gzip(deflated.(15))}

          "/br" ->
            {200, [{"content-encoding", "br"}], brotli("plain in brotli")}

          "/unknown" ->
            {200, [{"content-encoding", "zstd"}], "as it is"}

          "/empty" ->
            {200, [{"content-encoding", "gzip"}], ""}

          "/broken" ->
            {200, [{"content-encoding", "gzip"}], "no gzip at all"}

          "/cut" ->
            {200, [{"content-encoding", "gzip"}], binary_part(:zlib.gzip(text), 0, 40)}
        end
      end)

    get = &run(server, "await (await fetch(url + '#{&1}')).text()")
    for path <- ~w(/gzip /x-gzip /zlib /raw /twice), do: assert(get.(path) == text, path)
    assert get.("/members") == text <> "more"
    assert get.("/br") == "plain in brotli"
    assert get.("/unknown") == "as it is"
    assert get.("/empty") == ""
    for path <- ~w(/broken /cut), do: assert(%JSError{name: "TypeError"} = get.(path))
  end

  defp deflate(data, bits) do
    z = :zlib.open()
    :ok = :zlib.deflateInit(z, :default, :deflated, bits, 8, :default)
    out = :zlib.deflate(z, data, :finish)
    :zlib.close(z)
    IO.iodata_to_binary(out)
  end

  # WBITS 16 (one 0 bit); a meta-block: not last, 4 nibbles of length - 1, uncompressed;
  # then an empty last one.
  defp brotli(data) do
    bits = [{0, 1}, {0, 1}, {0, 2}, {byte_size(data) - 1, 16}, {1, 1}]

    {value, size} =
      Enum.reduce(bits, {0, 0}, fn {v, n}, {acc, at} -> {acc + v * 2 ** at, at + n} end)

    bytes = div(size + 7, 8)
    <<value::little-unit(8)-size(bytes)>> <> data <> <<3>>
  end

  describe "redirects" do
    defp redirecting do
      Peer.start(fn request, _ ->
        case request.path do
          "/to/" <> status ->
            {String.to_integer(status), [{"location", "/end"}], "moved"}

          "/loop" ->
            {302, [{"location", "/loop"}], ""}

          "/nowhere" ->
            {302, [], "no location"}

          "/bad" ->
            {302, [{"location", "http://["}], ""}

          "/ftp" ->
            {302, [{"location", "ftp://127.0.0.1/"}], ""}

          "/user" ->
            {302, [{"location", "http://user:pw@127.0.0.1/"}], ""}

          "/utf8" ->
            {302, [{"location", "/ü?ü"}], ""}

          "/count/0" ->
            {200, [], "there"}

          "/count/" <> n ->
            {302, [{"location", "/count/#{String.to_integer(n) - 1}"}], ""}

          path ->
            names =
              for {name, _} <- request.headers,
                  name in ~w(content-type authorization x-own),
                  do: name

            {200, [],
             Enum.join(
               [request.method, path, request.body, Enum.join(Enum.sort(names), "+")],
               " "
             )}
        end
      end)
    end

    test "change method and body as the standard says" do
      server = redirecting()
      init = "body: 'b', headers: { 'x-own': '1', authorization: 'a' }"

      for {status, method, expected} <- [
            {301, "POST", "GET /end  authorization+x-own"},
            {302, "POST", "GET /end  authorization+x-own"},
            {303, "POST", "GET /end  authorization+x-own"},
            {307, "POST", "POST /end b authorization+content-type+x-own"},
            {308, "POST", "POST /end b authorization+content-type+x-own"},
            {301, "PUT", "PUT /end b authorization+content-type+x-own"},
            {303, "PUT", "GET /end  authorization+x-own"}
          ] do
        assert run(server, """
               const response = await fetch(url + "/to/#{status}#frag", { method: "#{method}", #{init} });
               [await response.text(), response.redirected, response.url.slice(url.length)]
               """) == [expected, true, "/end"]
      end
    end

    test "manual and error" do
      server = redirecting()

      assert run(server, """
             const r = await fetch(url + "/to/302", { redirect: "manual" });
             [r.type, r.status, r.statusText, r.url.slice(url.length), [...r.headers].length, r.body]
             """) == ["opaqueredirect", 0, "", "/to/302", 0, nil]

      assert %JSError{name: "TypeError"} =
               run(server, "await fetch(url + '/to/302', { redirect: 'error' })")
    end

    test "at most twenty, to URLs of http" do
      server = redirecting()
      assert run(server, "await (await fetch(url + '/count/20')).text()") == "there"

      for path <- ~w(/count/21 /loop /bad /ftp /user) do
        assert %JSError{name: "TypeError"} = run(server, "await fetch(url + '#{path}')")
      end

      assert run(server, "const r = await fetch(url + '/nowhere'); [r.status, await r.text()]") ==
               [302, "no location"]

      assert run(server, "await (await fetch(url + '/utf8')).text()") == "GET /%C3%BC?%C3%BC  "
    end

    test "a stream cannot be sent again" do
      code = """
      const body = new Blob(["x"]).stream?.() ?? new Response("x").body;
      await fetch(url + "/to/307", { method: "POST", body, duplex: "half" })
      """

      assert %JSError{name: "TypeError"} = run(redirecting(), code)
    end

    test "to another origin without what was for the first" do
      other = redirecting()

      server =
        Peer.start(fn _, _ -> {302, [{"location", "http://127.0.0.1:#{other}/end"}], ""} end)

      assert run(
               server,
               "await (await fetch(url, { headers: { authorization: 'a', 'x-own': '1' } })).text()"
             ) ==
               "GET /end  x-own"
    end
  end

  describe "abort" do
    test "before, while waiting, and while reading" do
      test = self()

      server =
        Peer.start(fn request, peer ->
          if request.path == "/body",
            do: Peer.write(peer, [Peer.head(200, [{"content-length", 100}]), "some"])

          send(test, {:asked, request.path})
          # Until the client hangs up.
          send(test, {:closed, Peer.read(peer)})
          :done
        end)

      assert run(server, """
             const log = [];
             const note = (e) => log.push(e === "mine" ? e : e.name);
             await fetch(url, { signal: AbortSignal.abort() }).catch(note);
             await fetch(url, { signal: AbortSignal.abort("mine") }).catch(note);
             const waiting = new AbortController();
             const promise = fetch(url + "/wait", { signal: waiting.signal }).catch(note);
             setTimeout(() => waiting.abort(), 50);
             await promise;
             const reading = new AbortController();
             const response = await fetch(url + "/body", { signal: reading.signal });
             const text = response.text().catch(note);
             setTimeout(() => reading.abort("mine"), 50);
             await text;
             await fetch(url + "/wait", { signal: AbortSignal.timeout(50) }).catch(note);
             log
             """) == ["AbortError", "mine", "AbortError", "mine", "TimeoutError"]

      for path <- ["/wait", "/body", "/wait"] do
        assert_receive {:asked, ^path}
        assert_receive {:closed, {:error, :closed}}, 5000
      end
    end

    test "errors the stream of the body, and cancels that of the request" do
      server =
        Peer.start(fn _, peer ->
          Peer.write(peer, [Peer.head(200, [{"content-length", 9}]), "x"]) && Peer.read(peer) &&
            :done
        end)

      assert run(server, """
             const controller = new AbortController();
             const { body } = await fetch(url, { signal: controller.signal });
             const reader = body.getReader();
             await reader.read();
             controller.abort();
             const error = await reader.read().catch((e) => e.name);
             let reason;
             const upload = new ReadableStream({ cancel(r) { reason = r.name } });
             const other = new AbortController();
             const sent = fetch(url, { method: "POST", body: upload, duplex: "half", signal: other.signal }).catch((e) => e.name);
             setTimeout(() => other.abort(), 30);
             [error, await sent, reason]
             """) == ["AbortError", "AbortError", "AbortError"]
    end

    test "cancelling the body closes the connection" do
      test = self()

      server =
        Peer.start(fn _, peer ->
          Peer.write(peer, [Peer.head(200, [{"content-length", 100}]), "some"])
          send(test, {:closed, Peer.read(peer)})
          :done
        end)

      run(server, "const { body } = await fetch(url); await body.cancel()")
      assert_receive {:closed, {:error, :closed}}, 5000
    end
  end

  test "data: URLs" do
    for {url, type, text} <- [
          {"data:,a%20b", "text/plain;charset=US-ASCII", "a b"},
          {"data:text/html;charset=utf-8,%C3%BC", "text/html;charset=utf-8", "ü"},
          {"data:;charset=x;base64,aGk=", "text/plain;charset=x", "hi"},
          {"data:image/png ; base64 ,a G k", "image/png", "hi"},
          {"data:nonsense,x#y", "text/plain;charset=US-ASCII", "x"}
        ] do
      assert run(0, """
             const r = await fetch(#{inspect(url)});
             [r.status, r.headers.get("content-type"), await r.text(), r.type]
             """) == [200, type, text, "basic"]
    end

    for url <- ["data:none", "data:;base64,???", "file:///etc/passwd", "about:blank", "ws://x/"] do
      assert %JSError{name: "TypeError"} = run(0, "await fetch(#{inspect(url)})")
    end
  end

  test "blob: URLs" do
    assert run(0, """
           const url = URL.createObjectURL(new Blob(["0123456789"], { type: "text/x" }));
           const r = await fetch(url);
           const part = await fetch(url, { headers: { range: "bytes=2-4" } });
           const last = await fetch(url, { headers: { range: "bytes=-3" } });
           const failed = [];
           for (const init of [{ method: "POST" }, { headers: { range: "bytes=20-" } }]) {
             await fetch(url, init).catch((e) => failed.push(e.name));
           }
           URL.revokeObjectURL(url);
           await fetch(url).catch((e) => failed.push(e.name));
           [r.headers.get("content-type"), r.headers.get("content-length"), await r.text(), part.status,
            part.headers.get("content-range"), await part.text(), await last.text(), failed]
           """) == [
             "text/x",
             "10",
             "0123456789",
             206,
             "bytes 2-4/10",
             "234",
             "789",
             ["TypeError", "TypeError", "TypeError"]
           ]
  end

  test "integrity is checked" do
    server = Peer.start(fn _, _ -> {200, [], "alert(1)"} end)
    good = "sha384-" <> Base.encode64(:crypto.hash(:sha384, "alert(1)"))
    weak = "sha256-" <> Base.encode64(:crypto.hash(:sha256, "other"))

    assert run(server, "await (await fetch(url, { integrity: '#{weak} #{good}' })).text()") ==
             "alert(1)"

    assert %JSError{name: "TypeError"} = run(server, "await fetch(url, { integrity: '#{weak}' })")
  end

  test "TLS wants certificates of known roots, for the right name" do
    {tls, root} = Peer.tls()
    server = mirror(tls: tls)
    trusted = [network: [private: true, cacerts: root]]
    assert run(0, "(await fetch('https://localhost:#{server}/')).status", trusted) == 200
    assert run(0, "(await fetch('https://127.0.0.1:#{server}/')).status", trusted) == 200

    assert %JSError{name: "TypeError", message: message} =
             run(0, "await fetch('https://localhost:#{server}/')")

    assert message =~ "TLS"
  end

  test "connections are kept for the next request, of this context alone" do
    test = self()

    server =
      Peer.start(fn _, peer ->
        send(test, {:connection, peer.socket})
        {200, [], "x"}
      end)

    run(server, "for (let i = 0; i < 3; i++) await (await fetch(url)).text()")
    run(server, "await fetch(url)")

    sockets =
      for _ <- 1..4,
          do:
            (receive do
               {:connection, socket} -> socket
             after
               5000 -> flunk()
             end)

    assert sockets |> Enum.uniq() |> length() == 2
  end

  test "HEAD, 204 and 304 have no body" do
    server =
      Peer.start(fn
        %{method: "HEAD"}, peer ->
          Peer.write(
            peer,
            Peer.head(200, [{"content-length", 1000}, {"content-encoding", "gzip"}])
          )

          Peer.read(peer)
          :done

        %{path: "/" <> status}, peer ->
          Peer.write(peer, Peer.head(status, []))
          Peer.read(peer)
          :done
      end)

    assert run(server, """
           const head = await fetch(url, { method: "HEAD" });
           const none = await fetch(url + "/204");
           const same = await fetch(url + "/304");
           [head.body, head.headers.get("content-length"), await head.text(), none.body, none.status, same.body, same.status]
           """) == [nil, "1000", "", nil, 204, nil, 304]
  end

  test "with a document, URLs are relative to it" do
    port = mirror()
    context = start_alone(apis: [:fetch, :dom, :url])

    assert Context.eval(context, """
           const refused = await fetch("/none").catch((error) => error.name);
           location.href = "http://127.0.0.1:#{port}/folder/page?q#f";
           const answer = await (await fetch("file?x=1")).text();
           const base = document.head.appendChild(document.createElement("base"));
           base.href = "/other/";
           [refused, answer.split("\\n")[0], new Request("a").url.slice(location.origin.length),
            new Request("", { referrer: "b" }).referrer.slice(location.origin.length),
            new Request("", { referrer: "http://example.com/" }).referrer,
            Response.redirect("c").headers.get("location").slice(location.origin.length),
            new URL(URL.createObjectURL(new Blob([]))).origin === location.origin]
           """) ==
             {:ok,
              [
                "TypeError",
                "GET /folder/file?x=1",
                "/other/a",
                "/other/b",
                "about:client",
                "/other/c",
                true
              ]}
  end

  test "cache modes are told to caches on the way" do
    answer =
      run(mirror(), """
      const asked = async (init) => {
        const lines = (await (await fetch(url, init)).text()).split("\\n");
        return lines.filter((line) => /^(cache-control|pragma):/.test(line)).sort().join(", ");
      };
      [await asked({}), await asked({ cache: "no-cache" }), await asked({ cache: "reload" }),
       await asked({ cache: "no-store", headers: { "cache-control": "max-age=5" } })]
      """)

    assert answer == [
             "",
             "cache-control: max-age=0",
             "cache-control: no-cache, pragma: no-cache",
             "cache-control: max-age=5, pragma: no-cache"
           ]
  end

  test "a Location of bytes that are not UTF-8" do
    server =
      Peer.start(fn
        %{path: "/"}, _ -> {302, [{"location", <<"/a?", 0xFF, "&", "é"::utf8>>}], ""}
        %{path: path}, _ -> {200, [], path}
      end)

    assert run(server, "await (await fetch(url)).text()") == "/a?%FF&%C3%A9"
  end

  test "the body of an aborted response rejects at once, as often as it is asked" do
    server =
      Peer.start(fn _, peer ->
        Peer.write(peer, [Peer.head(200, [{"content-length", 10}]), "some"])
        Peer.read(peer) && :done
      end)

    assert run(server, """
           const controller = new AbortController();
           const { signal } = controller;
           const [first, second] = [await fetch(url, { signal }), await fetch(url, { signal })];
           second.body;
           controller.abort();
           const log = [];
           first.text().catch(({ name }) => log.push(name));
           second.bytes().catch(({ name }) => log.push(name));
           Promise.resolve().then(() => log.push("a microtask"));
           await new Promise((resolve) => setTimeout(resolve, 0));
           first.text().catch(({ name }) => log.push(name));
           await null;
           log
           """) == ["AbortError", "AbortError", "a microtask", "AbortError"]
  end

  test "what a server sent too much on a connection spoils no other request" do
    test = self()

    server =
      Peer.start(fn
        %{method: "HEAD"}, peer ->
          Peer.write(peer, Peer.head(200, [{"content-length", 7}]))

          # The next request is there before the body, which a HEAD must not have.
          with {:ok, next} <- Peer.read(peer) do
            send(test, {:next, next})
            Peer.write(peer, "garbage")
          end

          :done

        %{method: method, body: body}, _ ->
          {200, [], "#{method} #{body}"}
      end)

    # A connection is kept soon after the response is read.
    after_head = fn init ->
      """
      await fetch(url, { method: "HEAD" });
      await new Promise((resolve) => setTimeout(resolve, 5));
      await fetch(url, #{init}).then((answer) => answer.text(), ({ name }) => name);
      """
    end

    eventually(fn ->
      assert run(server, after_head.("{}")) == "GET "
      received?("GET ")
    end)

    # Twice would do harm.
    eventually(fn ->
      answer = run(server, after_head.("{ method: 'POST', body: 'x' }"))
      assert answer == if(received?("POST "), do: "TypeError", else: "POST x")
      answer == "TypeError"
    end)
  end

  defp received?(method) do
    receive do
      {:next, head} -> String.starts_with?(head, method)
    after
      0 -> false
    end
  end
end
