defmodule QuickBEAM.Apis.Worker.Source do
  @moduledoc false
  # The scripts of workers. A file is found below the context's :root, or else the
  # directory of its own first script, and nowhere else: a script that cannot read files shall not read
  # them by this way.

  @type source :: %{code: String.t(), filename: String.t()}

  @doc "The directory below which a context finds the scripts of its workers, or nil."
  @spec base(map) :: Path.t() | nil
  def base(%{worker: %{source: %{base: base}}}), do: base
  def base(%{root: root}) when is_binary(root), do: root
  def base(%{script: [path | _]}), do: path |> Path.expand() |> Path.dirname()
  def base(_options), do: nil

  @doc "The URL of a script, as its `location` shows it."
  @spec url(map) :: String.t()
  def url(%{filename: "/" <> _ = path}),
    do: "file://" <> URI.encode(path, &(&1 == ?/ or URI.char_unreserved?(&1)))

  def url(%{href: href}), do: href

  @doc "What runs the script of a worker."
  @spec operation(map) :: QuickBEAM.Native.op()
  def operation(%{type: "module", source: source}) do
    {:load_module, source.filename, source.code}
  end

  def operation(%{source: source}), do: {:eval, source.code, source.filename, %{}}

  @doc "The code of what priv/js/worker_source.js has found a URL to be."
  @spec find(kind :: String.t(), String.t(), String.t(), Path.t() | nil) ::
          {:ok, map} | {:error, String.t()}
  def find("code", text, filename, base) do
    {:ok, %{code: text, filename: filename, base: base}}
  end

  def find("file", path, _filename, nil) do
    {:error,
     "#{path} cannot be found: paths are relative to the context's :root or :script, and it has neither"}
  end

  def find("file", path, _filename, base) do
    full = Path.expand(path, base)

    with true <- String.starts_with?(full, base <> "/"),
         {:ok, code} <- File.read(full),
         {:utf8, true} <- {:utf8, String.valid?(code)} do
      {:ok, %{code: code, filename: full, base: base}}
    else
      false -> {:error, "#{path} is not below the directory of the context's scripts"}
      {:utf8, false} -> {:error, "#{path} is not UTF-8"}
      {:error, reason} -> {:error, "#{path} cannot be read: #{:file.format_error(reason)}"}
    end
  end

  def find("remote", url, _filename, _base) do
    {:error, "#{url}: scripts are not loaded from the network"}
  end

  def find("missing", url, _filename, _base), do: {:error, "#{url} is no Blob of this context"}
end
