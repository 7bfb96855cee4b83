defmodule WPT.Run do
  # Runs pages, each in a context of its own.

  alias QuickBEAM.{Context, ContextPool}
  alias WPT.{Page, Server}

  @timeout 20_000
  @long 70_000
  @memory 512 * 1024 * 1024
  @statuses %{0 => :pass, 1 => :fail, 2 => :timeout, 3 => :not_run, 4 => :precondition}

  for name <- ~w(window collect worker served_worker host page) do
    @external_resource path = Path.join(__DIR__, "#{name}.js")
    defp script(unquote(name)), do: unquote(File.read!(path))
  end

  @doc """
  `{page, [{name, status, message}]}` of each page, in their order. The tests lie below
  `{:folder, root}`, or are served by WPT's own server: `{:server, url}`.
  """
  def all(from, pages, jobs) do
    {:ok, pool} = ContextPool.start_link(size: jobs)

    pages
    |> Task.async_stream(&timed(from, pool, &1), max_concurrency: jobs, timeout: :infinity)
    |> Enum.map(fn {:ok, result} -> result end)
  end

  defp timed(from, pool, page) do
    {us, results} = :timer.tc(fn -> one(from, pool, page) end)

    if us > 5_000_000,
      do: IO.puts(:stderr, "#{div(us, 1_000_000)} s: #{page.path}#{page.variant} [#{page.realm}]")

    {page, results}
  end

  defp one(from, pool, page) do
    {:ok, context} =
      Context.start(
        [
          pool: pool,
          apis: [:browser],
          console: fn _level, _message, _meta -> :ok end,
          memory_limit: @memory,
          timeout: if(page.long, do: @long, else: @timeout)
        ] ++ where(from)
      )

    broken = load(context, from, page)
    results = results(context, Context.eval(context, "await __wpt.done"))
    Context.stop(context)
    broken ++ results
  catch
    :exit, reason -> [{"(context)", :fail, inspect(reason)}]
  end

  defp where({:folder, root}), do: [root: root, fetch: &serve(root, &1)]
  defp where({:server, _url}), do: [network: [private: true] ++ cacerts()]

  # Of serve.py.
  @cacerts "tmp/wpt/certs/cacert.pem"
  defp cacerts, do: if(File.exists?(@cacerts), do: [cacerts: @cacerts], else: [])

  defp url(page, {:folder, _root}), do: Page.url(page)
  defp url(page, {:server, url}), do: Page.url(page, url)

  # The text of a file that a page names.
  defp text(page, {:server, url}, path), do: url |> Server.resolve(page, path) |> Server.text()

  defp text(page, {:folder, root}, path) do
    file = Page.file(root, page.path, path)
    with {:ok, text} <- File.read(file), do: {:ok, Page.substitute(text, %{page | path: file})}
  end

  defp results(_context, {:ok, rows}), do: rows(rows)

  defp results(context, {:error, error}) do
    sofar =
      case Context.eval(context, "__wpt.results", timeout: 5000) do
        {:ok, rows} -> rows(rows)
        {:error, _} -> []
      end

    sofar ++ [{"(harness)", :timeout, Exception.message(error)}]
  end

  defp rows(rows),
    do: for([name, status, message] <- rows, do: {name, @statuses[status], message})

  defp load(context, from, %{realm: "worker"} = page) do
    imports =
      if page.kind == :worker,
        do: [Path.basename(page.path)],
        else: ["/resources/testharness.js" | page.scripts]

    code = """
    { const BASE = #{literal(url(page, from))};
    #{before(page, from, imports)} }
    #{for path <- imports, do: "importScripts(#{literal(path)});\n"}
    #{if page.kind != :worker, do: "done();"}
    """

    eval(context, script("host"), "host.js", %{code: code})
  end

  defp load(context, from, %{kind: :html} = page) do
    type = if page.path =~ ~r/\.x(html|ml|ht)$/, do: "application/xhtml+xml", else: "text/html"

    case text(page, from, Path.basename(page.path)) do
      {:ok, html} ->
        vars = %{html: html, type: type}

        open(context, from, page) ++
          eval(context, script("page"), "page.js", vars) ++
          run_page(context, from, page) ++ loaded(context)

      {:error, reason} ->
        [{"(page)", :fail, "#{reason}"}]
    end
  end

  defp load(context, from, page) do
    title = page.path |> Path.basename() |> String.split(".") |> hd()

    broken =
      open(context, from, page) ++ eval(context, "document.title = #{literal(title)}", "title.js")

    scripts = ["/resources/testharness.js", "/resources/testharnessreport.js" | page.scripts]
    broken ++ run(context, from, page, Enum.map(scripts, &[&1, ""]))
  end

  # What a worker has before the test: what is relative to its page, and of a server all
  # scripts that it imports.
  defp before(_page, {:folder, root}, _paths),
    do: "const ROOT = #{literal(root)};\n" <> script("worker")

  defp before(page, {:server, server}, paths) do
    texts =
      for {path, text} <- Server.texts(server, page, paths),
          do: [literal(path), ?:, ?", Base.encode64(text), ?", ?,]

    "const TEXTS = {#{texts}};\n" <> script("served_worker")
  end

  defp open(context, from, page) do
    url = literal(url(page, from))
    code = "location.href = #{url};\n" <> script("window")
    eval(context, code <> workers(from, url), "window.js")
  end

  # Of a window whose scripts are files.
  defp workers({:folder, root}, url),
    do: "{ const BASE = #{url}, ROOT = #{literal(root)};\n#{script("worker")} }"

  defp workers({:server, _url}, _page), do: ""

  defp run(context, from, page, scripts) do
    broken = for [src, text] <- scripts, line <- run_one(context, from, page, src, text), do: line

    broken ++ loaded(context)
  end

  # The document grows from one of its scripts to the next.
  defp run_page(context, from, page) do
    case Context.eval(context, "__wptPage.next()") do
      {:ok, [src, text]} ->
        run_one(context, from, page, src, text) ++ run_page(context, from, page)

      {:ok, nil} ->
        []

      {:error, error} ->
        failed("page.js", error)
    end
  end

  @report """
  (() => {
    const init = { message: `Uncaught ${message}`, filename, lineno, colno, cancelable: true };
    const error = new Error(message);
    return !dispatchEvent(new ErrorEvent("error", { ...init, error })) || "__wpt" in globalThis;
  })()
  """
  @loaded """
  document.dispatchEvent(new Event("DOMContentLoaded", { bubbles: true }));
  dispatchEvent(new Event("load"));
  """
  defp loaded(context), do: eval(context, @loaded, "load.js")

  defp run_one(context, _from, page, nil, text), do: run_script(context, text, page.path)

  defp run_one(context, from, page, src, _text) do
    if src =~ "testharnessreport.js" do
      eval(context, script("collect"), "collect.js")
    else
      case text(page, from, src) do
        {:ok, text} -> run_script(context, text, src)
        {:error, reason} -> [{"(script #{src})", :fail, "#{reason}"}]
      end
    end
  end

  # Of a page, where an error that nobody catches is an event. The harness hears of it.
  defp run_script(context, text, filename) do
    with {:error, error} <- Context.eval(context, text <> "\n;0", filename: filename) do
      vars = %{
        message: Exception.message(error),
        filename: filename,
        lineno: error.line || 0,
        colno: error.column || 0
      }

      case Context.eval(context, @report, vars: vars) do
        {:ok, true} -> []
        _ -> failed(filename, error)
      end
    else
      {:ok, _} -> []
    end
  end

  defp eval(context, code, filename, vars \\ %{}) do
    # The value of a script is nobody's affair.
    case Context.eval(context, code <> "\n;0", filename: filename, vars: vars) do
      {:ok, _} -> []
      {:error, error} -> failed(filename, error)
    end
  end

  defp failed(filename, error), do: [{"(script #{filename})", :fail, Exception.message(error)}]

  # Paths and URLs: the escapes of Elixir's strings are JavaScript's, too.
  defp literal(text), do: inspect(text)

  defp serve(root, %{url: url}) do
    case File.read(Page.file(root, "", URI.decode(URI.parse(url).path || "/"))) do
      {:ok, body} -> %{status: 200, headers: [{"content-type", type(url)}], body: body}
      {:error, _} -> %{status: 404, body: "no such file"}
    end
  end

  defp type(url) do
    case Path.extname(URI.parse(url).path) do
      ".json" -> "application/json"
      ".html" -> "text/html"
      ".js" -> "text/javascript"
      _ -> "text/plain"
    end
  end
end
