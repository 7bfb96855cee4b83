defmodule QuickBEAM.Apis.Node.Pipes do
  @moduledoc false
  # A command of the system with its standard streams apart. A port has one pipe each
  # way and cannot close one alone, so the input and the errors go through named pipes
  # with a `cat` at the other end of each: three ports, in a folder that goes away.

  defstruct [:main, :errors, :input, :pid, :folder]

  @run ~S(exec 0<"$1" 2>"$2"; shift 2; exec "$@")
  @feed ~S(exec cat >"$1")

  @doc "Starts a command; the code of errno.h where it cannot be run."
  @spec open(String.t(), map) :: {:ok, %__MODULE__{}} | {:error, String.t()}
  def open(file, options) do
    folder = options["cwd"] || File.cwd!()

    with {:cwd, true} <- {:cwd, File.dir?(folder)},
         {:ok, command} <- command(file, options, folder) do
      start(command, folder, options["env"])
    else
      {:cwd, false} -> {:error, "ENOENT"}
      error -> error
    end
  end

  defp command(file, %{"shell" => shell, "args" => args}, _folder) when shell != nil do
    {:ok, [shell, "-c", Enum.join([file | args], " ")]}
  end

  defp command(file, %{"args" => args} = options, folder) do
    found =
      if String.contains?(file, "/") do
        Path.expand(file, folder)
      else
        path = for ["PATH", path] <- options["env"] || [], do: path
        find(file, path)
      end

    cond do
      found == nil or not File.exists?(found) -> {:error, "ENOENT"}
      not executable?(found) -> {:error, "EACCES"}
      true -> {:ok, [found | args]}
    end
  end

  defp find(file, [path | _]) do
    with found when is_list(found) <- :os.find_executable(to_charlist(file), to_charlist(path)),
         do: to_string(found),
         else: (_ -> nil)
  end

  defp find(file, []), do: System.find_executable(file)

  defp executable?(path) do
    case File.stat(path) do
      {:ok, %{type: :regular, mode: mode}} -> Bitwise.band(mode, 0o111) != 0
      _ -> false
    end
  end

  defp start(command, cwd, env) do
    folder =
      Path.join(System.tmp_dir!(), "quickbeam-" <> Base.encode16(:crypto.strong_rand_bytes(8)))

    :ok = File.mkdir(folder)
    File.chmod!(folder, 0o700)
    [input, errors] = pipes = fifos(folder)
    {_, 0} = System.cmd("mkfifo", pipes)

    options = [cd: cwd, env: environment(env)]
    main = port(["-c", @run, "sh", input, errors | command], options)
    # Opening a named pipe waits for the other end: until then the command is there.
    os_pid = Port.info(main, :os_pid)
    cat = port(["-c", ~S(exec cat <"$1"), "sh", errors], [])
    feed = port(["-c", @feed, "sh", input], [])

    case os_pid do
      {:os_pid, pid} ->
        {:ok, %__MODULE__{main: main, errors: cat, input: feed, pid: pid, folder: folder}}

      nil ->
        File.rm_rf(folder)
        {:error, "EAGAIN"}
    end
  end

  defp port(args, options) do
    Port.open(
      {:spawn_executable, "/bin/sh"},
      [:binary, :exit_status, :hide, :use_stdio, args: args] ++ options
    )
  end

  # A whole environment: what the VM has beside it is taken away.
  defp environment(nil), do: []

  defp environment(pairs) do
    given = Map.new(pairs, fn [name, value] -> {name, value} end)

    gone =
      for {name, _} <- System.get_env(),
          not is_map_key(given, name),
          do: {to_charlist(name), false}

    gone ++ for {name, value} <- given, do: {to_charlist(name), to_charlist(value)}
  end

  @doc "Writes to the command's input; waits while that is full."
  def write(%{input: nil} = pipes, _bytes), do: pipes

  def write(pipes, bytes) do
    Port.command(pipes.input, bytes)
    pipes
  rescue
    # It has ended.
    ArgumentError -> %{pipes | input: nil}
  end

  @doc "Ends the command's input."
  def end_input(%{input: nil} = pipes), do: pipes

  def end_input(pipes) do
    shut(pipes.input)
    %{pipes | input: nil}
  end

  @doc "Sends the command a signal, by its name without SIG."
  def signal(%{pid: pid}, name), do: kill(name, Integer.to_string(pid))

  @doc "Sends a signal to the command and all it has started: its group."
  def signal_all(%{pid: pid}, name), do: kill(name, "-" <> Integer.to_string(pid))

  defp kill(name, target) do
    System.cmd("kill", ["-" <> name, "--", target], stderr_to_stdout: true)
    :ok
  end

  @doc """
  Says that the command has ended. Where it has not come to open its named pipes, whoever
  waits at their other ends need not do so any longer.
  """
  def unblock(pipes) do
    script = ~S(: <>"$1" <>"$2")
    System.cmd("/bin/sh", ["-c", script, "sh" | fifos(pipes.folder)], stderr_to_stdout: true)
    :ok
  end

  defp fifos(folder), do: for(name <- ["in", "err"], do: Path.join(folder, name))

  @doc "Kills the command with all it has started."
  def destroy(pipes) do
    signal_all(pipes, "KILL")
    unblock(pipes)
    for port <- [pipes.main, pipes.errors], port != nil, do: shut(port)
    close(pipes)
  end

  @doc "Gives back what is left of a command that has ended."
  def close(pipes) do
    end_input(pipes)
    File.rm_rf(pipes.folder)
    :ok
  end

  defp shut(port) do
    Port.close(port)
  rescue
    ArgumentError -> true
  end
end
