defmodule QuickBEAM.Context.IsolationTest do
  use QuickBEAM.Case, async: true

  # Whatever JS does to its own world: the neighbour is as new, and the context
  # itself can still be used from Elixir.

  @tampering [
    {"pollution of Object.prototype",
     "Object.prototype.polluted = 1; Object.prototype.toJSON = () => 'bad'; Object.prototype.then = null"},
    {"accessors on Object.prototype",
     "for (const k of ['message', 'name', 'stack', 'value', 'get', 'set']) Object.defineProperty(Object.prototype, k, {get() { throw 1 }, set() { throw 2 }, configurable: true})"},
    {"pollution of Array.prototype",
     "Array.prototype[0] = 'bad'; Array.prototype.push = null; Array.prototype[Symbol.iterator] = null"},
    {"replaced built-ins",
     "Promise = null; JSON = null; Map = Set = Date = Error = Uint8Array = Symbol = null"},
    {"broken promises", "Promise.prototype.then = () => { throw 1 }; Promise.resolve = null"},
    {"deleted built-ins",
     "for (const k of Object.getOwnPropertyNames(globalThis)) { try { delete globalThis[k] } catch {} }"},
    {"a replaced Beam", "Beam = {call() { return 'fake' }}; console = null; setTimeout = null"},
    {"a locked global object", "Object.freeze(globalThis)"},
    {"a replaced globalThis", "globalThis.globalThis = {}; globalThis.self = 1"},
    {"another prototype of the global object", "Object.setPrototypeOf(globalThis, null)"},
    {"frozen prototypes",
     "for (const c of [Object, Array, Function, Promise, Map, Set, Date, Error]) { Object.freeze(c.prototype); Object.freeze(c) }"},
    {"a species that lies",
     "Object.defineProperty(Array, Symbol.species, {get() { throw 1 }}); Object.defineProperty(Promise, Symbol.species, {get() { throw 2 }})"},
    {"a broken toString",
     "Error.prototype.toString = Symbol.prototype.toString = () => { throw 1 }; Error.prepareStackTrace = () => { throw 2 }"},
    {"a hooked Error",
     "Error.prepareStackTrace = () => 5; Error.stackTraceLimit = -1; Object.defineProperty(Error.prototype, 'name', {get() { throw 1 }})"}
  ]

  setup_all do
    {:ok, pool} = ContextPool.start_link(size: 1)
    %{pool: pool}
  end

  for {what, code} <- @tampering do
    test "#{what} stays inside", %{pool: pool} do
      before = start_context(pool)
      tampered = start_context(pool, handlers: %{"echo" => fn [x] -> x end})
      Context.eval(tampered, unquote(code))
      later = start_context(pool)

      for clean <- [before, later] do
        assert Context.eval(clean, """
               [({}).polluted, typeof Promise, typeof JSON, [1].concat(2), typeof Beam.call,
                new Map([[1, 2]]), JSON.stringify({a: new Date(0)}), String(new Error('x')), await Promise.resolve(1)]
               """) ==
                 {:ok,
                  [
                    nil,
                    "function",
                    "object",
                    [1, 2],
                    "function",
                    %{1 => 2},
                    ~s({"a":"1970-01-01T00:00:00.000Z"}),
                    "Error: x",
                    1
                  ]}
      end

      # No more than this is asked of the tampered one itself: answers, and a way out.
      assert {:ok, 3} = Context.eval(tampered, "1 + 2", timeout: 2000)
      assert {_, _} = Context.eval(tampered, "[1, {a: 'b'}, new Error('x')]", timeout: 2000)
      assert {:error, %JSError{}} = Context.eval(tampered, "null.x", timeout: 2000)
      assert {:error, %JSError{}} = Context.eval(tampered, "throw 1", timeout: 2000)
      assert {:error, %JSError{}} = Context.eval(tampered, "while (true) {}", timeout: 50)

      assert {_, _} =
               Context.call(
                 tampered,
                 "Math.max",
                 [1, [2], %{"a" => ~U[2024-01-01 00:00:00Z]}, MapSet.new([1])],
                 timeout: 2000
               )

      assert %{} = Context.memory_usage!(tampered)
      assert {:ok, _} = Context.globals(tampered)
      assert Context.reset(tampered) == :ok

      assert Context.eval(tampered, "[({}).polluted, Beam.callSync('echo', [typeof Promise])]") ==
               {:ok, [nil, ["function"]]}

      assert Context.stop(tampered) == :ok
    end
  end

  test "the global object can be replaced by none", %{pool: pool} do
    a = start_context(pool)
    b = start_context(pool)

    {:ok, _} =
      Context.eval(
        a,
        "globalThis.shared = 1; Object.shared = 2; Symbol.for('s').description; Math.shared = 3"
      )

    assert Context.eval(b, "[typeof shared, Object.shared, Math.shared]") ==
             {:ok, ["undefined", nil, nil]}
  end

  test "registered symbols, module names and timers are each context's own", %{pool: pool} do
    a = start_context(pool)
    b = start_context(pool)
    :ok = Context.load_module(a, "m", "export default 'a'")
    assert {:error, %JSError{}} = Context.eval(b, "await import('m')")

    {:ok, id} =
      Context.eval(a, "+setInterval(() => { globalThis.ticks = (globalThis.ticks ?? 0) + 1 }, 1)")

    {:ok, _} = Context.eval(b, "for (let i = 0; i < 1000; i++) clearInterval(i)")
    assert is_number(id)
    assert eventually(fn -> (Context.get_global!(a, "ticks") || 0) > 3 end)
  end
end
