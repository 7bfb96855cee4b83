defmodule QuickBEAM.JS.Options do
  @moduledoc false
  # The options of QuickBEAM.JS, as QuickBEAM.Options checks them.

  alias QuickBEAM.Options

  @doc "Of `QuickBEAM.JS.transform/3`."
  @spec transform!(keyword) :: Options.options()
  def transform!(opts) do
    Options.validate!(opts, [define: define(), sourcemap: :boolean] ++ jsx())
  end

  @doc "Of `QuickBEAM.JS.minify/3`."
  @spec minify!(keyword) :: Options.options()
  def minify!(opts) do
    Options.validate!(opts,
      mangle: :boolean,
      compress: :boolean,
      drop_console: :boolean,
      sourcemap: :boolean
    )
  end

  @doc "Of `QuickBEAM.JS.bundle_file/2`."
  @spec bundle_file!(keyword) :: Options.options()
  def bundle_file!(opts), do: Options.validate!(opts, bundle())

  @doc "Of `QuickBEAM.JS.bundle/2`."
  @spec bundle!(keyword) :: Options.options()
  def bundle!(opts), do: Options.validate!(opts, [entry: text()] ++ bundle())

  defp bundle do
    [
      format: one_of([:iife, :esm, :cjs]),
      minify: :boolean,
      drop_console: :boolean,
      treeshake: :boolean,
      sourcemap: :boolean,
      banner: text(),
      footer: text(),
      define: define(),
      external: external(),
      conditions: {:check, &texts/1, "a list of names, as strings"},
      node_modules: text(),
      name: text()
    ] ++ jsx()
  end

  defp jsx do
    [
      jsx: one_of([:automatic, :classic]),
      jsx_factory: text(),
      jsx_fragment: text(),
      import_source: text(),
      target: text()
    ]
  end

  defp one_of(values) do
    check = fn value -> if value in values, do: {:ok, value}, else: :error end
    {:check, check, Enum.map_join(values, " or ", &inspect/1)}
  end

  defp text, do: {:check, &text/1, "a string"}

  defp text(value),
    do: if(is_binary(value) and String.valid?(value), do: {:ok, value}, else: :error)

  defp texts(value) do
    if is_list(value) and not List.improper?(value) and Enum.all?(value, &(text(&1) != :error)),
      do: {:ok, value},
      else: :error
  end

  defp external do
    {:check, &external/1, "a list of package names, or a map of them to JavaScript expressions"}
  end

  defp external(value) when is_map(value), do: define(value)

  defp external(value) do
    with {:ok, names} <- texts(value), do: {:ok, Enum.map(names, &{&1, nil})}
  end

  # Names may be atoms; the values are JavaScript.
  defp define do
    {:check, &define/1, "a map of names to JavaScript expressions, both as strings"}
  end

  defp define(value) when (is_map(value) and not is_struct(value)) or is_list(value) do
    pairs =
      Enum.map(value, fn
        {name, expression} when is_atom(name) -> {Atom.to_string(name), expression}
        other -> other
      end)

    valid? =
      Enum.all?(pairs, fn
        {name, expression} -> text(name) != :error and text(expression) != :error
        _ -> false
      end)

    # Sorted: what comes out does not depend on the order of a map.
    if valid?, do: {:ok, Enum.sort(pairs)}, else: :error
  end

  defp define(_value), do: :error
end
