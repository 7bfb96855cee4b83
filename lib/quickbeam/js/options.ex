defmodule QuickBEAM.JS.Options do
  @moduledoc false
  # The options of QuickBEAM.JS, as QuickBEAM.Options checks them.

  alias QuickBEAM.Options

  @doc "Of `QuickBEAM.JS.transform/3`."
  @spec transform!(keyword) :: Options.options()
  def transform!(opts) do
    Options.validate!(opts,
      jsx: one_of([:automatic, :classic]),
      jsx_factory: text(),
      jsx_fragment: text(),
      import_source: text(),
      target: text(),
      define: define(),
      sourcemap: :boolean
    )
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

  defp one_of(values) do
    check = fn value -> if value in values, do: {:ok, value}, else: :error end
    {:check, check, Enum.map_join(values, " or ", &inspect/1)}
  end

  defp text, do: {:check, &text/1, "a string"}

  defp text(value),
    do: if(is_binary(value) and String.valid?(value), do: {:ok, value}, else: :error)

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
