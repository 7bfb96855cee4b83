defmodule LiveCounter.Session do
  @moduledoc """
  The QuickBEAM part: a pool for the supervision tree, and a context for each connection.
  Knows nothing of Phoenix.
  """

  alias QuickBEAM.{Context, ContextPool}

  @script Path.expand("../../priv/js/counter.ts", __DIR__)
  # The LiveView of the caller calls it, so it must answer soon.
  @limits [timeout: 200, memory_limit: 8_000_000, max_reductions: 5_000_000]

  @type state :: %{count: integer, history: [integer]}

  @doc "The pool: its threads, and the script that all of its contexts share."
  def child_spec(opts) do
    {script, opts} = Keyword.pop(opts, :script, @script)

    ContextPool.child_spec(
      [name: __MODULE__, script: script, apis: false, memory_limit: 256_000_000] ++
        opts ++ [context: [network: :none] ++ @limits]
    )
  end

  @doc "A context that ends with the process `owner`, however that ends."
  @spec start(pid) :: {:ok, pid} | {:error, term}
  def start(owner), do: Context.start(pool: __MODULE__, owner: owner)

  @doc "The state after an event, or what was wrong with it, as text for people."
  @spec event(pid, String.t(), map) :: {:ok, state} | {:error, String.t()}
  def event(context, "add", %{"by" => by}) do
    case Integer.parse(by) do
      {by, ""} -> call(context, "add", [by])
      _ -> {:error, "not a whole number"}
    end
  end

  def event(context, "undo", _params), do: call(context, "undo", [])

  defp call(context, name, args) do
    case Context.call(context, name, args) do
      {:ok, %{"count" => count, "history" => history}} -> {:ok, %{count: count, history: history}}
      {:error, error} -> {:error, error.message}
    end
  end
end
