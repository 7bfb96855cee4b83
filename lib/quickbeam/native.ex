defmodule QuickBEAM.Native do
  @moduledoc false
  # Stubs of the NIF, nothing else. None of them waits or blocks a scheduler;
  # what takes time answers later, with one message.

  # Loading needs priv/, which a compiler does not have.
  @compile {:autoload, false}
  @on_load :load

  @type pool :: reference
  @type handle :: reference
  @type op ::
          {:eval, code :: binary, filename :: binary, vars :: map}
          | {:call, name :: binary, args :: list}
          | {:call_export, module :: binary, name :: binary, args :: list}
          | {:run_template, index :: non_neg_integer, module :: binary | nil}
          | {:load_module, name :: binary, code :: binary}
          | {:compile, code :: binary, filename :: binary}
          | {:load_bytecode, binary}
          | {:disasm, code :: binary, filename :: binary}
          | {:get_global, name :: binary}
          | {:set_global, name :: binary, value :: term}
          | {:define, map}
          | {:globals, user_only? :: boolean}
          | :memory_usage
          | :coverage
          | {:dom_find | :dom_find_all | :dom_text, selector :: binary}
          | {:dom_attr, selector :: binary, name :: binary}
          | :dom_html
          | :gc
          | :reset
  @type result :: {:ok, term} | {:error, QuickBEAM.JSError.t()} | {:etf, binary}

  def load do
    :erlang.load_nif(to_charlist(Path.join(priv(), "native/quickbeam_nif")), 0)
  end

  defp priv do
    case :code.priv_dir(:quickbeam) do
      {:error, :bad_name} -> Path.expand("../../priv", Path.dirname(:code.which(__MODULE__)))
      dir -> dir
    end
  end

  @spec init(map) :: :ok
  def init(_terms), do: :erlang.nif_error(:not_loaded)

  @spec stats() :: map
  def stats, do: :erlang.nif_error(:not_loaded)

  # An error when the threads cannot be started.
  @spec pool_start(map) :: {:ok, pool} | {:error, reason :: binary}
  def pool_start(_options), do: :erlang.nif_error(:not_loaded)

  @spec pool_stop(pool, reference) :: :ok
  def pool_stop(_pool, _ref), do: :erlang.nif_error(:not_loaded)

  @spec pool_stats(pool) :: map
  def pool_stats(_pool), do: :erlang.nif_error(:not_loaded)

  # {ref, {:ok, template}} or {ref, {:etf, error}} follows.
  @spec template_compile(
          [{:script | :module, name :: binary, code :: binary}],
          cover? :: boolean,
          reference
        ) :: :ok | :error
  def template_compile(_scripts, _cover?, _ref), do: :erlang.nif_error(:not_loaded)

  @spec template_bytes(reference) :: non_neg_integer
  def template_bytes(_template), do: :erlang.nif_error(:not_loaded)

  # What all contexts have counted: QuickBEAM.Cover.Files.unit() each, as external term
  # format.
  @spec cover_results() :: binary
  def cover_results, do: :erlang.nif_error(:not_loaded)

  @spec cover_reset() :: :ok
  def cover_reset, do: :erlang.nif_error(:not_loaded)

  # {ref, {:etf, result}} follows.
  @spec disassemble(bytecode :: binary, reference) :: :ok | :error
  def disassemble(_bytecode, _ref), do: :erlang.nif_error(:not_loaded)

  @spec context_start(pool, map, reference) :: {:ok, handle} | {:error, :pool_stopped | binary}
  def context_start(_pool, _options, _ref), do: :erlang.nif_error(:not_loaded)

  @spec context_stop(handle, reference) :: :ok
  def context_stop(_handle, _ref), do: :erlang.nif_error(:not_loaded)

  # What takes a term answers :large to one that must be packed first.
  @spec pack(term) :: reference
  def pack(_term), do: :erlang.nif_error(:not_loaded)

  @spec context_info(handle) :: map | :noproc
  def context_info(_handle), do: :erlang.nif_error(:not_loaded)

  @spec telemetry(boolean) :: :ok
  def telemetry(_wanted?), do: :erlang.nif_error(:not_loaded)

  @spec operate(handle, reference, op | reference, timeout | :default, [pid]) ::
          :queued | :noproc | :large | {:done, result}
  def operate(_handle, _ref, _op, _timeout, _callers), do: :erlang.nif_error(:not_loaded)

  @spec send_message(handle, term) :: :ok | :noproc | :large
  def send_message(_handle, _term), do: :erlang.nif_error(:not_loaded)

  # To the listener of a service in priv/js; see QuickBEAM.Service.
  @spec send_event(handle, service :: binary, term) :: :ok | :noproc
  def send_event(_handle, _service, _event), do: :erlang.nif_error(:not_loaded)

  @spec reply(handle, non_neg_integer, QuickBEAM.Service.answer()) :: :ok | :noproc
  def reply(_handle, _call_id, _result), do: :erlang.nif_error(:not_loaded)
end
