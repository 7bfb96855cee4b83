defmodule QuickBEAM.BytecodeTest do
  use ExUnit.Case, async: true

  alias QuickBEAM.{Bytecode, Context, JSError}

  doctest Bytecode

  setup do
    {:ok, js} = QuickBEAM.start_link()
    %{js: js}
  end

  defp function(js, code) do
    {:ok, script} = QuickBEAM.disasm(js, code)
    Enum.find(script.cpool, &is_struct(&1, Bytecode))
  end

  test "a script from source and from bytecode is the same", %{js: js} do
    code = "const o = {a: 1}; function f(x, y = 2) { return `${x}` + o.a; } f(1.5) + 7n"
    {:ok, bytecode} = QuickBEAM.compile(js, code)

    assert {:ok, %Bytecode{name: "<eval>", filename: "<eval>"} = script} =
             QuickBEAM.disasm(js, code)

    assert QuickBEAM.disasm(bytecode) == {:ok, script}
    assert Context.disasm(js, code) == {:ok, script}
    assert QuickBEAM.disasm!(bytecode) == script
    assert QuickBEAM.disasm!(js, code) == script
  end

  test "the fields of a function", %{js: js} do
    function =
      function(js, "let top = 0;\nfunction add(a, b = 1) { let sum = a + b + top; return sum }")

    assert %Bytecode{
             name: "add",
             filename: "<eval>",
             line: 2,
             is_strict: false,
             kind: "normal",
             arg_count: 2,
             defined_arg_count: 1,
             args: ["a", "b"],
             source: "function add(a, b = 1)" <> _
           } = function

    assert %{name: "sum", kind: "let"} in function.locals
    assert length(function.locals) == function.var_count
    assert function.stack_size >= 2

    {offset, :return} = List.last(function.opcodes)
    assert offset + 1 == function.byte_code_len
  end

  test "variables of the code around a function", %{js: js} do
    outer = function(js, "function f(a) { const b = a; return () => () => a + b }")
    [middle] = outer.cpool
    [inner] = middle.cpool
    a = %{name: "a", kind: "var", type: "arg", index: 0}
    b = %{name: "b", kind: "const", type: "local", index: 0}
    assert middle.closure_vars == [a, b]
    assert inner.closure_vars == [%{a | type: "ref"}, %{b | type: "ref", index: 1}]
  end

  test "kinds and strictness", %{js: js} do
    for {code, kind} <- [
          {"function f() {}", "normal"},
          {"function* f() {}", "generator"},
          {"async function f() {}", "async"},
          {"async function* f() {}", "async_generator"}
        ] do
      assert function(js, code).kind == kind
    end

    assert function(js, "function f() { 'use strict' }").is_strict
  end

  test "operands: numbers, names, jumps, constants", %{js: js} do
    function = function(js, "function f(x) { while (x) { x = x.next; } return 'text' + 0.5 }")
    names = Enum.map(function.opcodes, &elem(&1, 1))
    assert :get_field in names
    assert Enum.any?(function.opcodes, &match?({_, :get_field, "next"}, &1))
    offsets = Enum.map(function.opcodes, &elem(&1, 0))
    jumps = for {_, name, to} <- function.opcodes, name in [:if_false8, :if_true8, :goto8], do: to
    assert jumps != [] and jumps -- offsets == []
    assert 0.5 in function.cpool
  end

  test "constants are plain terms", %{js: js} do
    big = 123_456_789_012_345_678_901_234_567_890
    {:ok, script} = QuickBEAM.disasm(js, "[#{big}n, 1e300, 4294967296, t`a${1}b`]")
    assert big in script.cpool
    assert 1.0e300 in script.cpool
    assert 4_294_967_296 in script.cpool
    assert ["a", "b"] in script.cpool
  end

  test "nothing of it runs, and nothing that a script has replaced", %{js: js} do
    QuickBEAM.eval!(js, """
    globalThis.ran = [];
    const noting = name => ({ configurable: true, get() { ran.push(name); return 1; } });
    Object.defineProperty(Object.prototype, "toJSON", noting("toJSON"));
    Object.defineProperty(Array.prototype, "toJSON", noting("toJSON"));
    String.prototype.toString = Array.prototype[Symbol.iterator] = () => ran.push("called");
    """)

    assert {:ok, _} = QuickBEAM.disasm(js, "ran.push('script'); t`a${1}`; ({ a: [1, 2n] })")
    assert QuickBEAM.eval(js, "ran.length") == {:ok, 0}
  end

  test "errors of the script", %{js: js} do
    assert {:error, %JSError{name: "SyntaxError", line: 2}} = QuickBEAM.disasm(js, "1;\nlet let")
    assert_raise JSError, fn -> QuickBEAM.disasm!(js, "(") end
  end

  test "foreign and damaged bytes are refused", %{js: js} do
    {:ok, bytecode} = QuickBEAM.compile(js, "1 + 1")
    start = binary_part(bytecode, 0, byte_size(bytecode) - 1)
    last = :binary.last(bytecode)

    for bytes <- ["", "1 + 1", "QBJS", start, start <> <<Bitwise.bxor(last, 1)>>, bytecode <> "x"] do
      assert {:error, %JSError{name: "TypeError"}} = QuickBEAM.disasm(bytes)
    end

    assert_raise JSError, fn -> QuickBEAM.disasm!("no bytecode") end
  end

  test "functions nested as deep as they compile", %{js: js} do
    nested = fn depth ->
      String.duplicate("(()=>", depth) <> "1" <> String.duplicate(")", depth)
    end

    depth = fn
      %Bytecode{cpool: [inner]}, so_far, depth -> depth.(inner, so_far + 1, depth)
      %Bytecode{}, so_far, _depth -> so_far
    end

    assert depth.(QuickBEAM.disasm!(js, nested.(100)), 0, depth) == 100
    # The stack ends before the code does: an error, whichever step it ends.
    assert {:error, %JSError{}} = QuickBEAM.disasm(js, nested.(100_000))
    assert QuickBEAM.eval(js, "1") == {:ok, 1}

    {:ok, deep} = QuickBEAM.start_link(max_stack_size: 64 * 1024 * 1024)
    {:ok, bytecode} = QuickBEAM.compile(deep, nested.(2_000))
    assert depth.(QuickBEAM.disasm!(bytecode), 0, depth) == 2_000
  end

  test "what it takes counts against the limit of memory" do
    {:ok, js} = QuickBEAM.start_link(memory_limit: 3_000_000)
    # A short instruction each, whose operand is long.
    code = String.duplicate(String.duplicate("a", 200) <> ";", 20_000)
    assert {:ok, _} = QuickBEAM.compile(js, code)
    assert {:error, %JSError{message: "out of memory"}} = QuickBEAM.disasm(js, code)
    assert QuickBEAM.eval(js, "1") == {:ok, 1}
  end
end
