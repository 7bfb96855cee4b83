defmodule QuickBEAM.Template do
  @moduledoc false
  # The scripts of a pool, compiled once: contexts made with a template share its code
  # and only read it.

  alias QuickBEAM.{Cover, JSError, Native, Operation, Scripts}

  @enforce_keys [:native, :scripts]
  defstruct [:native, :scripts]

  @typedoc "The code, and its scripts in order."
  @type t :: %__MODULE__{
          native: reference,
          scripts: [{Path.t(), Scripts.t()}]
        }

  @typedoc "As `QuickBEAM.Context.start_link/1` has it of a context's own scripts."
  @type reason ::
          {:script_not_found, Path.t(), File.posix()} | {:script_error, Path.t(), JSError.t()}

  @doc "Reads, translates and bundles scripts, and compiles them; `nil` of none."
  @spec compile([Path.t()], cover? :: boolean) :: {:ok, t | nil} | {:error, reason}
  def compile([], _cover?), do: {:ok, nil}

  def compile(paths, cover?) do
    with {:ok, scripts} <- read(paths), do: compile_scripts(scripts, cover?)
  end

  @doc "The scripts as they are now, to be compared with those of a template."
  @spec read([Path.t()]) :: {:ok, [{Path.t(), Scripts.t()}]} | {:error, reason}
  def read(paths) do
    Enum.reduce_while(paths, {:ok, []}, fn path, {:ok, read} ->
      case Scripts.read(path) do
        {:ok, script} -> {:cont, {:ok, read ++ [{path, script}]}}
        error -> {:halt, error}
      end
    end)
  end

  @doc "Compiles what `read/1` gave, to count what runs or not."
  @spec compile_scripts([{Path.t(), Scripts.t()}], cover? :: boolean) ::
          {:ok, t} | {:error, reason}
  def compile_scripts(scripts, cover?) do
    ref = make_ref()
    code = for {path, script} <- scripts, do: {script.kind, path, script.code}

    for {path, script} <- scripts, do: Cover.Files.put_map(path, script.code, script.map)

    case Native.template_compile(code, cover?, ref) do
      :ok -> receive(do: ({^ref, result} -> compiled(Operation.term(result), scripts)))
      :error -> {:error, {:script_error, elem(hd(scripts), 0), no_thread()}}
    end
  end

  @doc "What a context runs: each script's path, source map and operation."
  @spec operations(t) :: [{Path.t(), map | nil, Native.op()}]
  def operations(%__MODULE__{scripts: scripts}) do
    for {{path, script}, index} <- Enum.with_index(scripts) do
      {path, script.map, {:run_template, index, if(script.kind == :module, do: path)}}
    end
  end

  @doc "The bytes that it takes, once for all contexts; 0 of none."
  @spec bytes(t | nil) :: non_neg_integer
  def bytes(nil), do: 0
  def bytes(%__MODULE__{native: native}), do: Native.template_bytes(native)

  defp compiled({:ok, native}, scripts) do
    {:ok, %__MODULE__{native: native, scripts: scripts}}
  end

  # The engine says in which of them it found a fault.
  defp compiled({:error, error}, [{first, _} | _] = scripts) do
    path = if List.keymember?(scripts, error.filename, 0), do: error.filename, else: first
    {:error, {:script_error, path, error}}
  end

  defp no_thread do
    %JSError{name: "InternalError", message: "there is no thread to compile it in"}
  end
end
