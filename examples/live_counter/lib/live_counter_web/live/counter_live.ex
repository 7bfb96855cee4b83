defmodule LiveCounterWeb.CounterLive do
  @moduledoc "A counter whose state is in JavaScript, in a context that this process owns."
  use Phoenix.LiveView

  alias LiveCounter.Session

  @impl true
  def mount(_params, _session, socket) do
    socket = assign(socket, context: nil, count: 0, history: [], error: nil)

    # Not for the first, static rendering: it ends at once.
    if connected?(socket) do
      {:ok, context} = Session.start(self())
      {:ok, assign(socket, context: context)}
    else
      {:ok, socket}
    end
  end

  @impl true
  def handle_event(event, params, socket) do
    case Session.event(socket.assigns.context, event, params) do
      {:ok, state} -> {:noreply, socket |> assign(state) |> assign(error: nil)}
      {:error, text} -> {:noreply, assign(socket, error: text)}
    end
  end

  @impl true
  def render(assigns) do
    ~H"""
    <h1>{@count}</h1>
    <button phx-click="add" phx-value-by="1">+ 1</button>
    <button phx-click="add" phx-value-by="-1">− 1</button>
    <button phx-click="undo" disabled={@history == []}>undo</button>
    <p :if={@error} role="alert">{@error}</p>
    <p>before: {Enum.join(@history, ", ")}</p>
    """
  end
end
