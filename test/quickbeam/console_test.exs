defmodule QuickBEAM.ConsoleTest do
  # Not async: it captures the log.
  use QuickBEAM.Case

  import ExUnit.CaptureLog

  test "a process gets every line, with its level, in order" do
    context = start_alone(console: self())

    {:ok, _} =
      Context.eval(
        context,
        "console.debug('d'); console.log('l', 1, {a: [1]}); console.info('i'); console.warn('w'); console.error('e')"
      )

    assert_receive {:console, :debug, "d"}, 5000
    assert_receive {:console, :info, line}
    assert line =~ ~r/^l 1 .*a/
    assert_receive {:console, :info, "i"}
    assert_receive {:console, :warning, "w"}
    assert_receive {:console, :error, "e"}

    {:ok, _} = Context.eval(context, "for (let i = 0; i < 1000; i++) console.log(i)")

    for n <- 0..999 do
      text = Integer.to_string(n)
      assert_receive {:console, :info, ^text}, 5000
    end
  end

  test "a script that says more than is heard waits, and nothing is lost" do
    context = start_alone(console: self())
    :ok = :sys.suspend(context)
    flood = "for (let i = 0; i < 20_000; i++) console.log(i); 'said'"

    eval =
      Task.async(fn ->
        QuickBEAM.Operation.run(context, {:eval, flood, "f", %{}}, :default, [])
      end)

    eventually(fn -> queue_length(context) > 500 end)
    refute Task.yield(eval, 100)
    assert queue_length(context) < 2_000

    :ok = :sys.resume(context)
    assert {:ok, "said"} = Task.await(eval, 30_000)

    for n <- 0..19_999 do
      text = Integer.to_string(n)
      assert_receive {:console, :info, ^text}, 5000
    end
  end

  test "a process that does not read its lines is not filled without end" do
    test = self()

    receiver =
      spawn_link(fn ->
        receive do: (:read -> send(test, {:read, lines()}))
      end)

    context = start_alone(console: receiver)
    flood = "for (let i = 0; i < 150_000; i++) console.log('x'); 'said'"
    assert {:ok, "said"} = Context.eval(context, flood, timeout: 60_000)
    # What was said before has been written.
    assert :sys.get_state(context)
    assert queue_length(receiver) in 100_000..100_200

    send(receiver, :read)
    assert_receive {:read, lines}, 10_000
    assert {:warning, "Lines are dropped from here on"} = List.last(lines)

    reader = spawn_link(fn -> forward(test) end)
    context = start_alone(console: reader)
    assert {:ok, _} = Context.eval(context, "console.log('heard'); 0")
    assert_receive {:console, :info, "heard"}, 10_000
  end

  test "once there is room again it is told how many lines were dropped" do
    reader = spawn_link(fn -> receive do: (:never -> :ok) end)
    meta = %{context: self(), id: nil}
    for n <- 1..100_000, do: send(reader, n)
    target = QuickBEAM.Console.write(reader, :info, "one", meta)
    target = QuickBEAM.Console.write(target, :info, "two", meta)
    assert {:message_queue_len, 100_001} = Process.info(reader, :message_queue_len)

    # The same with room.
    target = QuickBEAM.Console.write(%{target | pid: self()}, :error, "three", meta)
    assert_received {:console, :warning, "2 lines were dropped"}
    assert_received {:console, :error, "three"}
    QuickBEAM.Console.write(target, :error, "four", meta)
    assert_received {:console, :error, "four"}
    refute_received {:console, :warning, _}
  end

  defp lines do
    receive do
      {:console, level, text} -> [{level, text} | lines()]
    after
      0 -> []
    end
  end

  defp forward(test) do
    receive do: (message -> send(test, message))
    forward(test)
  end

  defp queue_length(pid), do: pid |> Process.info(:message_queue_len) |> elem(1)

  test "Logger is the default, with the context in the metadata" do
    context = start_alone(id: :mine)

    log =
      capture_log([format: "$level $metadata$message\n", metadata: [:context, :id]], fn ->
        {:ok, _} = Context.eval(context, "console.log('hello there'); console.error('uh oh')")
        # Its process has written all lines that came before this answer.
        _ = Context.info(context)
        Logger.flush()
      end)

    assert log =~ ~r/info .*hello there/
    assert log =~ ~r/error .*uh oh/
    assert log =~ "id=mine"
    "#PID" <> pid = inspect(context)
    assert log =~ "context=" <> pid
  end

  test "a function gets level, text and meta, in order, in a process of its own" do
    test = self()
    fun = fn level, text, meta -> send(test, {level, text, meta, self()}) end
    context = start_alone(console: fun, id: 5)
    {:ok, _} = Context.eval(context, "for (let i = 0; i < 100; i++) console.warn(i)")

    processes =
      for n <- 0..99 do
        assert_receive {:warning, text, %{context: ^context, id: 5}, process}, 5000
        assert text == "#{n}"
        process
      end

    assert [process] = Enum.uniq(processes)
    assert process not in [test, context]

    Context.stop(context)
    assert await_end(process) in [:normal, :noproc]
  end

  test "a function may fail, or use the context" do
    test = self()

    fun = fn
      _level, "raise", _meta -> raise "in console"
      _level, "exit", _meta -> exit(:in_console)
      _level, code, %{context: context} -> send(test, {:result, Context.eval(context, code)})
    end

    log =
      capture_log(fn ->
        context = start_alone(console: fun)

        {:ok, _} =
          Context.eval(context, "console.log('raise'); console.log('exit'); console.log('1 + 1')")

        assert_receive {:result, {:ok, 2}}, 5000
        assert Context.eval(context, "'fine'") == {:ok, "fine"}
      end)

    assert log =~ "in console"
    assert log =~ "in_console"
  end

  test "a dead process as the target harms nobody" do
    dead = spawn(fn -> :ok end)
    await_end(dead)
    context = start_alone(console: dead)
    assert Context.eval(context, "console.log('lost'); 1") == {:ok, 1}
  end

  test "hostile arguments are printed somehow" do
    context = start_alone(console: self())

    code = """
    const cyclic = {}; cyclic.self = cyclic
    console.log(cyclic)
    console.log('\\uD800', Symbol('s'), 10n, null, undefined, () => 1, new Map([[1, 2]]), new Error('err'))
    console.log()
    try { console.log(new Proxy({}, {get() { throw new Error('no') }, ownKeys() { throw new Error('no') }})) } catch {}
    console.log('end')
    """

    {:ok, _} = Context.eval(context, code)
    assert_receive {:console, :info, first}, 5000
    assert is_binary(first)
    assert_receive {:console, :info, second}
    assert String.valid?(second) and second =~ "10" and second =~ "err"
    assert_receive {:console, :info, "end"}
  end

  test "what a timer or a message throws is reported, and the context goes on" do
    context = start_alone(console: self())

    {:ok, _} =
      Context.eval(context, "setTimeout(() => { throw new TypeError('in timer') }, 0); 0")

    assert_receive {:console, :error, text}, 5000
    assert text =~ "TypeError: in timer"
    assert Context.eval(context, "1") == {:ok, 1}
  end
end
