defmodule QuickBEAM.Bytecode do
  @moduledoc """
  Compiled JavaScript, taken apart: what `QuickBEAM.disasm/1` and `QuickBEAM.disasm/2`
  return of a script, and, in `:cpool`, of each function in it.

      iex> {:ok, js} = QuickBEAM.start()
      iex> {:ok, bytecode} = QuickBEAM.compile(js, "function twice(n) { return 2 * n }")
      iex> {:ok, script} = QuickBEAM.disasm(bytecode)
      iex> [function] = script.cpool
      iex> {function.name, function.args, function.source}
      {"twice", ["n"], "function twice(n) { return 2 * n }"}
      iex> function.opcodes
      [{0, :push_2, 2}, {1, :get_arg0, 0}, {2, :mul}, {3, :return}]

  | field | holds |
  |---|---|
  | `:name` | the name that a function was given where it is defined, `nil` if none; `"<eval>"` for a script |
  | `:filename`, `:line`, `:column` | where it begins, from 1 |
  | `:is_strict` | whether it is strict mode code |
  | `:kind` | `"normal"`, `"generator"`, `"async"` or `"async_generator"` |
  | `:arg_count`, `:args` | its arguments, in order |
  | `:defined_arg_count` | its `length`: arguments before one with a default value |
  | `:var_count`, `:locals` | its own variables: name and kind (`"var"`, `"let"`, `"const"`, `"function"`, `"catch"`, `"private_field"`, ...) |
  | `:closure_vars` | variables of code around it: also their type, which is where they are found (`"local"`, `"arg"` or `"ref"` of the function around it; `"global"` and others of a script), and index there |
  | `:stack_size` | the most values on its stack |
  | `:byte_code_len` | bytes of its instructions |
  | `:source` | the text of a function; `nil` for a script |
  | `:opcodes` | instructions: `{offset, name, ...operands}` |
  | `:cpool` | constants: functions as `t:t/0`, BigInts as integers, the strings of tagged templates as a list |

  Operands are numbers, also those that a short instruction implies (`:push_2`,
  `:get_arg0`): indices of `:args`, `:locals`, `:closure_vars` and `:cpool`, and
  offsets of instructions to jump to. Names and short strings are binaries, before the
  numbers.

  The instructions are those of QuickJS-ng 0.16.2, the engine. They are for people to
  read, and change with it.
  """

  alias QuickBEAM.{JSError, Native, Operation}

  defstruct [
    :name,
    :filename,
    :line,
    :column,
    :is_strict,
    :kind,
    :arg_count,
    :defined_arg_count,
    :var_count,
    :stack_size,
    :byte_code_len,
    :source,
    args: [],
    locals: [],
    closure_vars: [],
    opcodes: [],
    cpool: []
  ]

  @type local :: %{name: String.t(), kind: String.t()}

  @type closure_var :: %{
          name: String.t(),
          kind: String.t(),
          type: String.t(),
          index: non_neg_integer
        }

  @type t :: %__MODULE__{
          name: String.t() | nil,
          filename: String.t() | nil,
          line: pos_integer | nil,
          column: pos_integer | nil,
          is_strict: boolean,
          kind: String.t(),
          arg_count: non_neg_integer,
          defined_arg_count: non_neg_integer,
          var_count: non_neg_integer,
          stack_size: non_neg_integer,
          byte_code_len: non_neg_integer,
          source: String.t() | nil,
          args: [String.t()],
          locals: [local],
          closure_vars: [closure_var],
          opcodes: [tuple],
          cpool: [t | term]
        }

  @doc false
  @spec disassemble(binary) :: {:ok, t} | {:error, JSError.t()}
  def disassemble(bytecode) do
    ref = make_ref()

    case Native.disassemble(bytecode, ref) do
      :ok -> receive(do: ({^ref, result} -> Operation.term(result)))
      :error -> {:error, %JSError{name: "InternalError", message: "there is no thread for it"}}
    end
  end
end
