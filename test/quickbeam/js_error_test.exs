defmodule QuickBEAM.JSErrorTest do
  use QuickBEAM.Case, async: true

  doctest QuickBEAM.JSError

  setup_all do
    {:ok, runtime} = QuickBEAM.start_link()
    %{runtime: runtime}
  end

  test "message/1 joins as JavaScript does" do
    assert Exception.message(%JSError{name: "A", message: "b"}) == "A: b"
    assert Exception.message(%JSError{name: "A", message: ""}) == "A"
    assert Exception.message(%JSError{name: "", message: "b"}) == "b"
  end

  test "carries name, message and place of what was thrown", %{runtime: runtime} do
    code =
      "function outer() {\n  inner()\n}\nfunction inner() {\n  throw new RangeError('too far')\n}\nouter()"

    {:error, error} = QuickBEAM.eval(runtime, code, filename: "place.js")

    assert %JSError{name: "RangeError", message: "too far", filename: "place.js", line: 5} = error
    assert is_integer(error.column)
    assert error.stack =~ "place.js:5"
    assert [%{function: "inner", line: 5}, %{function: "outer", line: 2} | _] = error.frames
    assert Enum.all?(error.frames, &(&1.filename == "place.js"))
  end

  test "has the stack without the head that scripts see", %{runtime: runtime} do
    {:error, error} = QuickBEAM.eval(runtime, "throw new TypeError('a\\n    at b')")
    assert "    at <eval>" <> _ = error.stack
    assert [%{filename: "<eval>"}] = error.frames

    {:ok, stack} = QuickBEAM.eval(runtime, "new TypeError('a').stack")
    assert "TypeError: a\n    at <eval>" <> _ = stack

    {:error, error} =
      QuickBEAM.eval(
        runtime,
        "const e = new Error('x'); e.stack = 'mine\\n    at f (g.js:2:3)'; throw e"
      )

    assert error.stack == "mine\n    at f (g.js:2:3)"
    assert [%{function: "f", filename: "g.js", line: 2, column: 3}] = error.frames
  end

  test "of the syntax tells where", %{runtime: runtime} do
    {:error, error} = QuickBEAM.eval(runtime, "let a = 1;\nlet b = ;", filename: "bad.js")
    assert %JSError{name: "SyntaxError", filename: "bad.js", line: 2} = error
  end

  test "classes keep their names", %{runtime: runtime} do
    code =
      "class AppError extends Error { constructor(m) { super(m); this.name = 'AppError' } }; throw new AppError('x')"

    {:error, error} = QuickBEAM.eval(runtime, code)
    assert Exception.message(error) == "AppError: x"
  end

  test "keeps the cause", %{runtime: runtime} do
    {:error, error} = QuickBEAM.eval(runtime, "throw new Error('b', {cause: new TypeError('a')})")
    assert %JSError{name: "TypeError", message: "a"} = error.cause

    {:error, error} = QuickBEAM.eval(runtime, "throw new Error('b', {cause: {code: 7}})")
    assert error.cause == %{"code" => 7}
  end

  test "keeps a thrown value that is no Error", %{runtime: runtime} do
    for {code, value} <- [
          {"42", 42},
          {"'text'", "text"},
          {"({code: 1})", %{"code" => 1}},
          {"null", nil}
        ] do
      {:error, error} = QuickBEAM.eval(runtime, "throw " <> code)
      assert error.value == value
      assert is_binary(Exception.message(error))
    end
  end

  test "of a rejected promise is the same", %{runtime: runtime} do
    for code <- [
          "await Promise.reject(new TypeError('no'))",
          "Promise.reject(new TypeError('no'))",
          "(async () => { throw new TypeError('no') })()"
        ] do
      error = assert_js_error(QuickBEAM.eval(runtime, code), "TypeError")
      assert error.message == "no"
    end
  end

  test "survives hostile errors", %{runtime: runtime} do
    hostile = [
      "throw {get message() { throw 1 }, get name() { throw 2 }, get stack() { throw 3 }}",
      "const e = new Error('x'); Object.defineProperty(e, 'message', {get() { throw 1 }}); throw e",
      "const f = new Error('x'); f.name = Symbol('s'); f.stack = 7; throw f",
      "const g = new Error('x'); g.cause = g; throw g",
      "throw new Proxy({}, {get() { throw 1 }, ownKeys() { throw 2 }})",
      "throw new Proxy(new Error('x'), {get() { throw 1 }})",
      "throw Object.create(null)",
      "throw Symbol('s')"
    ]

    for code <- hostile do
      assert {:error, %JSError{} = error} = QuickBEAM.eval(runtime, "{ #{code} }")

      assert is_binary(error.name) and is_binary(error.message) and
               is_binary(Exception.message(error))
    end

    assert QuickBEAM.eval(runtime, "1 + 1") == {:ok, 2}
  end

  test "is raised by the ! forms", %{runtime: runtime} do
    assert QuickBEAM.eval!(runtime, "1") == 1

    assert_raise JSError, "TypeError: no", fn ->
      QuickBEAM.eval!(runtime, "throw new TypeError('no')")
    end

    assert_raise JSError, fn -> QuickBEAM.call!(runtime, "nothing_here") end
    assert_raise JSError, fn -> QuickBEAM.compile!(runtime, "let = ;") end
    assert_raise JSError, fn -> QuickBEAM.load_bytecode!(runtime, "nonsense") end
  end
end
