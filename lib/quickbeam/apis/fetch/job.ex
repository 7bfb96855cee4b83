defmodule QuickBEAM.Fetch.Job do
  @moduledoc false
  # One request that goes through the application's client. This process stands
  # between the script and the task that runs the client, so that either can end at
  # any time; it ends with its context.

  use GenServer, restart: :temporary

  alias QuickBEAM.{Handlers, Service}

  defstruct [
    :caller,
    :number,
    # The task that runs the client, and its monitor.
    :task,
    # The script's request that waits for an answer: the head, then each read.
    :waiting,
    # Whoever enumerates the body of the request, and waits for a piece.
    :uploader,
    head?: false
  ]

  @doc "Starts the client on a request; `id` is answered with its response."
  def start(caller, number, request, id) do
    GenServer.start(__MODULE__, {caller, number, request, id})
  end

  @doc "Answers `id` with the next piece of the body, nil at its end."
  def read(job, id), do: GenServer.cast(job, {:read, id})

  @doc "Something of the script's that has no answer."
  def tell(job, kind, rest), do: GenServer.cast(job, {kind, rest})

  @impl true
  def init({caller, number, request, id}) do
    Process.monitor(caller.context)
    job = self()
    fun = caller.options.fetch

    task =
      Task.Supervisor.async_nolink(Handlers, fn ->
        Process.put(:"$callers", caller.callers)
        run(fun, with_stream(request, job), job)
      end)

    {:ok, %__MODULE__{caller: caller, number: number, task: task, waiting: id}}
  end

  @impl true
  def handle_cast({:read, id}, state) do
    send(state.task.pid, {self(), :next})
    {:noreply, %{state | waiting: id}}
  end

  def handle_cast({"abort", _}, state), do: {:stop, :normal, state}

  def handle_cast({"piece", [piece]}, state), do: {:noreply, uploaded(state, {:piece, piece})}
  def handle_cast({"failed", [text]}, state), do: {:noreply, uploaded(state, {:failed, text})}

  @impl true
  # From the task: the head of the response, and pieces of its body.
  def handle_info({:head, status, headers, more?}, state) do
    answer = %{"status" => status, "headers" => headers, "more" => more?}
    {:noreply, answer(%{state | head?: true}, {:ok, answer})}
  end

  def handle_info({:piece, piece}, state), do: {:noreply, answer(state, {:ok, {:bytes, piece}})}

  def handle_info({ref, :ok}, %{task: %{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:stop, :normal, answer(state, {:ok, nil})}
  end

  def handle_info({ref, {:failed, name, message}}, %{task: %{ref: ref}} = state) do
    Process.demonitor(ref, [:flush])
    {:stop, :normal, answer(state, {:error, name, message})}
  end

  def handle_info({:DOWN, ref, :process, _, reason}, %{task: %{ref: ref}} = state) do
    {:stop, :normal, answer(state, {:error, "Exit", text(Exception.format_exit(reason))})}
  end

  # The context has ended.
  def handle_info({:DOWN, _, :process, _, _}, state), do: {:stop, :normal, state}

  # Somebody enumerates the body of the request.
  def handle_info({:upload, from, ref}, state) do
    Service.send_event(state.caller, "fetch", [state.number, "piece"])
    {:noreply, %{state | uploader: {from, ref}}}
  end

  def handle_info(:upload_over, state) do
    Service.send_event(state.caller, "fetch", [state.number, "cancel"])
    {:noreply, state}
  end

  def handle_info(_message, state), do: {:noreply, state}

  @impl true
  def terminate(_reason, state) do
    Task.Supervisor.terminate_child(Handlers, state.task.pid)
  end

  defp answer(%{waiting: nil} = state, _answer), do: state

  defp answer(state, answer) do
    Service.reply(state.caller, state.waiting, answer)
    %{state | waiting: nil}
  end

  defp uploaded(%{uploader: nil} = state, _piece), do: state

  defp uploaded(%{uploader: {from, ref}} = state, piece) do
    send(from, {ref, piece})
    %{state | uploader: nil}
  end

  ## In the task

  defp run(fun, request, job) do
    {status, headers, body} = request |> fun.() |> response!()
    more? = body not in [nil, ""]
    send(job, {:head, status, headers, more?})

    if more? do
      await_next(job)
      body |> pieces() |> Enum.each(&give(&1, job))
    end

    :ok
  catch
    kind, reason -> failure(kind, reason, __STACKTRACE__)
  end

  defp pieces(body) when is_binary(body), do: [body]
  defp pieces(body), do: body

  defp give(piece, job) do
    case IO.iodata_to_binary(piece) do
      "" ->
        :ok

      piece ->
        send(job, {:piece, piece})
        await_next(job)
    end
  end

  defp await_next(job), do: receive(do: ({^job, :next} -> :ok))

  defp response!(%{status: status} = response) when is_integer(status) and status in 200..599 do
    {status, headers!(Map.get(response, :headers, [])), body!(Map.get(response, :body))}
  end

  defp response!(other) do
    raise ArgumentError,
          "the :fetch function must return a map with a :status from 200 to 599, got: #{inspect(other)}"
  end

  defp headers!(headers) do
    for {name, values} <- headers, value <- List.wrap(values) do
      [String.downcase(to_string(name)), :unicode.characters_to_binary(to_string(value), :latin1)]
    end
  end

  defp body!(body) when is_nil(body) or is_binary(body), do: body

  defp body!(body) do
    if Enumerable.impl_for(body),
      do: body,
      else:
        raise(
          ArgumentError,
          "the body of a response must be a binary or an enumerable, got: #{inspect(body)}"
        )
  end

  defp with_stream(%{body: true} = request, job) do
    body =
      Stream.resource(
        fn -> Process.monitor(job) end,
        fn monitor ->
          send(job, {:upload, self(), monitor})

          receive do
            {^monitor, {:piece, nil}} -> {:halt, monitor}
            {^monitor, {:piece, piece}} -> {[piece], monitor}
            {^monitor, {:failed, text}} -> raise "the body of the request failed: #{text}"
            {:DOWN, ^monitor, :process, _, _} -> exit(:aborted)
          end
        end,
        fn monitor ->
          Process.demonitor(monitor, [:flush])
          send(job, :upload_over)
        end
      )

    %{request | body: body}
  end

  defp with_stream(request, _job), do: request

  defp failure(:error, reason, stacktrace) do
    exception = Exception.normalize(:error, reason, stacktrace)
    {:failed, inspect(exception.__struct__), text(Exception.message(exception))}
  end

  defp failure(:throw, value, _), do: {:failed, "Throw", text(inspect(value))}
  defp failure(:exit, reason, _), do: {:failed, "Exit", text(Exception.format_exit(reason))}

  defp text(text), do: if(String.valid?(text), do: text, else: inspect(text))
end
