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

    chain = fn n ->
      "{ let e = new Error('0'); for (let i = 0; i < #{n}; i++) e = new Error('x', {cause: e}); e }"
    end

    assert {:ok, %JSError{message: "x"}} = Context.eval(context, chain.(9_000))
    assert {:error, %JSError{name: "ConversionError"}} = Context.eval(context, chain.(11_000))
  end

  test "names that are no variables are undefined" do
    context = start_alone()
    assert {:ok, nil} = Context.get_global(context, "class")
    assert {:error, %JSError{name: "TypeError"}} = Context.call(context, "class", [])
  end
end
