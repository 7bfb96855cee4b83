defmodule QuickBEAM.Context.ReductionsTest do
  use QuickBEAM.Case, async: true

  @moduletag :capture_log

  test "end an operation, which is counted anew each time" do
    context = start_alone(max_reductions: 100_000)

    for _ <- 1..20 do
      error = assert_js_error(Context.eval(context, "while (true) {}"), "InternalError")
      assert error.message == "interrupted"
    end

    for _ <- 1..200,
        do:
          assert(
            Context.eval(context, "{ let n = 0; for (let i = 0; i < 1000; i++) n += i; n }") ==
              {:ok, 499_500}
          )
  end

  test "are a matter of work, not of time: the same work ends at the same place" do
    context = start_alone(max_reductions: 50_000)
    count = "globalThis.n = 0; while (true) n++"

    counts =
      for _ <- 1..5 do
        {:error, _} = Context.eval(context, count)
        Context.get_global!(context, "n")
      end

    # The first of them also makes the global.
    assert Enum.max(counts) - Enum.min(counts) <= 64
    assert hd(counts) in 1_000..1_000_000
  end

  test "stop an endless loop in a wink" do
    context = start_alone(max_reductions: 100_000)
    {ms, {:error, _}} = timed(fn -> Context.eval(context, "while (true) {}") end)
    assert ms < 1000
  end

  test "cannot be caught, and count calls, regexps and natives" do
    context = start_alone(max_reductions: 100_000)

    for code <- [
          "while (true) { try { while (true) {} } catch {} finally { while (true) {} } }",
          "function f() { f2() } function f2() { try { f() } catch { f() } } while (true) f()",
          "/(a+)+$/.test('a'.repeat(40) + 'b')",
          "while (true) new Promise(() => { while (true); })",
          "new Array(2**32-1).join()",
          "const next = () => Promise.resolve().then(next); next(); await new Promise(() => {})",
          "Array.from({length: 2**32 - 1})"
        ] do
      assert_js_error(Context.eval(context, "{ #{code} }", timeout: 5000), "InternalError")
      assert Context.eval(context, "1 + 1") == {:ok, 2}
    end
  end

  test "are those of each context" do
    pool = start_pool(size: 1)
    small = start_context(pool, max_reductions: 10_000)
    large = start_context(pool)
    loop = "var n = 0; for (let i = 0; i < 1e6; i++) n++; n"
    assert_js_error(Context.eval(small, "{ #{loop} }"), "InternalError")
    assert Context.eval(large, loop) == {:ok, 1_000_000}
  end

  test "hold for callbacks of timers and messages" do
    context = start_alone(max_reductions: 100_000)

    {:ok, _} =
      Context.eval(
        context,
        "setTimeout(() => { while (true) {} }, 0); Beam.onMessage(m => { if (m) while (true) {} })"
      )

    Context.send_message(context, true)
    assert eventually(fn -> Context.eval(context, "'alive'", timeout: 1000) == {:ok, "alive"} end)
  end
end
