# Web Platform Tests in contexts of a pool: those that Debian's source of Node.js carries,
# or those below `--root`. Prints a table, and writes the failures to tmp/wpt/failures.txt.
#
#     mix run scripts/wpt.exs [--root DIR] [--realm window|worker] [--table] [--jobs N] [FOLDER or FILE...]
#
# A window is a context with all groups of `:browser`, a worker is a `Worker` in such a
# context. Nothing listens on a port: the option `:fetch` serves the files below the root.
# `--table` takes the counts into guides/conformance.md.
for file <- ~w(source page run report), do: Code.require_file("wpt/#{file}.exs", __DIR__)

defmodule WPT do
  @folders ~w(FileAPI WebCryptoAPI console dom encoding hr-time html performance-timeline
              streams url user-timing webidl webmessaging)
  @switches [root: :string, realm: :string, jobs: :integer, table: :boolean]

  def main(args) do
    {opts, paths} = OptionParser.parse!(args, strict: @switches)
    root = Path.expand(opts[:root] || WPT.Source.fetch())
    paths = if paths == [], do: Enum.filter(@folders, &File.dir?(Path.join(root, &1))), else: paths
    realms = if opts[:realm], do: [opts[:realm]], else: ["window", "worker"]

    {skipped, pages} =
      root
      |> WPT.Page.list(paths)
      |> Enum.filter(&(&1.realm in realms))
      |> Enum.split_with(& &1.skip)

    results = WPT.Run.all(root, pages, opts[:jobs] || System.schedulers_online())
    WPT.Report.print(results, skipped)
    if opts[:table], do: WPT.Report.write_table(results, skipped)
  end
end

WPT.main(System.argv())
