defmodule QuickBEAM.Apis.SystemTest do
  @moduledoc "What Beam has with the group :beam, as far as it needs no process."
  use QuickBEAM.Case, async: true

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:beam])
    {:ok, js: js}
  end

  defp value(js, code) do
    assert {:ok, value} = QuickBEAM.eval(js, code, timeout: 20_000)
    value
  end

  test "without the group there is the bridge alone" do
    js = start_alone(apis: [])

    assert value(js, "Object.keys(Beam)") ==
             ["call", "callSync", "send", "self", "onMessage", "peek"]
  end

  test "version", %{js: js} do
    assert value(js, "Beam.version") == to_string(Application.spec(:quickbeam, :vsn))
  end

  test "sleep", %{js: js} do
    assert value(
             js,
             "const slept = performance.now(); await Beam.sleep(30); performance.now() - slept"
           ) >=
             29

    assert value(js, "await Beam.sleep(new Date(0))") == nil
    assert {:error, %JSError{name: "TypeError"}} = QuickBEAM.eval(js, "Beam.sleep('soon')")
  end

  test "hash is phash2 of the value as a term", %{js: js} do
    assert value(js, "Beam.hash({ a: [1, 'two'] })") == :erlang.phash2(%{"a" => [1, "two"]})
    assert value(js, "Beam.hash('key', 16)") == :erlang.phash2("key", 16)

    for range <- ["0", "1.5", "'x'", "2 ** 33"] do
      assert {:error, %JSError{name: "RangeError"}} = QuickBEAM.eval(js, "Beam.hash(1, #{range})")
    end
  end

  test "escapeHTML", %{js: js} do
    assert value(js, ~S|Beam.escapeHTML(`<a href="x">'é' & 日</a>`)|) ==
             "&lt;a href=&quot;x&quot;&gt;&#x27;é&#x27; &amp; 日&lt;/a&gt;"

    assert value(js, "Beam.escapeHTML(12)") == "12"
  end

  test "randomUUIDv7 ascends and tells its time", %{js: js} do
    uuids = value(js, "Array.from({ length: 10000 }, () => Beam.randomUUIDv7())")
    assert uuids == Enum.sort(uuids)
    assert length(Enum.uniq(uuids)) == 10_000
    assert Enum.all?(uuids, &(&1 =~ ~r/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-/))

    assert "018bcfe5-6800-7" <> _ = value(js, "Beam.randomUUIDv7(new Date(1700000000000))")
    assert {:error, %JSError{name: "RangeError"}} = QuickBEAM.eval(js, "Beam.randomUUIDv7(-1)")
  end

  test "deepEquals", %{js: js} do
    cycle = "(() => { const a = { list: [1] }; a.self = a; return a; })()"

    for {a, b, expected} <- [
          {"1", "1", true},
          {"NaN", "NaN", true},
          {"0", "-0", false},
          {"'1'", "1", false},
          {"null", "{}", false},
          {"{ a: 1, b: [2, { c: 3 }] }", "{ b: [2, { c: 3 }], a: 1 }", true},
          {"{ a: 1 }", "{ a: 1, b: 2 }", false},
          {"[1, 2]", "[1, 2, 3]", false},
          {"[]", "{}", false},
          {"new Date(5)", "new Date(5)", true},
          {"new Date(5)", "new Date(6)", false},
          {"/a/g", "/a/i", false},
          {"new Map([[{ k: 1 }, 2]])", "new Map([[{ k: 1 }, 2]])", true},
          {"new Map([[1, 2]])", "new Map([[1, 3]])", false},
          {"new Set([[1], [2]])", "new Set([[2], [1]])", true},
          {"new Set([1])", "new Set([2])", false},
          {"new Uint8Array([1, 2])", "new Uint8Array([1, 2])", true},
          {"new Uint8Array([1, 2])", "new Int8Array([1, 2])", false},
          {"new Error('x')", "new Error('y')", false},
          {"Object(1)", "Object(2)", false},
          {cycle, cycle, true},
          {"Symbol.iterator", "Symbol.iterator", true},
          {"() => 1", "() => 1", false}
        ] do
      assert {a, b, expected} == {a, b, value(js, "Beam.deepEquals(#{a}, #{b})")}
    end

    assert value(js, "Beam.deepEquals({ a: undefined }, {})") == true
    assert value(js, "Beam.deepEquals({ a: undefined }, {}, true)") == false
    assert value(js, "Beam.deepEquals(new (class A {}), {}, true)") == false
  end

  test "semver by Elixir's requirements and npm's ranges", %{js: js} do
    for {version, range, expected} <- [
          {"1.5.0", "~> 1.2", true},
          {"2.0.0", "~> 1.2", false},
          {"1.5.0", ">= 1.0.0 and < 2.0.0", true},
          {"1.5.0", "^1.2", true},
          {"2.0.0", "^1.2", false},
          {"0.2.3", "^0.2.1", true},
          {"0.3.0", "^0.2.1", false},
          {"0.0.4", "^0.0.3", false},
          {"1.2.9", "~1.2.3", true},
          {"1.3.0", "~1.2.3", false},
          {"1.3.0", "1.x", true},
          {"1.3.0", "*", true},
          {"3.1.0", "1.x || >=3 <4", true},
          {"2.9.9", "1.2 - 2", true},
          {"3.0.0", "1.2 - 2", false},
          {"1.2.4", "1.2.3 - 1.2.4", true},
          {"1.3.0-rc.1", "^1.2", false},
          {"1.2.0-rc.2", "^1.2.0-rc.1", true},
          {"1.0.0", "= 1.0.0", true},
          {"2.0.0", ">1", true},
          {"1.5.0", ">1", false},
          {"v1.0.0", "1.0.0", true},
          {"one", "*", false},
          {"1.0.0", "one", false}
        ] do
      code = "Beam.semver.satisfies('#{version}', '#{range}')"
      assert {code, expected} == {code, value(js, code)}
    end

    assert value(js, "Beam.semver.satisfies('1.0.0', '>=1 || '.repeat(1e6) + '2')") == false
    assert value(js, "Beam.semver.order('1.0.0-' + 'a.'.repeat(1e6) + 'a', '1.0.0')") == nil

    assert value(js, "['1.0.0', '1.0.0-a', '2.0.0', 'x'].map(v => Beam.semver.order(v, '1.0.0'))") ==
             [0, -1, 1, nil]
  end

  test "numbers, references and information of the VM", %{js: js} do
    assert value(
             js,
             "const ns = Beam.nanoseconds(); Beam.nanoseconds() >= ns && Number.isInteger(ns)"
           )

    [a, b] = value(js, "[Beam.uniqueInteger(), Beam.uniqueInteger()]")
    assert is_integer(a) and b > a

    ref = value(js, "Beam.makeRef()")
    assert is_reference(ref)
    assert value(js, "const ref = Beam.makeRef(); ref !== Beam.makeRef() && ref === ref")

    info = value(js, "Beam.systemInfo()")
    assert info["otp_release"] == System.otp_release()
    assert info["schedulers"] == System.schedulers()
    assert info["memory"]["total"] > 0

    info = value(js, "Beam.processInfo()")
    assert info["pid"] == value(js, "Beam.self()")
    assert info["memory"] > 0
  end

  test "inspect", %{js: js} do
    assert value(js, "Beam.inspect({ a: [1, 'x'], m: new Map([[1, 2]]) })") ==
             "{ a: [ 1, 'x' ], m: Map(1) { 1 => 2 } }"

    assert value(js, "Beam.inspect({ a: { b: {} } }, { depth: 0 })") == "{ a: [Object] }"
  end

  test "which", %{js: js} do
    assert value(js, "Beam.which('sh')") == System.find_executable("sh")
    assert value(js, "Beam.which('no such thing')") == nil
  end

  test "password", %{js: js} do
    hash = value(js, "await Beam.password.hash('sécret', { iterations: 1000 })")
    assert "$pbkdf2-sha512$i=1000$" <> _ = hash
    QuickBEAM.set_global(js, "stored", hash)
    assert value(js, "await Beam.password.verify('sécret', stored)") == true
    assert value(js, "await Beam.password.verify('secret', stored)") == false
    assert value(js, "await Beam.password.verify('x', 'no hash')") == false
    assert value(js, "(await Beam.password.hash('x')).split('$')[2]") == "i=210000"

    assert {:error, %JSError{name: "RangeError"}} =
             QuickBEAM.eval(js, "await Beam.password.hash('x', { iterations: 0 })")
  end

  test "XML.parse", %{js: js} do
    assert value(js, ~S"""
           Beam.XML.parse(`<?xml version="1.0"?><!-- c --><a:r xmlns:a="u" x='1 &lt; 2' a:y="">t<b/><![CDATA[<c>]]> &amp; <d>日</d></a:r>`)
           """) == %{
             "name" => "a:r",
             "attributes" => %{"x" => "1 < 2", "a:y" => ""},
             "children" => [
               "t",
               %{"name" => "b", "attributes" => %{}, "children" => []},
               "<c> & ",
               %{"name" => "d", "attributes" => %{}, "children" => ["日"]}
             ]
           }

    for bad <- ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<a>&x;</a>"] do
      QuickBEAM.set_global(js, "bad", bad)
      assert {:error, %JSError{name: "SyntaxError"}} = QuickBEAM.eval(js, "Beam.XML.parse(bad)")
    end

    # An element of so many attributes takes a parser quadratic time, and so do so
    # many namespaces in one another.
    attributes = "Array.from({ length: 1e5 }, (_, i) => `a${i}='x>y'`).join(' ')"
    namespaces = "Array.from({ length: 3e4 }, (_, i) => `<a xmlns:n${i}='u'>`).join('')"

    for bad <- ["`<a ${#{attributes}}/>`", namespaces] do
      assert {:error, %JSError{name: "SyntaxError", message: message}} =
               QuickBEAM.eval(js, "Beam.XML.parse(#{bad})")

      assert message =~ "too many attributes or namespaces"
    end

    siblings = "'<a>' + '<b xmlns=\"q\" c=\"=>\"/><!-- <d x= -->'.repeat(1e4) + '</a>'"
    assert value(js, "Beam.XML.parse(#{siblings}).children.length") == 10_000

    # Deeper than any stack.
    assert value(js, "typeof Beam.XML.parse('<a>'.repeat(1e5) + '</a>'.repeat(1e5))") == "object"
  end
end
