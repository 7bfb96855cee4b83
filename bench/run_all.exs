# All tables, each by a VM of its own; some minutes.
#
#     mix run bench/run_all.exs
for script <- __DIR__ |> Path.join("*.exs") |> Path.wildcard(), script != __ENV__.file do
  IO.puts("\n== bench/#{Path.basename(script)}")
  # What was compiled for this script serves them all.
  {_, status} = System.cmd("mix", ["run", "--no-compile", script], into: IO.stream())
  if status != 0, do: System.halt(status)
end
