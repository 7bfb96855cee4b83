defmodule QuickBEAM.Handlers do
  @moduledoc false
  # What Beam.call and Beam.callSync reach: each call runs in a process of its
  # own and answers JS itself, so a context's process never waits for one.
  # Whatever ends that process early rejects the call.

  alias QuickBEAM.{JSError, Native, Operation, Telemetry}

  @type handler :: (list -> term) | {:with_caller, (list, pid -> term)} | {module, atom}

  def child_spec(_opts), do: Task.Supervisor.child_spec(name: __MODULE__)

  @doc """
  Runs a handler for call `id`, in a process whose `$callers` are given; returns
  a monitor of it. To be called by the context's process. `:service` runs a
  function that gives a `t:QuickBEAM.Service.answer/0`.
  """
  @spec start(
          {name :: String.t(), handler} | :service,
          list | {:etf, binary} | (() -> QuickBEAM.Service.answer()),
          Native.handle(),
          non_neg_integer,
          [pid]
        ) :: reference
  def start(handler, args, handle, id, callers) do
    args = [handler, args, handle, id, guard(), callers]
    # Asking the supervisor to start it costs twice as much and must be waited for.
    {_pid, monitor} = :proc_lib.spawn_opt(__MODULE__, :run, args, [:monitor])
    monitor
  end

  # The process that the handlers of a context are linked to. A link to the context
  # itself would end that with each handler that fails.
  defp guard do
    with guard when is_pid(guard) <- Process.get(:quickbeam_guard),
         true <- Process.alive?(guard) do
      guard
    else
      _ ->
        guard = :proc_lib.spawn(__MODULE__, :guard, [self()])
        Process.put(:quickbeam_guard, guard)
        guard
    end
  end

  @doc false
  # Ends with the context, however that ends, or with the supervisor.
  def guard(context) do
    Process.flag(:trap_exit, true)
    supervisor = Process.whereis(__MODULE__) || exit(:shutdown)
    Process.link(supervisor)
    guard(supervisor, Process.monitor(context))
  end

  defp guard(supervisor, context) do
    receive do
      {:DOWN, ^context, :process, _, _} ->
        Process.unlink(supervisor)
        exit(:shutdown)

      {:EXIT, ^supervisor, reason} ->
        exit(reason)

      # A handler has failed, which its monitor tells.
      _ ->
        guard(supervisor, context)
    end
  end

  @doc "Runs anything else on behalf of a context."
  def start_child(fun), do: Task.Supervisor.start_child(__MODULE__, fun)

  @doc "Rejects a call nobody can answer."
  def unknown(name, handle, id) do
    Operation.reply(handle, id, {:error, "Error", "Unknown handler: " <> name})
  end

  @doc "Rejects the call of a handler process that ended without an answer; else does nothing."
  def ended(:normal, _handle, _id), do: :ok
  def ended(reason, handle, id), do: Operation.reply(handle, id, failure(:exit, reason, []))

  @doc false
  def run(handler, args, handle, id, guard, [context | _] = callers) do
    Process.link(guard)
    Process.put(:"$callers", callers)

    result =
      try do
        answer(handler, args, context)
      catch
        kind, reason -> failure(kind, reason, __STACKTRACE__)
      end

    try do
      Operation.reply(handle, id, result)
    catch
      kind, reason -> Operation.reply(handle, id, failure(kind, reason, __STACKTRACE__))
    end

    Process.unlink(guard)
  end

  defp answer(:service, fun, _context), do: fun.()

  defp answer({name, handler}, args, context) do
    args = Operation.term(args)

    if Telemetry.enabled?() do
      run = fn -> apply_handler(handler, args, context) end
      {:ok, Telemetry.span(:handler, %{context: context, handler: name}, run)}
    else
      {:ok, apply_handler(handler, args, context)}
    end
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
