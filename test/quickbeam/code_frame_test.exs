defmodule QuickBEAM.CodeFrameTest do
  use ExUnit.Case, async: true

  alias QuickBEAM.CodeFrame

  defp frame(source, place), do: CodeFrame.of_source(Enum.join(source, "\n"), place)

  test "shows two lines before and after, and a mark" do
    source = for n <- 8..14, do: "line #{n}"

    assert frame(source, %{line: 4, column: 3, end_column: 5}) ==
             """
               2 | line 9
               3 | line 10
             > 4 | line 11
                 |   ^^
               5 | line 12
               6 | line 13
             """
             |> String.trim_trailing()
  end

  test "is short at the ends of a source, and nil past them" do
    assert frame(["a"], %{line: 1, column: 1}) == "> 1 | a\n    | ^"
    assert frame(["a", ""], %{line: 2, column: 1}) == "  1 | a\n> 2 |\n    | ^"
    assert frame(["a"], %{line: 2, column: 1}) == nil
  end

  test "puts the mark below the character, whatever it is made of" do
    assert frame(["'😀' + x"], %{line: 1, column: 8}) =~ "|       ^"
    assert frame(["\t\tx"], %{line: 1, column: 3}) == "> 1 |   x\n    |   ^"
    # One that goes on in the next lines is marked where it begins.
    assert frame(["f(", ")"], %{line: 1, column: 2, end_line: 2, end_column: 1}) =~ "|  ^\n"
  end
end
