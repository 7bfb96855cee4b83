defmodule QuickBEAM.Handlers do
  @moduledoc false
  # What Beam.call and Beam.callSync reach: each call runs in a process of its
  # own and answers JS itself, so a context's process never waits for one.
  # Whatever ends that process early rejects the call.

  alias QuickBEAM.{JSError, Native, Operation}

  @type handler :: (list -> term) | {:with_caller, (list, pid -> term)} | {module, atom}

  def child_spec(_opts), do: Task.Supervisor.child_spec(name: __MODULE__)

  @doc """
  Runs a handler for call `id`, in a process whose `$callers` are given; returns
  a monitor of it. To be called by the context's process. `:service` runs a
  function that gives a `t:QuickBEAM.Service.answer/0`.
  """
  @spec start(
          handler | :service,
          list | {:etf, binary} | (() -> QuickBEAM.Service.answer()),
          Native.handle(),
          non_neg_integer,
          [pid]
        ) :: reference
  def start(handler, args, handle, id, callers) do
    # Asking the supervisor to start it costs twice as much and must be waited for.
    {_pid, monitor} =
      :proc_lib.spawn_opt(__MODULE__, :run, [handler, args, handle, id, callers], [:monitor])

    monitor
  end

  @doc "Runs anything else on behalf of a context."
  def start_child(fun), do: Task.Supervisor.start_child(__MODULE__, fun)

  @doc "Rejects a call nobody can answer."
  def unknown(name, handle, id) do
    Native.reply(handle, id, {:error, "Error", "Unknown handler: " <> name})
  end

  @doc "Rejects the call of a handler process that ended without an answer; else does nothing."
  def ended(:normal, _handle, _id), do: :ok
  def ended(reason, handle, id), do: Native.reply(handle, id, failure(:exit, reason, []))

  @doc false
  def run(handler, args, handle, id, [context | _] = callers) do
    # Linked to the supervisor, it ends when that does.
    supervisor = Process.whereis(__MODULE__)
    Process.link(supervisor)
    Process.put(:"$callers", callers)

    result =
      try do
        if handler == :service,
          do: args.(),
          else: {:ok, apply_handler(handler, Operation.term(args), context)}
      catch
        kind, reason -> failure(kind, reason, __STACKTRACE__)
      end

    try do
      Native.reply(handle, id, result)
    catch
      kind, reason -> Native.reply(handle, id, failure(kind, reason, __STACKTRACE__))
    end

    Process.unlink(supervisor)
  end

  defp apply_handler({:with_caller, fun}, args, context), do: fun.(args, context)
  defp apply_handler({module, function}, args, _context), do: apply(module, function, [args])
  defp apply_handler(fun, args, _context), do: fun.(args)

  # An error of JS keeps its own name on its way through Elixir.
  defp failure(:error, %JSError{name: name, message: message}, _), do: {:error, name, message}

  defp failure(:error, reason, stacktrace) do
    exception = Exception.normalize(:error, reason, stacktrace)
    {:error, inspect(exception.__struct__), text(Exception.message(exception))}
  end

  defp failure(:throw, value, _), do: {:error, "Throw", text(value)}
  defp failure(:exit, reason, _), do: {:error, "Exit", text(Exception.format_exit(reason))}

  defp text(term) do
    if is_binary(term) and String.valid?(term),
      do: term,
      else: inspect(term, binaries: :as_strings)
  end
end
