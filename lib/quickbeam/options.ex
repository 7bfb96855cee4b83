defmodule QuickBEAM.Options do
  @moduledoc false
  # Every option of every public function is checked here, once, before anything
  # is started: an ArgumentError names the option, the value and what was expected.

  alias QuickBEAM.Options.Network

  @groups ~w(beam fetch websocket worker channel eventsource url crypto compression
             buffer dom console storage locks intl node)a
  @browser @groups -- [:node]

  @max_bytes 2 ** 53
  # What `receive ... after` takes at most.
  @max_timeout 0xFFFF_FFFF

  @bytes {:integer, 0..@max_bytes, "a number of bytes, 0 for no limit"}
  @shared [apis: :apis, handlers: :handlers, script: :script]

  @pool [
    name: :name,
    id: :any,
    size: {:integer, 1..1024, "a number of threads from 1 to 1024"},
    memory_limit: @bytes,
    max_stack_size: {:integer, 65_536..0x4000_0000, "a number of bytes from 64 KiB to 1 GiB"},
    max_convert_depth: {:integer, 1..10_000, "a number from 1 to 10000"},
    max_convert_nodes: {:integer, 1..0xFFFF_FFFF, "a number from 1 to 2^32-1"},
    slice: {:integer, 1..1_000_000, "a number of microseconds from 1 to 1000000"},
    watch: :boolean,
    cover: :boolean,
    max_connections: {:integer, 1..65_535, "a number of connections from 1 to 65535"},
    context: :context
  ]

  @context [
    pool: :pool,
    name: :name,
    id: :any,
    define: :globals,
    memory_limit: @bytes,
    max_reductions: {:integer, 0..(2 ** 63 - 1), "a number of reductions, 0 for no limit"},
    timeout: :timeout,
    owner: :owner,
    console: :console,
    root: :root,
    network: :network,
    fetch: :fetch,
    storage: :storage
  ]

  @pool_schema @pool ++ @shared
  @context_schema @context ++ @shared
  # Both in one; a memory limit is that of the context, the pool has no other.
  @runtime_schema Keyword.delete(@context, :pool) ++
                    Keyword.drop(@pool, Keyword.keys(@context)) ++ @shared

  @checkout_schema [init: :init, lazy: :boolean] ++ Keyword.delete(@runtime_schema, :owner)

  @call_schema [timeout: :timeout]
  @eval_schema [timeout: :timeout, vars: :globals, filename: :filename]
  @globals_schema [user_only: :boolean]

  @type options :: %{optional(atom) => term}

  @doc "The options of a pool as given, those of its contexts apart: `{pool, contexts}`."
  @spec pool!(keyword) :: {options, options}
  def pool!(opts) do
    {contexts, pool} = opts |> validate!(@pool_schema) |> Map.split(Keyword.keys(@shared))
    {defaults, pool} = Map.pop(pool, :context, %{})
    {pool_defaults(pool), merge(defaults, contexts)}
  end

  @doc "The options of a context as given; `complete/2` adds what was not."
  @spec context!(keyword) :: options
  def context!(opts) do
    given = validate!(opts, @context_schema)

    if is_map_key(given, :pool),
      do: given,
      else: raise(ArgumentError, "the :pool option is required")
  end

  @doc "The options of a runtime as given: `{pool, context}`."
  @spec runtime!(keyword) :: {options, options}
  def runtime!(opts) do
    given = validate!(opts, @runtime_schema)
    {pool, context} = Map.split(given, Keyword.keys(@pool) -- Keyword.keys(@context))
    {defaults, pool} = Map.pop(pool, :context, %{})
    {pool_defaults(Map.put_new(pool, :size, 1)), merge(defaults, context)}
  end

  @doc "The options of a `QuickBEAM.Pool`: its own, and keywords for its threads and its contexts."
  @spec checkout_pool!(keyword) :: {options, keyword, keyword}
  def checkout_pool!(opts) do
    given = validate!(opts, @checkout_schema)
    {own, rest} = Map.split(given, [:name, :id, :size, :init, :lazy])
    {threads, contexts} = Map.split(rest, Keyword.keys(@pool) -- Keyword.keys(@context))
    defaults = %{name: nil, size: 10, init: nil, lazy: false}
    {Map.merge(defaults, own), raw(opts, threads), raw(opts, contexts)}
  end

  # As they were given: whoever starts with them checks them again.
  defp raw(opts, checked), do: Enum.filter(opts, fn {key, _} -> is_map_key(checked, key) end)

  @doc "The defaults of a pool under the options of one of its contexts."
  @spec complete(options, options) :: options
  def complete(pool_options, given) do
    Map.merge(
      %{
        name: nil,
        id: nil,
        apis: @browser,
        handlers: %{},
        script: [],
        define: %{},
        memory_limit: 0,
        max_reductions: 0,
        timeout: :infinity,
        owner: self(),
        console: Logger,
        root: nil,
        network: :all,
        fetch: nil,
        storage: :private,
        template: nil
      },
      merge(pool_options, given)
    )
  end

  @doc "What the NIF wants to know of a pool."
  @spec native_pool(options) :: map
  def native_pool(pool_options), do: Map.drop(pool_options, [:name, :id, :watch])

  @doc "The paths of `QuickBEAM.ContextPool.reload/2`."
  @spec script!(term) :: [Path.t()]
  def script!(value), do: check!(:script, :script, value)

  @spec eval!(keyword) :: options
  def eval!(opts), do: validate!(opts, @eval_schema)

  @spec call!(keyword) :: options
  def call!(opts), do: validate!(opts, @call_schema)

  @spec globals!(keyword) :: options
  def globals!(opts), do: validate!(opts, @globals_schema)

  defp pool_defaults(given) do
    Map.merge(
      %{
        name: nil,
        id: nil,
        size: System.schedulers_online(),
        memory_limit: 0,
        max_stack_size: 1_048_576,
        max_convert_depth: 256,
        max_convert_nodes: 1_000_000,
        slice: 1000,
        max_connections: 1024,
        watch: false,
        cover: QuickBEAM.Cover.started?()
      },
      given
    )
  end

  # A script of its own is instead of what the pool has compiled.
  defp merge(under, %{script: _} = over) when is_map_key(under, :template),
    do: under |> Map.delete(:template) |> merge(over)

  defp merge(under, over) do
    Map.merge(under, over, fn
      :handlers, pool, context -> Map.merge(pool, context)
      _option, _pool, context -> context
    end)
  end

  @doc """
  Checks options by the schema of another module. A type of its own is
  `{:check, (value -> {:ok, value} | :error), expected}`.
  """
  @spec validate!(keyword, keyword) :: options
  def validate!(opts, schema) do
    if not Keyword.keyword?(opts) do
      raise ArgumentError, "expected options as a keyword list, got: #{inspect(opts)}"
    end

    # As Keyword.get/2 has it, the first of two wins.
    for {option, value} <- Enum.reverse(opts), into: %{} do
      {option, check!(type!(option, schema), option, value)}
    end
  end

  defp type!(option, schema) do
    schema[option] ||
      raise ArgumentError,
            "unknown option #{inspect(option)}, did you mean " <>
              "#{inspect(nearest(option, Keyword.keys(schema)))}? Known options: " <>
              Enum.map_join(schema, ", ", fn {known, _} -> inspect(known) end)
  end

  defp nearest(name, known) do
    name = to_string(name)
    Enum.max_by(known, &String.jaro_distance(name, to_string(&1)))
  end

  defp check!(:any, _option, value), do: value

  defp check!({:check, fun, expected}, option, value) do
    case fun.(value) do
      {:ok, value} -> value
      :error -> invalid!(option, value, expected)
    end
  end

  defp check!({:integer, range, expected}, option, value) do
    if is_integer(value) and value in range, do: value, else: invalid!(option, value, expected)
  end

  defp check!(:timeout, _option, :infinity), do: :infinity
  defp check!(:timeout, _option, ms) when is_integer(ms) and ms in 0..@max_timeout, do: ms

  defp check!(:timeout, option, value),
    do: invalid!(option, value, "milliseconds (an integer from 0 to 2^32-1) or :infinity")

  defp check!(:boolean, _option, value) when is_boolean(value), do: value
  defp check!(:boolean, option, value), do: invalid!(option, value, "a boolean")

  defp check!(:init, _option, fun) when is_function(fun, 1), do: fun

  defp check!(:init, option, value),
    do: invalid!(option, value, "a function that takes a context")

  defp check!(:filename, option, value) do
    if text?(value), do: value, else: invalid!(option, value, "a string")
  end

  defp check!(:name, option, value) do
    case value do
      name when is_atom(name) and not is_boolean(name) -> name
      {:global, _} -> value
      {:via, module, _} when is_atom(module) -> value
      _ -> invalid!(option, value, "an atom, {:global, term} or {:via, module, term}")
    end
  end

  defp check!(:pool, option, value) do
    case value do
      pool when is_pid(pool) -> pool
      name when is_atom(name) and not is_nil(name) -> name
      {:global, _} -> value
      {:via, module, _} when is_atom(module) -> value
      {name, node} when is_atom(name) and is_atom(node) -> value
      _ -> invalid!(option, value, "the pid or name of a QuickBEAM.ContextPool")
    end
  end

  defp check!(:owner, _option, value) when is_pid(value), do: value
  defp check!(:owner, option, value), do: invalid!(option, value, "a pid")

  defp check!(:console, option, value) do
    case value do
      Logger -> Logger
      pid when is_pid(pid) -> pid
      fun when is_function(fun, 3) -> fun
      _ -> invalid!(option, value, "Logger, a function of three arguments or a pid")
    end
  end

  defp check!(:root, _option, nil), do: nil

  defp check!(:root, option, value) do
    if text?(value) and value != "" and File.dir?(value),
      do: Path.expand(value),
      else: invalid!(option, value, "the path of a folder that exists")
  end

  defp check!(:network, _option, value), do: Network.check!(value)
  defp check!(:fetch, _option, value), do: Network.fetch!(value)

  defp check!(:storage, option, value) do
    if (is_atom(value) and value not in [nil, true, false]) or (text?(value) and value != ""),
      do: value,
      else:
        invalid!(option, value, ":private, or the name of a shared area (an atom or a string)")
  end

  defp check!(:script, option, value) do
    paths = if list?(value), do: value, else: [value]

    if Enum.all?(paths, &(text?(&1) and &1 != "")),
      do: paths,
      else: invalid!(option, value, "a path or a list of paths, as strings")
  end

  defp check!(:globals, option, value) do
    if plain_map?(value) do
      Map.new(value, fn {name, term} -> {name!(name, option), term} end)
    else
      invalid!(option, value, "a map of names to values")
    end
  end

  defp check!(:handlers, option, value) do
    if plain_map?(value) or Keyword.keyword?(value) do
      Map.new(value, fn {name, handler} -> {name!(name, option), handler!(name, handler)} end)
    else
      invalid!(option, value, "a map of names to handlers")
    end
  end

  defp check!(:apis, _option, false), do: []

  defp check!(:apis, option, value) do
    cond do
      value in [nil, true] ->
        invalid!(option, value, apis_expected())

      is_atom(value) ->
        groups(value)

      list?(value) and Enum.all?(value, &is_atom/1) ->
        value |> Enum.flat_map(&groups/1) |> Enum.uniq()

      true ->
        invalid!(option, value, apis_expected())
    end
  end

  # Options of one context, under another name; what is one context's own stays out.
  defp check!(:context, option, value) do
    if Keyword.keyword?(value) do
      validate!(value, Keyword.drop(@context_schema, [:pool, :name, :id]))
    else
      invalid!(option, value, "a keyword list of QuickBEAM.Context options")
    end
  end

  defp name!(name, _option) when is_atom(name), do: Atom.to_string(name)

  defp name!(name, option) do
    if text?(name), do: name, else: invalid!(option, name, "names that are strings or atoms")
  end

  defp handler!(name, handler) do
    case handler do
      fun when is_function(fun, 1) -> fun
      {:with_caller, fun} when is_function(fun, 2) -> handler
      {module, function} when is_atom(module) and is_atom(function) -> handler
      _ -> raise ArgumentError, handler_expected(name, handler)
    end
  end

  defp handler_expected(name, handler) do
    "invalid value for handler #{inspect(name)} of the :handlers option: expected fn args -> result end, " <>
      "{:with_caller, fn args, context -> result end} or {module, function}, got: #{inspect(handler)}"
  end

  defp groups(:browser), do: @browser
  defp groups(group) when group in @groups, do: [group]

  defp groups(group) do
    raise ArgumentError,
          "unknown group #{inspect(group)} in the :apis option, did you mean " <>
            "#{inspect(nearest(group, [:browser | @groups]))}? Known groups: " <>
            Enum.map_join([:browser | @groups], ", ", &inspect/1)
  end

  defp apis_expected, do: "false, a group (such as :browser or :beam) or a list of groups"

  defp list?(value), do: is_list(value) and not List.improper?(value)
  defp plain_map?(value), do: is_map(value) and not is_struct(value)
  defp text?(value), do: is_binary(value) and String.valid?(value)

  defp invalid!(option, value, expected) do
    raise ArgumentError,
          "invalid value for the #{inspect(option)} option: expected #{expected}, got: #{inspect(value)}"
  end
end
