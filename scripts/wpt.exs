# Web Platform Tests in contexts of a pool: those in the source of Firefox ESR (see
# suites.exs), or those below `--root`. Prints a table, and writes the failures to tmp/wpt/failures.txt.
#
#     mix run scripts/wpt.exs [--root DIR] [--realm window|worker] [--table] [--jobs N] [FOLDER or FILE...]
#
# A window is a context with all groups of `:browser`, a worker is a `Worker` in such a
# context. Nothing listens on a port: the option `:fetch` serves the files below the root.
# `--table` takes the counts into guides/conformance.md.
for file <- ~w(suites wpt/page wpt/run wpt/report), do: Code.require_file("#{file}.exs", __DIR__)

defmodule WPT do
  # What ECMA-429 asks for, the DOM, and what else contexts have.
  @folders ~w(FileAPI WebCryptoAPI compression console custom-elements dom domparsing domxpath
              encoding eventsource fetch/api fetch/data-urls fetch/content-type hr-time
              html/dom html/webappapis
              mimesniff performance-timeline selection shadow-dom streams url urlpattern
              user-timing web-locks webidl webmessaging websockets webstorage workers
              xhr/formdata)
  @switches [root: :string, realm: :string, jobs: :integer, table: :boolean]

  def main(args) do
    {opts, paths} = OptionParser.parse!(args, strict: @switches)
    root = Path.expand(opts[:root] || Suites.folder("wpt"))
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
