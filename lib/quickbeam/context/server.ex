defmodule QuickBEAM.Context.Server do
  @moduledoc false
  # The process of a context: its name, its place in the supervision tree, its
  # life (the NIF monitors it) and the hub of what JS asks of the BEAM. Calls into
  # JS do not come through here, except from other nodes.

  use GenServer

  alias QuickBEAM.Apis.Worker

  alias QuickBEAM.{
    Console,
    Cover,
    Handlers,
    Handles,
    JSError,
    Native,
    Operation,
    Options,
    Scripts,
    Service,
    SourceMaps,
    Telemetry,
    Template
  }

  defstruct [
    :options,
    :handle,
    :callers,
    :owner,
    :console,
    # How to say the pool in an error, its monitor, and the pool itself if it is ours alone.
    :pool,
    :pool_monitor,
    :private_pool,
    # The same as a pool for contexts that this one starts.
    :pool_source,
    # Monitor of a handler's process => the call it works on.
    tasks: %{},
    # Name of a Web API's service => its state.
    services: %{},
    # Operations of callers elsewhere: ref of the operation => who asked.
    asked: %{}
  ]

  @typedoc "A pool that others use too, or the options of one for this context alone."
  @type pool :: {:shared, GenServer.server(), pid, Native.pool()} | {:private, map}

  @doc """
  Starts and waits until the script has run. A failure is only returned: it
  neither kills a linked caller nor is it logged as a crash.
  """
  @spec start(pool, Options.options(), link? :: boolean) :: GenServer.on_start()
  def start(pool, options, link?) do
    ref = make_ref()

    start = %{
      pool: pool,
      options: options,
      link?: link?,
      starter: {self(), ref},
      callers: callers()
    }

    name = if options.name, do: [name: options.name], else: []

    case GenServer.start(__MODULE__, start, name) do
      :ignore -> receive(do: ({^ref, reason} -> {:error, reason}))
      other -> other
    end
  end

  @impl true
  def init(%{options: options, starter: {starter, ref}} = start) do
    state = %__MODULE__{
      options: options,
      owner: Process.monitor(options.owner),
      console: options.console,
      callers: [self() | if(options.owner == starter, do: start.callers, else: [options.owner])]
    }

    with {:ok, state} <- open(start.pool, state),
         {:ok, state} <- boot(state) do
      Handles.put_context(state.handle)
      # Linked from here on, as GenServer.start_link/3 would be from the start.
      if start.link?, do: Process.link(starter)
      {:ok, state}
    else
      {{:error, reason}, _state} ->
        send(starter, {ref, reason})
        :ignore
    end
  end

  @impl true
  def handle_call({:quickbeam_operate, op, timeout, callers}, from, state) do
    ref = make_ref()

    case Operation.operate(state.handle, ref, op, timeout, callers) do
      :queued -> {:noreply, put_in(state.asked[ref], from)}
      {:done, result} -> {:reply, for_asker(result, from), state}
      :noproc -> {:reply, {:error, JSError.aborted("the context has ended")}, state}
    end
  end

  def handle_call(:quickbeam_info, _from, state), do: {:reply, info(state), state}

  def handle_call(:quickbeam_reset, _from, state) do
    Handles.put_booting(state.handle)

    {result, state} =
      case operate(:reset, state) do
        {{:ok, _}, state} ->
          Handles.put_source_maps(%{})
          boot(%{state | services: Service.reset(service_caller(state), state.services)})

        failed ->
          failed
      end

    Handles.put_context(state.handle)
    {:reply, result, state}
  end

  @impl true
  def handle_cast({:quickbeam_message, message}, state), do: deliver(message, state)
  def handle_cast(message, state), do: deliver(message, state)

  @impl true
  def handle_info({:quickbeam_call, id, name, args, _sync?}, state) do
    case state.options.handlers do
      %{^name => handler} ->
        task = Handlers.start({name, handler}, args, state.handle, id, state.callers)
        {:noreply, %{state | tasks: Map.put(state.tasks, task, {id, nil})}}

      _ ->
        Handlers.unknown(name, state.handle, id)
        {:noreply, state}
    end
  end

  def handle_info({:quickbeam_service, id, name, args, _sync?}, state) do
    args = Operation.term(args)
    result = Service.request(name, args, id, service_caller(state), state.services)
    {:noreply, serve(name, result, state)}
  end

  def handle_info({:quickbeam_service, name, message}, state) do
    services = Service.message(name, message, service_caller(state), state.services)
    {:noreply, %{state | services: services}}
  end

  # A monitor that a service has set up for a script.
  def handle_info({{:quickbeam_service, name}, ref, :process, _pid, reason}, state) do
    handle_info({:quickbeam_service, name, {:down, ref, reason}}, state)
  end

  def handle_info({:quickbeam_console, level, text}, state) do
    meta = %{context: self(), id: state.options.id}
    {:noreply, %{state | console: Console.write(state.console, level, text, meta)}}
  end

  # To a process of another node; those of this one get theirs straight from the NIF.
  def handle_info({:quickbeam_send, pid, message}, state) do
    send(pid, Operation.term(message))
    {:noreply, state}
  end

  # The script has said much and waits until all before this is heard.
  def handle_info({:quickbeam_sync, id}, state) do
    Native.reply(state.handle, id, {:ok, nil})
    {:noreply, state}
  end

  def handle_info({:quickbeam_limit, limit}, state) do
    if Telemetry.enabled?(), do: Telemetry.limit(limit)
    {:noreply, state}
  end

  def handle_info({:quickbeam_gc, count, nanoseconds}, state) do
    if Telemetry.enabled?(), do: Telemetry.gc(count, nanoseconds)
    {:noreply, state}
  end

  def handle_info({:quickbeam_ended, reason}, state), do: {:stop, {:quickbeam, reason}, state}

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{tasks: tasks} = state)
      when is_map_key(tasks, ref) do
    {{id, service}, tasks} = Map.pop!(tasks, ref)
    Handlers.ended(reason, state.handle, id)
    state = %{state | tasks: tasks}

    if service do
      result = Service.task_ended(service, service_caller(state), state.services)
      {:noreply, serve(service, result, state)}
    else
      {:noreply, state}
    end
  end

  def handle_info({:DOWN, ref, :process, _pid, _reason}, %{owner: ref} = state) do
    {:stop, :normal, state}
  end

  def handle_info({:DOWN, ref, :process, _pid, reason}, %{pool_monitor: ref} = state) do
    {:stop, pool_down(reason), state}
  end

  def handle_info({ref, result}, %{asked: asked} = state) when is_map_key(asked, ref) do
    {from, asked} = Map.pop!(asked, ref)
    GenServer.reply(from, for_asker(result, from))
    {:noreply, %{state | asked: asked}}
  end

  def handle_info(message, state), do: deliver(message, state)

  # A courtesy: whoever stops a context finds its memory given back. However else
  # this process ends, the NIF sees it.
  @impl true
  def terminate(_reason, state) do
    Operation.stopped(&Native.context_stop(state.handle, &1))
    answer_asked(state.asked)
    if state.private_pool, do: Operation.stopped(&Native.pool_stop(state.private_pool, &1))
  end

  ## Starting

  defp open({:private, options}, state) do
    if options.cover, do: Cover.Files.keep_maps()

    case Native.pool_start(Options.native_pool(options)) do
      {:ok, pool} -> create({:shared, self(), self(), pool}, %{state | private_pool: pool})
      {:error, text} -> {{:error, {:pool_not_started, text}}, state}
    end
  end

  defp open({:shared, name, pid, _pool} = source, state) do
    create(source, %{state | pool: name, pool_monitor: Process.monitor(pid)})
  end

  defp create({:shared, _name, _pid, pool} = source, %{options: options} = state) do
    state = %{state | pool_source: source}
    ref = make_ref()

    native =
      options
      |> Map.take([:memory_limit, :max_reductions, :timeout, :apis, :root, :network])
      |> Map.put(:fetch, options.fetch != nil)
      |> Map.put(:template, options.template && options.template.native)
      |> Map.put(:owner, if(node(options.owner) == node(), do: options.owner))

    with {:ok, handle} <- Native.context_start(pool, native, ref),
         {:ok, state} <- await(ref, %{state | handle: handle}) do
      Handles.put_booting(handle)
      {:ok, %{state | services: Service.start(service_caller(state))}}
    else
      {:error, :pool_stopped} ->
        {{:error, {:pool_not_found, state.pool}}, state}

      {:error, text} when is_binary(text) ->
        {{:error, {:root_not_found, options.root, text}}, state}

      failed ->
        failed
    end
  end

  # What a fresh global object lacks: at the start, and after a reset.
  defp boot(%{options: %{worker: worker}} = state) do
    Worker.born(worker)
    scope = &Native.send_event(state.handle, "worker_scope", &1)
    scope.([:boot, worker.ticket, worker.name, worker.type, Worker.Source.url(worker.source)])
    # Messages are let in once the script has run, not once it has awaited all.
    {result, state} = operate(Worker.Source.operation(worker), state, fn -> scope.([:start]) end)
    with {:error, error} <- result, do: Worker.failed(worker, error)
    {:ok, state}
  end

  defp boot(%{options: %{define: define, script: paths, template: template}} = state) do
    with {:ok, state} <- define(define, state) do
      if template, do: run(Template.operations(template), state), else: run_scripts(paths, state)
    end
  end

  defp define(define, state) when define == %{}, do: {:ok, state}

  defp define(define, state) do
    with {{:ok, _}, state} <- operate({:define, define}, state), do: {:ok, state}
  end

  defp run_scripts([], state), do: {:ok, state}

  defp run_scripts([path | paths], state) do
    with {:ok, script} <- Scripts.read(path),
         :ok = Cover.Files.put_map(path, script.code, script.map),
         {:ok, state} <- run([{path, script.map, operation(script, path)}], state) do
      run_scripts(paths, state)
    else
      {:error, _} = error -> {error, state}
      failed -> failed
    end
  end

  defp run([], state), do: {:ok, state}

  defp run([{path, map, operation} | rest], state) do
    put_source_map(path, map)

    case operate(operation, state) do
      {{:ok, _}, state} ->
        run(rest, state)

      {{:error, error}, state} ->
        {{:error, {:script_error, path, SourceMaps.original(error, self())}}, state}
    end
  end

  defp operation(%{kind: :script, code: code}, path), do: {:eval, code, path, %{}}
  defp operation(%{kind: :module, code: code}, path), do: {:load_module, path, code}

  defp put_source_map(_path, nil), do: :ok

  defp put_source_map(path, map),
    do: self() |> Handles.source_maps() |> Map.put(path, map) |> Handles.put_source_maps()

  # An operation of this process's own. What JS asks meanwhile is done, and an
  # end of the owner or the pool is seen; all else waits in the mailbox.
  defp operate(op, state, then \\ fn -> :ok end) do
    ref = make_ref()
    answer = Operation.operate(state.handle, ref, op, :default, [])
    then.()

    case answer do
      :queued -> await(ref, state)
      {:done, result} -> {Operation.term(result), state}
      :noproc -> {{:error, JSError.aborted("the context has ended")}, state}
    end
  end

  defp await(ref, %{owner: owner, pool_monitor: pool, tasks: tasks} = state) do
    receive do
      {^ref, :ok} ->
        {:ok, state}

      {^ref, result} ->
        {Operation.term(result), state}

      {:quickbeam_call, _, _, _, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_service, _, _, _, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_service, _, _} = message ->
        await(ref, handled(message, state))

      {{:quickbeam_service, _}, _, :process, _, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_console, _, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_send, _, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_sync, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_limit, _} = message ->
        await(ref, handled(message, state))

      {:quickbeam_gc, _, _} = message ->
        await(ref, handled(message, state))

      # Whoever wonders what takes so long is told.
      {:"$gen_call", from, :quickbeam_info} ->
        GenServer.reply(from, info(state))
        await(ref, state)

      {:DOWN, task, :process, _, _} = message when is_map_key(tasks, task) ->
        await(ref, handled(message, state))

      {:DOWN, ^owner, :process, _, _} ->
        exit(:normal)

      # Whoever stops the context need not wait for what it waits for.
      {:system, _from, {:terminate, reason}} ->
        exit(reason)

      {:DOWN, ^pool, :process, _, reason} ->
        exit(pool_down(reason))
    end
  end

  # Keep what a service has come to, and the task it has begun, if any.
  defp serve(_name, {services, nil}, state), do: %{state | services: services}

  defp serve(name, {services, {task, id}}, state) do
    %{state | services: services, tasks: Map.put(state.tasks, task, {id, name})}
  end

  defp handled(message, state) do
    {:noreply, state} = handle_info(message, state)
    state
  end

  ## Living and ending

  defp deliver(message, state) do
    Operation.deliver(state.handle, message)
    {:noreply, state}
  end

  defp info(%{options: options} = state) do
    with %{} = native <- Native.context_info(state.handle) do
      options
      |> Map.take([:id, :name, :apis, :owner, :timeout, :memory_limit, :max_reductions])
      |> Map.merge(%{handlers: options.handlers |> Map.keys() |> Enum.sort(), pool: state.pool})
      |> Map.merge(native)
    end
  end

  defp service_caller(%{options: options} = state) do
    %{
      context: self(),
      handle: state.handle,
      options: options,
      callers: state.callers,
      pool_source: state.pool_source
    }
  end

  defp pool_down(reason) when reason in [:normal, :noproc, :shutdown], do: :normal
  defp pool_down(reason), do: {:shutdown, {:pool_down, reason}}

  # Callers of this node look at the source maps themselves.
  defp for_asker(result, {asker, _tag}) when node(asker) == node(), do: result

  defp for_asker(result, _from) do
    with maps when maps != %{} <- Handles.source_maps(self()),
         {:error, %JSError{} = error} <- Operation.term(result),
         do: {:error, SourceMaps.original(error, maps)},
         else: (_ -> result)
  end

  # Their answers were sent before the one that says it has stopped.
  defp answer_asked(asked) do
    receive do
      {ref, result} when is_map_key(asked, ref) ->
        GenServer.reply(asked[ref], result)
        answer_asked(Map.delete(asked, ref))
    after
      0 -> :ok
    end
  end

  defp callers, do: [self() | Process.get(:"$callers", [])]
end
