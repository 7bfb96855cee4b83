defmodule QuickBEAM.Peer do
  @moduledoc """
  Servers on loopback for the tests, honest and otherwise: HTTP/1.1 with and without
  TLS, on `:gen_tcp` and `:ssl` alone. A handler gets each request as a map and the
  connection, and answers `{status, headers, body}`, `{:raw, iodata}` (and then the
  connection is closed), or `:done` where it has used the connection itself.
  """

  defstruct [:transport, :socket]

  @doc "Starts a server that ends with the test; returns its port."
  def start(handler, opts \\ []) do
    {transport, listen_opts} =
      case opts[:tls] do
        nil -> {:gen_tcp, []}
        tls -> {:ssl, tls}
      end

    options = [
      :binary,
      active: false,
      packet: :raw,
      reuseaddr: true,
      ip: {127, 0, 0, 1},
      backlog: 4096
    ]

    {:ok, listener} = transport.listen(0, options ++ listen_opts)
    {:ok, {_, port}} = sockname(transport, listener)

    ExUnit.Callbacks.start_supervised!(
      Supervisor.child_spec(
        {Task, fn -> accept(transport, listener, handler) end},
        id: make_ref()
      )
    )

    port
  end

  @doc "Certificates for localhost: `{options of :ssl, root in PEM}`."
  def tls do
    # Elixir from 1.15 on hides applications that a project does not list.
    if function_exported?(Mix, :ensure_application!, 1),
      do: apply(Mix, :ensure_application!, [:ssl])

    {:ok, _} = Application.ensure_all_started(:ssl)
    # Not RSA: what newer OTP makes of such keys is not as RFC 3279, 2.3.1, has it.
    key = :public_key.generate_key({:namedCurve, :ed25519})

    san =
      {:Extension, {2, 5, 29, 17}, false,
       [{:dNSName, ~c"localhost"}, {:iPAddress, <<127, 0, 0, 1>>}]}

    side = fn extensions ->
      %{
        root: [digest: :sha256, key: key],
        intermediates: [],
        peer: [digest: :sha256, key: key, extensions: extensions]
      }
    end

    %{server_config: server, client_config: client} =
      :public_key.pkix_test_data(%{server_chain: side.([san]), client_chain: side.([])})

    pem = for der <- client[:cacerts], do: {:Certificate, der, :not_encrypted}
    {Keyword.take(server, [:cert, :key, :cacerts]), :public_key.pem_encode(pem)}
  end

  defp accept(transport, listener, handler) do
    case accepted(transport, listener) do
      {:ok, socket} ->
        pid =
          spawn_link(fn ->
            receive do
              :go -> connection(transport, socket, handler)
            end
          end)

        Process.unlink(pid)
        transport.controlling_process(socket, pid)
        send(pid, :go)
        accept(transport, listener, handler)

      {:error, _} ->
        :ok
    end
  end

  defp accepted(:ssl, listener), do: apply(:ssl, :transport_accept, [listener])
  defp accepted(:gen_tcp, listener), do: :gen_tcp.accept(listener)

  defp connection(:ssl, socket, handler) do
    case apply(:ssl, :handshake, [socket, 5000]) do
      {:ok, socket} -> serve(%__MODULE__{transport: :ssl, socket: socket}, handler, "")
      {:error, _} -> :ok
    end
  end

  defp connection(transport, socket, handler) do
    serve(%__MODULE__{transport: transport, socket: socket}, handler, "")
  end

  defp serve(peer, handler, buffer) do
    with {:ok, request, rest} <- request(peer, buffer) do
      case handler.(request, peer) do
        {:raw, data} ->
          write(peer, data)
          close(peer)

        {status, headers, body} ->
          body = IO.iodata_to_binary(body)
          write(peer, [head(status, [{"content-length", byte_size(body)} | headers]), body])
          serve(peer, handler, rest)

        :done ->
          close(peer)
      end
    else
      _ -> close(peer)
    end
  end

  @doc "A response's head."
  def head(status, headers) do
    fields = for {name, value} <- headers, do: "#{name}: #{value}\r\n"
    ["HTTP/1.1 #{status} Status #{status}\r\n", fields, "\r\n"]
  end

  def chunk(data), do: [Integer.to_string(IO.iodata_length(data), 16), "\r\n", data, "\r\n"]

  def write(%{transport: transport, socket: socket}, data), do: transport.send(socket, data)
  def close(%{transport: transport, socket: socket}), do: transport.close(socket)

  @doc "Sends the same again and again, until the client hangs up."
  def drip(peer, data) do
    case write(peer, data) do
      :ok -> drip(peer, data)
      _ -> :done
    end
  end

  @doc "What comes next, at least one byte; `{:error, :closed}` at the end."
  def read(peer, length \\ 0, timeout \\ 10_000),
    do: peer.transport.recv(peer.socket, length, timeout)

  @doc """
  The last `n` of the messages `{:sent, n}` from a server, once none has come for a while:
  then it is stuck, or through.
  """
  def last_sent(n \\ 0) do
    receive do
      {:sent, n} -> last_sent(n)
    after
      500 -> n
    end
  end

  defp sockname(:ssl, socket), do: apply(:ssl, :sockname, [socket])
  defp sockname(:gen_tcp, socket), do: :inet.sockname(socket)

  defp request(peer, buffer) do
    case :binary.split(buffer, "\r\n\r\n") do
      [head, rest] ->
        [line | fields] = String.split(head, "\r\n")
        [method, path, _version] = String.split(line, " ")

        headers =
          for field <- fields do
            [name, value] = :binary.split(field, ":")
            {String.downcase(name), String.trim(value)}
          end

        with {:ok, body, rest} <- body(peer, Map.new(headers), rest) do
          {:ok, %{method: method, path: path, headers: headers, body: body}, rest}
        end

      [_] ->
        with {:ok, more} <- read(peer, 0, 60_000), do: request(peer, buffer <> more)
    end
  end

  defp body(peer, %{"content-length" => length}, buffer) do
    length = String.to_integer(length)

    with {:ok, buffer} <- fill(peer, buffer, length) do
      <<body::binary-size(length), rest::binary>> = buffer
      {:ok, body, rest}
    end
  end

  defp body(peer, %{"transfer-encoding" => "chunked"}, buffer), do: chunks(peer, buffer, [])
  defp body(_peer, _headers, buffer), do: {:ok, "", buffer}

  defp chunks(peer, buffer, found) do
    case :binary.split(buffer, "\r\n") do
      [size, rest] ->
        size = String.to_integer(size, 16)

        with {:ok, buffer} <- fill(peer, rest, size + 2) do
          data = binary_part(buffer, 0, size)
          "\r\n" <> rest = binary_part(buffer, size, byte_size(buffer) - size)

          if size == 0,
            do: {:ok, found |> Enum.reverse() |> IO.iodata_to_binary(), rest},
            else: chunks(peer, rest, [data | found])
        end

      [_] ->
        with {:ok, more} <- read(peer), do: chunks(peer, buffer <> more, found)
    end
  end

  defp fill(_peer, buffer, length) when byte_size(buffer) >= length, do: {:ok, buffer}

  defp fill(peer, buffer, length) do
    with {:ok, more} <- read(peer), do: fill(peer, buffer <> more, length)
  end
end
