# Web Platform Tests in contexts of a pool: those in the source of Firefox ESR (see
# suites.exs), or those below `--root`. Prints a table, and writes the failures to
# tmp/wpt/failures.txt.
#
#     mix run scripts/wpt.exs [--root DIR] [--server URL] [--realm window|worker] [--table] [--jobs N] [FOLDER or FILE...]
#
# A window is a context with all groups of `:browser`, a worker is a `Worker` in such a
# context. Most need nothing that listens on a port: the option `:fetch` serves the files
# below the root. Those of the network get their pages and scripts from WPT's own server on
# loopback, which is started for them (python3, openssl), and the native `fetch`,
# `WebSocket` and `EventSource` go to it. A FOLDER or FILE runs without it, but for
# `--server`: the URL of one that runs, `python3 scripts/wpt/serve.py ROOT`.
# `--table` takes the counts into guides/conformance.md.
for file <- ~w(suites wpt/page wpt/server wpt/run wpt/report),
    do: Code.require_file("#{file}.exs", __DIR__)

defmodule WPT do
  # What ECMA-429 asks for, the DOM, and what else contexts have.
  @folders ~w(WebCryptoAPI console custom-elements dom domparsing domxpath encoding hr-time
              html/dom html/webappapis performance-timeline selection shadow-dom streams url
              urlpattern user-timing web-locks webidl webmessaging webstorage workers)
  # Those that need the server.
  @served ~w(fetch/api/abort fetch/api/basic fetch/api/body fetch/api/headers
             fetch/api/idlharness.any.js fetch/api/redirect fetch/api/request
             fetch/api/response fetch/content-encoding fetch/content-length
             fetch/content-type fetch/data-urls fetch/h1-parsing fetch/range fetch/security
             FileAPI compression eventsource mimesniff/mime-types websockets xhr/formdata)
  @switches [root: :string, server: :string, realm: :string, jobs: :integer, table: :boolean]

  def main(args) do
    {opts, paths} = OptionParser.parse!(args, strict: @switches)
    root = Path.expand(opts[:root] || Suites.folder("wpt"))

    {results, skipped} =
      case {opts[:server], paths} do
        {nil, []} -> both(run({:folder, root}, root, there(root, @folders), opts), root, opts)
        {nil, paths} -> run({:folder, root}, root, paths, opts)
        {url, []} -> run({:server, url}, root, there(root, @served), opts)
        {url, paths} -> run({:server, url}, root, paths, opts)
      end

    WPT.Report.print(results, skipped)
    if opts[:table], do: WPT.Report.write_table(results, skipped)
  end

  defp both({results, skipped}, root, opts) do
    {served, left} = WPT.Server.run(root, &run({:server, &1}, root, there(root, @served), opts))

    {results ++ served, skipped ++ left}
  end

  defp there(root, paths), do: Enum.filter(paths, &File.exists?(Path.join(root, &1)))

  defp run({kind, _} = from, root, paths, opts) do
    realms = if opts[:realm], do: [opts[:realm]], else: ["window", "worker"]

    {skipped, pages} =
      root
      |> WPT.Page.list(paths)
      |> Enum.filter(&(&1.realm in realms))
      |> Enum.map(&without_server(&1, kind))
      |> Enum.split_with(& &1.skip)

    # Most of what a page does is to wait.
    jobs = opts[:jobs] || 3 * System.schedulers_online()
    {WPT.Run.all(from, pages, jobs), skipped}
  end

  defp without_server(%{skip: nil, handlers: true} = page, :folder),
    do: %{page | skip: "needs more than files of a server"}

  defp without_server(page, _kind), do: page
end

WPT.main(System.argv())
