defmodule QuickBEAM.DistributionTest do
  # Not async: it makes this VM a node.
  use QuickBEAM.Case

  @moduletag :capture_log

  setup do: start_peer()

  defp start_there(node, opts), do: :erpc.call(node, QuickBEAM.Case, :start_for_others, [opts])

  test "a context of another node is used like any other", %{node: node} do
    context = start_there(node, name: :far, define: %{x: 1}, timeout: 5000)
    assert node(context) == node

    for far <- [context, {:far, node}] do
      assert Context.eval(far, "x + 1") == {:ok, 2}
      assert Context.call(far, "Math.max", [1, 2]) == {:ok, 2}
      assert_js_error(Context.eval(far, "while (true) {}", timeout: 50), "InternalError")
      assert %{handlers: []} = Context.info(far)
      assert Context.reset(far) == :ok
    end

    {:ok, _} = Context.eval(context, "Beam.onMessage(([from, x]) => Beam.send(from, x + 1))")
    Context.send_message(context, [self(), 1])
    assert_receive 2, 5000
    send(context, [self(), 2])
    assert_receive 3, 5000

    {:ok, big} = Context.eval(context, "Array.from({length: 10000}, (_, i) => ({i}))")
    assert length(big) == 10_000

    pending =
      Task.async(fn ->
        Context.eval(context, "await new Promise(() => {})", timeout: :infinity)
      end)

    assert eventually(fn -> map_size(:sys.get_state(context).asked) == 1 end)
    assert Context.stop(context) == :ok
    assert_js_error(Task.await(pending), "AbortError")
    assert {:noproc, {Context, :eval, _}} = catch_exit(Context.eval(context, "1"))
    assert {:noproc, {Context, :eval, _}} = catch_exit(Context.eval({:far, node}, "1"))
  end

  @tag :toolchain
  @tag :tmp_dir
  test "errors of another node have the places of the sources", %{node: node, tmp_dir: dir} do
    app = Path.join(dir, "app.ts")
    File.write!(app, "type A = 1;\n\nfunction fail(): never { throw new Error('far') }")
    context = start_there(node, script: app)

    for _ <- 1..2 do
      error = assert_js_error(Context.call(context, "fail"), "Error")
      assert %{filename: ^app, line: 3} = error
    end

    assert_js_error(
      Context.eval_ts(context, "type A = 1;\nnull!.x", filename: "far.ts"),
      "TypeError"
    )

    assert {:error, %{filename: "<eval.ts>", line: 2}} =
             Context.eval_ts(context, "type A = 1;\nnull!.x")
  end

  test "a context whose node goes away, and one whose owner's node does", %{node: node} do
    far = start_there(node, [])
    owner = :erpc.call(node, :erlang, :spawn, [Process, :sleep, [:infinity]])
    near = start_context(start_pool(), owner: owner)
    assert Context.eval(near, "1") == {:ok, 1}

    pending =
      Task.async(fn ->
        catch_exit({:no_exit, Context.eval(far, "await new Promise(() => {})")})
      end)

    assert eventually(fn -> map_size(:sys.get_state(far).asked) == 1 end)
    monitor = Process.monitor(near)
    :erpc.cast(node, :erlang, :halt, [])

    assert {{:nodedown, ^node}, {Context, :eval, _}} = Task.await(pending)
    assert await_end(monitor) == :normal
  end
end
