defmodule QuickBEAM do
  @moduledoc """
  JavaScript inside the Erlang VM.

      iex> {:ok, runtime} = QuickBEAM.start()
      iex> QuickBEAM.eval(runtime, "1 + 2")
      {:ok, 3}
      iex> QuickBEAM.stop(runtime)
      :ok

  A JS context is to QuickBEAM what a process is to the BEAM: an own heap, a budget,
  a mailbox, a place in a supervision tree, and a death that frees everything at once.

  This module is the short way to one of them: a *runtime* is a context on a private
  pool of one thread. For many contexts on few threads see `QuickBEAM.Context` and
  `QuickBEAM.ContextPool`; all functions here are those of `QuickBEAM.Context`, and a
  runtime may be given to either.

  ## Elixir from JavaScript

      iex> {:ok, runtime} =
      ...>   QuickBEAM.start(handlers: %{"double" => fn [n] -> n * 2 end})
      iex> QuickBEAM.eval(runtime, ~S|Beam.callSync("double", 21)|)
      {:ok, 42}

  ## In a supervision tree

      children = [
        {QuickBEAM, name: MyApp.Renderer, script: "priv/js/render.js"}
      ]

      QuickBEAM.call(MyApp.Renderer, "render", [%{title: "Hello"}])

  ## Limits

      iex> {:ok, runtime} = QuickBEAM.start(memory_limit: 4_000_000)
      iex> {:error, error} = QuickBEAM.eval(runtime, "while (true) {}", timeout: 50)
      iex> error.message
      "interrupted"
      iex> {:error, error} = QuickBEAM.eval(runtime, "{ let a = []; while (true) a.push({}) }")
      iex> error.message
      "out of memory"
      iex> QuickBEAM.eval(runtime, "'still here'")
      {:ok, "still here"}

  ## Values

  | JS to Elixir | | Elixir to JS | |
  |---|---|---|---|
  | `null`, `undefined` | `nil` | `nil` | `null` |
  | integral number within ±(2^53-1) | integer | integer within ±(2^53-1) | number |
  | BigInt | integer | other integer | BigInt |
  | other number | float | float | number |
  | `NaN`, `Infinity`, `-Infinity` | `:NaN`, `:Infinity`, `:"-Infinity"` | those atoms | those numbers |
  | string | UTF-8 binary | UTF-8 binary | string |
  | `ArrayBuffer`, typed array, `DataView` | binary | `{:bytes, binary}`, or a binary that is not UTF-8 | `Uint8Array` |
  | `Array` | list | list, tuple | `Array` |
  | object | map with string keys | map | object |
  | `Date` | `DateTime` | `DateTime`, `NaiveDateTime`, `Date` | `Date` |
  | `Map`, `Set` | map, `MapSet` | `MapSet` | `Set` |
  | `Error` | `QuickBEAM.JSError` | exception | `Error` |
  | symbol | an atom that exists, else a binary | other atom | string |
  | function, cycle | `nil` | function | `null` |
  | other objects | what `toJSON` gives, else their own keys | struct | object of its fields |
  | what JS was given as a pid, reference or port | that term | pid, reference, port | opaque object |
  """

  alias QuickBEAM.{Bytecode, Context, Handles, JSError, Options}
  alias QuickBEAM.Context.Server

  @type runtime :: GenServer.server()
  @type result :: {:ok, term} | {:error, JSError.t()}

  ## Life

  @doc """
  Starts a runtime that is not linked, but ends with its `:owner`.

  Takes the options of `QuickBEAM.Context` without `:pool`, and those of
  `QuickBEAM.ContextPool`; the `:memory_limit` is that of the context, and `:size`
  is 1. Returns the errors of `QuickBEAM.Context.start_link/1`, and
  `{:error, {:pool_not_started, text}}` when the operating system refuses the thread.
  """
  @spec start(keyword) :: GenServer.on_start()
  def start(opts \\ []), do: start(opts, false)

  @doc "As `start/1`, linked to the caller."
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts \\ []), do: start(opts, true)

  defp start(opts, link?) do
    Handles.check!()
    {pool, context} = Options.runtime!(opts)
    Server.start({:private, pool}, Options.complete(%{}, context), link?)
  end

  @doc "How a supervisor starts a runtime; takes the options of `start/1`."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    %{id: opts[:id] || opts[:name] || __MODULE__, start: {__MODULE__, :start_link, [opts]}}
  end

  @doc "Stops a runtime; see `QuickBEAM.Context.stop/1`."
  @spec stop(runtime) :: :ok
  defdelegate stop(runtime), to: Context

  @doc "Gives a runtime fresh globals; see `QuickBEAM.Context.reset/1`."
  @spec reset(runtime) :: :ok | {:error, JSError.t() | tuple}
  defdelegate reset(runtime), to: Context

  ## Code

  @doc "Runs a script and returns its value; see `QuickBEAM.Context.eval/3`."
  @spec eval(runtime, String.t(), keyword) :: result
  defdelegate eval(runtime, code, opts \\ []), to: Context

  @doc "As `eval/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec eval!(runtime, String.t(), keyword) :: term
  defdelegate eval!(runtime, code, opts \\ []), to: Context

  @doc "Runs TypeScript and returns its value; see `QuickBEAM.Context.eval_ts/3`."
  @spec eval_ts(runtime, String.t(), keyword) :: result
  defdelegate eval_ts(runtime, code, opts \\ []), to: Context

  @doc "As `eval_ts/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec eval_ts!(runtime, String.t(), keyword) :: term
  defdelegate eval_ts!(runtime, code, opts \\ []), to: Context

  @doc "Calls a global or exported function; see `QuickBEAM.Context.call/4`."
  @spec call(runtime, String.t() | {String.t(), String.t()}, list, keyword) :: result
  defdelegate call(runtime, name, args \\ [], opts \\ []), to: Context

  @doc "As `call/4`; returns the value or raises `QuickBEAM.JSError`."
  @spec call!(runtime, String.t() | {String.t(), String.t()}, list, keyword) :: term
  defdelegate call!(runtime, name, args \\ [], opts \\ []), to: Context

  @doc "Loads an ES module; see `QuickBEAM.Context.load_module/3`."
  @spec load_module(runtime, String.t(), String.t()) :: :ok | {:error, JSError.t()}
  defdelegate load_module(runtime, name, code), to: Context

  @doc "Compiles a script to bytecode; see `QuickBEAM.Context.compile/2`."
  @spec compile(runtime, String.t()) :: {:ok, binary} | {:error, JSError.t()}
  defdelegate compile(runtime, code), to: Context

  @doc "As `compile/2`; returns the bytecode or raises `QuickBEAM.JSError`."
  @spec compile!(runtime, String.t()) :: binary
  defdelegate compile!(runtime, code), to: Context

  @doc "Runs bytecode; see `QuickBEAM.Context.load_bytecode/2`."
  @spec load_bytecode(runtime, binary) :: result
  defdelegate load_bytecode(runtime, bytecode), to: Context

  @doc "As `load_bytecode/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec load_bytecode!(runtime, binary) :: term
  defdelegate load_bytecode!(runtime, bytecode), to: Context

  @doc """
  Takes apart what `compile/2` made, without running it and without a runtime. What is
  foreign or damaged is refused with a `"TypeError"`.
  """
  @spec disasm(binary) :: {:ok, Bytecode.t()} | {:error, JSError.t()}
  def disasm(bytecode) when is_binary(bytecode) do
    Handles.check!()
    Bytecode.disassemble(bytecode)
  end

  @doc "As `disasm/1`; returns the code or raises `QuickBEAM.JSError`."
  @spec disasm!(binary) :: Bytecode.t()
  def disasm!(bytecode) do
    case disasm(bytecode) do
      {:ok, code} -> code
      {:error, error} -> raise error
    end
  end

  @doc "Compiles a script and takes it apart; see `QuickBEAM.Context.disasm/2`."
  @spec disasm(runtime, String.t()) :: {:ok, Bytecode.t()} | {:error, JSError.t()}
  defdelegate disasm(runtime, code), to: Context

  @doc "As `disasm/2`; returns the code or raises `QuickBEAM.JSError`."
  @spec disasm!(runtime, String.t()) :: Bytecode.t()
  defdelegate disasm!(runtime, code), to: Context

  @doc "Sends a message to JS; see `QuickBEAM.Context.send_message/2`."
  @spec send_message(runtime, term) :: :ok
  defdelegate send_message(runtime, message), to: Context

  ## Globals

  @doc "The value of a global; see `QuickBEAM.Context.get_global/2`."
  @spec get_global(runtime, String.t()) :: result
  defdelegate get_global(runtime, name), to: Context

  @doc "As `get_global/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec get_global!(runtime, String.t()) :: term
  defdelegate get_global!(runtime, name), to: Context

  @doc "Sets a global."
  @spec set_global(runtime, String.t(), term) :: :ok | {:error, JSError.t()}
  defdelegate set_global(runtime, name, value), to: Context

  @doc "The first element that matches a CSS selector; see `QuickBEAM.Context.dom_find/2`."
  @spec dom_find(runtime, String.t()) :: {:ok, Context.html_tree() | nil} | {:error, JSError.t()}
  defdelegate dom_find(runtime, selector), to: Context

  @doc "As `dom_find/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_find!(runtime, String.t()) :: Context.html_tree() | nil
  defdelegate dom_find!(runtime, selector), to: Context

  @doc "All elements that match a CSS selector; see `QuickBEAM.Context.dom_find_all/2`."
  @spec dom_find_all(runtime, String.t()) :: {:ok, [Context.html_tree()]} | {:error, JSError.t()}
  defdelegate dom_find_all(runtime, selector), to: Context

  @doc "As `dom_find_all/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_find_all!(runtime, String.t()) :: [Context.html_tree()]
  defdelegate dom_find_all!(runtime, selector), to: Context

  @doc "The text in the first element that matches a CSS selector; see `QuickBEAM.Context.dom_text/2`."
  @spec dom_text(runtime, String.t()) :: {:ok, String.t()} | {:error, JSError.t()}
  defdelegate dom_text(runtime, selector), to: Context

  @doc "As `dom_text/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_text!(runtime, String.t()) :: String.t()
  defdelegate dom_text!(runtime, selector), to: Context

  @doc "An attribute of the first element that matches a CSS selector; see `QuickBEAM.Context.dom_attr/3`."
  @spec dom_attr(runtime, String.t(), String.t()) ::
          {:ok, String.t() | nil} | {:error, JSError.t()}
  defdelegate dom_attr(runtime, selector, name), to: Context

  @doc "As `dom_attr/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_attr!(runtime, String.t(), String.t()) :: String.t() | nil
  defdelegate dom_attr!(runtime, selector, name), to: Context

  @doc "The whole document as HTML; see `QuickBEAM.Context.dom_html/1`."
  @spec dom_html(runtime) :: {:ok, String.t()} | {:error, JSError.t()}
  defdelegate dom_html(runtime), to: Context

  @doc "As `dom_html/1`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_html!(runtime) :: String.t()
  defdelegate dom_html!(runtime), to: Context

  @doc "The names of all globals; see `QuickBEAM.Context.globals/2`."
  @spec globals(runtime, keyword) :: {:ok, [String.t()]} | {:error, JSError.t()}
  defdelegate globals(runtime, opts \\ []), to: Context

  @doc "As `globals/2`; returns the names or raises `QuickBEAM.JSError`."
  @spec globals!(runtime, keyword) :: [String.t()]
  defdelegate globals!(runtime, opts \\ []), to: Context

  ## Inspection

  @doc """
  What a runtime holds, as the map itself; see `QuickBEAM.Context.memory_usage/1`.
  """
  @spec memory_usage(runtime) :: %{atom => non_neg_integer}
  defdelegate memory_usage(runtime), to: Context, as: :memory_usage!

  @doc "How often the lines of each script have run; see `QuickBEAM.Context.coverage/1`."
  @spec coverage(runtime) ::
          {:ok, %{Path.t() => %{(line :: pos_integer) => non_neg_integer}}}
          | {:error, JSError.t()}
  defdelegate coverage(runtime), to: Context

  @doc "As `coverage/1`; returns the map or raises `QuickBEAM.JSError`."
  @spec coverage!(runtime) :: %{Path.t() => %{(line :: pos_integer) => non_neg_integer}}
  defdelegate coverage!(runtime), to: Context

  @doc "What a runtime is and has; see `QuickBEAM.Context.info/1`."
  @spec info(runtime) :: map
  defdelegate info(runtime), to: Context

  @doc "Collects garbage now."
  @spec gc(runtime) :: :ok | {:error, JSError.t()}
  defdelegate gc(runtime), to: Context
end
