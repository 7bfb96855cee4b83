defmodule QuickBEAM.Values.ToJSTest do
  use QuickBEAM.Case, async: true

  defmodule Point do
    defstruct [:x, :y, __meta__: :hidden]
  end

  setup_all do
    {:ok, runtime} = QuickBEAM.start_link()
    %{runtime: runtime}
  end

  # Each term is given as a var, as an argument and through a handler, so that all
  # ways in are the same.
  defp check(runtime, cases) do
    for {term, js} <- cases do
      assert {term, QuickBEAM.eval(runtime, js, vars: %{x: term})} == {term, {:ok, true}}

      {:ok, _} = QuickBEAM.eval(runtime, "globalThis.predicate = x => (#{js})")
      assert {term, QuickBEAM.call(runtime, "predicate", [term])} == {term, {:ok, true}}
    end
  end

  test "atoms", %{runtime: runtime} do
    check(runtime, [
      {nil, "x === null"},
      {true, "x === true"},
      {false, "x === false"},
      {:NaN, "Number.isNaN(x)"},
      {:Infinity, "x === Infinity"},
      {:"-Infinity", "x === -Infinity"},
      {:hello, "x === 'hello'"},
      {:"mit Umlaut ä", "x === 'mit Umlaut ä'"},
      {:"", "x === ''"},
      {:undefined, "x === 'undefined'"},
      {Enum, "x === 'Elixir.Enum'"}
    ])
  end

  test "numbers", %{runtime: runtime} do
    check(runtime, [
      {0, "x === 0"},
      {-1, "x === -1"},
      {2 ** 31, "x === 2**31"},
      {2 ** 53 - 1, "x === 2**53 - 1"},
      {-(2 ** 53 - 1), "x === -(2**53 - 1)"},
      {2 ** 53, "x === 2n ** 53n"},
      {-(2 ** 53), "x === -(2n ** 53n)"},
      {2 ** 63 - 1, "x === 2n ** 63n - 1n"},
      {-(2 ** 63), "x === -(2n ** 63n)"},
      {2 ** 64, "x === 2n ** 64n"},
      {10 ** 30, "x === 10n ** 30n"},
      {-(10 ** 30), "x === -(10n ** 30n)"},
      {10 ** 2000, "x === 10n ** 2000n"},
      {1.5, "x === 1.5"},
      {-0.0, "Object.is(x, -0)"},
      {1.0e300, "x === 1e300"},
      {5.0e-324, "x === 5e-324"},
      {4.0, "x === 4 && typeof x === 'number'"}
    ])
  end

  test "binaries", %{runtime: runtime} do
    check(runtime, [
      {"", "x === ''"},
      {"abc", "x === 'abc'"},
      {"éÿ", ~S|x === '\xe9\xff'|},
      {"日本 😀", ~S|x === '\u65e5\u672c \u{1F600}' && x.length === 5|},
      {<<?a, 0, ?b>>, ~S|x === 'a\0b'|},
      {<<255, 254>>, "x instanceof Uint8Array && x.length === 2 && x[0] === 255 && x[1] === 254"},
      {<<0xED, 0xA0, 0x80>>, "x instanceof Uint8Array && x.length === 3"},
      {<<0xC0, 0x80>>, "x instanceof Uint8Array"},
      {{:bytes, "abc"}, "x instanceof Uint8Array && x.length === 3 && x[2] === 99"},
      {{:bytes, ""}, "x instanceof Uint8Array && x.length === 0"},
      {{:bytes, 1}, "Array.isArray(x) && x[0] === 'bytes' && x[1] === 1"}
    ])
  end

  test "a copy of the bytes is JavaScript's own", %{runtime: runtime} do
    bytes = :binary.copy(<<255>>, 100)
    assert QuickBEAM.eval(runtime, "x.fill(0); x", vars: %{x: bytes}) == {:ok, <<0::800>>}
    assert bytes == :binary.copy(<<255>>, 100)
  end

  test "lists and tuples", %{runtime: runtime} do
    check(runtime, [
      {[], "Array.isArray(x) && x.length === 0"},
      {[1, [2], nil], "JSON.stringify(x) === '[1,[2],null]'"},
      {~c"ab", "JSON.stringify(x) === '[97,98]'"},
      {{}, "Array.isArray(x) && x.length === 0"},
      {{:ok, {1, "a"}}, ~S|JSON.stringify(x) === '["ok",[1,"a"]]'|},
      {[a: 1], ~S|JSON.stringify(x) === '[["a",1]]'|},
      {Enum.to_list(1..100_000), "x.length === 100000 && x[99999] === 100000"}
    ])
  end

  test "maps", %{runtime: runtime} do
    check(runtime, [
      {%{}, "Object.getPrototypeOf(x) === Object.prototype && Object.keys(x).length === 0"},
      {%{:a => 1, "b" => 2, 3 => 4},
       "x.a === 1 && x.b === 2 && x[3] === 4 && Object.keys(x).length === 3"},
      {%{-1 => 1, (2 ** 70) => 2}, "x['-1'] === 1 && x['1180591620717411303424'] === 2"},
      {%{nil => 1, true => 2}, "x['nil'] === 1 && x['true'] === 2"},
      {%{"a\0" => 1, "日" => 2, "" => 3}, ~S|x['a\0'] === 1 && x['\u65e5'] === 2 && x[''] === 3|},
      {%{a: %{b: %{c: [1]}}}, "x.a.b.c[0] === 1"},
      {Map.new(1..1000, &{&1, &1}), "Object.keys(x).length === 1000 && x[777] === 777"},
      {Map.new(1..5000, &{"k#{&1}", &1}), "Object.keys(x).length === 5000 && x.k777 === 777"}
    ])
  end

  test "keys that mean something to objects are just keys", %{runtime: runtime} do
    check(runtime, [
      {%{"__proto__" => %{"bad" => 1}},
       "Object.keys(x)[0] === '__proto__' && x.bad === undefined && ({}).bad === undefined"},
      {%{"constructor" => 1, "toString" => 2, "hasOwnProperty" => 3},
       "x.constructor === 1 && x.toString === 2"},
      {%{"toJSON" => 1, "then" => 2, "length" => 3},
       "x.toJSON === 1 && x.then === 2 && x.length === 3"}
    ])
  end

  test "dates", %{runtime: runtime} do
    check(runtime, [
      {~U[2024-01-02 03:04:05.678Z],
       "x instanceof Date && x.toISOString() === '2024-01-02T03:04:05.678Z'"},
      {~U[1969-12-31 23:59:59.999Z], "x.getTime() === -1"},
      {~U[2024-01-02 03:04:05.678912Z], "x.getTime() === Date.UTC(2024, 0, 2, 3, 4, 5, 678)"},
      {~U[2024-01-02 03:04:05Z], "x.getTime() === Date.UTC(2024, 0, 2, 3, 4, 5)"},
      {~N[2024-01-02 03:04:05.678],
       "x instanceof Date && x.getTime() === Date.UTC(2024, 0, 2, 3, 4, 5, 678)"},
      {~D[2024-02-29], "x instanceof Date && x.getTime() === Date.UTC(2024, 1, 29)"},
      {%{
         ~U[2024-01-02 03:04:05Z]
         | utc_offset: 3600,
           time_zone: "Europe/Berlin",
           zone_abbr: "CET"
       }, "x.getTime() === Date.UTC(2024, 0, 2, 2, 4, 5)"}
    ])
  end

  test "structs, sets and exceptions", %{runtime: runtime} do
    check(runtime, [
      {%Point{x: 1, y: [2]}, "Object.keys(x).sort().join() === 'x,y' && x.y[0] === 2"},
      {MapSet.new([1, "a"]), "x instanceof Set && x.size === 2 && x.has(1) && x.has('a')"},
      {MapSet.new(), "x instanceof Set && x.size === 0"},
      {%ArgumentError{message: "bad"},
       "x instanceof Error && x.message === 'bad' && x.name === 'ArgumentError'"},
      {%JSError{name: "TypeError", message: "no"},
       "x instanceof Error && x.name === 'TypeError' && x.message === 'no'"}
    ])
  end

  test "functions are null", %{runtime: runtime} do
    check(runtime, [{fn -> 1 end, "x === null"}, {[&Enum.map/2], "x[0] === null"}])
  end

  test "pids, references and ports are opaque, equal to themselves, and cannot be forged", %{
    runtime: runtime
  } do
    for term <- [self(), make_ref(), hd(Port.list())] do
      check(runtime, [{term, "typeof x === 'object' && Object.keys(x).length === 0"}])
    end

    pid = self()
    other = spawn(fn -> :ok end)

    forged = [
      "Object.create(Object.getPrototypeOf(x))",
      "Object.setPrototypeOf({}, Object.getPrototypeOf(x))",
      "({...x})",
      "new Proxy({}, {getPrototypeOf: () => Object.getPrototypeOf(x)})",
      "structuredClone({__pid__: 1, node: 'nonode@nohost', id: 1})"
    ]

    for code <- forged do
      assert {:ok, term} = QuickBEAM.eval(runtime, code, vars: %{x: pid})
      refute is_pid(term)

      assert {:error, %JSError{}} =
               QuickBEAM.eval(runtime, "Beam.send(#{code}, 1)", vars: %{x: pid})
    end

    refute_received _

    assert QuickBEAM.eval(runtime, "[x, y]", vars: %{x: pid, y: other}) == {:ok, [pid, other]}
  end

  test "what cannot be a value is an error, and nothing happens", %{runtime: runtime} do
    for term <- [[1 | 2], [[1, 2 | :x]], <<1::3>>] do
      assert {:error, %JSError{name: "ConversionError"}} =
               QuickBEAM.call(runtime, "Array.of", [term])

      assert {:error, %JSError{name: "ConversionError"}} =
               QuickBEAM.eval(runtime, "1", vars: %{x: term})

      assert {:error, %JSError{name: "ConversionError"}} =
               QuickBEAM.set_global(runtime, "never", term)
    end

    assert QuickBEAM.get_global(runtime, "never") == {:ok, nil}

    assert {:error, %JSError{name: "ConversionError"}} =
             QuickBEAM.eval(runtime, "1", vars: %{x: %{[1] => 2}})
  end

  test "deep terms", %{runtime: runtime} do
    deep = Enum.reduce(1..100, 0, fn _, acc -> [acc] end)
    assert QuickBEAM.call(runtime, "Array.of", [deep]) == {:ok, [deep]}

    abyss = Enum.reduce(1..1_000_000, 0, fn _, acc -> [acc] end)
    assert {:error, %JSError{}} = QuickBEAM.call(runtime, "Array.of", [abyss])
    assert QuickBEAM.eval(runtime, "1 + 1") == {:ok, 2}
  end
end
