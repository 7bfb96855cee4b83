defmodule QuickBEAM.Console do
  @moduledoc false
  # Where console.log and its kin go: to Logger, to a process, or to a function,
  # which runs in a process of its own so that it can neither stop a context nor
  # keep it waiting.
  #
  # A process that does not keep up must not be filled: past a bound the lines are
  # dropped, as Logger's handlers do, and once there is room it is told how many. To make
  # the script wait instead is no way out, for the process may be the one that waits for
  # the script.

  require Logger

  alias QuickBEAM.Handlers

  @type level :: :debug | :info | :warning | :error
  @type meta :: %{context: pid, id: term}
  @typep receiver :: %{
           pid: pid,
           kind: :process | :function,
           lines: non_neg_integer,
           bytes: non_neg_integer,
           full?: boolean,
           dropped: non_neg_integer
         }
  @type target :: Logger | pid | (level, String.t(), meta -> any) | receiver

  # What a receiver may have waiting: messages, whoever has sent them, and bytes of lines
  # since its mailbox was last seen empty.
  @max_messages 100_000
  @max_bytes 64 * 1024 * 1024
  # How often to look, in lines and bytes: it takes longer than sending does.
  @look_lines 100
  @look_bytes 1024 * 1024

  @doc "Writes a line; returns the target to use for the next."
  @spec write(target, level, String.t(), meta) :: target
  def write(Logger, level, text, meta) do
    Logger.log(level, text, Map.to_list(meta))
    Logger
  end

  def write(pid, level, text, meta) when is_pid(pid) do
    write(receiver(pid, :process), level, text, meta)
  end

  def write(fun, level, text, meta) when is_function(fun, 3) do
    context = self()

    {:ok, pid} =
      Handlers.start_child(fn ->
        Process.put(:"$callers", [context])
        loop(fun, Process.monitor(context))
      end)

    write(receiver(pid, :function), level, text, meta)
  end

  def write(%{full?: was_full?} = receiver, level, text, meta) do
    case look(receiver, byte_size(text)) do
      %{full?: true} = receiver ->
        unless was_full?, do: tell(receiver, :warning, "Lines are dropped from here on", meta)
        %{receiver | dropped: receiver.dropped + 1}

      %{dropped: dropped} = receiver ->
        if dropped > 0, do: tell(receiver, :warning, "#{dropped} lines were dropped", meta)
        tell(receiver, level, text, meta)
        bytes = receiver.bytes + byte_size(text)
        %{receiver | dropped: 0, lines: receiver.lines + 1, bytes: bytes}
    end
  end

  defp receiver(pid, kind),
    do: %{pid: pid, kind: kind, lines: 0, bytes: 0, full?: false, dropped: 0}

  # Whether there is room for a line of `size` bytes.
  defp look(%{full?: false, lines: lines, bytes: bytes} = receiver, size)
       when rem(lines, @look_lines) != 0 and
              div(bytes, @look_bytes) == div(bytes + size, @look_bytes),
       do: receiver

  defp look(receiver, size) do
    messages = messages(receiver.pid)
    bytes = if messages == 0, do: 0, else: receiver.bytes
    full? = messages >= @max_messages or (bytes > 0 and bytes + size > @max_bytes)
    %{receiver | full?: full?, bytes: bytes}
  end

  # A process of another node cannot be looked into, nor one that has ended.
  defp messages(pid) when node(pid) == node() do
    case Process.info(pid, :message_queue_len) do
      {:message_queue_len, messages} -> messages
      nil -> 0
    end
  end

  defp messages(_pid), do: 0

  defp tell(%{kind: :process, pid: pid}, level, text, _meta),
    do: send(pid, {:console, level, text})

  defp tell(%{pid: pid}, level, text, meta), do: send(pid, {:line, level, text, meta})

  # The context's end is its last message, after all the lines.
  defp loop(fun, ref) do
    receive do
      {:line, level, text, meta} ->
        try do
          fun.(level, text, meta)
        catch
          kind, reason ->
            Logger.error(
              "the :console function of a QuickBEAM context failed: " <>
                Exception.format(kind, reason, __STACKTRACE__)
            )
        end

        loop(fun, ref)

      {:DOWN, ^ref, :process, _, _} ->
        :ok
    end
  end
end
