defmodule QuickBEAM.HandlersTest do
  use QuickBEAM.Case, async: true

  @moduletag :capture_log

  defmodule Shop do
    def price([name]), do: String.length(name) * 100
  end

  defmodule OddError do
    defexception [:code]
    def message(%{code: code}), do: "odd #{code}"
  end

  # How a failed call looks from JS, by both ways of calling.
  @caught """
  async function caught(name, ...args) {
    const seen = e => [e instanceof Error, e.name, e.message]
    let sync, async_
    try { Beam.callSync(name, ...args) } catch (e) { sync = seen(e) }
    try { await Beam.call(name, ...args) } catch (e) { async_ = seen(e) }
    return [sync, async_]
  }
  """

  defp start_with(handlers, opts \\ []) do
    context = start_alone([handlers: handlers] ++ opts)
    {:ok, _} = Context.eval(context, @caught)
    context
  end

  describe "a handler" do
    test "of every kind gets the arguments and gives the value" do
      context =
        start_with(%{
          "fun" => fn args -> Enum.sum(args) end,
          "caller" => {:with_caller, fn args, context -> [context | args] end},
          "mf" => {Shop, :price}
        })

      assert Context.eval(context, "Beam.callSync('fun', 1, 2, 3)") == {:ok, 6}
      assert Context.eval(context, "await Beam.call('fun', 1, 2, 3)") == {:ok, 6}
      assert Context.eval(context, "Beam.callSync('caller', 'x')") == {:ok, [context, "x"]}
      assert Context.eval(context, "await Beam.call('mf', 'tea')") == {:ok, 300}
      assert Context.eval(context, "Beam.call('fun') instanceof Promise") == {:ok, true}
    end

    test "gets any number of arguments of any kind" do
      context = start_with(%{"args" => fn args -> args end})

      for n <- [0, 1, 2, 7, 8, 9, 100, 1000] do
        args = Enum.to_list(1..n//1)

        assert Context.eval(
                 context,
                 "Beam.callSync('args', ...Array.from({length: #{n}}, (_, i) => i + 1))"
               ) == {:ok, args}

        assert Context.eval(
                 context,
                 "await Beam.call('args', ...Array.from({length: #{n}}, (_, i) => i + 1))"
               ) == {:ok, args}
      end

      assert Context.eval(
               context,
               "Beam.callSync('args', null, undefined, {a: [1n]}, new Uint8Array([255]))"
             ) ==
               {:ok, [nil, nil, %{"a" => [1]}, <<255>>]}
    end

    test "runs in a supervised process of its own, with $callers" do
      test = self()

      context =
        start_with(%{"who" => fn [] -> send(test, {self(), Process.get(:"$callers")}) && nil end})

      assert Context.eval(context, "Beam.callSync('who')") == {:ok, nil}
      assert_receive {first, [^context, ^test | _]}
      assert Context.eval(context, "await Beam.call('who')") == {:ok, nil}
      assert_receive {second, [^context, ^test | _]}
      assert Enum.uniq([first, second, test, context]) == [first, second, test, context]
    end

    test "is supervised" do
      test = self()
      context = start_with(%{"gate" => gate(test)})
      caller = Task.async(fn -> Context.call(context, "caught", ["gate"]) end)
      assert_receive {:gate, handler}
      # By the process that ends all handlers of its context.
      assert {:links, [guard]} = Process.info(handler, :links)
      supervisor = Process.whereis(QuickBEAM.Handlers)
      assert {:links, links} = Process.info(guard, :links)
      assert Enum.sort(links) == Enum.sort([handler, supervisor])

      Process.exit(guard, :kill)
      assert_receive {:gate, handler}
      send(handler, :open)
      assert {:ok, [[true, "Exit", "killed"], nil]} = Task.await(caller)
    end

    test "that is told to shut down rejects its call, and only that" do
      test = self()
      context = start_with(%{"gate" => gate(test)})
      caller = Task.async(fn -> Context.call(context, "caught", ["gate"]) end)
      assert_receive {:gate, handler}
      Process.exit(handler, :shutdown)
      assert_receive {:gate, handler}
      send(handler, :open)
      assert {:ok, [[true, "Exit", "shutdown"], nil]} = Task.await(caller)
    end

    test "of the pool lies under those of the context" do
      pool = start_pool(handlers: %{"a" => fn _ -> "pool" end, "b" => fn _ -> "pool" end})
      context = start_context(pool, handlers: %{"b" => fn _ -> "context" end})

      assert Context.eval(context, "[Beam.callSync('a'), Beam.callSync('b')]") ==
               {:ok, ["pool", "context"]}

      assert Context.info(context).handlers == ["a", "b"]
    end
  end

  describe "a failure" do
    test "of every kind is an Error with name and message" do
      context =
        start_with(%{
          "raise" => fn [text] -> raise text end,
          "argument" => fn _ -> raise ArgumentError, "bad argument" end,
          "own" => fn _ -> raise OddError, code: 7 end,
          "match" => fn _ -> :ok = List.first([:error]) end,
          "clause" => fn [:never] -> 1 end,
          "undefined" => {Shop, :no_such_function},
          "throw" => fn _ -> throw({:nope, 1}) end,
          "exit" => fn _ -> exit(:leaving) end,
          "normal" => fn _ -> exit(:normal) end,
          "kill" => fn _ -> Process.exit(self(), :kill) end,
          "linked" => fn _ ->
            spawn_link(fn -> exit(:of_a_link) end) && Process.sleep(:infinity)
          end,
          "timeout" => fn _ -> GenServer.call(self_silent(), :x, 10) end,
          "js" => fn _ -> raise JSError, name: "RangeError", message: "from afar" end,
          "bytes" => fn _ -> raise <<"bad ", 255>> end
        })

      for {name, error_name, part} <- [
            {"raise", "RuntimeError", "boom"},
            {"argument", "ArgumentError", "bad argument"},
            {"own", "QuickBEAM.HandlersTest.OddError", "odd 7"},
            {"match", "MatchError", ":error"},
            {"clause", "FunctionClauseError", "no function clause"},
            {"undefined", "UndefinedFunctionError", "no_such_function"},
            {"throw", "Throw", "{:nope, 1}"},
            {"exit", "Exit", "leaving"},
            {"normal", "Exit", "normal"},
            {"kill", "Exit", "killed"},
            {"linked", "Exit", "of_a_link"},
            {"timeout", "Exit", "time out"},
            {"js", "RangeError", "from afar"},
            {"bytes", "RuntimeError", "bad"}
          ] do
        assert {:ok, [sync, async]} =
                 Context.call(context, "caught", [name, "boom"], timeout: 10_000)

        for {[true, got, message], how} <- [{sync, "callSync"}, {async, "call"}] do
          assert {name, how, got} == {name, how, error_name}
          assert message =~ part
        end
      end
    end

    test "that JS does not catch is the error of the operation" do
      context = start_with(%{"raise" => fn _ -> raise ArgumentError, "x is bad" end})

      for code <- ["Beam.callSync('raise')", "await Beam.call('raise')", "Beam.call('raise')"] do
        assert {:error, %JSError{name: "ArgumentError", message: "x is bad"}} =
                 Context.eval(context, code)
      end
    end

    test "of an unknown handler says its name" do
      context = start_with(%{})

      for name <- ["nope", "", "__proto__", "ünbekannt", "toString"] do
        message = "Unknown handler: " <> name

        assert Context.call(context, "caught", [name]) ==
                 {:ok, List.duplicate([true, "Error", message], 2)}
      end
    end

    test "of the name itself throws" do
      context = start_with(%{})

      for code <- [
            "Beam.callSync()",
            "Beam.callSync(Symbol())",
            "await Beam.call()",
            "await Beam.call(Symbol())",
            "Beam.callSync({toString() { throw new Error('x') }})"
          ] do
        assert {:error, %JSError{}} = Context.eval(context, code)
      end

      assert Context.eval(context, "1") == {:ok, 1}
    end

    test "to convert the result rejects" do
      context = start_with(%{"improper" => fn _ -> [1 | 2] end, "bits" => fn _ -> <<1::3>> end})

      for name <- ["improper", "bits"] do
        assert {:ok, [[true, _, sync], [true, _, async]]} =
                 Context.call(context, "caught", [name], timeout: 5000)

        assert sync != "" and async != ""
      end
    end

    test "to convert an argument rejects" do
      pool = start_pool(max_convert_nodes: 100)
      context = start_context(pool, handlers: %{"echo" => fn args -> args end})
      {:ok, _} = Context.eval(context, @caught)
      {:ok, [sync, async]} = Context.call(context, "caught", ["echo"])
      assert {sync, async} == {nil, nil}
      code = "try { Beam.callSync('echo', new Array(1000).fill(0)); 'no' } catch (e) { e.name }"
      assert Context.eval(context, code) == {:ok, "ConversionError"}
      code = "try { await Beam.call('echo', new Array(1000).fill(0)); 'no' } catch (e) { e.name }"
      assert Context.eval(context, code) == {:ok, "ConversionError"}
    end
  end

  describe "waiting" do
    test "for handlers does not hold others up: B answers while A awaits, on one thread" do
      test = self()
      pool = start_pool(size: 1)
      a = start_context(pool, handlers: %{"gate" => gate(test)})
      b = start_context(pool)
      awaiting = Task.async(fn -> Context.eval(a, "await Beam.call('gate')") end)
      assert_receive {:gate, handler}

      {ms, _} = timed(fn -> for n <- 1..200, do: assert(Context.eval(b, "#{n}") == {:ok, n}) end)
      assert ms < 1000
      # A itself also goes on meanwhile.
      assert Context.eval(a, "'also me'") == {:ok, "also me"}

      send(handler, :open)
      assert Task.await(awaiting) == {:ok, "open"}
    end

    test "of 100 calls at once overlaps" do
      test = self()
      context = start_with(%{"gate" => gate(test)})

      caller =
        Task.async(fn ->
          Context.eval(
            context,
            "await Promise.all(Array.from({length: 100}, (_, i) => Beam.call('gate', i)))"
          )
        end)

      handlers = for _ <- 1..100, do: assert_receive({:gate, handler}, 5000) && handler
      for handler <- Enum.shuffle(handlers), do: send(handler, :open)
      assert Task.await(caller) == {:ok, List.duplicate("open", 100)}
    end

    test "each answer finds its own call" do
      context = start_with(%{"delay" => fn [n] -> receive(after: (rem(n * 7, 13) -> n)) end})
      expected = Enum.to_list(0..199)

      assert Context.eval(
               context,
               "await Promise.all(Array.from({length: 200}, (_, i) => Beam.call('delay', i)))"
             ) == {:ok, expected}
    end

    test "callSync from 20 contexts on one thread" do
      pool = start_pool(size: 1)

      results =
        1..20
        |> Enum.map(fn n ->
          context =
            start_context(pool,
              handlers: %{"add" => fn [a, b] -> receive(after: (5 -> a + b)) end}
            )

          Task.async(fn ->
            Context.eval(
              context,
              "let s = 0; for (let i = 0; i < 10; i++) s = Beam.callSync('add', s, #{n}); s"
            )
          end)
        end)
        |> Task.await_many(20_000)

      assert results == for(n <- 1..20, do: {:ok, n * 10})
    end

    test "a handler of one context may use another" do
      pool = start_pool(size: 2)
      other = start_context(pool)

      context =
        start_context(pool, handlers: %{"other" => fn [code] -> Context.eval!(other, code) end})

      assert Context.eval(
               context,
               "Beam.callSync('other', '1 + 1') + await Beam.call('other', '2 + 2')"
             ) == {:ok, 6}
    end

    test "a handler may use the context that awaits it" do
      back = {:with_caller, fn [code], context -> Context.eval!(context, code) end}
      context = start_with(%{"back" => back})

      assert Context.eval(context, "globalThis.x = 20; await Beam.call('back', 'x + 1')",
               timeout: 5000
             ) == {:ok, 21}
    end

    test "a late answer, after a timeout or the end, harms nobody" do
      test = self()
      context = start_with(%{"gate" => gate(test)})

      assert_js_error(
        Context.eval(context, "await Beam.call('gate')", timeout: 20),
        "TimeoutError"
      )

      assert_js_error(Context.eval(context, "Beam.callSync('gate')", timeout: 20), "TimeoutError")
      assert_receive {:gate, first}
      assert_receive {:gate, second}
      for handler <- [first, second], do: send(handler, :open)
      for handler <- [first, second], do: assert(await_end(handler) in [:normal, :noproc])
      assert Context.eval(context, "1 + 1") == {:ok, 2}

      pending = Task.async(fn -> Context.eval(context, "await Beam.call('gate')") end)
      assert_receive {:gate, third}
      Context.stop(context)
      assert_js_error(Task.await(pending), "AbortError")
      # A handler ends with its context.
      assert await_end(third) in [:shutdown, :noproc]
    end

    test "ends with the context, however that ends" do
      test = self()
      pool = start_pool(size: 1)

      for {stop, reason} <- [
            {&Context.stop/1, :normal},
            {&Process.exit(&1, :kill), :killed},
            {&Process.exit(&1, :shutdown), :shutdown}
          ],
          how <- ["Beam.callSync('gate')", "await Beam.call('gate')"] do
        {:ok, context} = Context.start(pool: pool, handlers: %{"gate" => gate(test)})
        spawn(fn -> Context.eval(context, how) end)
        assert_receive {:gate, handler}
        monitors = Enum.map([context, handler], &Process.monitor/1)
        stop.(context)
        assert Enum.map(monitors, &await_end/1) == [reason, :shutdown]
      end
    end

    test "that traps exits is asked to end" do
      test = self()

      stubborn = fn _ ->
        Process.flag(:trap_exit, true)
        send(test, {:stubborn, self()})
        receive(do: ({:EXIT, _, reason} -> send(test, {:told, reason})))
      end

      context = start_with(%{"stubborn" => stubborn})
      spawn(fn -> Context.eval(context, "Beam.callSync('stubborn')") end)
      assert_receive {:stubborn, handler}
      Context.stop(context)
      assert_receive {:told, :shutdown}
      assert await_end(handler) in [:normal, :noproc]
    end

    test "leaves no trace in the context's process" do
      context = start_with(%{"echo" => fn [x] -> x end, "raise" => fn _ -> raise "x" end})

      {:ok, 500} =
        Context.eval(
          context,
          "let n = 0; for (let i = 0; i < 500; i++) n += Beam.callSync('echo', 1); n"
        )

      {:ok, _} = Context.call(context, "caught", ["raise"])
      assert eventually(fn -> :sys.get_state(context).tasks == %{} end)
    end
  end

  defp self_silent, do: spawn(fn -> Process.sleep(:infinity) end)
end
