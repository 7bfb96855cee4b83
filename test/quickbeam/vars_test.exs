defmodule QuickBEAM.VarsTest do
  # The globals of one eval go away again, whatever happens.
  use QuickBEAM.Case, async: true

  test "also when one of them cannot be defined" do
    context = start_alone()
    Context.eval!(context, "Object.defineProperty(globalThis, 'zz', {value: 1}); 0")

    assert {:error, %JSError{name: "TypeError"}} =
             Context.eval(context, "1", vars: %{aa: 1, zz: 2})

    assert {:ok, "undefined"} = Context.eval(context, "typeof aa")
  end

  test "also when evals that await overlap" do
    context = start_alone()
    Context.eval!(context, "globalThis.gates = []; globalThis.x = 'own'; 0")
    wait = "await new Promise(open => gates.push(open)); x"
    first = Task.async(fn -> Context.eval(context, wait, vars: %{x: 1}) end)
    eventually(fn -> Context.eval!(context, "gates.length") == 1 end)
    second = Task.async(fn -> Context.eval(context, wait, vars: %{x: 2}) end)
    eventually(fn -> Context.eval!(context, "gates.length") == 2 end)

    Context.eval!(context, "gates[0](); 0")
    assert {:ok, 2} = Task.await(first)
    Context.eval!(context, "gates[1](); 0")
    assert {:ok, 2} = Task.await(second)
    assert {:ok, "own"} = Context.eval(context, "x")
  end

  test "a script may have a variable called await" do
    context = start_alone()
    assert {:ok, 6} = Context.eval(context, "var await = 5; await + 1")
    assert {:error, %JSError{name: "SyntaxError"}} = Context.eval(context, "await (")
  end
end
