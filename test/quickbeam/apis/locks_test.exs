defmodule QuickBEAM.Apis.LocksTest do
  use QuickBEAM.Case, async: true

  setup do
    %{pool: start_pool(), name: "lock #{System.unique_integer()}"}
  end

  defp start(pool, name) do
    js = start_context(pool, apis: [:locks])
    Context.set_global(js, "name", name)

    Context.eval!(js, """
    globalThis.log = [];
    globalThis.held = (options = {}) => new Promise((begun, failed) => {
      let release;
      const until = new Promise((resolve) => { release = resolve; });
      navigator.locks.request(name, options, (lock) => {
        begun({ lock, release });
        return until;
      }).then((value) => log.push(["done", value]), (error) => { log.push([error.name]); failed(error); });
    });
    """)

    js
  end

  defp js!(context, code), do: Context.eval!(context, code)

  defp query(js),
    do:
      js!(
        js,
        "({ held, pending } = await navigator.locks.query(), [held, pending].map((l) => l.filter((i) => i.name === name).map((i) => i.mode)))"
      )

  test "a request gives its callback a lock and settles with it", %{pool: pool, name: name} do
    js = start(pool, name)

    assert js!(js, """
           await navigator.locks.request(name, (lock) =>
             [lock instanceof Lock, lock.name === name, lock.mode, String(lock)])
           """) == [true, true, "exclusive", "[object Lock]"]

    assert js!(
             js,
             "await navigator.locks.request(name, { mode: 'shared' }, async (lock) => lock.mode)"
           ) == "shared"

    assert_js_error(
      Context.eval(
        js,
        "await navigator.locks.request(name, () => { throw new RangeError('x') })"
      ),
      "RangeError"
    )

    assert query(js) == [[], []]
  end

  test "an exclusive lock keeps out all contexts of the node, in order", %{pool: pool, name: name} do
    [one, two, three] = for pool <- [pool, pool, start_pool()], do: start(pool, name)
    js!(one, "globalThis.a = await held(); 0")
    js!(two, "held().then((h) => { globalThis.b = h }); 0")
    eventually(fn -> query(one) == [["exclusive"], ["exclusive"]] end)
    js!(three, "held().then((h) => { globalThis.c = h }); 0")
    eventually(fn -> query(one) == [["exclusive"], ["exclusive", "exclusive"]] end)
    assert js!(two, "typeof b") == "undefined"
    js!(one, "a.release(7); 0")
    eventually(fn -> js!(two, "typeof b") == "object" end)
    assert js!(three, "typeof c") == "undefined"
    eventually(fn -> js!(one, "log") == [["done", 7]] end)
    js!(two, "b.release(); 0")
    eventually(fn -> js!(three, "typeof c") == "object" end)
  end

  test "shared locks are held together, and wait behind an exclusive request", %{
    pool: pool,
    name: name
  } do
    [one, two] = for _ <- 1..2, do: start(pool, name)
    js!(one, "globalThis.a = await held({ mode: 'shared' }); 0")
    js!(two, "globalThis.b = await held({ mode: 'shared' }); 0")

    js!(
      one,
      "held().then((h) => { globalThis.c = h }); held({ mode: 'shared' }).then((h) => { globalThis.d = h }); 0"
    )

    eventually(fn -> query(two) == [["shared", "shared"], ["exclusive", "shared"]] end)
    js!(one, "a.release(); 0")
    js!(two, "b.release(); 0")
    eventually(fn -> js!(one, "typeof c") == "object" end)
    assert query(one) == [["exclusive"], ["shared"]]
    js!(one, "c.release(); 0")
    eventually(fn -> js!(one, "typeof d") == "object" end)
  end

  test "ifAvailable does not wait", %{pool: pool, name: name} do
    [one, two] = for _ <- 1..2, do: start(pool, name)
    js!(one, "globalThis.a = await held(); 0")

    assert js!(
             two,
             "await navigator.locks.request(name, { ifAvailable: true }, (lock) => [lock])"
           ) == [nil]

    js!(one, "a.release(); 0")
    eventually(fn -> query(two) == [[], []] end)

    assert js!(
             two,
             "await navigator.locks.request(name, { ifAvailable: true }, (lock) => lock.mode)"
           ) == "exclusive"
  end

  test "steal takes a lock away from its holder", %{pool: pool, name: name} do
    [one, two, three] = for _ <- 1..3, do: start(pool, name)
    js!(one, "globalThis.a = await held(); 0")
    js!(three, "held().then((h) => { globalThis.c = h }); 0")
    eventually(fn -> query(one) == [["exclusive"], ["exclusive"]] end)
    js!(two, "globalThis.b = await held({ steal: true }); 0")
    eventually(fn -> js!(one, "log") == [["AbortError"]] end)
    assert query(one) == [["exclusive"], ["exclusive"]]
    # What the first holder releases is not the thief's.
    js!(one, "a.release(); 0")
    assert js!(three, "typeof c") == "undefined"
    js!(two, "b.release(); 0")
    eventually(fn -> js!(three, "typeof c") == "object" end)
  end

  test "a signal takes back a request that waits", %{pool: pool, name: name} do
    [one, two] = for _ <- 1..2, do: start(pool, name)
    js!(one, "globalThis.a = await held(); 0")

    js!(
      two,
      "globalThis.c = new AbortController(); held({ signal: c.signal }).catch((e) => { globalThis.reason = e }); 0"
    )

    eventually(fn -> query(one) == [["exclusive"], ["exclusive"]] end)
    js!(two, "c.abort('enough')")
    assert js!(two, "await 0; reason") == "enough"
    eventually(fn -> query(one) == [["exclusive"], []] end)

    assert js!(
             two,
             "await navigator.locks.request(name, { signal: AbortSignal.abort('early') }, () => 1).catch((e) => e)"
           ) == "early"

    # Once granted, the signal means nothing.
    js!(one, "a.release(); 0")

    js!(
      two,
      "globalThis.d = new AbortController(); globalThis.e = await held({ signal: d.signal }); d.abort(); e.release('fine'); 0"
    )

    eventually(fn -> ["done", "fine"] in js!(two, "log") end)
  end

  test "whoever ends or is reset gives its locks back", %{pool: pool, name: name} do
    [one, two, three, four] = for _ <- 1..4, do: start(pool, name)
    js!(one, "await held(); 0")
    js!(two, "held().then((h) => { globalThis.b = h }); 0")
    eventually(fn -> query(four) == [["exclusive"], ["exclusive"]] end)
    js!(three, "held().then((h) => { globalThis.c = h }); 0")
    eventually(fn -> query(four) == [["exclusive"], ["exclusive", "exclusive"]] end)
    Process.unlink(one)
    Process.exit(one, :kill)
    eventually(fn -> js!(two, "typeof b") == "object" end)
    :ok = Context.reset(two)
    eventually(fn -> js!(three, "typeof c") == "object" end)
    Context.stop(three)
    eventually(fn -> query(four) == [[], []] end)
  end

  test "what cannot be asked is refused", %{pool: pool, name: name} do
    js = start(pool, name)

    for {arguments, error} <- [
          {"", "TypeError"},
          {"'a'", "TypeError"},
          {"'a', {}", "TypeError"},
          {"'a', {}, {}", "TypeError"},
          {"'a', 1, () => 1", "TypeError"},
          {"'a', { mode: 'other' }, () => 1", "TypeError"},
          {"'a', { signal: {} }, () => 1", "TypeError"},
          {"Symbol(), () => 1", "TypeError"},
          {"'-a', () => 1", "NotSupportedError"},
          {"'a', { steal: true, ifAvailable: true }, () => 1", "NotSupportedError"},
          {"'a', { steal: true, mode: 'shared' }, () => 1", "NotSupportedError"},
          {"'a', { ifAvailable: true, signal: new AbortController().signal }, () => 1",
           "NotSupportedError"}
        ] do
      # A promise, whatever is wrong.
      assert js!(js, "navigator.locks.request(#{arguments}).then(() => 'none', (e) => e.name)") ==
               error,
             arguments
    end

    assert_js_error(Context.eval(js, "new LockManager()"), "TypeError")
    assert_js_error(Context.eval(js, "new Lock()"), "TypeError")
    assert js!(js, "LockManager.prototype.query.call({}).catch((e) => e.name)") == "TypeError"

    assert js!(js, "[navigator.locks.request.length, navigator.locks.query.length, Lock.length]") ==
             [2, 0, 0]
  end

  test "navigator is what a page knows", %{pool: pool, name: name} do
    js = start(pool, name)

    assert js!(
             js,
             "[navigator instanceof Navigator, String(navigator), navigator.onLine, navigator.language]"
           ) == [true, "[object Navigator]", true, "en-US"]

    assert js!(
             js,
             "navigator.userAgent.startsWith('QuickBEAM/') && navigator.hardwareConcurrency > 0 && Object.isFrozen(navigator.languages)"
           )

    assert_js_error(Context.eval(js, "Navigator.prototype.locks"), "TypeError")
    js!(js, "Object.defineProperty(Navigator.prototype, 'more', { get: () => 1 }); 0")
    assert js!(js, "navigator.more") == 1
    without = start_context(pool, apis: [:dom])
    assert js!(without, "'locks' in navigator") == false
  end
end
