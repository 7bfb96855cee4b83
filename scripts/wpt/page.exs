defmodule WPT.Page do
  # One run of a test file: in a realm, with a variant. The names say what a file is:
  # https://web-platform-tests.org/writing-tests/testharness.html

  # `long` is one that may take a minute instead of ten seconds, `handlers` says that it asks
  # for more than files.
  defstruct [:path, :kind, :realm, :variant, :skip, long: false, handlers: false, scripts: []]

  @doc "The runs of the test files below the paths, also those that are skipped."
  def list(root, paths) do
    for path <- paths,
        file <- files(Path.join(root, path)),
        relative = Path.relative_to(file, root),
        kind = kind(relative),
        page <- pages(root, relative, kind),
        do: page
  end

  @doc "Where a browser would find the page: on WPT's public server, or on ours."
  def url(%{path: path, realm: realm, variant: variant}, server \\ nil) do
    origin(path, server) <>
      Regex.replace(~r/\.js$/, path, if(realm == "worker", do: ".js", else: ".html")) <> variant
  end

  def origin, do: "http://web-platform.test:8000/"

  defp origin(path, nil),
    do: if(path =~ ".https.", do: "https://web-platform.test:8443/", else: origin())

  # The ports that serve.py says.
  defp origin(path, server) do
    uri = URI.parse(server)

    cond do
      path =~ ".https." -> URI.to_string(%{uri | scheme: "https", port: uri.port + 3})
      path =~ ".h2." -> URI.to_string(%{uri | scheme: "https", port: uri.port + 6})
      true -> server
    end
  end

  @doc "What the server puts into files with `.sub.` in their name."
  def substitute(text, %{path: path}) do
    if path =~ ".sub.",
      do:
        Regex.replace(~r/\{\{([^}]*)\}\}/, to_utf8(text), fn whole, name ->
          value(name) || whole
        end),
      else: to_utf8(text)
  end

  defp value(name) do
    case name do
      "host" -> "web-platform.test"
      "domains[]" -> "web-platform.test"
      "domains[" <> sub -> String.trim_trailing(sub, "]") <> ".web-platform.test"
      "hosts[alt][" <> _ -> "not-web-platform.test"
      "ports[http][0]" -> "8000"
      "ports[https][0]" -> "8443"
      "location[scheme]" -> "http"
      "location[host]" -> "web-platform.test:8000"
      _ -> nil
    end
  end

  @doc "The file that a URL in a test stands for."
  def file(root, from, url) do
    # The server has this under another name.
    url = String.replace(url, "/resources/WebIDLParser.js", "/resources/webidl2/lib/webidl2.js")
    url = url |> String.split(["?", "#"]) |> hd()

    cond do
      # Without WebAssembly it makes no SharedArrayBuffer.
      String.ends_with?(url, "/common/sab.js") -> Path.join(__DIR__, "sab.js")
      String.starts_with?(url, "/") -> Path.join(root, url)
      true -> Path.expand(url, Path.join(root, Path.dirname(from)))
    end
  end

  defp files(path) do
    if File.dir?(path),
      do: path |> File.ls!() |> Enum.sort() |> Enum.flat_map(&files(Path.join(path, &1))),
      else: [path]
  end

  defp kind(path) do
    cond do
      path =~ ~r{(^|/)(resources|support|tools|crashtests)/} -> nil
      path =~ ~r{-(manual|ref|notref|crash)\.|-ref/} -> nil
      path =~ ~r/\.any\.js$/ -> :any
      path =~ ~r/\.window\.js$/ -> :window
      path =~ ~r/\.worker\.js$/ -> :worker
      path =~ ~r/\.x?html$/ -> :html
      true -> nil
    end
  end

  defp pages(root, path, :html) do
    text = root |> Path.join(path) |> File.read!() |> to_utf8()

    if text =~ "testharness.js" do
      variants =
        for [_, v] <- Regex.scan(~r/<meta\s+name="?variant"?\s+content="([^"]*)"/, text), do: v

      variants = without_h2(variants)
      skip = html_skip(path, text)

      for variant <- if(variants == [], do: [""], else: variants) do
        %__MODULE__{
          path: path,
          kind: :html,
          realm: "window",
          variant: variant,
          skip: skip,
          long: long?(text),
          handlers: handlers?(text)
        }
      end
    else
      # A reference test, or a part of another page.
      []
    end
  end

  defp pages(root, path, kind) do
    text = File.read!(Path.join(root, path))

    meta =
      for [_, key, value] <- Regex.scan(~r/^\/\/ META: *(\w+)=(.*?)\s*$/m, text), do: {key, value}

    variants = without_h2(for {"variant", value} <- meta, do: value)
    scripts = for {"script", value} <- meta, do: value
    skip = script_skip(path, text)

    for realm <- realms(kind, meta), variant <- if(variants == [], do: [""], else: variants) do
      %__MODULE__{
        path: path,
        kind: kind,
        realm: realm,
        variant: variant,
        scripts: scripts ++ [Path.basename(path)],
        skip: skip || repetition(path, variant, variants),
        long: long?(text),
        handlers: handlers?(text)
      }
    end
  end

  # A quarter of an hour goes by with keys for RSA of the same length in all their usages.
  defp repetition(path, variant, variants) do
    if path =~ "generateKey/successes_RSA" and variant != hd(variants),
      do: "more keys for RSA"
  end

  # What only a server does: run programs, and answer as it is told.
  defp handlers?(text), do: text =~ ~r/\.py\b|[?&]pipe=|\.asis\b/

  defp long?(text),
    do: text =~ ~r/<meta\s+name="?timeout"?\s+content="?long|^\/\/ META: *timeout=long/m

  # There is no WebSocket over HTTP/2.
  defp without_h2(variants), do: Enum.reject(variants, &(&1 =~ "wpt_flags=h2"))

  defp realms(:window, _meta), do: ["window"]
  defp realms(:worker, _meta), do: ["worker"]

  defp realms(:any, meta) do
    globals =
      case List.keyfind(meta, "global", 0) do
        nil -> ["window", "dedicatedworker"]
        {_, value} -> value |> String.split(",") |> Enum.map(&String.trim/1)
      end

    # A file for other scopes alone is not for us.
    for {names, realm} <- [{["window"], "window"}, {["worker", "dedicatedworker"], "worker"}],
        Enum.any?(names, &(&1 in globals)),
        do: realm
  end

  # What a context is not: it loads no pages, shows nothing, and nobody sits before it.
  @everywhere [
    {~r/\bShadowRealm\b/, "ShadowRealm"},
    {~r/\bSharedWorker\b/, "SharedWorker"},
    {~r/serviceWorker\b/, "service workers"},
    {~r/WebAssembly\b/, "WebAssembly"},
    {~r/window\.open\(|(?<![.\w])open\(["'`]|\.contentWindow|\.contentDocument|createElement\(["']iframe|with_iframe|back-forward-cache/,
     "loads a page"}
  ]

  @html [
    {~r{^encoding/legacy-mb-}, "submits forms of a page in another encoding"},
    {~r/<i?frame[\s>]|<frameset[\s>]|<object[\s>]|<embed[\s>]/i, "loads a page"},
    {~r/test_driver|testdriver\.js/, "needs a driver of a browser"},
    {~r/<canvas|<video|<audio|<link[^>]*stylesheet/i, "shows something"},
    {~r/type="?module/, "module scripts of a page"}
  ]

  # By their paths: what is between pages and origins, which a server has not.
  @browsers [
    {~r{fetch/api/.*(referrer|redirect-origin|mode-same-origin|mode-no-cors|back-to-original)|websockets/referrer},
     "referrers, modes and CORS"},
    {~r{fetch/api/(request/request-cache|abort/cache|basic/conditional-get)}, "caches"},
    {~r{forbidden-headers|private-network}, "headers that only a user agent may send"},
    {~r{keepalive|block-mime-as-script|destroyed-context|many-empty-chunks-crash|request/destination},
     "loads a page"},
    {~r{websockets/(cookies|back-forward|mixed-content|security|unload|remove-own-iframe|multi-globals)},
     "cookies, and what a page loads"},
    {~r{FileAPI/file/send-file-form}, "submits forms of a page in another encoding"},
    {~r{websockets/stream/}, "WebSocketStream"}
  ]

  # The scopes that a file is also for say nothing of it.
  defp script_skip(path, text) do
    text = Regex.replace(~r{^// META: *global=.*$}m, text, "")
    reason(@browsers, path) || reason(@everywhere, path <> "\n" <> text)
  end

  defp html_skip(path, text),
    do: reason(@browsers, path) || reason(@everywhere ++ @html, path <> "\n" <> text)

  defp reason(reasons, text) do
    Enum.find_value(reasons, fn {pattern, reason} -> if text =~ pattern, do: reason end)
  end

  # Pages in other encodings than UTF-8 are for a loader of pages.
  defp to_utf8(bytes) do
    if String.valid?(bytes), do: bytes, else: :unicode.characters_to_binary(bytes, :latin1)
  end
end
