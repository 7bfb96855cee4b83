defmodule QuickBEAM.Apis.ProcessesTest do
  # Not async: it makes this VM a node.
  use QuickBEAM.Case

  defp start(opts \\ []),
    do: start_alone(Keyword.put_new([apis: [:beam]] ++ opts, :define, %{test: self()}))

  defp js!(context, code), do: Context.eval!(context, code)

  test "a monitor calls back with the reason, once" do
    js = start()
    {pid, exit} = waiting()
    Context.set_global(js, "pid", pid)

    js!(
      js,
      "globalThis.ref = Beam.monitor(pid, (reason) => Beam.send(test, ['down', reason])); 0"
    )

    exit.({:shutdown, :now})
    assert_receive ["down", ["shutdown", "now"]], 10_000
    assert js!(js, "Beam.demonitor(ref)") == false
    # Of one that has ended already.
    js!(js, "Beam.monitor(pid, (reason) => Beam.send(test, ['again', reason])); 0")
    assert_receive ["again", "noproc"], 10_000
  end

  test "a monitor can be taken back" do
    js = start()
    {pid, exit} = waiting()
    Context.set_global(js, "pid", pid)

    assert js!(
             js,
             "const ref = Beam.monitor(pid, () => Beam.send(test, 'wrong')); [Beam.demonitor(ref), Beam.demonitor(ref), Beam.demonitor({})]"
           ) == [true, false, false]

    exit.(:normal)
    js!(js, "Beam.monitor(pid, () => Beam.send(test, 'right')); 0")
    assert_receive message, 10_000
    assert message == "right"
    assert_js_error(Context.eval(js, "Beam.monitor('pid', () => 1)"), "TypeError")
    assert_js_error(Context.eval(js, "Beam.monitor(pid)"), "TypeError")
  end

  test "links end the one with the other, unless it ends normally" do
    {:ok, pool} = ContextPool.start_link(size: 1)

    start = fn ->
      {:ok, js} = Context.start(pool: pool, apis: [:beam])
      js
    end

    js = start.()
    {pid, exit} = waiting()
    Context.set_global(js, "pid", pid)
    assert js!(js, "Beam.link(pid)") == true
    monitor = Process.monitor(js)
    exit.(:crash)
    assert await_end(monitor) == :crash

    js = start.()
    {pid, _exit} = waiting()
    Context.set_global(js, "pid", pid)
    assert js!(js, "[Beam.link(pid), Beam.unlink(pid)]") == [true, true]
    Process.exit(pid, :kill)
    await_end(pid)
    assert js!(js, "Beam.link(pid)") == false
    {pid, _exit} = waiting()
    Context.set_global(js, "pid", pid)
    js!(js, "Beam.link(pid)")
    Process.exit(js, :kill)
    assert await_end(pid) == :killed
  end

  test "names are found by scripts and by Elixir, and make no atoms" do
    [one, two] = for _ <- 1..2, do: start()
    name = "a name of a context #{System.unique_integer()}"
    Context.set_global(one, "name", name)
    Context.set_global(two, "name", name)

    assert js!(one, "[Beam.register(name), Beam.register(name), Beam.whereis('no such name')]") ==
             [true, true, nil]

    assert js!(two, "[Beam.register(name)]") == [false]
    assert js!(two, "Beam.whereis(name)") == one

    assert QuickBEAM.call({:via, Registry, {QuickBEAM.Names, name}}, "Math.max", [1, 2]) ==
             {:ok, 2}

    assert_raise ArgumentError, fn -> String.to_existing_atom(name) end
    Context.stop(one)
    eventually(fn -> js!(two, "Beam.register(name)") end)

    assert js!(two, "Beam.register('quickbeam_processes_test')") == true
    assert Process.whereis(:quickbeam_processes_test) == two
    Process.register(self(), :quickbeam_the_test)
    assert js!(two, "Beam.whereis('quickbeam_the_test')") == self()
    assert js!(two, "Beam.register('quickbeam_the_test')") == false
    # What names modules is the application's.
    assert js!(two, "Beam.register('Elixir.QuickBEAM.JSError')") == true
    assert Process.whereis(QuickBEAM.JSError) == nil
    assert js!(two, "Beam.whereis('Elixir.QuickBEAM.Handles')") == nil
  end

  test "spawn starts a context that runs a script" do
    js = start(console: self())

    pid =
      js!(
        js,
        "globalThis.child = Beam.spawn('Beam.onMessage(([from, n]) => Beam.send(from, n + 1))'); child"
      )

    assert is_pid(pid)
    send(pid, [self(), 1])
    assert_receive 2, 10_000
    js!(js, "Beam.spawn('throw new RangeError(`in a spawned one`)'); 0")
    assert_receive {:console, :error, "Uncaught RangeError: in a spawned one" <> _}, 10_000
    # It ends with the owner, not with the one that has spawned it.
    Context.stop(js)
    assert Process.alive?(pid)
    send(pid, [self(), 2])
    assert_receive 3, 10_000
  end

  test "one that has spawned others may be killed: they go on until the owner ends" do
    pool = start_pool()
    {owner, js} = start_owner(pool, apis: [:beam])
    child = js!(js, "Beam.spawn('Beam.onMessage(([from, n]) => Beam.send(from, n + 1))')")
    Process.exit(js, :kill)
    await_end(js)
    send(child, [self(), 1])
    assert_receive 2, 10_000
    send(owner, {:exit, :normal})
    await_end(child)
    eventually(fn -> ContextPool.stats(pool).contexts == 0 end)
  end

  test "there is an end to spawning" do
    js = start()
    assert_js_error(Context.eval(js, "while (true) Beam.spawn('0;')"), "RangeError")
  end

  test "the owner's end is that of all it has spawned" do
    pool = start_pool()
    {owner, js} = start_owner(pool, apis: [:beam])
    child = js!(js, "Beam.spawn('Beam.register(`quickbeam grandparent`); Beam.spawn(`0;`)')")
    eventually(fn -> ContextPool.stats(pool).contexts == 3 end)
    send(owner, {:exit, :normal})
    await_end(child)
    eventually(fn -> ContextPool.stats(pool).contexts == 0 end)
  end

  test "what it is without its group" do
    js = start_alone(apis: false)

    assert js!(
             js,
             "['nodes', 'rpc', 'spawn', 'register', 'whereis', 'link', 'monitor'].filter((name) => name in Beam)"
           ) == []
  end

  describe "other nodes" do
    setup do: start_peer()

    test "are listed and can be called", %{node: node} do
      far = :erpc.call(node, QuickBEAM.Case, :start_for_others, [[apis: [:beam]]])

      Context.eval!(
        far,
        "Beam.register('far'); function add(a, b) { return { sum: a + b, date: new Date(0) } } function fail() { throw new RangeError('far away') }"
      )

      js = start(define: %{node: to_string(node), far: far, test: self()})
      assert js!(js, "Beam.nodes()") == [to_string(node()), to_string(node)]

      assert js!(
               js,
               "const { sum, date } = await Beam.rpc(node, 'far', 'add', 1, 2); [sum, date instanceof Date]"
             ) == [3, true]

      assert js!(js, "(await Beam.rpc(node, far, 'add', 2, 2)).sum") == 4

      error =
        assert_js_error(Context.eval(js, "await Beam.rpc(node, 'far', 'fail')"), "RangeError")

      assert error.message == "far away"
      assert js!(js, "await Beam.rpc(node, 'nobody', 'f').catch((e) => e.message)") =~ "nobody"

      assert js!(js, "await Beam.rpc('none@nowhere', 'far', 'f').catch((e) => e.message)") =~
               "none@nowhere"

      js!(js, "Beam.monitor(far, (reason) => Beam.send(test, reason)); 0")
      :erpc.call(node, Process, :exit, [far, :kill])
      assert_receive "killed", 10_000
    end
  end

  # A process that ends as it is told.
  defp waiting do
    pid = spawn(fn -> receive(do: ({:exit, reason} -> exit(reason))) end)
    {pid, &send(pid, {:exit, &1})}
  end
end
