defmodule QuickBEAM.Context.MessagesTest do
  use QuickBEAM.Case, async: true

  @moduletag :capture_log

  @collect "globalThis.got = []; Beam.onMessage(m => got.push(m))"

  defp got(context, n) do
    eventually(fn -> Context.eval!(context, "got.length") >= n end)
    Context.get_global!(context, "got")
  end

  test "of every way in arrive" do
    context = start_alone()
    {:ok, _} = Context.eval(context, @collect)
    :ok = Context.send_message(context, %{a: 1})
    assert got(context, 1) == [%{"a" => 1}]
    send(context, {:tuple, [1]})
    assert got(context, 2) == [%{"a" => 1}, ["tuple", [1]]]
    GenServer.cast(context, "cast")
    assert got(context, 3) == [%{"a" => 1}, ["tuple", [1]], "cast"]
    assert QuickBEAM.send_message(context, nil) == :ok
    assert got(context, 4) |> List.last() == nil
  end

  test "that other processes send by habit are just messages" do
    context = start_alone()
    {:ok, _} = Context.eval(context, @collect)
    ref = make_ref()

    for message <- [
          {ref, :late_reply},
          {:DOWN, ref, :process, self(), :x},
          {:EXIT, self(), :normal},
          :timeout,
          {:ok, 1}
        ],
        do: send(context, message)

    assert [
             [^ref, "late_reply"],
             ["DOWN", ^ref, "process", _, "x"],
             ["EXIT", _, "normal"],
             "timeout",
             ["ok", 1]
           ] = got(context, 5)
  end

  test "before there is a callback are kept, in order" do
    context = start_alone()
    for n <- 1..100, do: Context.send_message(context, n)
    {:ok, _} = Context.eval(context, @collect)
    assert got(context, 100) == Enum.to_list(1..100)
  end

  test "from the BEAM to JS and back" do
    context = start_alone()

    {:ok, _} =
      Context.eval(
        context,
        "Beam.onMessage(([from, x]) => Beam.send(from, [Beam.self(), x + 1]))"
      )

    for n <- 1..50, do: send(context, [self(), n])
    for n <- 1..50, do: assert_receive([^context, m] when m == n + 1, 5000)
  end

  test "go to a name that JS was given, and from one context to another" do
    pool = start_pool()
    a = start_context(pool)
    b = start_context(pool)
    {:ok, _} = Context.eval(b, @collect)
    {:ok, _} = Context.eval(a, "Beam.send(b, {from: Beam.self(), n: 1})", vars: %{b: b})
    assert [%{"from" => ^a, "n" => 1}] = got(b, 1)
  end

  test "1,000 over 50 contexts do not cross" do
    pool = start_pool(size: 2)
    contexts = for n <- 1..50, do: {n, start_context(pool)}
    for {_, context} <- contexts, do: {:ok, _} = Context.eval(context, @collect)

    for i <- 1..20, {n, context} <- contexts do
      if rem(i, 2) == 0, do: send(context, [n, i]), else: GenServer.cast(context, [n, i])
    end

    for {n, context} <- contexts, do: assert(got(context, 20) == for(i <- 1..20, do: [n, i]))
  end

  test "10,000 to one arrive in order, none lost, while it awaits" do
    test = self()

    gate = fn _ ->
      send(test, {:gate, self()})
      receive(do: (:open -> "open"))
    end

    context = start_alone(handlers: %{"gate" => gate})
    {:ok, _} = Context.eval(context, @collect)
    awaiting = Task.async(fn -> Context.eval(context, "await Beam.call('gate')") end)
    assert_receive {:gate, handler}

    for n <- 1..10_000, do: Context.send_message(context, n)
    assert got(context, 10_000) == Enum.to_list(1..10_000)

    send(handler, :open)
    assert Task.await(awaiting) == {:ok, "open"}
  end

  test "a callback that throws does not stop the next" do
    context = start_alone(console: self())

    {:ok, _} =
      Context.eval(
        context,
        "globalThis.got = []; Beam.onMessage(m => { got.push(m); throw new Error('in callback') })"
      )

    for n <- 1..3, do: Context.send_message(context, n)
    assert got(context, 3) == [1, 2, 3]
    assert_receive {:console, :error, text}, 5000
    assert text =~ "in callback"
  end

  test "an async callback may await" do
    context = start_alone(handlers: %{"double" => fn [x] -> x * 2 end})

    {:ok, _} =
      Context.eval(
        context,
        "Beam.onMessage(async ([from, x]) => Beam.send(from, await Beam.call('double', x)))"
      )

    send(context, [self(), 21])
    assert_receive 42, 5000
  end

  test "that cannot be converted do not harm" do
    context = start_alone()
    {:ok, _} = Context.eval(context, @collect)
    send(context, [1 | 2])
    send(context, <<1::3>>)
    send(context, "after")
    assert eventually(fn -> "after" in Context.get_global!(context, "got") end)
  end

  test "the last callback counts" do
    context = start_alone()

    {:ok, _} =
      Context.eval(
        context,
        "globalThis.got = []; Beam.onMessage(() => got.push('old')); Beam.onMessage(() => got.push('new'))"
      )

    Context.send_message(context, 1)
    assert got(context, 1) == ["new"]
  end

  describe "a script that sends itself the next one with each" do
    setup do
      context = start_alone()

      {:ok, _} =
        Context.eval(context, """
        globalThis.heard = 0
        Beam.onMessage(() => { heard++; Beam.send(Beam.self(), 'again') })
        Beam.send(Beam.self(), 'first')
        """)

      %{context: context}
    end

    test "still answers", %{context: context} do
      for _ <- 1..5, do: assert({:ok, _} = Context.eval(context, "heard", timeout: 5000))
      assert eventually(fn -> Context.eval!(context, "heard") > 100 end)

      assert Context.eval!(context, "await new Promise(done => setTimeout(done, 1, 'rang'))") ==
               "rang"
    end

    test "is ended by a reset", %{context: context} do
      assert Context.reset(context) == :ok
      assert Context.eval!(context, "typeof heard") == "undefined"
    end
  end

  test "to oneself count against the memory limit, also where they are heard" do
    context = start_alone(memory_limit: 3_000_000)
    code = "Beam.onMessage(() => {}); for (;;) Beam.send(Beam.self(), 'x'.repeat(1000))"

    assert {:error, %QuickBEAM.JSError{message: "out of memory"}} =
             Context.eval(context, code, timeout: 20_000)

    assert Context.eval!(context, "1 + 1") == 2
  end
end
