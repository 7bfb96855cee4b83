defmodule WPT.Run do
  # Runs pages, each in a context of its own.

  alias QuickBEAM.{Context, ContextPool}
  alias WPT.Page

  @timeout 20_000
  @memory 512 * 1024 * 1024
  @statuses %{0 => :pass, 1 => :fail, 2 => :timeout, 3 => :not_run, 4 => :precondition}

  for name <- ~w(window collect worker host page) do
    @external_resource path = Path.join(__DIR__, "#{name}.js")
    defp script(unquote(name)), do: unquote(File.read!(path))
  end

  @doc "`{page, [{name, status, message}]}` of each page, in their order."
  def all(root, pages, jobs) do
    {:ok, pool} = ContextPool.start_link(size: jobs)

    pages
    |> Task.async_stream(&timed(root, pool, &1), max_concurrency: jobs, timeout: :infinity)
    |> Enum.map(fn {:ok, result} -> result end)
  end

  defp timed(root, pool, page) do
    {us, results} = :timer.tc(fn -> one(root, pool, page) end)

    if us > 5_000_000,
      do: IO.puts(:stderr, "#{div(us, 1_000_000)} s: #{page.path}#{page.variant} [#{page.realm}]")

    {page, results}
  end

  defp one(root, pool, page) do
    {:ok, context} =
      Context.start(
        pool: pool,
        apis: [:browser],
        root: root,
        fetch: &serve(root, &1),
        console: fn _level, _message, _meta -> :ok end,
        memory_limit: @memory,
        timeout: @timeout
      )

    broken = load(context, root, page)
    results = results(context, Context.eval(context, "await __wpt.done"))
    Context.stop(context)
    broken ++ results
  catch
    :exit, reason -> [{"(context)", :fail, inspect(reason)}]
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

  defp rows(rows), do: for([name, status, message] <- rows, do: {name, @statuses[status], message})

  defp load(context, root, %{realm: "worker"} = page) do
    imports =
      if page.kind == :worker,
        do: [Path.basename(page.path)],
        else: ["/resources/testharness.js" | page.scripts]

    code = """
    { const BASE = #{literal(Page.url(page))}, ROOT = #{literal(root)};
    #{script("worker")} }
    #{for path <- imports, do: "importScripts(#{literal(path)});\n"}
    #{if page.kind != :worker, do: "done();"}
    """

    eval(context, script("host"), "host.js", %{code: code})
  end

  defp load(context, root, %{kind: :html} = page) do
    html = File.read!(Path.join(root, page.path))
    broken = open(context, root, page)

    case Context.eval(context, script("page"), vars: %{html: html}) do
      {:ok, scripts} -> broken ++ run(context, root, page, scripts)
      {:error, error} -> broken ++ failed("page.js", error)
    end
  end

  defp load(context, root, page) do
    title = page.path |> Path.basename() |> String.split(".") |> hd()
    broken = open(context, root, page) ++ eval(context, "document.title = #{literal(title)}", "title.js")
    scripts = ["/resources/testharness.js", "/resources/testharnessreport.js" | page.scripts]
    broken ++ run(context, root, page, Enum.map(scripts, &[&1, ""]))
  end

  defp open(context, root, page) do
    url = literal(Page.url(page))
    workers = "{ const BASE = #{url}, ROOT = #{literal(root)};\n#{script("worker")} }"
    eval(context, "location.href = #{url};\n" <> script("window") <> workers, "window.js")
  end

  defp run(context, root, page, scripts) do
    broken =
      for [src, text] <- scripts, line <- run_one(context, root, page, src, text), do: line

    broken ++ eval(context, "dispatchEvent(new Event('load')); 0", "load.js")
  end

  defp run_one(context, _root, page, nil, text), do: eval(context, text, page.path)

  defp run_one(context, root, page, src, _text) do
    if src =~ "testharnessreport.js" do
      eval(context, script("collect"), "collect.js")
    else
      case File.read(Page.file(root, page.path, src)) do
        {:ok, text} -> eval(context, text, src)
        {:error, reason} -> [{"(script #{src})", :fail, "#{reason}"}]
      end
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
