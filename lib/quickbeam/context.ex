defmodule QuickBEAM.Context do
  @moduledoc """
  A JavaScript context: its own heap and globals, a budget, a mailbox, and a
  process that stands for it in supervision trees and registries.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> {:ok, _} = QuickBEAM.Context.eval(context, "function add(a, b) { return a + b }")
      iex> QuickBEAM.Context.call(context, "add", [1, 2])
      {:ok, 3}
      iex> QuickBEAM.Context.eval(context, "items.length", vars: %{items: ["a", "b"]})
      {:ok, 2}

  ## Calling Elixir

  JavaScript reaches Elixir by the names in `:handlers`. `Beam.call` gives a
  promise, `Beam.callSync` the value:

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} =
      ...>   QuickBEAM.Context.start_link(
      ...>     pool: pool,
      ...>     handlers: %{"greet" => fn [name] -> "Hello, " <> name end}
      ...>   )
      iex> QuickBEAM.Context.eval(context, ~S|(await Beam.call("greet", "you")).toUpperCase()|)
      {:ok, "HELLO, YOU"}

  A handler gets the list of arguments and runs in a process of its own, with the
  context and its owner in `$callers`. It ends with the context, however that ends, as a
  linked task would (by a `:shutdown`), and with QuickBEAM's supervisor of handlers. An
  operation that times out, and a reset, leave it to its end: nobody hears its answer.
  If it raises, throws, exits or is killed, JavaScript sees an `Error` with the name and
  message of the exception.

  | a handler | is run as |
  |---|---|
  | `fn args -> result end` | `fun.(args)` |
  | `{:with_caller, fn args, context -> result end}` | `fun.(args, context_pid)` |
  | `{module, function}` | `module.function(args)` |

  ## Messages

  Whatever the process of a context is sent reaches the callback that JavaScript
  gave to `Beam.onMessage`, in order; `Beam.send` and `Beam.self` go the other way.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> js = "Beam.onMessage(([from, n]) => Beam.send(from, n + 1))"
      iex> {:ok, _} = QuickBEAM.Context.eval(context, js)
      iex> send(context, {self(), 1})
      iex> receive do n -> n end
      2

  ## Life

  A context ends when `stop/1` is called, when its process ends in whatever way,
  when its `:owner` ends, and when its pool ends. Its memory is then given back at
  once. Operations pending at its end return an `"AbortError"`; calling a context
  that is not alive exits with `:noproc`, as `GenServer.call/3` does.

  ## Options

  | option | default | meaning |
  |---|---|---|
  | `:pool` | required | pid or name of a `QuickBEAM.ContextPool` on this node |
  | `:name` | none | any `t:GenServer.name/0` |
  | `:id` | the name | id of the child spec |
  | `:apis` | `[:browser]` | `false`, a group of Web APIs, or a list of groups, below |
  | `:handlers` | `%{}` | name to handler, as above |
  | `:script` | none | path or list of paths of scripts to run at the start and after a reset; see below |
  | `:define` | `%{}` | globals to set before the script |
  | `:memory_limit` | 0 = none | bytes of live JS heap |
  | `:max_reductions` | 0 = none | budget of work for each operation: a call costs one, a turn of a loop two, long built-ins what they do |
  | `:timeout` | `:infinity` | milliseconds for each operation: an eval, a call, a callback of a timer or message |
  | `:owner` | the caller | the process whose end ends the context |
  | `:root` | none | folder that scripts may import files and npm packages from; nothing outside of it is read |
  | `:network` | `:all` | `:none`, or rules and limits of the network, below |
  | `:fetch` | none | the application's own client for HTTP: see `QuickBEAM.Fetch` |
  | `:storage` | `:private` | name (an atom or a string) of an area of `localStorage` that contexts share; a private one ends with its context |
  | `:console` | `Logger` | a function `fn level, text, meta -> any end`, or a pid that gets `{:console, level, text}`. To one that has 100,000 messages or 64 MB of lines waiting nothing more is sent: it gets a warning that says so, and how many lines were dropped once there is room |

  ### APIs

  Every context has ECMAScript, `Beam` with `call`, `callSync`, `send`, `self`,
  `onMessage` and `peek`, timers, `queueMicrotask`, `structuredClone`, `console` with
  `log`, `info`, `warn`, `error` and `debug`, `TextEncoder`, `TextDecoder`, `atob`,
  `btoa`, `performance`, `crypto.getRandomValues`, `self`, `reportError` and
  `DOMException`: that is all with `apis: false`. What the groups add:

  | group | globals |
  |---|---|
  | `:beam` | the rest of `Beam`: processes, nodes, `hash`, `password`, `semver`, `inspect`, … |
  | `:fetch` | `fetch`, `Request`, `Response`, `Headers`, `FormData`; and of streams, files, events and `:url` |
  | `:websocket` | `WebSocket`; and of streams, files, events and `:url` |
  | `:eventsource` | `EventSource`; and of events and `:url` |
  | `:worker` | `Worker`, `MessageChannel`, `MessagePort`; and of events |
  | `:channel` | `BroadcastChannel`, `MessageChannel`, `MessagePort`; and of events |
  | `:url` | `URL`, `URLSearchParams`, `URLPattern` |
  | `:crypto` | `crypto.subtle`, `crypto.randomUUID`, `Crypto`, `CryptoKey`, `SubtleCrypto` |
  | `:compression` | `CompressionStream`, `DecompressionStream`, `compression`; and of streams and events |
  | `:buffer` | `Buffer`; and of streams, files and events |
  | `:dom` | `document`, `window`, `Node`, `Element`, `DOMParser`, `MutationObserver`, …; and `navigator` and of events |
  | `:console` | the rest of `console`: `table`, `group`, `time`, `count`, `assert`, … |
  | `:storage` | `localStorage`, `sessionStorage`; and of events |
  | `:locks` | `navigator.locks`; and of events |
  | `:intl` | `Intl`, and the methods of built-ins that stand on it, as `toLocaleString` |
  | `:node` | `require`, `process`, `path`, `fs`, `os`, `child_process`, `util`, `events`, `assert`; and of `:buffer` and `:url`. Scripts then read and write files and run commands |
  | `:browser` | all of these but `:node` |

  Streams are `ReadableStream`, `WritableStream`, `TransformStream` and what belongs to
  them; files are `Blob`, `File`, `FileList` and `FileReader`; events are `Event`, `EventTarget`,
  `AbortController`, `AbortSignal` and the other interfaces of events, listeners on the
  global object, `onerror` and `onunhandledrejection`.

  A global is there from the start and made when a script first touches it, so that a
  group costs little until it is used. What belongs to no group that was asked for is not
  reachable by any name.

  ### The network

  `fetch`, `WebSocket` and `EventSource` may connect to every host. `network: :none`
  forbids all of them; a keyword list or map sets rules and limits instead:

      network: [allow: ["api.example.com", "*.example.org"], deny: ["8.8.8.0/24"]]

  | | default | meaning |
  |---|---|---|
  | `:allow` | all | hosts (`"example.com"`, `"*.example.com"`), addresses and networks (`"10.0.0.0/8"`, `"fc00::/7"`); nothing else is connected to |
  | `:deny` | `[]` | the same; wins over `:allow` |
  | `:private` | `false` | whether addresses that are not of the public Internet may be connected to: loopback, private, link-local, shared, unique local, multicast and other special ones. An address or network in `:allow`, or the very name of a host, opens them too; `"*.suffix"` does not |
  | `:cacerts` | none | certificates in PEM (or the path of a file) to trust beside Mozilla's |
  | `:max_connections` | 64 | connections of this context; who wants more waits. Those of all contexts together are limited by the pool |
  | `:max_header_size` | 65_536 | bytes of the headers of a response, 0 for no limit (of ours) |
  | `:max_body_size` | 268_435_456 | bytes of the body of a response, decoded; 0 for no limit |
  | `:max_message_size` | 16_777_216 | bytes of a message of a WebSocket; 0 for no limit |
  | `:connect_timeout` | 10_000 | milliseconds for the name, the connection and TLS |
  | `:headers_timeout` | 300_000 | milliseconds between a request and the head of its response |
  | `:idle_timeout` | 300_000 | milliseconds between two pieces of a body that somebody reads |

  The rules are asked about the address itself when a connection is made, after its name is
  resolved, so that no redirect, no spelling of an address and no answer of a name server
  gets around them. Once there is a list, `:private` is false unless it says otherwise:
  `network: [private: true]` allows what `:all` does, with limits to be set. What is refused
  rejects with a `TypeError` whose `code` is `"ERR_NETWORK_REFUSED"`. URLs are absolute, or
  relative to the document once it has a URL (`location.href = "https://..."`). There are no
  cookies and no cache, and nothing is shared between contexts; what one has open is
  closed when it ends or is reset.

  The pool's own `:apis`, `:handlers`, `:script` and `:context` stand where a
  context says nothing else.

  ## Scripts

  A `:script` in plain JavaScript runs as it is. TypeScript and JSX (`.ts`, `.mts`,
  `.cts`, `.tsx`, `.jsx`) are transformed. A script that imports or exports is bundled
  with all it imports, from files and from packages in `node_modules`, and runs as a
  module; what it exports becomes global, so that `call/4` finds it:

      // priv/js/render.tsx
      import { renderToString } from "preact-render-to-string";
      export const render = (props: Props) => renderToString(<Page {...props} />);

      children = [{QuickBEAM, name: MyApp.Renderer, script: "priv/js/render.tsx"}]
      QuickBEAM.call(MyApp.Renderer, "render", [%{title: "Hello"}])

  `QuickBEAM.JS` does that, and says how it is built; `tsconfig.json` is respected. What
  was made is kept for other contexts with the same script until one of its files changes.
  Errors and stack traces have the files, lines and columns of the sources, see also
  `QuickBEAM.JSError.code_frame/2`.
  """

  alias QuickBEAM.{
    Bytecode,
    ContextPool,
    Cover,
    Handles,
    JSError,
    Operation,
    Options,
    Scripts,
    SourceMaps
  }

  alias QuickBEAM.Context.Server

  @type t :: GenServer.server()
  @type result :: {:ok, term} | {:error, JSError.t()}

  ## Life

  @doc """
  Starts a context, linked to the caller, and runs its script. Options are above.

  Returns `{:error, reason}`, without harm to the caller, when the pool is not alive
  (`{:pool_not_found, pool}`), when a script is missing
  (`{:script_not_found, path, reason}`), fails or is no JavaScript
  (`{:script_error, path, error}`), or
  when memory is short (`%QuickBEAM.JSError{}`).
  """
  @spec start_link(keyword) :: GenServer.on_start()
  def start_link(opts), do: start(opts, true)

  @doc "As `start_link/1`, without the link. The context still ends with its `:owner`."
  @spec start(keyword) :: GenServer.on_start()
  def start(opts), do: start(opts, false)

  defp start(opts, link?) do
    %{pool: pool} = given = Options.context!(opts)

    case ContextPool.fetch(pool) do
      {:ok, pid, native, defaults} ->
        Server.start({:shared, pool, pid, native}, Options.complete(defaults, given), link?)

      :error ->
        {:error, {:pool_not_found, pool}}
    end
  end

  @doc "How a supervisor starts a context; takes the options of `start_link/1`."
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(opts) do
    %{id: opts[:id] || opts[:name] || __MODULE__, start: {__MODULE__, :start_link, [opts]}}
  end

  @doc """
  Stops a context and returns when its memory is given back. Operations that are
  pending return an `"AbortError"`. Exits as `GenServer.stop/1` if it is not alive.
  """
  @spec stop(t) :: :ok
  def stop(context), do: GenServer.stop(context)

  @doc """
  Gives a context a fresh global object, then defines and runs what it was started
  with. Handlers, limits and APIs stay; pending operations return an `"AbortError"`.
  """
  @spec reset(t) :: :ok | {:error, JSError.t() | tuple}
  def reset(context), do: Operation.request(context, :quickbeam_reset, {:reset, [context]})

  ## Code

  @doc """
  Runs a script and returns its value; `await` may be used at its top level, and a
  promise as the value is awaited.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> QuickBEAM.Context.eval(context, "[1, 2, 3].map(n => n * n)")
      {:ok, [1, 4, 9]}
      iex> {:error, error} = QuickBEAM.Context.eval(context, "while (true) {}", timeout: 20)
      iex> Exception.message(error)
      "InternalError: interrupted"

  | option | default | meaning |
  |---|---|---|
  | `:timeout` | the context's | milliseconds, or `:infinity` |
  | `:vars` | `%{}` | globals for this eval only, removed afterwards whatever happens |
  | `:filename` | `"<eval>"` | what stack traces call it |
  """
  @spec eval(t, String.t(), keyword) :: result
  def eval(context, code, opts \\ [])

  def eval(context, code, []) when is_binary(code) do
    Operation.run(context, {:eval, code, "<eval>", %{}}, :default, {:eval, [context, code, []]})
  end

  def eval(context, code, opts) when is_binary(code) do
    given = Options.eval!(opts)
    op = {:eval, code, Map.get(given, :filename, "<eval>"), Map.get(given, :vars, %{})}
    Operation.run(context, op, timeout(given), {:eval, [context, code, opts]})
  end

  @doc "As `eval/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec eval!(t, String.t(), keyword) :: term
  def eval!(context, code, opts \\ []), do: context |> eval(code, opts) |> unwrap!()

  @doc """
  Runs TypeScript, as `eval/3` runs JavaScript. Types are removed, not checked; see
  `QuickBEAM.JS.transform/3`. Errors have the lines and columns of the TypeScript.

      QuickBEAM.Context.eval_ts(context, "const n: number = 42; n")
      #=> {:ok, 42}

  Takes the options of `eval/3`. A `:filename` with the extension `.tsx` or `.jsx` is for
  JSX. With a `:filename` of its own, also what the code leaves behind has its errors
  there; two that run at the same time in one context want two names.
  """
  @spec eval_ts(t, String.t(), keyword) :: result
  def eval_ts(context, code, opts \\ []) when is_binary(code) do
    given = Options.eval!(opts)
    filename = Map.get(given, :filename, "<eval.ts>")

    with {:ok, js, json} <- Scripts.transform(code, filename) do
      map = fn -> SourceMaps.new(json, & &1) end
      kept? = is_map_key(given, :filename) and Handles.add_source_map(context, filename, map.())
      op = {:eval, js, filename, Map.get(given, :vars, %{})}
      Cover.Files.put_map(filename, js, map)

      case Operation.run(context, op, timeout(given), {:eval_ts, [context, code, opts]}) do
        {:error, error} when not kept? ->
          {:error, SourceMaps.original(error, %{filename => map.()})}

        result ->
          result
      end
    end
  end

  @doc "As `eval_ts/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec eval_ts!(t, String.t(), keyword) :: term
  def eval_ts!(context, code, opts \\ []), do: context |> eval_ts(code, opts) |> unwrap!()

  @doc """
  Calls a global function, one in a global object (`"console.log"`), or one that a
  module exports: `{"render.js", "render"}`, where the module is named as `load_module/3`
  named it, or by its path below `:root`. A promise that it returns is awaited.

  The one option is `:timeout`: milliseconds, or `:infinity`.
  """
  @spec call(t, String.t() | {module :: String.t(), export :: String.t()}, list, keyword) ::
          result
  def call(context, name, args \\ [], opts \\ [])

  def call(context, name, args, []) when is_list(args) do
    Operation.run(context, call_op(name, args), :default, {:call, [context, name, args, []]})
  end

  def call(context, name, args, opts) when is_list(args) do
    timeout = timeout(Options.call!(opts))
    Operation.run(context, call_op(name, args), timeout, {:call, [context, name, args, opts]})
  end

  defp call_op(name, args) when is_binary(name), do: {:call, name, args}

  defp call_op({module, name}, args) when is_binary(module) and is_binary(name),
    do: {:call_export, module, name, args}

  @doc "As `call/4`; returns the value or raises `QuickBEAM.JSError`."
  @spec call!(t, String.t() | {String.t(), String.t()}, list, keyword) :: term
  def call!(context, name, args \\ [], opts \\ []),
    do: context |> call(name, args, opts) |> unwrap!()

  @doc """
  Loads an ES module, which later scripts and modules import by its name, and returns
  when it has been evaluated. A second one of the same name takes its place for imports
  from then on.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> QuickBEAM.Context.load_module(context, "lib/twice.js", "export default n => 2 * n")
      :ok
      iex> QuickBEAM.Context.load_module(context, "app.js", \"""
      ...> import twice from "./lib/twice.js";
      ...> export const run = n => twice(n) + 1;
      ...> \""")
      :ok
      iex> QuickBEAM.Context.call(context, {"app.js", "run"}, [4])
      {:ok, 9}

  What a module imports is looked for among the modules that were loaded, and, where
  the context has a `:root`, among the files and npm packages below it: ES modules,
  CommonJS, JSON. Its text is compiled once in a pool.
  """
  @spec load_module(t, String.t(), String.t()) :: :ok | {:error, JSError.t()}
  def load_module(context, name, code) when is_binary(name) and is_binary(code) do
    context
    |> Operation.run(
      {:load_module, name, code},
      :default,
      {:load_module, [context, name, code]}
    )
    |> done()
  end

  @doc "Compiles a script to bytecode, for `load_bytecode/2` in any context of this build."
  @spec compile(t, String.t()) :: {:ok, binary} | {:error, JSError.t()}
  def compile(context, code) when is_binary(code) do
    Operation.run(context, {:compile, code, "<eval>"}, :default, {:compile, [context, code]})
  end

  @doc "As `compile/2`; returns the bytecode or raises `QuickBEAM.JSError`."
  @spec compile!(t, String.t()) :: binary
  def compile!(context, code), do: context |> compile(code) |> unwrap!()

  @doc """
  Runs what `compile/2` made, and returns its value. Only load bytecode that you made
  yourself: it is checked for its version, not for malice.
  """
  @spec load_bytecode(t, binary) :: result
  def load_bytecode(context, bytecode) when is_binary(bytecode) do
    call = {:load_bytecode, [context, bytecode]}
    Operation.run(context, {:load_bytecode, bytecode}, :default, call)
  end

  @doc "As `load_bytecode/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec load_bytecode!(t, binary) :: term
  def load_bytecode!(context, bytecode), do: context |> load_bytecode(bytecode) |> unwrap!()

  @doc """
  Compiles a script, as `compile/2` does, and takes it apart instead of running it.

      iex> {:ok, js} = QuickBEAM.start()
      iex> {:ok, code} = QuickBEAM.disasm(js, "x => x + 1")
      iex> [%QuickBEAM.Bytecode{args: ["x"]} = function] = code.cpool
      iex> for {_offset, name, _operand} <- function.opcodes, do: name
      [:get_arg0, :push_1]
  """
  @spec disasm(t, String.t()) :: {:ok, Bytecode.t()} | {:error, JSError.t()}
  def disasm(context, code) when is_binary(code) do
    Operation.run(context, {:disasm, code, "<eval>"}, :default, {:disasm, [context, code]})
  end

  @doc "As `disasm/2`; returns the code or raises `QuickBEAM.JSError`."
  @spec disasm!(t, String.t()) :: Bytecode.t()
  def disasm!(context, code), do: context |> disasm(code) |> unwrap!()

  @doc """
  Sends a message to the callback of `Beam.onMessage`; messages that come before
  there is one are kept for it. As with `send/2`, one to a dead context is lost.
  """
  @spec send_message(t, term) :: :ok
  def send_message(context, message), do: Operation.send_message(context, message)

  ## Globals

  @doc "The value of a global, `nil` if there is none."
  @spec get_global(t, String.t()) :: result
  def get_global(context, name) when is_binary(name) do
    Operation.run(context, {:get_global, name}, :default, {:get_global, [context, name]})
  end

  @doc "As `get_global/2`; returns the value or raises `QuickBEAM.JSError`."
  @spec get_global!(t, String.t()) :: term
  def get_global!(context, name), do: context |> get_global(name) |> unwrap!()

  @doc "Sets a global."
  @spec set_global(t, String.t(), term) :: :ok | {:error, JSError.t()}
  def set_global(context, name, value) when is_binary(name) do
    call = {:set_global, [context, name, value]}
    context |> Operation.run({:set_global, name, value}, :default, call) |> done()
  end

  @doc """
  The names of all globals, sorted.

  `user_only: true` leaves out those that every context has from the start.
  """
  @spec globals(t, keyword) :: {:ok, [String.t()]} | {:error, JSError.t()}
  def globals(context, opts \\ []) do
    user_only? = Map.get(Options.globals!(opts), :user_only, false)
    Operation.run(context, {:globals, user_only?}, :default, {:globals, [context, opts]})
  end

  @doc "As `globals/2`; returns the names or raises `QuickBEAM.JSError`."
  @spec globals!(t, keyword) :: [String.t()]
  def globals!(context, opts \\ []), do: context |> globals(opts) |> unwrap!()

  ## Document

  @typedoc """
  An element as Floki has it: name, attributes and children, which are elements, texts,
  `{:comment, text}` and `{:pi, target, data}`.
  """
  @type html_tree :: {String.t(), [{String.t(), String.t()}], [html_node]}
  @type html_node ::
          html_tree | String.t() | {:comment, String.t()} | {:pi, String.t(), String.t()}

  @doc """
  The first element of the document that matches a CSS selector, `nil` if none does.

  As the other `dom_` functions, it needs the group `:dom` and reads the document
  without running JavaScript, between two operations of the context. What is no selector
  is `{:error, %QuickBEAM.JSError{name: "SyntaxError"}}`; more than `:max_convert_nodes`
  nodes, or deeper nested than `:max_convert_depth`, is a `"ConversionError"`.

      iex> {:ok, js} = QuickBEAM.start(apis: [:dom])
      iex> QuickBEAM.eval(js, "document.body.innerHTML = '<p class=a>Hi <b>you</b></p>'")
      iex> QuickBEAM.dom_find(js, "p.a")
      {:ok, {"p", [{"class", "a"}], ["Hi ", {"b", [], ["you"]}]}}
  """
  @spec dom_find(t, String.t()) :: {:ok, html_tree | nil} | {:error, JSError.t()}
  def dom_find(context, selector) when is_binary(selector) do
    Operation.run(context, {:dom_find, selector}, :default, {:dom_find, [context, selector]})
  end

  @doc "As `dom_find/2`; returns the element or raises `QuickBEAM.JSError`."
  @spec dom_find!(t, String.t()) :: html_tree | nil
  def dom_find!(context, selector), do: context |> dom_find(selector) |> unwrap!()

  @doc "All elements of the document that match a CSS selector; see `dom_find/2`."
  @spec dom_find_all(t, String.t()) :: {:ok, [html_tree]} | {:error, JSError.t()}
  def dom_find_all(context, selector) when is_binary(selector) do
    call = {:dom_find_all, [context, selector]}
    Operation.run(context, {:dom_find_all, selector}, :default, call)
  end

  @doc "As `dom_find_all/2`; returns the elements or raises `QuickBEAM.JSError`."
  @spec dom_find_all!(t, String.t()) :: [html_tree]
  def dom_find_all!(context, selector), do: context |> dom_find_all(selector) |> unwrap!()

  @doc """
  The text in the first element that matches a CSS selector, `""` if none does; see
  `dom_find/2`.
  """
  @spec dom_text(t, String.t()) :: {:ok, String.t()} | {:error, JSError.t()}
  def dom_text(context, selector) when is_binary(selector) do
    Operation.run(context, {:dom_text, selector}, :default, {:dom_text, [context, selector]})
  end

  @doc "As `dom_text/2`; returns the text or raises `QuickBEAM.JSError`."
  @spec dom_text!(t, String.t()) :: String.t()
  def dom_text!(context, selector), do: context |> dom_text(selector) |> unwrap!()

  @doc """
  An attribute of the first element that matches a CSS selector, `nil` if there is no
  such element or attribute; see `dom_find/2`.
  """
  @spec dom_attr(t, String.t(), String.t()) :: {:ok, String.t() | nil} | {:error, JSError.t()}
  def dom_attr(context, selector, name) when is_binary(selector) and is_binary(name) do
    call = {:dom_attr, [context, selector, name]}
    Operation.run(context, {:dom_attr, selector, name}, :default, call)
  end

  @doc "As `dom_attr/3`; returns the value or raises `QuickBEAM.JSError`."
  @spec dom_attr!(t, String.t(), String.t()) :: String.t() | nil
  def dom_attr!(context, selector, name), do: context |> dom_attr(selector, name) |> unwrap!()

  @doc "The whole document as HTML; see `dom_find/2`."
  @spec dom_html(t) :: {:ok, String.t()} | {:error, JSError.t()}
  def dom_html(context), do: Operation.run(context, :dom_html, :default, {:dom_html, [context]})

  @doc "As `dom_html/1`; returns the text or raises `QuickBEAM.JSError`."
  @spec dom_html!(t) :: String.t()
  def dom_html!(context), do: context |> dom_html() |> unwrap!()

  ## Inspection

  @doc """
  What a context holds, in live bytes and counts: `:malloc_size`, `:malloc_count`,
  `:memory_used_size`, `:context_malloc_size`, and `:atom_count`, `:str_count`,
  `:obj_count`, `:prop_count`, `:shape_count`, `:js_func_count`, `:c_func_count`,
  `:array_count`.
  """
  @spec memory_usage(t) :: {:ok, %{atom => non_neg_integer}} | {:error, JSError.t()}
  def memory_usage(context) do
    Operation.run(context, :memory_usage, :default, {:memory_usage, [context]})
  end

  @doc "As `memory_usage/1`; returns the map or raises `QuickBEAM.JSError`."
  @spec memory_usage!(t) :: %{atom => non_neg_integer}
  def memory_usage!(context), do: context |> memory_usage() |> unwrap!()

  @doc """
  How often the lines of each script have run in this context, of those where a statement
  begins; see `QuickBEAM.Cover`. An error where its pool does not count.

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1, cover: true)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> QuickBEAM.Context.eval(context, "if (1 > 2) {\\n  never()\\n}", filename: "a.js")
      iex> QuickBEAM.Context.coverage(context)
      {:ok, %{"a.js" => %{1 => 1, 2 => 0}}}
  """
  @spec coverage(t) ::
          {:ok, %{Path.t() => %{(line :: pos_integer) => non_neg_integer}}}
          | {:error, JSError.t()}
  def coverage(context) do
    case Operation.run(context, :coverage, :default, {:coverage, [context]}) do
      {:ok, nil} ->
        {:error,
         %JSError{name: "Error", message: "coverage is off: see the option :cover of the pool"}}

      {:ok, units} when is_list(units) ->
        {:ok, Cover.context_lines(units)}

      other ->
        other
    end
  end

  @doc "As `coverage/1`; returns the map or raises `QuickBEAM.JSError`."
  @spec coverage!(t) :: %{Path.t() => %{(line :: pos_integer) => non_neg_integer}}
  def coverage!(context), do: context |> coverage() |> unwrap!()

  @doc """
  What a context is doing, has done and was started with. It answers at once, also
  while JavaScript loops without end or waits: it runs nothing, and the figures are
  those of the end of the context's last slice.

    * `:state` - `:idle`; `:running`; `:runnable`, when it queues for a thread; or
      `{:waiting, what}`, when it is suspended in the middle of an operation: `what` is
      the name of the handler that `Beam.callSync` called, `:sleep`, `:atomics`
      (`Atomics.wait`), or `:host` (until the context's process has caught up)
    * `:pending` - operations that await a promise
    * `:reductions` - in all; see `:max_reductions`
    * `:slices` - how often a thread took it up
    * `:run_time` - microseconds on the schedulers of callers (`:inline`) and on the
      threads of the pool (`:workers`)
    * `:gc_count`, `:gc_time` - collections of garbage, and microseconds they took
    * `:memory` - live bytes
    * `:global_count` - properties of the global object, those of every context and
      those keyed by symbols included; what `let`, `const` and `class` declare is not
    * `:handlers` - their names; `:pool`, `:id`, `:name`, `:apis`, `:owner`, `:timeout`,
      `:memory_limit`, `:max_reductions`

      iex> {:ok, pool} = QuickBEAM.ContextPool.start_link(size: 1)
      iex> {:ok, context} = QuickBEAM.Context.start_link(pool: pool)
      iex> %{pending: pending, handlers: handlers} = QuickBEAM.Context.info(context)
      iex> {pending, handlers}
      {0, []}
  """
  @spec info(t) :: map
  def info(context) do
    case Operation.request(context, :quickbeam_info, {:info, [context]}) do
      %{} = info -> info
      :noproc -> raise JSError.aborted("the context has ended")
      {:error, error} -> raise error
    end
  end

  @doc "Collects garbage now. There is no need to: a context does so by itself."
  @spec gc(t) :: :ok | {:error, JSError.t()}
  def gc(context), do: context |> Operation.run(:gc, :default, {:gc, [context]}) |> done()

  defp timeout(options), do: Map.get(options, :timeout, :default)

  defp done({:ok, _}), do: :ok
  defp done({:error, _} = error), do: error

  defp unwrap!({:ok, value}), do: value
  defp unwrap!({:error, error}), do: raise(error)
end
