defmodule QuickBEAM.Scripts do
  @moduledoc false
  # Script files as JavaScript that a context can run: TypeScript and JSX transformed,
  # imports bundled. What was made is kept for the next context with the same script, as
  # long as no file that went in has changed.

  use GenServer

  alias QuickBEAM.{JSError, SourceMaps}
  alias QuickBEAM.JS.{Native, Toolchain}

  @table __MODULE__
  @typescript ~w(.ts .mts .cts .tsx .jsx)

  # What may be a module, or import one later; the toolchain knows better.
  @module_syntax ~r/(?:^|[;}\n])\s*(?:import\b(?!\s*\()|export\b)/
  @import_call ~r/\bimport\s*\(/

  @typedoc "A script, or a module that sets its exports as globals; and its source map."
  @type t :: %{kind: :script | :module, code: String.t(), map: SourceMaps.t() | nil}

  def start_link(_opts), do: GenServer.start_link(__MODULE__, nil, name: __MODULE__)

  @doc """
  The script in a file. Only TypeScript, JSX and what imports or exports needs the
  toolchain.
  """
  @spec read(Path.t()) ::
          {:ok, t}
          | {:error, {:script_not_found, Path.t(), File.posix()}}
          | {:error, {:script_error, Path.t(), JSError.t()}}
  def read(path) do
    case File.read(path) do
      {:ok, code} ->
        if Path.extname(path) in @typescript or code =~ @module_syntax or code =~ @import_call,
          do: made(path),
          else: {:ok, plain(path, code)}

      {:error, reason} ->
        {:error, {:script_not_found, path, reason}}
    end
  end

  @doc """
  TypeScript as JavaScript, with its source map as JSON; the name says if there is JSX in
  it.
  """
  @spec transform(String.t(), String.t()) ::
          {:ok, code :: String.t(), source_map :: String.t()} | {:error, JSError.t()}
  def transform(code, filename) do
    language = if Path.extname(filename) in @typescript, do: nil, else: :ts
    source = {code, filename, language}

    case Toolchain.run(fn -> Native.transform(source, %{sourcemap: true}) end) do
      {:ok, {code, map, _}} -> {:ok, code, map}
      {:error, errors} -> {:error, js_error(errors, & &1)}
    end
  end

  defp plain(path, code) do
    kind = if Path.extname(path) == ".mjs", do: :module, else: :script
    %{kind: kind, code: code, map: nil}
  end

  defp guessed(path, code) do
    if code =~ @module_syntax, do: %{plain(path, code) | kind: :module}, else: plain(path, code)
  end

  # What was made before, if nothing has changed since. One process makes, so that a
  # hundred contexts that start at once bundle once.
  defp made(path) do
    key = {path, File.cwd!()}

    with nil <- kept(key) do
      GenServer.call(__MODULE__, {:make, key}, :infinity)
    end
  end

  defp kept(key) do
    with [{_, stamp, made}] <- :ets.lookup(@table, key),
         true <- stamp(Enum.map(stamp, &elem(&1, 0))) == stamp,
         do: {:ok, made},
         else: (_ -> nil)
  end

  @impl true
  def init(nil) do
    @table = :ets.new(@table, [:named_table, :protected, read_concurrency: true])
    {:ok, nil}
  end

  @impl true
  def handle_call({:make, {path, cwd} = key}, _from, state) do
    with nil <- kept(key) do
      # Taken before: what changes meanwhile shows the next time.
      entry = stamp([Path.expand(path, cwd)])

      case make(path, cwd) do
        {:ok, made, files} ->
          :ets.insert(@table, {key, Enum.uniq_by(entry ++ stamp(files), &elem(&1, 0)), made})
          {:reply, {:ok, made}, state}

        {:error, %JSError{} = error} ->
          {:reply, {:error, {:script_error, path, error}}, state}

        {:error, reason} ->
          {:reply, {:error, {:script_not_found, path, reason}}, state}
      end
    else
      kept -> {:reply, kept, state}
    end
  end

  @impl true
  def handle_info(_message, state), do: {:noreply, state}

  # Paths with what says whether the file has changed. Raw: hundreds of files are asked
  # about at each start of a context, and the VM's one file server would be asked else.
  defp stamp(paths) do
    Enum.map(paths, fn path ->
      case :file.read_file_info(path, [:raw, time: :posix]) do
        {:ok, info} -> {path, File.Stat.from_record(info) |> Map.take([:size, :mtime, :inode])}
        {:error, reason} -> {path, reason}
      end
    end)
  end

  defp make(path, cwd) do
    with {:ok, code} <- path |> Path.expand(cwd) |> File.read() do
      case Toolchain.run(fn -> Native.imports({code, path, nil}) end) do
        {:ok, found} ->
          # Others may be names of modules that are loaded later.
          if found.module or Enum.any?(found.dynamic, &String.starts_with?(&1, ".")),
            do: bundle(path, cwd),
            else: script(path, code)

        {:error, errors} ->
          # Without a toolchain, JavaScript is left to the engine, which imports from
          # below the :root of the context.
          if Path.extname(path) in @typescript or Toolchain.available?(),
            do: {:error, js_error(errors, & &1)},
            else: {:ok, guessed(path, code), []}
      end
    end
  end

  defp script(path, code) do
    if Path.extname(path) in @typescript do
      with {:ok, code, map} <- transform(code, path),
           do: {:ok, %{kind: :script, code: code, map: SourceMaps.new(map, & &1)}, []}
    else
      {:ok, plain(path, code), []}
    end
  end

  defp bundle(path, cwd) do
    options = %{format: :esm, sourcemap: true, globals: true, exclude_sources: true}
    entry = Path.expand(path, cwd)
    name = &name(Path.expand(&1, cwd), entry, path, cwd)

    case Toolchain.run(fn -> Native.bundle({:disk, entry, cwd}, options) end) do
      {:ok, {code, map, files}} ->
        {:ok, %{kind: :module, code: code, map: SourceMaps.new(map, name)}, files}

      {:error, errors} ->
        {:error, js_error(errors, name)}
    end
  end

  # The script by the name it was given; others in the same way.
  defp name(entry, entry, path, _cwd), do: path

  defp name(file, _entry, path, cwd) do
    if Path.type(path) == :relative, do: Path.relative_to(file, cwd), else: file
  end

  defp js_error([%{message: message, file: file} = first | _], name) do
    place = %{
      filename: file && name.(file),
      line: first[:line],
      column: first[:column]
    }

    frames = if place.line, do: [Map.put(place, :function, nil)], else: []
    struct(JSError, Map.merge(place, %{name: "SyntaxError", message: message, frames: frames}))
  end
end
