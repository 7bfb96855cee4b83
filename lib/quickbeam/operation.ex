defmodule QuickBEAM.Operation do
  @moduledoc false
  # One entry into JS on behalf of the calling process. A context of this node is
  # asked straight through the NIF, whose one answer comes to the caller itself;
  # any other one through its process.

  alias QuickBEAM.{Handles, JSError, Native, SourceMaps, Telemetry}

  @typedoc "The public function and its arguments: what a `:noproc` exit names."
  @type call :: {function :: atom, args :: list}

  @spec run(GenServer.server(), Native.op(), timeout | :default, call) ::
          {:ok, term} | {:error, JSError.t()}
  def run(context, op, timeout, call) do
    if Telemetry.enabled?() do
      metadata = %{context: context, operation: elem(call, 0), name: name(op)}

      Telemetry.span(
        :operation,
        metadata,
        fn -> route(context, op, timeout, call) end,
        &outcome/1
      )
    else
      route(context, op, timeout, call)
    end
  end

  defp route(context, op, timeout, call) when is_pid(context) and node(context) == node() do
    case Handles.context(context) do
      nil ->
        context |> ask(op, timeout, call) |> original(context)

      handle ->
        # No timer here: the NIF answers whatever it queued exactly once, in time.
        ref = make_ref()

        case operate(handle, ref, op, timeout, callers()) do
          :queued -> receive(do: ({^ref, result} -> result |> term() |> original(context)))
          {:done, result} -> result |> term() |> original(context)
          :noproc -> no_process(call)
        end
    end
  end

  defp route(context, op, timeout, call) do
    case GenServer.whereis(context) do
      nil -> no_process(call)
      pid when is_pid(pid) and node(pid) == node() -> route(pid, op, timeout, call)
      remote -> ask(remote, op, timeout, call)
    end
  end

  @doc "`Native.operate/5`, of terms of any size."
  @spec operate(Native.handle(), reference, Native.op(), timeout | :default, [pid]) ::
          :queued | :noproc | {:done, Native.result()}
  def operate(handle, ref, op, timeout, callers) do
    with :large <- Native.operate(handle, ref, op, timeout, callers),
         do: Native.operate(handle, ref, Native.pack(op), timeout, callers)
  end

  @doc "`Native.reply/3`, of terms of any size."
  @spec reply(Native.handle(), non_neg_integer, tuple) :: :ok | :noproc
  def reply(handle, id, answer) do
    with :large <- Native.reply(handle, id, answer),
         do: Native.reply(handle, id, Native.pack(answer))
  end

  @doc "`Native.send_message/2`, of terms of any size."
  @spec deliver(Native.handle(), term) :: :ok | :noproc
  def deliver(handle, message) do
    with :large <- Native.send_message(handle, message),
         do: Native.send_message(handle, Native.pack(message))
  end

  @doc "Asks the process of a context, with the exits of `run/4`."
  @spec request(GenServer.server(), term, call) :: term
  def request(context, message, {function, args}) do
    GenServer.call(context, message, :infinity)
  catch
    :exit, {reason, {GenServer, :call, _}} when reason in [:noproc, :calling_self] ->
      exit({reason, {QuickBEAM.Context, function, args}})

    :exit, {{:nodedown, _} = reason, {GenServer, :call, _}} ->
      exit({reason, {QuickBEAM.Context, function, args}})

    :exit, {_reason, {GenServer, :call, _}} ->
      {:error, JSError.aborted("the context has ended")}
  end

  @doc "Hands a message to JS; like any message, it is lost on the dead."
  @spec send_message(GenServer.server(), term) :: :ok
  def send_message(context, message) do
    with pid when is_pid(pid) and node(pid) == node() <- GenServer.whereis(context),
         handle when handle != nil <- Handles.context(pid) do
      deliver(handle, message)
    else
      nil -> GenServer.cast(context, {:quickbeam_message, message})
      remote -> GenServer.cast(remote, {:quickbeam_message, message})
    end

    :ok
  end

  @doc "Large terms travel as external ones, decoded by whoever wants them."
  @spec term(term | {:etf, binary}) :: term
  def term({:etf, binary}), do: :erlang.binary_to_term(binary)
  def term(term), do: term

  @doc "Stops a context or a pool by its NIF and waits until its memory is given back."
  @spec stopped((reference -> :ok)) :: :ok
  def stopped(stop) do
    ref = make_ref()
    :ok = stop.(ref)
    receive(do: ({^ref, :ok} -> :ok))
  end

  # Errors of code that was made from other sources have the places of these.
  defp original({:error, %JSError{} = error}, context),
    do: {:error, SourceMaps.original(error, context)}

  defp original(result, _context), do: result

  defp ask(context, op, timeout, call) do
    context |> request({:quickbeam_operate, op, timeout, callers()}, call) |> term()
  end

  defp name({:call, name, _}), do: name
  defp name(_), do: nil

  defp outcome({:error, error}), do: %{result: :error, error: error}
  defp outcome(_), do: %{result: :ok, error: nil}

  defp no_process({function, args}), do: exit({:noproc, {QuickBEAM.Context, function, args}})

  # By these the NIF knows a handler that calls back into the context it works for.
  defp callers do
    case Process.get(:"$callers") do
      nil -> []
      callers -> [self() | callers]
    end
  end
end
