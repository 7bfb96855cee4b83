defmodule QuickBEAM.JS.Native do
  @moduledoc false
  # Stubs of the toolchain's NIF, nothing else; all of them run on dirty schedulers.
  # Not loaded with the module, but by the first use: see QuickBEAM.JS.Toolchain.

  @typedoc "Text, name, and the language where the name does not say it."
  @type source :: {text :: String.t(), name :: String.t(), :js | :jsx | :ts | :tsx | nil}
  @type diagnostic :: %{
          message: String.t(),
          help: String.t() | nil,
          file: String.t() | nil,
          line: pos_integer | nil,
          column: pos_integer | nil,
          end_line: pos_integer | nil,
          end_column: pos_integer | nil,
          first_line: pos_integer | nil,
          lines: [String.t()] | nil
        }
  @type result(value) :: {:ok, value} | {:error, [diagnostic]}
  @type output :: {code :: String.t(), source_map :: String.t() | nil}

  @spec load(Path.t()) :: :ok | {:error, {reason :: atom, text :: charlist}}
  def load(path), do: :erlang.load_nif(String.to_charlist(path), 0)

  @spec parse(source) :: result(map)
  def parse(_source), do: :erlang.nif_error(:not_loaded)

  @spec check(source) :: result(nil)
  def check(_source), do: :erlang.nif_error(:not_loaded)

  @spec imports(source) ::
          result(%{imports: [String.t()], dynamic: [String.t()], module: boolean})
  def imports(_source), do: :erlang.nif_error(:not_loaded)

  @spec transform(source, map) :: result(output)
  def transform(_source, _options), do: :erlang.nif_error(:not_loaded)

  @spec minify(source, map) :: result(output)
  def minify(_source, _options), do: :erlang.nif_error(:not_loaded)
end
