defmodule Playground.Session do
  @moduledoc """
  One tab of a browser: a context that it alone has, what the context's console has said,
  and siblings that do nothing. Ends, and all its contexts with it, when no one asks
  for it any more.
  """

  use GenServer, restart: :temporary

  alias QuickBEAM.{Context, JSError}

  @idle 15_000
  @lines 200
  @limits [apis: [:console], network: :none, timeout: 2000, memory_limit: 32_000_000]

  @doc "Starts a tab's session: `{:ok, id}`, an id that nobody guesses."
  def open do
    id = Base.url_encode64(:crypto.strong_rand_bytes(18))
    child = {__MODULE__, {:via, Registry, {Playground.Tabs, id}}}
    with {:ok, _} <- DynamicSupervisor.start_child(Playground.Sessions, child), do: {:ok, id}
  end

  @doc "The process of a tab, or nil."
  def find(id), do: GenServer.whereis({:via, Registry, {Playground.Tabs, id}})

  def start_link(name), do: GenServer.start_link(__MODULE__, nil, name: name)

  @doc "Runs code in the caller's process: `%{ok: text}` or `%{error: text}` with a code frame."
  def run(session, code) do
    context = GenServer.call(session, :context)

    case Context.eval(context, code, filename: "playground.js") do
      {:ok, value} ->
        %{ok: inspect(value, pretty: true, limit: 500, printable_limit: 20_000)}

      {:error, error} ->
        frame = JSError.code_frame(error, source: code)
        %{error: Enum.join([Exception.message(error) | List.wrap(frame)], "\n\n")}
    end
  end

  @doc "Starts so many siblings on the pool, instead of those that are there."
  def siblings(session, count), do: GenServer.call(session, {:siblings, count}, 60_000)

  @doc "Memory, reductions and state of the context, and what the console has said since."
  def look(session), do: GenServer.call(session, :look)

  @impl true
  def init(nil) do
    with {:ok, context} <- Context.start_link([pool: Playground.Pool, console: self()] ++ @limits) do
      {:ok, %{context: context, console: [], siblings: []}, @idle}
    else
      {:error, reason} -> {:stop, reason}
    end
  end

  @impl true
  def handle_call(:context, _from, state), do: {:reply, state.context, state, @idle}

  def handle_call({:siblings, count}, _from, state) do
    Enum.each(state.siblings, &Context.stop/1)

    siblings =
      for _ <- 1..count//1, {:ok, context} <- [Context.start(pool: Playground.Pool)], do: context

    {:reply, length(siblings), %{state | siblings: siblings}, @idle}
  end

  def handle_call(:look, _from, state) do
    info = state.context |> Context.info() |> Map.take([:memory, :reductions, :state])
    {:reply, Map.put(info, :console, Enum.reverse(state.console)), %{state | console: []}, @idle}
  end

  @impl true
  def handle_info({:console, level, text}, state) do
    line = [to_string(level), to_string(text)]
    {:noreply, %{state | console: Enum.take([line | state.console], @lines)}, @idle}
  end

  def handle_info(:timeout, state), do: {:stop, :normal, state}
end
