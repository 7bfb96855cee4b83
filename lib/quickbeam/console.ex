defmodule QuickBEAM.Console do
  @moduledoc false
  # Where console.log and its kin go: to Logger, to a process, or to a function,
  # which runs in a process of its own so that it can neither stop a context nor
  # keep it waiting.

  require Logger

  alias QuickBEAM.Handlers

  @type level :: :debug | :info | :warning | :error
  @type meta :: %{context: pid, id: term}
  @type target :: Logger | pid | (level, String.t(), meta -> any) | {:process, pid}

  @doc "Writes a line; returns the target to use for the next."
  @spec write(target, level, String.t(), meta) :: target
  def write(Logger, level, text, meta) do
    Logger.log(level, text, Map.to_list(meta))
    Logger
  end

  def write(pid, level, text, _meta) when is_pid(pid) do
    send(pid, {:console, level, text})
    pid
  end

  def write({:process, pid} = target, level, text, meta) do
    send(pid, {:line, level, text, meta})
    target
  end

  def write(fun, level, text, meta) when is_function(fun, 3) do
    context = self()

    {:ok, pid} =
      Handlers.start_child(fn ->
        Process.put(:"$callers", [context])
        loop(fun, Process.monitor(context))
      end)

    write({:process, pid}, level, text, meta)
  end

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
