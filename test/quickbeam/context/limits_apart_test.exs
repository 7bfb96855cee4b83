defmodule QuickBEAM.Context.LimitsApartTest do
  # Operations of one context have limits of their own.
  use QuickBEAM.Case, async: true

  test "one that waits ends in time while another loops" do
    context = start_alone()

    waits =
      Task.async(fn ->
        timed(fn -> Context.eval(context, "new Promise(() => {})", timeout: 200) end)
      end)

    Context.eval!(context, "0")
    loops = Task.async(fn -> Context.eval(context, "while (true) {}", timeout: 3_000) end)
    assert {ms, {:error, %JSError{name: "TimeoutError"}}} = Task.await(waits, 10_000)
    assert ms < 2_000
    assert {:error, %JSError{message: "interrupted"}} = Task.await(loops, 10_000)
    assert {:ok, 2} = Context.eval(context, "1 + 1")
  end

  test "a chain of causes as long as the depth allows is converted" do
    pool = start_pool(size: 1, max_convert_depth: 10_000)
    context = start_context(pool)

    code =
      "let e = new Error('0'); for (let i = 0; i < 9_000; i++) e = new Error('x', {cause: e}); e"

    assert {:ok, %JSError{message: "x"}} = Context.eval(context, code)

    assert {:error, %JSError{name: "ConversionError"}} =
             Context.eval(
               context,
               code <>
                 "; new Error('y', {cause: (() => { for (let i = 0; i < 2_000; i++) e = new Error('z', {cause: e}); return e })()})"
             )
  end

  test "names that are no variables are undefined" do
    context = start_alone()
    assert {:ok, nil} = Context.get_global(context, "class")
    assert {:error, %JSError{name: "TypeError"}} = Context.call(context, "class", [])
  end
end
