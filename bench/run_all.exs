# All tables, each by a VM of its own; some minutes.
#
#     mix run bench/run_all.exs
for name <- ~w(contexts calls neighbours limits engine apis) do
  script = Path.join(__DIR__, name <> ".exs")
  # What was compiled for this script serves them all.
  {_, status} = System.cmd("mix", ["run", "--no-compile", script], into: IO.stream())
  if status != 0, do: System.halt(status)
end
