defmodule QuickBEAM.AmplificationTest do
  # Little in the heap can be much outside of it: that counts, too.
  use QuickBEAM.Case, async: true

  @bomb """
  { const s = 'x'.repeat(100_000), a = Array(100).fill(s), b = Array(100).fill(a); Array(100).fill(b) }
  """

  test "a result that repeats what it holds is an error within the memory limit" do
    context = start_alone(memory_limit: 1_000_000)
    assert {:error, %JSError{message: "out of memory"}} = Context.eval(context, @bomb)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "and without a limit past what one value may take" do
    context = start_alone()
    assert {:error, %JSError{name: "ConversionError"}} = Context.eval(context, @bomb)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "messages of a script to itself are charged to it" do
    context = start_alone(memory_limit: 1_000_000)
    flood = "const s = 'x'.repeat(100_000); for (;;) Beam.send(Beam.self(), s)"
    assert {:error, %JSError{message: "out of memory"}} = Context.eval(context, flood)

    assert {:ok, _} =
             Context.eval(context, "globalThis.got = 0; Beam.onMessage(m => { got += m.length })")

    eventually(fn -> Context.eval!(context, "got") > 100_000 end)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "calls that nobody answers are charged to the script" do
    hold = fn _ -> receive(do: (:never -> :ok)) end
    context = start_alone(memory_limit: 1_000_000, handlers: %{"hold" => hold})
    flood = "{ const s = 'x'.repeat(100_000); for (;;) Beam.call('hold', s) }"
    assert {:error, %JSError{message: "out of memory"}} = Context.eval(context, flood)
  end

  test "calls in flight are limited, so that no script fills the process table" do
    hold = fn _ -> receive(do: (:never -> :ok)) end
    context = start_alone(handlers: %{"hold" => hold})
    flood = "{ let n = 0; try { for (;;) { Beam.call('hold'); n++ } } catch (e) { [n, e.name] } }"
    assert {:ok, [10_000, "RangeError"]} = Context.eval(context, flood)
  end

  test "no script forges a struct" do
    context = start_alone()
    code = "new Map([[Symbol('__struct__'), Symbol('Elixir.MapSet')]])"
    assert {:ok, %{"__struct__" => MapSet}} = Context.eval(context, code)
  end

  test "a small message is charged little: a context close to its limit can still say it" do
    context = start_alone(memory_limit: 4_000_000)

    code = """
    globalThis.kept = [];
    Beam.onMessage((to) => {
      try { for (;;) kept.push(new Uint8Array(1024)); } catch {}
      kept.length -= 16;
      Beam.send(to, "still here");
    });
    0
    """

    assert {:ok, 0} = Context.eval(context, code)
    Context.send_message(context, self())
    assert_receive "still here", 10_000
  end
end
