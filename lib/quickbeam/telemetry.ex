defmodule QuickBEAM.Telemetry do
  @moduledoc """
  Telemetry events, for applications that have `:telemetry`.

  QuickBEAM does not depend on it. Where the application `:telemetry` is loaded when
  QuickBEAM starts, these events are emitted; where it is not, none of this costs
  anything. Times are in native units, as `:telemetry.span/3` has them.

  | event | measurements | metadata |
  |---|---|---|
  | `[:quickbeam, :operation, :start]` | `:system_time`, `:monotonic_time` | `:context` (as the caller named it), `:operation` (`:eval`, `:call`, and so on: the function of `QuickBEAM.Context`), `:name` (of the function that is called, else `nil`) |
  | `[:quickbeam, :operation, :stop]` | `:duration`, `:monotonic_time` | also `:result` (`:ok` or `:error`) and `:error` (a `QuickBEAM.JSError`, else `nil`) |
  | `[:quickbeam, :operation, :exception]` | `:duration`, `:monotonic_time` | also `:kind`, `:reason`, `:stacktrace`: the caller exits, for the context is not alive |
  | `[:quickbeam, :handler, :start]` | `:system_time`, `:monotonic_time` | `:context` (its pid), `:handler` (the name) |
  | `[:quickbeam, :handler, :stop]` | `:duration`, `:monotonic_time` | the same |
  | `[:quickbeam, :handler, :exception]` | `:duration`, `:monotonic_time` | also `:kind`, `:reason`, `:stacktrace`: what JavaScript sees as an `Error` |
  | `[:quickbeam, :limit, :hit]` | `:system_time` | `:context` (its pid), `:limit`: `:timeout`, `:max_reductions` or `:memory_limit` |
  | `[:quickbeam, :gc, :stop]` | `:duration`, `:count`, `:monotonic_time` | `:context` (its pid) |

  Operations are told by the process that asks for them, handlers by the process that
  runs them, limits and garbage collections by the process of the context, after the
  fact: one event sums up the collections of a slice. A limit is told of whatever
  hits it, timers and messages included. Start and stop of a span carry the same
  `:telemetry_span_context`. A handler that is killed tells no stop.

      :telemetry.attach("slow-js", [:quickbeam, :operation, :stop], fn _, measured, meta, _ ->
        ms = System.convert_time_unit(measured.duration, :native, :millisecond)
        if ms > 100, do: Logger.warning("\#{meta.operation} \#{meta.name} took \#{ms} ms")
      end, nil)
  """

  alias QuickBEAM.Native

  @compile {:no_warn_undefined, :telemetry}
  @key {__MODULE__, :enabled}

  @doc false
  # Looks whether :telemetry is there: at the start of the application.
  def detect do
    loaded? = List.keymember?(Application.loaded_applications(), :telemetry, 0)
    enabled? = loaded? and Code.ensure_loaded?(:telemetry)
    :persistent_term.put(@key, enabled?)
    Native.telemetry(enabled?)
  end

  @doc false
  def enabled?, do: :persistent_term.get(@key, false)

  @doc false
  # Runs the function between start and stop; `done` adds to the metadata of the stop.
  @spec span(atom, map, (() -> result), (result -> map)) :: result when result: term
  def span(thing, metadata, fun, done \\ fn _ -> %{} end) do
    metadata = Map.put(metadata, :telemetry_span_context, make_ref())
    start = System.monotonic_time()

    :telemetry.execute(
      [:quickbeam, thing, :start],
      %{system_time: System.system_time(), monotonic_time: start},
      metadata
    )

    try do
      fun.()
    catch
      kind, reason ->
        failure = %{kind: kind, reason: reason, stacktrace: __STACKTRACE__}
        finish(thing, :exception, start, Map.merge(metadata, failure))
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      result ->
        finish(thing, :stop, start, Map.merge(metadata, done.(result)))
        result
    end
  end

  defp finish(thing, how, start, metadata) do
    now = System.monotonic_time()
    measured = %{duration: now - start, monotonic_time: now}
    :telemetry.execute([:quickbeam, thing, how], measured, metadata)
  end

  @doc false
  # What the NIF tells the process of a context.
  def limit(limit) do
    measured = %{system_time: System.system_time()}
    :telemetry.execute([:quickbeam, :limit, :hit], measured, %{context: self(), limit: limit})
  end

  @doc false
  def gc(count, nanoseconds) do
    duration = System.convert_time_unit(nanoseconds, :nanosecond, :native)
    measured = %{duration: duration, count: count, monotonic_time: System.monotonic_time()}
    :telemetry.execute([:quickbeam, :gc, :stop], measured, %{context: self()})
  end
end
