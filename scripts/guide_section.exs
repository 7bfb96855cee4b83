defmodule GuideSection do
  # Sections of guides/conformance.md that commands write: each its own, wherever it stands.

  @doc "Puts `text` under `## heading` of a file, in place of the section of that name or at the end."
  def put(path, heading, text) do
    section = "## #{heading}\n\n#{text}"
    sections = path |> File.read!() |> String.trim_trailing() |> String.split(~r/\n+(?=## )/)
    kept = Enum.reject(sections, &String.starts_with?(&1, "## #{heading}\n"))
    File.write!(path, Enum.join(kept ++ [section], "\n\n"))
  end
end
