defmodule QuickBEAM.Service do
  @moduledoc false
  # The BEAM side of the Web APIs. A module in priv/js that imports "beam:NAME"
  # reaches the service of that name, and no script can name one. Each runs in the
  # process of its context, which keeps its state: what takes time goes to a task.

  alias QuickBEAM.{Apis, Handlers, Native, Operation}

  @typedoc "What a request is answered with: a value, or an error to be thrown."
  @type answer ::
          {:ok, term}
          | {:error, name :: String.t(), message :: String.t()}
          | {:dom_exception, name :: String.t(), message :: String.t()}

  @typedoc """
  The context that asks, its options (`QuickBEAM.Options`), `$callers`, and its pool, as
  `QuickBEAM.Context.Server.start/3` wants it.
  """
  @type caller :: %{
          context: pid,
          handle: Native.handle(),
          options: map,
          callers: [pid],
          pool_source: term
        }

  @typedoc """
  What comes of a request: an answer now; a function that gives the answer in a
  supervised task; or nothing yet (`reply/3` answers later, by `id`).
  """
  @type result ::
          {:reply, answer, state :: term}
          | {:task, (() -> answer), state :: term}
          | {:noreply, state :: term}

  @doc "The state of a context that asks for the first time."
  @callback init(caller) :: term

  @doc "A request. `id` is 0 for a cast, whose answer is ignored."
  @callback handle_request(args :: list, id :: non_neg_integer, caller, state :: term) :: result

  @doc "A message to this service: `{:quickbeam_service, name, message}` to the context."
  @callback handle_message(message :: term, caller, state :: term) :: {:noreply, state :: term}

  @doc "A reset: the script that asked is gone, with all that waited."
  @callback handle_reset(caller, state :: term) :: {:noreply, state :: term}

  @doc "A task of this service has ended: what is to run next, for request `id`, if anything."
  @callback handle_task_end(state :: term) ::
              {:task, id :: non_neg_integer, (() -> answer), state :: term}
              | {:noreply, state :: term}

  @doc "Whether a context has its state from the start: one that hears before it asks."
  @callback starts?(caller) :: boolean

  defmacro __using__(_) do
    quote do
      @behaviour unquote(__MODULE__)

      @impl true
      def handle_message(_message, _caller, state), do: {:noreply, state}

      @impl true
      def handle_reset(_caller, state), do: {:noreply, state}

      @impl true
      def handle_task_end(state), do: {:noreply, state}

      @impl true
      def starts?(_caller), do: false

      defoverridable handle_message: 3, handle_reset: 2, handle_task_end: 1, starts?: 1
    end
  end

  # name => {module, groups of which the context must have one}
  @services %{
    "channel" => {Apis.Channel, [:channel]},
    "crypto" => {Apis.Crypto, [:crypto]},
    "fetch" => {QuickBEAM.Fetch, [:fetch, :eventsource]},
    "locks" => {Apis.Locks, [:locks]},
    "node" => {Apis.Node, [:node]},
    "node_command" => {Apis.Node.Command, [:node]},
    "processes" => {Apis.Processes, [:beam]},
    "storage" => {Apis.Storage, [:storage]},
    "system" => {Apis.System, [:beam]},
    "worker" => {Apis.Worker, [:worker]},
    "worker_scope" => {Apis.WorkerScope, [:worker]}
  }

  # Those that have starts?/1.
  @starting ["storage"]

  @doc "The services' states of a context that begins."
  @spec start(caller) :: map
  def start(caller) do
    for name <- @starting,
        {:ok, module} <- [module(name, caller)],
        module.starts?(caller),
        into: %{},
        do: {name, module.init(caller)}
  end

  @doc "Takes a request of JS; returns the services' states."
  @spec request(String.t(), list, non_neg_integer, caller, map) ::
          {map, nil | {task :: reference, id :: non_neg_integer}}
  def request(name, args, id, caller, states) do
    case module(name, caller) do
      :error ->
        answer(caller, id, {:error, "Error", "no service " <> name})
        {states, nil}

      {:ok, module} ->
        state = Map.get_lazy(states, name, fn -> module.init(caller) end)
        {state, task} = module.handle_request(args, id, caller, state) |> result(id, caller)
        {Map.put(states, name, state), task}
    end
  end

  @doc "Takes a message to a service that the context has used."
  @spec message(String.t(), term, caller, map) :: map
  def message(name, message, caller, states) do
    with %{^name => state} <- states,
         {:ok, module} <- module(name, caller) do
      {:noreply, state} = module.handle_message(message, caller, state)
      %{states | name => state}
    else
      _ -> states
    end
  end

  @doc "Tells a service that a task of its has ended; as `request/5`."
  @spec task_ended(String.t(), caller, map) ::
          {map, nil | {task :: reference, id :: non_neg_integer}}
  def task_ended(name, caller, states) do
    {:ok, module} = module(name, caller)

    {state, task} =
      case module.handle_task_end(Map.fetch!(states, name)) do
        {:task, id, fun, state} -> result({:task, fun, state}, id, caller)
        {:noreply, state} -> {state, nil}
      end

    {Map.put(states, name, state), task}
  end

  @doc "Tells all services that the context has been reset."
  @spec reset(caller, map) :: map
  def reset(caller, states) do
    Map.new(states, fn {name, state} ->
      {:ok, module} = module(name, caller)
      {:noreply, state} = module.handle_reset(caller, state)
      {name, state}
    end)
  end

  @doc "Answers a request that was left open."
  @spec reply(caller, non_neg_integer, answer) :: :ok | :noproc
  def reply(caller, id, answer), do: answer(caller, id, answer)

  @doc "Sends an event to the module's `onEvent` listener."
  @spec send_event(caller, String.t(), term) :: :ok | :noproc
  def send_event(%{handle: handle}, name, event) do
    with :large <- Native.send_event(handle, name, event),
         do: Native.send_event(handle, name, Native.pack(event))
  end

  defp module(name, caller) do
    with %{^name => {module, groups}} <- @services,
         true <- Enum.any?(groups, &(&1 in caller.options.apis)) do
      {:ok, module}
    else
      _ -> :error
    end
  end

  defp result({:reply, answer, state}, id, caller) do
    answer(caller, id, answer)
    {state, nil}
  end

  defp result({:task, fun, state}, id, caller) do
    {state, {Handlers.start(:service, fun, caller.handle, id, caller.callers), id}}
  end

  defp result({:noreply, state}, _id, _caller), do: {state, nil}

  defp answer(_caller, 0, _answer), do: :ok
  defp answer(caller, id, answer), do: Operation.reply(caller.handle, id, answer)
end
