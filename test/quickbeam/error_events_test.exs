defmodule QuickBEAM.ErrorEventsTest do
  use QuickBEAM.Case, async: true

  defp start(opts \\ []), do: start_alone([apis: [:fetch], console: self()] ++ opts)

  defp logged(context), do: Context.eval!(context, "log.splice(0)")

  test "without listeners, uncaught errors and rejections reach the console with a stack" do
    context = start()
    Context.eval!(context, "setTimeout(function late() { null.x }); 0")
    assert_receive {:console, :error, "Uncaught TypeError: " <> rest}, 5000
    assert rest =~ "late"

    Context.eval!(
      context,
      "function lost() { return new RangeError('lost') } Promise.reject(lost()); 0"
    )

    assert_receive {:console, :error, "Unhandled promise rejection: RangeError: lost\n" <> stack},
                   5000

    assert stack =~ "lost"
  end

  test "error events come before the console, and a canceled one instead of it" do
    context = start()

    Context.eval!(context, """
    globalThis.log = [];
    onerror = (message, file, line, column, error) => { log.push(message, error.name); return error.name === "TypeError"; };
    setTimeout(() => { null.x });
    setTimeout(() => { throw new RangeError("told") });
    queueMicrotask(() => { null.y });
    0
    """)

    assert_receive {:console, :error, "Uncaught RangeError: told" <> _}, 5000

    assert [
             "Uncaught TypeError: " <> _,
             "TypeError",
             "Uncaught TypeError: " <> _,
             "TypeError" | rest
           ] = logged(context)

    assert rest == ["Uncaught RangeError: told", "RangeError"]
    refute_received {:console, _, _}
  end

  test "unhandledrejection, and rejectionhandled where a handler comes later" do
    context = start()

    Context.eval!(context, """
    globalThis.log = [];
    onunhandledrejection = (event) => {
      log.push(event.type, event.reason, event.promise === lost, event.cancelable);
      event.preventDefault();
    };
    addEventListener("rejectionhandled", (event) => log.push(event.type, event.reason, event.promise === lost));
    globalThis.lost = Promise.reject(5);
    Promise.reject(6).catch(() => {});
    0
    """)

    assert logged(context) == ["unhandledrejection", 5, true, true]
    Context.eval!(context, "lost.catch(() => {}); 0")
    assert logged(context) == ["rejectionhandled", 5, true]
    # Only once, and not for one that was told to nobody.
    Context.eval!(context, "lost.catch(() => {}); 0")
    assert logged(context) == []
    refute_received {:console, _, _}
  end

  test "a rejection that is not canceled is told too, after its event" do
    context = start()

    Context.eval!(context, """
    addEventListener("unhandledrejection", (event) => console.log("heard", event.reason));
    Promise.reject("lost"); 0
    """)

    assert_receive {:console, first, "heard lost"}, 5000
    assert first == :info
    assert_receive {:console, :error, "Unhandled promise rejection: Error: lost"}, 5000
  end

  test "a listener may settle what somebody waits for" do
    context = start()

    assert {:ok, "why"} =
             Context.eval(context, """
             new Promise((resolve) => {
               onunhandledrejection = (event) => { event.preventDefault(); resolve(event.reason); };
               Promise.reject("why");
             })
             """)
  end

  test "listeners that cause rejections for ever end by being only told" do
    context = start(timeout: 5000)

    Context.eval!(
      context,
      "onunhandledrejection = () => { Promise.reject('again') }; Promise.reject('first'); 0"
    )

    assert_receive {:console, :error, "Unhandled promise rejection: Error: first"}, 5000
    assert_receive {:console, :error, "Unhandled promise rejection: Error: again"}, 5000
    assert Context.eval!(context, "1 + 1") == 2
  end

  test "a listener that does not end is killed by the limit, and the context goes on" do
    context = start(timeout: 200)

    Context.eval!(
      context,
      "onunhandledrejection = () => { for (;;); }; Promise.reject('lost'); 0"
    )

    assert_receive {:console, :error, "Uncaught InternalError: interrupted" <> _}, 5000
    Context.eval!(context, "onunhandledrejection = null; 0")
    assert Context.eval!(context, "1 + 1") == 2
  end
end
