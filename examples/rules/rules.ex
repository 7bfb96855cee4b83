defmodule Rules do
  @moduledoc """
  Pricing rules that users write in JavaScript, one context for each tenant, replaced
  while orders are priced.

      {:ok, rules} = Rules.start_link([])
      :ok = Rules.put(rules, "acme", "function price(order) { return order.net * 0.9 }")
      {:ok, 90} = Rules.price(rules, "acme", %{net: 100})

  A rule has ECMAScript and no Web API, no network and no handler; each call has limits.
  New rules are tried on a sample order before they take the place of the old, which stay
  where the new ones fail. A call that is under way meanwhile is answered by the old ones.
  """

  use GenServer

  alias QuickBEAM.{Context, ContextPool}

  @limits [
    apis: false,
    network: :none,
    memory_limit: 4_000_000,
    max_reductions: 1_000_000,
    timeout: 100
  ]
  @sample %{net: 100, items: [%{sku: "sample", count: 1, net: 100}]}
  # How long a replaced context may still answer: longer than its timeout.
  @grace 1000

  def start_link(opts), do: GenServer.start_link(__MODULE__, nil, opts)

  @doc """
  Replaces the rules of a tenant. `{:error, text}` says why not: the code does not run, has
  no function `price`, or gives no price for a sample.
  """
  @spec put(GenServer.server(), String.t(), String.t()) :: :ok | {:error, String.t()}
  def put(rules, tenant, code), do: GenServer.call(rules, {:put, tenant, code})

  @doc "The price of an order: a number not below 0, or `{:error, text}`."
  @spec price(GenServer.server(), String.t(), map) :: {:ok, number} | {:error, String.t()}
  def price(rules, tenant, order) do
    case GenServer.call(rules, {:context, tenant}) do
      {:ok, context} -> ask(context, order)
      :error -> {:error, "no rules for #{tenant}"}
    end
  end

  @impl true
  def init(nil) do
    {:ok, pool} =
      ContextPool.start_link(
        memory_limit: 256_000_000,
        context: [console: fn _, _, _ -> :ok end] ++ @limits
      )

    {:ok, %{pool: pool, contexts: %{}}}
  end

  @impl true
  def handle_call({:context, tenant}, _from, state) do
    {:reply, Map.fetch(state.contexts, tenant), state}
  end

  def handle_call({:put, tenant, code}, _from, state) do
    with {:ok, context} <- start(state.pool, code) do
      if old = state.contexts[tenant], do: Process.send_after(self(), {:stop, old}, @grace)
      {:reply, :ok, put_in(state.contexts[tenant], context)}
    else
      {:error, text} -> {:reply, {:error, text}, state}
    end
  end

  @impl true
  def handle_info({:stop, context}, state) do
    # It may have ended by itself.
    if Process.alive?(context), do: Context.stop(context)
    {:noreply, state}
  end

  # A price from new rules, or no new rules.
  defp start(pool, code) do
    with {:ok, context} <- Context.start(pool: pool) |> text() do
      with {:ok, _} <- context |> Context.eval(code, filename: "rules.js") |> text(),
           {:ok, _} <- ask(context, @sample) do
        {:ok, context}
      else
        error ->
          Context.stop(context)
          error
      end
    end
  end

  defp ask(context, order) do
    case Context.call(context, "price", [order]) do
      {:ok, price} when is_number(price) and price >= 0 -> {:ok, price}
      {:ok, other} -> {:error, "price gave #{inspect(other)}, not a number from 0"}
      error -> text(error)
    end
  end

  defp text({:error, %QuickBEAM.JSError{line: line} = error}) when is_integer(line),
    do: {:error, "#{Exception.message(error)} (#{error.filename}:#{line})"}

  defp text({:error, error}) when is_exception(error), do: {:error, Exception.message(error)}
  defp text(result), do: result
end
