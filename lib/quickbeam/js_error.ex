defmodule QuickBEAM.JSError do
  @moduledoc """
  What JavaScript threw, or why an operation could not finish.

      iex> error = %QuickBEAM.JSError{name: "TypeError", message: "x is not a function"}
      iex> Exception.message(error)
      "TypeError: x is not a function"

  | field | holds |
  |---|---|
  | `:name`, `:message` | of the `Error` that was thrown |
  | `:stack`, `:frames` | where: JS's own text, and the same as `%{function, filename, line, column}` maps |
  | `:filename`, `:line`, `:column` | of the innermost frame, or of a syntax error |
  | `:value` | what was thrown when it was no `Error` (`throw 42`) |
  | `:cause` | the `cause` of the `Error` |

  Some names do not come from a script:

  | `:name` | `:message` | why |
  |---|---|---|
  | `"InternalError"` | `"interrupted"` | `:max_reductions`, or `:timeout` while JS was running |
  | `"InternalError"` | `"out of memory"` | `:memory_limit` |
  | `"TimeoutError"` | names the limit | `:timeout` while JS was waiting |
  | `"AbortError"` | | the context, its owner or its pool ended, or it was reset |
  | `"ConversionError"` | | a value too deep or too large to become an Elixir term |
  """

  @type frame :: %{
          function: String.t() | nil,
          filename: String.t() | nil,
          line: pos_integer | nil,
          column: pos_integer | nil
        }

  @type t :: %__MODULE__{
          message: String.t(),
          name: String.t(),
          stack: String.t() | nil,
          filename: String.t() | nil,
          line: pos_integer | nil,
          column: pos_integer | nil,
          frames: [frame],
          value: term,
          cause: term
        }

  defexception message: "",
               name: "Error",
               stack: nil,
               filename: nil,
               line: nil,
               column: nil,
               frames: [],
               value: nil,
               cause: nil

  # As Error.prototype.toString of ECMA-262 joins them.
  @impl true
  def message(%{name: "", message: message}), do: message
  def message(%{name: name, message: ""}), do: name
  def message(%{name: name, message: message}), do: "#{name}: #{message}"

  @doc """
  The lines around the place of an error, with a mark under it, or `nil` where its source
  cannot be read. `message/1` stays short; print this beside it:

      {:error, error} = QuickBEAM.eval(runtime, "render()")
      IO.puts([Exception.message(error), ?\n, QuickBEAM.JSError.code_frame(error) || ""])

      TypeError: cannot read property 'name' of undefined
        11 | function title(user: User) {
      > 12 |   return user.profile.name;
           |                      ^
        13 | }

  The source is the file that `:filename` names, or what the option `:source` gives, such
  as the code of an eval. A script can make up an error with any `:filename`: do not show
  the frames of scripts that you do not trust to those who wrote them.
  """
  @spec code_frame(t, source: String.t()) :: String.t() | nil
  def code_frame(%__MODULE__{} = error, opts \\ []) do
    source = Keyword.get_lazy(opts, :source, fn -> file(error.filename) end)

    if is_binary(source) and String.valid?(source) and is_integer(error.line),
      do: QuickBEAM.CodeFrame.of_source(source, %{line: error.line, column: error.column || 1})
  end

  # A name may also be that of a device, or of something huge.
  @max_source 16 * 1024 * 1024

  defp file(path) when is_binary(path) do
    with {:ok, %{type: :regular, size: size}} when size <= @max_source <- File.stat(path),
         {:ok, text} <- File.read(path),
         do: text,
         else: (_ -> nil)
  end

  defp file(_path), do: nil

  @doc false
  # For an operation whose context went away before it could answer.
  def aborted(message), do: %__MODULE__{name: "AbortError", message: message}
end
