# Every function that a script can reach, called once with each of a few values of
# 16 to 32 MB: by how much it overruns its timeout, and whether it holds a scheduler.
#
#     mix run bench/support/sweep.exs                  # all of them: half an hour
#     mix run bench/support/sweep.exs Buffer.prototype # those whose name has this in it
Code.require_file("bench.exs", __DIR__)
Code.require_file("world.exs", __DIR__)

defmodule Bench.Sweep do
  import Bench
  import Bench.World
  alias QuickBEAM.Context

  # Milliseconds.
  @first 20
  @timeouts [2, 50, 120]
  @overrun 50
  @hold 10

  @source File.read!(Path.join(__DIR__, "sweep.js"))
  @more %{"latin1" => [",same"], "array" => [",fn"]}
  @encodings ~w(,utf8 ,latin1 ,hex ,base64 ,utf16le)
  @modules ~w(assert buffer events fs os path querystring stream string_decoder url util zlib)

  def run(patterns) do
    :erlang.system_monitor(self(), [{:long_schedule, @hold}])

    with_pool(1, fn pool ->
      names = with_context(pool, fn context -> Context.eval!(context, "names()") end)
      shapes = with_context(pool, fn context -> Context.eval!(context, "shapes()") end)
      names = for name <- names, patterns == [] or Enum.any?(patterns, &(name =~ &1)), do: name
      IO.puts("#{length(names)} functions")

      rows =
        names
        |> Enum.chunk_every(60)
        |> Enum.flat_map(fn chunk ->
          Enum.flat_map(shapes, fn shape -> with_shape(pool, chunk, shape) end)
        end)

      Bench.Table.print(
        "Calls that overrun a timeout by #{@overrun} ms or hold a scheduler for #{@hold} ms",
        rows
      )
    end)
  end

  defp with_context(pool, fun) do
    context =
      context(pool,
        apis: [:browser, :node, :beam],
        memory_limit: 256_000_000,
        console: fn _, _, _ -> :ok end
      )

    Context.eval!(context, "globalThis.sweepModules = #{inspect(@modules)}; 0")
    Context.eval!(context, @source <> "; 0")
    result = fun.(context)
    GenServer.stop(context)
    result
  end

  # A fresh context for each chunk of names: what a call leaves behind is not the next one's.
  defp with_shape(pool, names, shape) do
    with_context(pool, fn context ->
      for name <- names,
          more <- more(name, shape),
          row = look(context, name, shape, more),
          do: row
    end)
  rescue
    error -> [{"#{hd(names)}… #{shape}", :us, 0.0, nil, "the context ended: #{inspect(error)}"}]
  end

  defp more(name, shape) do
    encodings =
      if name =~ ~r/Buffer\./ and shape in ~w(latin1 hex buffer), do: @encodings, else: []

    ["" | Map.get(@more, shape, []) ++ encodings]
  end

  defp look(context, name, shape, more) do
    prepare = "prepare(#{inspect(name)}, #{inspect(shape)}, #{inspect(more)})"

    with {:ok, true} <- Context.eval(context, prepare, timeout: 20_000) do
      {time, hold} = one(context, @first)

      if time > 8_000 do
        rest = for timeout <- @timeouts, do: {timeout, one(context, timeout)}
        all = [{@first, {time, hold}} | rest]

        {over, timeout} =
          all |> Enum.map(fn {at, {time, _}} -> {time - at * 1000, at} end) |> Enum.max()

        # What does not come again was the machine's.
        over = if over > @overrun * 1000, do: min(over, again(context, timeout)), else: over
        hold = all |> Enum.map(fn {_, {_, hold}} -> hold end) |> Enum.max()
        hold = if hold > @hold, do: min(hold, hold_again(context)), else: hold
        Context.eval(context, "refresh()", timeout: 5_000)

        if over > @overrun * 1000 or hold > @hold do
          what = "#{name} #{shape}#{more}"

          IO.puts(
            "#{String.pad_trailing(what, 60)} over #{duration(max(over, 0.0))} hold #{hold} ms"
          )

          {what, :us, max(over, 0.0), nil, "scheduler held #{hold} ms"}
        end
      end
    else
      _ ->
        Context.eval(context, "refresh()", timeout: 5_000)
        nil
    end
  end

  defp again(context, timeout) do
    overruns = for _ <- 1..2, do: elem(one(context, timeout), 0) - timeout * 1000
    Enum.min(overruns)
  end

  defp hold_again(context) do
    holds = for timeout <- [@first | @timeouts], do: elem(one(context, timeout), 1)
    Enum.max(holds)
  end

  defp one(context, timeout) do
    flush(0)
    {time, _} = time(fn -> Context.eval(context, "invoke()", timeout: timeout) end)
    {time, flush(0)}
  end

  defp flush(worst) do
    receive do
      {:monitor, _, :long_schedule, info} -> flush(max(worst, info[:timeout]))
    after
      0 -> worst
    end
  end
end

Bench.Sweep.run(System.argv())
