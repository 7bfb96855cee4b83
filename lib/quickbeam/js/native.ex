defmodule QuickBEAM.JS.Native do
  @moduledoc false
  # Stubs of the toolchain's NIF, nothing else; they run on dirty schedulers.
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
  @typedoc "Code, its source map, and the files on disk that were read."
  @type output :: {code :: String.t(), source_map :: String.t() | nil, files :: [Path.t()]}
  @type source_map :: reference

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

  @spec source_map(String.t()) :: result({source_map, sources :: [String.t()]})
  def source_map(_json), do: :erlang.nif_error(:not_loaded)

  # Does not run on a dirty scheduler: a look-up is a binary search.
  @spec original(source_map, [{line :: pos_integer, column :: pos_integer | nil}]) ::
          [{source :: String.t(), line :: pos_integer, column :: pos_integer} | nil]
  def original(_source_map, _positions), do: :erlang.nif_error(:not_loaded)

  @spec bundle(
          {:memory, [{String.t(), String.t()}], entry :: String.t() | nil}
          | {:disk, entry :: Path.t(), root :: Path.t()},
          map
        ) :: result(output)
  def bundle(_modules, _options), do: :erlang.nif_error(:not_loaded)
end
