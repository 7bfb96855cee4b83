# What the APIs cost that processes of the BEAM stand behind.
#
#     mix run bench/apis.exs
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Apis do
  import Bench
  import Bench.World, only: [with_pool: 2, run: 2]
  alias QuickBEAM.Context

  @js """
  globalThis.set_loop = (n) => { for (let i = 0; i < n; i++) localStorage.setItem("key", "value"); };
  globalThis.get_loop = (n) => { for (let i = 0; i < n; i++) localStorage.getItem("key"); };
  globalThis.lock_loop = async (n) => { for (let i = 0; i < n; i++) await navigator.locks.request("bench", () => {}); };
  globalThis.port_loop = (n) => new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    let got = 0;
    port2.onmessage = () => { if (++got === n) { port1.close(); resolve(); } };
    for (let i = 0; i < n; i++) port1.postMessage({ id: i, text: "hello" });
  });
  const echo = "onmessage = ({ data }) => postMessage(data); postMessage('up')";
  const next = (worker) => new Promise((resolve) => { worker.onmessage = resolve; });
  globalThis.worker_start = async () => {
    const worker = new Worker(echo);
    await next(worker);
    worker.terminate();
  };
  globalThis.worker_loop = async (n) => {
    globalThis.worker ??= new Worker(echo);
    if (!globalThis.up) { await next(worker); up = true; }
    for (let i = 0; i < n; i++) { worker.postMessage(i); await next(worker); }
  };
  globalThis.up = false;
  globalThis.broadcast_loop = (n) => new Promise((resolve) => {
    const channel = new BroadcastChannel("bench");
    let got = 0;
    channel.onmessage = () => { if (++got === n) { channel.close(); resolve(); } };
    for (let i = 0; i < n; i++) channel.postMessage(i);
  });
  """
  @loop 200

  def run do
    with_pool(2, fn pool ->
      apis = [:storage, :locks, :worker, :channel]
      alone = context(pool, apis: apis)
      shared = context(pool, apis: apis, storage: "bench")
      Enum.each([alone, shared], &run(&1, @js))
      listener = context(pool, apis: [:channel])

      run(
        listener,
        "new BroadcastChannel('bench').onmessage = ({ target, data }) => target.postMessage(data)"
      )

      loop = fn context, name -> fn -> {:ok, nil} = Context.call(context, name, [@loop]) end end

      r =
        compare(
          [
            set: loop.(alone, "set_loop"),
            get: loop.(alone, "get_loop"),
            shared_set: loop.(shared, "set_loop"),
            shared_get: loop.(shared, "get_loop"),
            lock: loop.(alone, "lock_loop"),
            port: loop.(alone, "port_loop"),
            start: fn -> {:ok, nil} = Context.call(alone, "worker_start", []) end,
            worker: loop.(alone, "worker_loop"),
            broadcast: loop.(alone, "broadcast_loop")
          ],
          20
        )

      each = fn key -> r[key].median / @loop end

      Bench.Table.print("APIs backed by the BEAM, two threads", [
        {"localStorage.setItem, private", :us, each.(:set), nil, ""},
        {"localStorage.getItem, private", :us, each.(:get), nil, ""},
        {"localStorage.setItem, shared area", :us, each.(:shared_set), nil, "ETS"},
        {"localStorage.getItem, shared area", :us, each.(:shared_get), nil, "ETS"},
        {"navigator.locks.request, free lock", :us, each.(:lock), nil, "with its release"},
        {"port messages per second, one context", :rate, 1_000_000 / each.(:port), nil, ""},
        {"Worker: start, first message, terminate", :us, r.start.median, nil,
         "p99 #{duration(r.start.p99)}"},
        {"Worker: message there and back", :us, each.(:worker), nil, "one at a time"},
        {"BroadcastChannel: message there and back", :us, each.(:broadcast), nil,
         "#{@loop} under way"}
      ])
    end)
  end

  defp context(pool, opts) do
    {:ok, context} = Context.start([pool: pool] ++ opts)
    context
  end
end

Bench.Apis.run()
