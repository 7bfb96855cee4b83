defmodule QuickBEAM.Network.HostileTest do
  # Servers that lie, stall and flood.
  use QuickBEAM.Case, async: true

  alias QuickBEAM.Peer

  defp failure(answer, code \\ "await (await fetch(url)).text()", opts \\ []) do
    server =
      if is_function(answer), do: Peer.start(answer), else: Peer.start(fn _, _ -> answer end)

    network = [network: [private: true] ++ opts]
    context = start_alone([apis: [:fetch]] ++ network)
    code = "const url = 'http://127.0.0.1:#{server}/'; { #{code} }"

    context
    |> Context.eval(code, timeout: 20_000)
    |> assert_js_error("TypeError")
    |> Map.fetch!(:message)
  end

  test "bodies that are shorter than they say" do
    assert failure({:raw, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nshort"}) =~
             "Network error"

    assert failure({:raw, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"}) =~
             "Network error"

    assert failure({:raw, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n"}) =~
             "Network error"

    assert failure({:raw, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nab\r\n"}) =~
             "Network error"
  end

  test "heads that are none" do
    for raw <- [
          "",
          "garbage\r\n\r\n",
          "HTTP/1.1 abc\r\n\r\n",
          "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
          "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\ncontent-length: nonsense\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nx: y",
          :binary.copy(<<0>>, 1000)
        ] do
      assert failure({:raw, raw}) =~ "Network error"
    end
  end

  test "header bombs" do
    many = for n <- 1..5000, do: "x-#{n}: y\r\n"
    assert failure({:raw, ["HTTP/1.1 200 OK\r\n", many, "\r\n"]}) =~ "Network error"
    large = :binary.copy("y", 200_000)
    assert failure({:raw, ["HTTP/1.1 200 OK\r\nx: ", large, "\r\n\r\n"]}) =~ "Network error"

    small = :binary.copy("y", 5000)

    assert failure({200, [{"x", small}], ""}, "await fetch(url)", max_header_size: 4000) =~
             "larger than 4000 bytes"
  end

  test "a head without end" do
    endless = fn _, peer ->
      Peer.write(peer, "HTTP/1.1 200 OK\r\n")
      Peer.drip(peer, "x: y\r\n")
    end

    assert failure(endless, "await fetch(url)", headers_timeout: 300) =~ "Network error"
  end

  test "a head and a body that never come" do
    silent = fn _, peer -> Peer.read(peer) && :done end
    assert failure(silent, "await fetch(url)", headers_timeout: 100) =~ "longer than 100 ms"

    stalled = fn _, peer ->
      Peer.write(peer, [Peer.head(200, [{"content-length", 10}]), "some"])
      Peer.read(peer) && :done
    end

    assert failure(stalled, "await (await fetch(url)).text()", idle_timeout: 100) =~
             "longer than 100 ms"
  end

  test "a flood of informational responses" do
    flood = fn _, peer -> Peer.drip(peer, "HTTP/1.1 100 Continue\r\n\r\n") end
    assert failure(flood, "await fetch(url)") =~ "informational"
  end

  test "a few informational responses are passed over" do
    server =
      Peer.start(fn _, peer ->
        Peer.write(
          peer,
          "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
        )

        {200, [], "there"}
      end)

    context = start_alone(apis: [:fetch])

    assert Context.eval(context, "await (await fetch('http://127.0.0.1:#{server}/')).text()") ==
             {:ok, "there"}
  end

  test "a body without end, and a gzip bomb" do
    endless = fn _, peer ->
      Peer.write(peer, Peer.head(200, [{"transfer-encoding", "chunked"}]))
      Peer.drip(peer, Peer.chunk(:binary.copy("x", 10_000)))
    end

    assert failure(endless, "await (await fetch(url)).text()", max_body_size: 1_000_000) =~
             "larger than 1000000 bytes"

    bomb = :zlib.gzip(:binary.copy(<<0>>, 50_000_000))

    assert failure({200, [{"content-encoding", "gzip"}], bomb}, "await (await fetch(url)).text()",
             max_body_size: 1_000_000
           ) =~ "larger than 1000000 bytes"
  end

  test "the memory of a context bounds what it reads" do
    server =
      Peer.start(fn _, peer ->
        Peer.write(peer, Peer.head(200, [{"transfer-encoding", "chunked"}]))
        Peer.drip(peer, Peer.chunk(:binary.copy("x", 10_000)))
      end)

    context = start_alone(apis: [:fetch], memory_limit: 8_000_000)

    result =
      Context.eval(context, "await (await fetch('http://127.0.0.1:#{server}/')).text()",
        timeout: 20_000
      )

    error = assert_js_error(result, "InternalError")
    assert error.message =~ "out of memory"
    assert Context.eval(context, "1") == {:ok, 1}
  end
end
