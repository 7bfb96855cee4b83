defmodule WPT.Page do
  # One run of a test file: in a realm, with a variant. The names say what a file is:
  # https://web-platform-tests.org/writing-tests/testharness.html

  defstruct [:path, :kind, :realm, :variant, :skip, scripts: []]

  @doc "The runs of the test files below the paths, also those that are skipped."
  def list(root, paths) do
    for path <- paths,
        file <- files(Path.join(root, path)),
        relative = Path.relative_to(file, root),
        kind = kind(relative),
        page <- pages(root, relative, kind),
        do: page
  end

  @doc "Where a browser would find the page."
  def url(%{path: path, realm: realm, variant: variant}) do
    base = if path =~ ".https.", do: "https://web-platform.test:8443/", else: origin()
    base <> Regex.replace(~r/\.js$/, path, if(realm == "worker", do: ".js", else: ".html")) <> variant
  end

  def origin, do: "http://web-platform.test:8000/"

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
      variants = for [_, v] <- Regex.scan(~r/<meta\s+name="?variant"?\s+content="([^"]*)"/, text), do: v
      skip = html_skip(path, text)
      for variant <- (if variants == [], do: [""], else: variants) do
        %__MODULE__{path: path, kind: :html, realm: "window", variant: variant, skip: skip}
      end
    else
      # A reference test, or a part of another page.
      []
    end
  end

  defp pages(root, path, kind) do
    text = File.read!(Path.join(root, path))
    meta = for [_, key, value] <- Regex.scan(~r/^\/\/ META: *(\w+)=(.*?)\s*$/m, text), do: {key, value}
    variants = for {"variant", value} <- meta, do: value
    scripts = for {"script", value} <- meta, do: value
    skip = script_skip(path, text)

    for realm <- realms(kind, meta), variant <- (if variants == [], do: [""], else: variants) do
      %__MODULE__{
        path: path,
        kind: kind,
        realm: realm,
        variant: variant,
        scripts: scripts ++ [Path.basename(path)],
        skip: skip
      }
    end
  end

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
    {~r/window\.open\(|\bopen\(["'`]|\.contentWindow|\.contentDocument|createElement\(["']iframe|with_iframe/,
     "loads a page"}
  ]

  @html [
    {~r{^encoding/legacy-mb-}, "submits forms of a page in another encoding"},
    {~r/<i?frame[\s>]|<frameset[\s>]|<object[\s>]|<embed[\s>]/i, "loads a page"},
    {~r/test_driver|testdriver\.js/, "needs a driver of a browser"},
    {~r/<canvas|<video|<audio|<link[^>]*stylesheet/i, "shows something"},
    {~r/type="?module/, "module scripts of a page"}
  ]

  defp script_skip(path, text), do: reason(@everywhere, path <> "\n" <> text)
  defp html_skip(path, text), do: reason(@everywhere ++ @html, path <> "\n" <> text)

  defp reason(reasons, text) do
    Enum.find_value(reasons, fn {pattern, reason} -> if text =~ pattern, do: reason end)
  end

  # Pages in other encodings than UTF-8 are for a loader of pages.
  defp to_utf8(bytes) do
    if String.valid?(bytes), do: bytes, else: :unicode.characters_to_binary(bytes, :latin1)
  end
end
