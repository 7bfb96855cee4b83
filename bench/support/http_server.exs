# A server for bench/fetch.exs, in an OS process of its own, so that neither its memory
# nor its collections are those of the VM that is measured. Prints its port; ends when
# its input does.

defmodule Server do
  @body :binary.copy("x", 1024)
  @large :binary.copy("x", 1_048_576)

  def start do
    {:ok, listener} =
      :gen_tcp.listen(0, [
        :binary,
        active: false,
        backlog: 4096,
        nodelay: true,
        reuseaddr: true,
        ip: {127, 0, 0, 1}
      ])

    {:ok, port} = :inet.port(listener)
    IO.puts(port)
    for _ <- 1..8, do: spawn_link(fn -> accept(listener) end)
    _ = IO.read(:stdio, :line)
    System.halt(0)
  end

  defp accept(listener) do
    {:ok, socket} = :gen_tcp.accept(listener)
    pid = spawn(fn -> receive(do: (:go -> serve(socket, ""))) end)
    :ok = :gen_tcp.controlling_process(socket, pid)
    send(pid, :go)
    accept(listener)
  end

  defp serve(socket, buffer) do
    with [head, rest] <- :binary.split(buffer, "\r\n\r\n") do
      case head do
        "GET /hang" <> _ -> :gen_tcp.recv(socket, 0)
        "GET /large" <> _ -> answer(socket, @large, rest)
        _ -> answer(socket, @body, rest)
      end
    else
      [_] ->
        case :gen_tcp.recv(socket, 0) do
          {:ok, more} -> serve(socket, buffer <> more)
          _ -> :ok
        end
    end
  end

  defp answer(socket, body, rest) do
    :gen_tcp.send(socket, ["HTTP/1.1 200 OK\r\ncontent-length: #{byte_size(body)}\r\n\r\n", body])
    serve(socket, rest)
  end
end

Server.start()
