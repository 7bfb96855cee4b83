defmodule QuickBEAM.WebSocketPeer do
  @moduledoc """
  The server's side of WebSockets, by hand, so that it can lie: for handlers of
  `QuickBEAM.Peer`.
  """

  alias QuickBEAM.Peer

  @guid "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  @doc "Answers the handshake."
  def accept(peer, request, headers \\ []) do
    %{"sec-websocket-key" => key} = Map.new(request.headers)
    accept = :sha |> :crypto.hash(key <> @guid) |> Base.encode64()

    Peer.write(peer, [
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n",
      "Sec-WebSocket-Accept: #{accept}\r\n",
      for({name, value} <- headers, do: "#{name}: #{value}\r\n"),
      "\r\n"
    ])
  end

  @doc "A frame of the server's."
  def frame(opcode, data, fin \\ 1) do
    data = IO.iodata_to_binary(data)

    length =
      case byte_size(data) do
        n when n < 126 -> <<n>>
        n when n < 65_536 -> <<126, n::16>>
        n -> <<127, n::64>>
      end

    [<<fin::1, 0::3, opcode::4>>, length, data]
  end

  def send_frame(peer, opcode, data, fin \\ 1), do: Peer.write(peer, frame(opcode, data, fin))
  def text(peer, data), do: send_frame(peer, 1, data)

  def close(peer, code, reason \\ ""), do: send_frame(peer, 8, [<<code::16>>, reason])

  @doc "The next frame of the client's: `{opcode, fin, data}`, or `:closed`."
  def receive_frame(peer, timeout \\ 10_000) do
    with {:ok, <<fin::1, _::3, opcode::4, 1::1, length::7>>} <- Peer.read(peer, 2, timeout),
         {:ok, length} <- length(peer, length),
         {:ok, mask} <- Peer.read(peer, 4, timeout),
         {:ok, data} <- if(length == 0, do: {:ok, ""}, else: Peer.read(peer, length, timeout)) do
      {opcode, fin, unmask(data, mask)}
    else
      {:error, reason} -> reason
    end
  end

  defp length(peer, 126), do: with({:ok, <<n::16>>} <- Peer.read(peer, 2), do: {:ok, n})
  defp length(peer, 127), do: with({:ok, <<n::64>>} <- Peer.read(peer, 8), do: {:ok, n})
  defp length(_peer, n), do: {:ok, n}

  defp unmask(data, mask) do
    pad = binary_part(:binary.copy(mask, div(byte_size(data), 4) + 1), 0, byte_size(data))
    :crypto.exor(data, pad)
  end

  @doc "Sends every message back, as it came, until the client closes."
  def echo(peer) do
    case receive_frame(peer) do
      {8, _, payload} ->
        send_frame(peer, 8, payload)

      {9, _, payload} ->
        send_frame(peer, 10, payload)
        echo(peer)

      {opcode, fin, data} ->
        send_frame(peer, opcode, data, fin)
        echo(peer)

      _ ->
        :ok
    end

    :done
  end
end
