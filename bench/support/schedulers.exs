defmodule Bench.Schedulers do
  @moduledoc false
  # What holds the VM's schedulers (`long_schedule` of `:erlang.system_monitor/2`).

  @doc "What held a scheduler for a millisecond or longer while `fun` ran."
  def watch(fun) do
    test = self()
    monitor = spawn_link(fn -> collect(test, []) end)
    :erlang.system_monitor(monitor, [{:long_schedule, 1}])
    fun.()
    :erlang.system_monitor(:undefined)
    send(monitor, :over)
    receive(do: ({:long, long} -> long))
  end

  defp collect(test, long) do
    receive do
      {:monitor, _pid, :long_schedule, info} -> collect(test, [info | long])
      :over -> send(test, {:long, long})
    end
  end

  @doc "That as text."
  # The system may take a scheduler's thread away from anybody: what counts is what
  # ran into or out of a NIF of ours, or of the function that calls it.
  def told([]), do: "none"

  def told(long) do
    times = for info <- long, do: info[:timeout]

    {ours, others} =
      Enum.split_with(long, fn info ->
        Enum.any?([info[:in], info[:out]], fn place ->
          match?({module, _, _} when module in [QuickBEAM.Native, QuickBEAM.Operation], place)
        end)
      end)

    "#{length(long)}, longest #{Enum.max(times)} ms; in or around a NIF of ours #{length(ours)}" <>
      if(ours == [],
        do: "",
        else: ", longest #{ours |> Enum.map(& &1[:timeout]) |> Enum.max()} ms"
      ) <>
      if others == [], do: "", else: " (elsewhere: #{others |> Enum.map(& &1[:out]) |> places()})"
  end

  defp places(places) do
    places
    |> Enum.frequencies()
    |> Enum.sort_by(&(-elem(&1, 1)))
    |> Enum.take(3)
    |> Enum.map_join(", ", fn
      {{m, f, a}, n} -> "#{inspect(m)}.#{f}/#{a} #{n} x"
      {other, n} -> "#{inspect(other)} #{n} x"
    end)
  end
end
