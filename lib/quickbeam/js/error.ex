defmodule QuickBEAM.JS.Error do
  @moduledoc """
  What the `!` functions of `QuickBEAM.JS` raise: the `:errors` that the others return.
  """

  @typedoc """
  One error. The `:message` begins with `file:line:column`, where these are known, and
  ends with the lines around the place; lines and columns count from 1, columns in
  UTF-16 code units. `:span` is where the place ends.
  """
  @type error :: %{
          message: String.t(),
          file: String.t() | nil,
          position: {line :: pos_integer, column :: pos_integer} | nil,
          span: {line :: pos_integer, column :: pos_integer} | nil,
          severity: :error
        }

  @type t :: %__MODULE__{errors: [error]}

  defexception errors: []

  @impl true
  def message(%{errors: errors}), do: Enum.map_join(errors, "\n\n", & &1.message)

  @doc false
  @spec of_text(String.t()) :: error
  def of_text(text), do: from_native(%{message: text, help: nil, file: nil, line: nil})

  @doc false
  # Of what the NIF reports.
  @spec from_native(QuickBEAM.JS.Native.diagnostic()) :: error
  def from_native(%{file: file, line: line} = diagnostic) do
    position = if line, do: {line, diagnostic.column}

    where =
      case {file, position} do
        {nil, _} -> []
        {file, nil} -> [file, ": "]
        {file, {line, column}} -> "#{file}:#{line}:#{column}: "
      end

    help = if diagnostic.help, do: ["\n\n", diagnostic.help], else: []

    %{
      message: IO.iodata_to_binary([where, diagnostic.message, frame(diagnostic), help]),
      file: file,
      position: position,
      span: if(line, do: {diagnostic.end_line, diagnostic.end_column}),
      severity: :error
    }
  end

  defp frame(%{line: nil}), do: []

  defp frame(%{lines: lines, first_line: first} = place),
    do: ["\n\n", QuickBEAM.CodeFrame.render(lines, first, place)]
end
