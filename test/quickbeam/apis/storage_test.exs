defmodule QuickBEAM.Apis.StorageTest do
  use QuickBEAM.Case, async: true

  defp storage(opts \\ []), do: start_alone([apis: [:storage]] ++ opts)
  defp js!(context, code), do: Context.eval!(context, code)

  describe "an area of one context" do
    test "has the methods of the interface" do
      js = storage()
      js!(js, "localStorage.setItem('a', 1); localStorage.setItem('b', null)")
      assert js!(js, "[localStorage.getItem('a'), localStorage.getItem('b')]") == ["1", "null"]
      assert js!(js, "localStorage.getItem('c')") == nil

      assert js!(js, "[localStorage.length, localStorage.key(0), localStorage.key(2)]") == [
               2,
               "a",
               nil
             ]

      js!(js, "localStorage.removeItem('a')")
      assert js!(js, "[localStorage.length, localStorage.key(0)]") == [1, "b"]
      js!(js, "localStorage.clear()")
      assert js!(js, "localStorage.length") == 0
      assert js!(js, "sessionStorage.x = 'y'; [localStorage.x, sessionStorage.x]") == [nil, "y"]
    end

    test "has named properties" do
      js = storage()
      js!(js, "localStorage.foo = 1; localStorage['length'] = 'shadowed'; localStorage[''] = 'e'")
      assert js!(js, "localStorage.foo") == "1"
      assert js!(js, "'foo' in localStorage && !('bar' in localStorage)")
      assert js!(js, "Object.keys(localStorage)") == ["foo", ""]
      assert js!(js, "localStorage.length") == 3
      assert js!(js, "localStorage.getItem('length')") == "shadowed"
      assert js!(js, "JSON.stringify(localStorage)") == ~S({"foo":"1","":"e"})

      assert js!(js, "JSON.stringify(Object.getOwnPropertyDescriptor(localStorage, 'foo'))") ==
               ~S({"value":"1","writable":true,"enumerable":true,"configurable":true})

      assert js!(js, "delete localStorage.foo && localStorage.foo === undefined")
      assert js!(js, "delete localStorage.nothing")
      js!(js, "Object.defineProperty(localStorage, 'd', { value: 7 })")
      assert js!(js, "localStorage.getItem('d')") == "7"
      assert js!(js, "typeof localStorage.getItem") == "function"
    end

    test "takes symbols as ordinary properties" do
      js = storage()

      assert js!(
               js,
               "const s = Symbol(); localStorage[s] = 5; [localStorage[s], localStorage.length]"
             ) == [5, 0]
    end

    test "refuses what Web IDL refuses" do
      js = storage()

      for code <- [
            "new Storage()",
            "localStorage.getItem()",
            "localStorage.setItem('a')",
            "Storage.prototype.getItem.call({}, 'a')",
            "localStorage.setItem(Symbol(), 1)",
            "localStorage.a = Symbol()",
            "'use strict'; Object.preventExtensions(localStorage)",
            "'use strict'; Object.defineProperty(localStorage, 'g', { get() {} })"
          ] do
        assert_js_error(Context.eval(js, code), "TypeError")
      end

      assert js!(js, "localStorage.length") == 0
    end

    test "says what it is" do
      js = storage()
      assert js!(js, "String(localStorage)") == "[object Storage]"
      assert js!(js, "localStorage instanceof Storage && localStorage !== sessionStorage")

      assert js!(
               js,
               "[Storage.length, Storage.prototype.setItem.length, Storage.prototype.key.length]"
             ) == [0, 2, 1]

      assert js!(js, "Object.prototype.propertyIsEnumerable.call(Storage.prototype, 'getItem')")
    end

    test "is full at its quota, and has room again" do
      js = storage()
      fill = "localStorage.a = 'x'.repeat(5 * 1024 * 1024 - 1)"
      js!(js, fill)

      assert js!(
               js,
               "try { localStorage.b = ''; } catch (e) { [e.name, e.code, e instanceof DOMException] }"
             ) ==
               ["QuotaExceededError", 22, true]

      js!(js, "localStorage.a = ''; localStorage.b = 'fits'")
      assert js!(js, "[localStorage.length, localStorage.b]") == [2, "fits"]
    end

    test "keeps lone surrogates, and counts against the heap" do
      js = storage(memory_limit: 3_000_000)

      assert js!(
               js,
               ~S|localStorage["\ud800k"] = "\udc00v"; localStorage["\ud800k"] === "\udc00v"|
             )

      assert_js_error(
        Context.eval(js, "for (let i = 0; ; i++) localStorage[i] = 'x'.repeat(100000) + i"),
        "InternalError"
      )
    end

    test "is nobody else's, and gone after a reset" do
      pool = start_pool()
      [one, two] = for _ <- 1..2, do: start_context(pool, apis: [:storage])
      js!(one, "localStorage.a = 1")
      assert js!(two, "localStorage.a") == nil
      :ok = Context.reset(one)
      assert js!(one, "localStorage.length") == 0
    end
  end

  describe "a shared area" do
    setup do
      %{pool: start_pool(), area: "area #{System.unique_integer()}"}
    end

    test "is one for all its contexts", %{pool: pool, area: area} do
      [one, two] = for _ <- 1..2, do: start_context(pool, apis: [:storage], storage: area)

      js!(
        one,
        ~S|localStorage.b = "1"; localStorage.a = "\ud83d\ude00"; localStorage["\ud800"] = "\u{10FFFF}\udfff"|
      )

      assert js!(two, "[localStorage.b, localStorage.a, localStorage.length]") == ["1", "😀", 3]
      assert js!(two, ~S|localStorage["\ud800"] === "\u{10FFFF}\udfff"|)
      assert js!(two, "Object.keys(localStorage)[0]") == "a"

      assert js!(two, "[localStorage.key(1), localStorage.key(3), localStorage.key(2 ** 32)]") ==
               ["b", nil, "a"]

      assert js!(two, "'a' in localStorage && !('c' in localStorage)")
      js!(two, "delete localStorage.a; sessionStorage.only = 'here'")

      assert js!(one, "[localStorage.a, localStorage.length, sessionStorage.only]") == [
               nil,
               2,
               nil
             ]

      js!(one, "localStorage.clear()")
      assert js!(two, "localStorage.length") == 0

      assert js!(start_context(pool, apis: [:storage], storage: :other), "localStorage.length") ==
               0
    end

    test "outlives its contexts", %{pool: pool, area: area} do
      first = start_context(pool, apis: [:storage], storage: area)
      js!(first, "localStorage.kept = 'yes'")
      Context.stop(first)

      assert js!(start_context(pool, apis: [:storage], storage: area), "localStorage.kept") ==
               "yes"
    end

    test "has one quota", %{pool: pool, area: area} do
      [one, two] = for _ <- 1..2, do: start_context(pool, apis: [:storage], storage: area)
      js!(one, "localStorage.a = 'x'.repeat(5 * 1024 * 1024 - 1)")
      full = "try { localStorage.b = 'x' } catch (e) { e.name }"
      assert js!(two, full) == "QuotaExceededError"
      js!(one, "localStorage.a = 'x'")
      assert js!(two, full) == "x"

      assert js!(one, "try { localStorage.c = 'x'.repeat(6e6) } catch (e) { e.name }") ==
               "QuotaExceededError"
    end

    test "tells the others of each change, in order, and not the one that made it", %{
      pool: pool,
      area: area
    } do
      listen = """
      globalThis.heard = [];
      addEventListener("storage", (event) => heard.push([event.key, event.oldValue, event.newValue,
        event instanceof StorageEvent, event.storageArea === localStorage]));
      """

      # The listener has not touched localStorage.
      [one, two] = for _ <- 1..2, do: start_context(pool, apis: [:storage], storage: area)
      js!(one, listen)
      js!(two, listen)

      js!(
        one,
        "localStorage.a = 1; localStorage.a = 1; localStorage.a = 2; delete localStorage.a; localStorage.b = 3; localStorage.clear(); localStorage.clear()"
      )

      expected = [
        ["a", nil, "1", true, true],
        ["a", "1", "2", true, true],
        ["a", "2", nil, true, true],
        ["b", nil, "3", true, true],
        [nil, nil, nil, true, true]
      ]

      eventually(fn -> js!(two, "heard.length") == 5 end)
      assert js!(two, "heard") == expected
      assert js!(one, "heard") == []
    end
  end

  test "the option is checked" do
    pool = start_pool()

    for bad <- [nil, "", 1, true] do
      assert_raise ArgumentError, ~r/:storage/, fn ->
        Context.start_link(pool: pool, storage: bad)
      end
    end
  end

  test "is not there without its group" do
    js = start_alone(apis: [:beam])

    assert js!(js, "[typeof localStorage, typeof sessionStorage, typeof Storage]") ==
             List.duplicate("undefined", 3)
  end
end
