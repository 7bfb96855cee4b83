defmodule QuickBEAM.FakeTelemetry do
  @moduledoc """
  Stands for the application :telemetry, which the tests cannot fetch: events go to
  the process that asked for them.
  """

  @doc "Has QuickBEAM find :telemetry, and the calling process get all events, until `stop/0`."
  def start do
    :persistent_term.put(__MODULE__, self())
    :ok = :application.load({:application, :telemetry, [vsn: ~c"0", modules: []]})
    QuickBEAM.Telemetry.detect()
  end

  @doc "As it was before."
  def stop do
    Application.unload(:telemetry)
    QuickBEAM.Telemetry.detect()
  end
end

defmodule :telemetry do
  @moduledoc false
  def execute(event, measurements, metadata) do
    send(:persistent_term.get(QuickBEAM.FakeTelemetry), {event, measurements, metadata})
    :ok
  end
end
