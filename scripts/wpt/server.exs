defmodule WPT.Server do
  # What WPT's own server serves (scripts/wpt/serve.py): the scripts and pages, with what
  # it puts into those named `.sub.`.

  @script Path.join(__DIR__, "serve.py")
  # Not that of a server that somebody else may have started.
  @port 8500
  @url "http://localhost:#{@port}/"
  @output "tmp/wpt/server.txt"

  @doc """
  Runs `fun` with the URL of a server that serves the folder, which ends with it. Raises
  when it does not come up: it needs python3 and openssl.
  """
  def run(root, fun) do
    File.mkdir_p!(Path.dirname(@output))
    command = "exec python3 \"$0\" \"$1\" \"$2\" >#{@output} 2>&1"
    args = ["-c", command, @script, root, "#{@port}"]
    port = Port.open({:spawn_executable, "/bin/sh"}, [:exit_status, args: args])
    {:os_pid, pid} = Port.info(port, :os_pid)

    try do
      await(port, 60)
      fun.(@url)
    after
      System.cmd("kill", ["-TERM", "#{pid}"], stderr_to_stdout: true)
      receive(do: ({^port, {:exit_status, _}} -> :ok), after: (5_000 -> :ok))
    end
  end

  defp await(_port, 0), do: raise("WPT's server does not answer: see #{@output}")

  defp await(port, seconds) do
    receive do
      {^port, {:exit_status, status}} ->
        raise "WPT's server ended with #{status}: see #{@output}"
    after
      1_000 ->
        with {:error, _} <- text(@url <> "resources/testharness.js"),
             do: await(port, seconds - 1)
    end
  end

  @doc "The text at a URL."
  def text(url) do
    {:ok, _} = Application.ensure_all_started(:inets)
    request = {url |> URI.encode() |> String.to_charlist(), []}

    case :httpc.request(:get, request, [timeout: 20_000], body_format: :binary) do
      {:ok, {{_, 200, _}, _, body}} -> {:ok, body}
      {:ok, {{_, status, _}, _, _}} -> {:error, "#{url}: #{status}"}
      {:error, reason} -> {:error, "#{url}: #{inspect(reason)}"}
    end
  end

  @doc "The texts of scripts and of those that they import, by their paths as they are written."
  def texts(server, page, paths) do
    Enum.reduce(paths, %{}, fn path, texts ->
      case Map.has_key?(texts, path) || text(resolve(server, page, path)) do
        {:ok, text} ->
          texts |> Map.put(path, text) |> Map.merge(texts(server, page, imports(text)))

        _ ->
          texts
      end
    end)
  end

  @doc "A URL as the file of a page means it. It needs no TLS."
  def resolve(server, page, path),
    do: server |> URI.merge("/" <> page.path) |> URI.merge(path) |> URI.to_string()

  # Of importScripts, those with literal arguments.
  defp imports(text) do
    for [_, arguments] <- Regex.scan(~r/^\s*importScripts\(([^)]*)\)/m, text),
        [_, path] <- Regex.scan(~r/["']([^"']+)["']/, arguments),
        do: path
  end
end
