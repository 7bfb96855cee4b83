defmodule QuickBEAM.Apis.BroadcastTest do
  use QuickBEAM.Case, async: false

  setup do
    %{pool: start_pool(), name: "channel #{System.unique_integer()}"}
  end

  defp start(pool, name) do
    js = start_context(pool, apis: [:channel])
    Context.set_global(js, "name", name)

    js!(
      js,
      "globalThis.log = []; globalThis.open = () => { const c = new BroadcastChannel(name); c.onmessage = (e) => log.push(e.data); return c; }; 0"
    )

    js
  end

  defp js!(context, code), do: Context.eval!(context, code)

  test "reaches the channels of that name in other contexts and in its own, but not itself", %{
    pool: pool,
    name: name
  } do
    [one, two, three] = for pool <- [pool, pool, start_pool()], do: start(pool, name)
    for js <- [one, two, three], do: js!(js, "globalThis.c = open(); 0")

    js!(
      three,
      "globalThis.other = new BroadcastChannel(name + 'x'); other.onmessage = () => log.push('wrong'); 0"
    )

    js!(one, "globalThis.second = open(); for (let i = 0; i < 50; i++) c.postMessage(i)")
    all = Enum.to_list(0..49)
    for js <- [one, two, three], do: eventually(fn -> js!(js, "log") == all end)
    js!(two, "c.close(); c.close()")
    js!(one, "c.postMessage('more')")
    eventually(fn -> js!(three, "log.at(-1)") == "more" end)
    assert js!(two, "log") == all
    assert_js_error(Context.eval(two, "c.postMessage(1)"), "InvalidStateError")
  end

  test "a message is a clone of every kind", %{pool: pool, name: name} do
    [one, two] = for _ <- 1..2, do: start(pool, name)
    js!(two, "globalThis.c = open(); 0")

    js!(one, ~S"""
    const v = { a: [1, -5, 2 ** 40, 0.5, -0, NaN, , "\ud800", "é😀"], m: new Map([["k", new Set([1n, -(2n ** 70n)])]]), d: new Date(5),
      r: /x+/gi, e: new RangeError("bad", { cause: "why" }), x: new DOMException("m", "AbortError"),
      b: new Uint16Array([1, 2, 3]).subarray(1), v: new DataView(new ArrayBuffer(4), 1, 2), w: Object("s"), u: undefined, n: null, t: [true, false] };
    v.self = v;
    open().postMessage(v);
    0
    """)

    eventually(fn -> js!(two, "log.length") == 1 end)

    assert js!(two, ~S"""
           const [v] = log;
           [v.a.slice(0, 4), Object.is(v.a[4], -0), Number.isNaN(v.a[5]), 6 in v.a, v.a[7] === "\ud800", v.a[8], [...v.m.get("k")].map(String), v.d.getTime(),
            String(v.r), v.e instanceof RangeError, v.e.message, v.e.cause, v.x.name, [...v.b], v.b.constructor.name, v.v.byteOffset, v.v.byteLength,
            typeof v.w, "u" in v && v.u === undefined, v.n, v.t, v.self === v]
           """) == [
             [1, -5, 1_099_511_627_776, 0.5],
             true,
             true,
             false,
             true,
             "é😀",
             ["1", "-1180591620717411303424"],
             5,
             "/x+/gi",
             true,
             "bad",
             "why",
             "AbortError",
             [2, 3],
             "Uint16Array",
             1,
             2,
             "object",
             true,
             nil,
             [true, false],
             true
           ]

    assert_js_error(Context.eval(one, "open().postMessage(() => 1)"), "DataCloneError")
    assert_js_error(Context.eval(one, "new BroadcastChannel()"), "TypeError")
  end

  test "a reset or an end closes", %{pool: pool, name: name} do
    [one, two] = for _ <- 1..2, do: start(pool, name)
    js!(one, "open(); 0")
    js!(two, "open(); 0")
    eventually(fn -> length(:pg.get_members(QuickBEAM.Apis.Channel, name)) == 2 end)
    :ok = Context.reset(one)
    assert :pg.get_members(QuickBEAM.Apis.Channel, name) == [two]
    Context.stop(two)
    eventually(fn -> :pg.get_members(QuickBEAM.Apis.Channel, name) == [] end)
  end

  test "who takes nothing loses some, and is told", %{pool: pool, name: name} do
    [one, two] = for _ <- 1..2, do: start(pool, name)

    js!(
      two,
      "globalThis.errors = 0; globalThis.c = open(); c.onmessage = ({ data }) => log.push(data.length); c.onmessageerror = () => errors++; 0"
    )

    task =
      Task.async(fn ->
        Context.eval(
          two,
          "const end = Date.now() + 60000; while (!globalThis.stop && Date.now() < end) Beam.callSync('wait')",
          timeout: 60_000
        )
      end)

    js!(
      one,
      "const c = open(); const big = 'x'.repeat(1024 * 1024); for (let i = 0; i < 40; i++) c.postMessage(big)"
    )

    # It has no such handler: that throws at once, and what waits is taken.
    assert_js_error(Task.await(task), "Error")
    eventually(fn -> js!(two, "log.length + errors") > 0 end)
    assert js!(two, "log.every((n) => n === 1024 * 1024)")
  end

  describe "across nodes" do
    setup do: start_peer()

    test "messages go there and back", %{pool: pool, name: name, node: node, peer: peer} do
      here = start(pool, name)
      there = :erpc.call(node, QuickBEAM.Case, :start_for_others, [[apis: [:channel]]])

      js!(
        there,
        "globalThis.c = new BroadcastChannel(#{inspect(name)}); c.onmessage = ({ data }) => c.postMessage({ twice: data.n * 2, date: data.date }); 0"
      )

      js!(here, "globalThis.c = open(); 0")
      eventually(fn -> length(:pg.get_members(QuickBEAM.Apis.Channel, name)) == 2 end)

      eventually(fn ->
        length(:erpc.call(node, :pg, :get_members, [QuickBEAM.Apis.Channel, name])) == 2
      end)

      js!(here, "for (let n = 0; n < 20; n++) c.postMessage({ n, date: new Date(n) })")
      eventually(fn -> js!(here, "log.length") == 20 end)

      assert js!(
               here,
               "log.every(({ twice, date }, n) => twice === 2 * n && date.getTime() === n)"
             )

      :peer.stop(peer)
      eventually(fn -> :pg.get_members(QuickBEAM.Apis.Channel, name) == [here] end)
      js!(here, "c.postMessage('nobody')")
    end
  end
end
