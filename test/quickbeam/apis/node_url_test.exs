defmodule QuickBEAM.Apis.NodeUrlTest do
  @moduledoc "The legacy URL API: what Node 20 answers for the same."
  use QuickBEAM.Case, async: true

  setup do
    {:ok, js: start_alone(apis: [:node])}
  end

  test "parse takes an address apart", %{js: js} do
    for {text, expected} <- [
          {"HTTP://User:Pass@Example.COM:8080/a b?x=1&y='#h",
           ["http:", true, "User:Pass", "example.com:8080", "8080", "example.com", "/a%20b"] ++
             [
               "?x=1&y=%27",
               "#h",
               "/a%20b?x=1&y=%27",
               "http://User:Pass@example.com:8080/a%20b?x=1&y=%27#h"
             ]},
          {"//host/path",
           [nil, nil, nil, nil, nil, nil, "//host/path", nil, nil] ++
             ["//host/path", "//host/path"]},
          {"mailto:a@b.c?subject=x",
           ["mailto:", nil, "a", "b.c", nil, "b.c", nil, "?subject=x", nil, "?subject=x"] ++
             ["mailto:a@b.c?subject=x"]},
          {"javascript:alert('x')",
           ["javascript:", nil, nil, nil, nil, nil, "alert('x')", nil, nil, "alert('x')"] ++
             ["javascript:alert('x')"]},
          {"http://[::1]:80/x",
           [
             "http:",
             true,
             nil,
             "[::1]:80",
             "80",
             "::1",
             "/x",
             nil,
             nil,
             "/x",
             "http://[::1]:80/x"
           ]},
          {"a/b?c#d", [nil, nil, nil, nil, nil, nil, "a/b", "?c", "#d", "a/b?c", "a/b?c#d"]},
          {"x-y:host/p",
           ["x-y:", nil, nil, "host", nil, "host", "/p", nil, nil, "/p", "x-y:host/p"]},
          {"http:\\\\evil\\x?a\\b",
           ["http:", true, nil, "evil", nil, "evil", "/x", "?a%5Cb", nil, "/x?a%5Cb"] ++
             ["http://evil/x?a%5Cb"]},
          {"http://a.com",
           ["http:", true, nil, "a.com", nil, "a.com", "/", nil, nil, "/", "http://a.com/"]}
        ] do
      code = """
      (text) => {
        const { protocol, slashes, auth, host, port, hostname, pathname, search, hash, path, href } = require("url").parse(text);
        return [protocol, slashes, auth, host, port, hostname, pathname, search, hash, path, href];
      }
      """

      Context.eval!(js, "globalThis.take = #{code}; 0")
      assert Context.call!(js, "take", [text]) == expected, text
    end
  end

  test "resolve", %{js: js} do
    Context.eval!(js, "globalThis.resolve = require('url').resolve; 0")

    for {from, to, expected} <- [
          {"/one/two/three", "four", "/one/two/four"},
          {"http://example.com/", "/one", "http://example.com/one"},
          {"http://example.com/one", "//other/x", "http://other/x"},
          {"http://a/b/c/d;p?q", "../../../g", "http://a/g"},
          {"mailto:a@b", "c@d", "mailto:c@d"},
          {"foo:a/b", "../c", "foo:c"},
          {"foo:.", "foo:a", "foo:a"},
          {"http://u:p@h/x", "y", "http://u:p@h/y"},
          {"http://a/b?c", "#d", "http://a/b?c#d"}
        ] do
      assert Context.call!(js, "resolve", [from, to]) == expected, "#{from} #{to}"
    end
  end

  test "format, and what is no address", %{js: js} do
    assert Context.eval!(js, """
           const url = require("url");
           const idn = new URL("http://u:p@münchen.de/a?b#c");
           const bad = (run) => { try { return run() } catch (e) { return e.code } };
           [url.format({ protocol: "http", hostname: "::1", port: 80, pathname: "a?#", query: { x: [1, 2] } }), url.format(idn, { unicode: true, auth: false, fragment: false }),
            url.domainToUnicode("xn--mnchen-3ya.de"), url.domainToASCII("münchen.de"), bad(() => url.parse(1)), bad(() => url.parse("http://a b%/").href), bad(() => url.format(1)),
            bad(() => url.parse("http://exa[mple.com"))]
           """) == [
             "http://[::1]:80/a%3F%23?x=1&x=2",
             "http://münchen.de/a?b",
             "münchen.de",
             "xn--mnchen-3ya.de",
             "ERR_INVALID_ARG_TYPE",
             "http://a/%20b%/",
             "ERR_INVALID_ARG_TYPE",
             "ERR_INVALID_URL"
           ]
  end

  test "a StringDecoder keeps what is not whole, pairs of surrogates too", %{js: js} do
    assert Context.eval!(js, """
           const { StringDecoder } = require("string_decoder");
           const feed = (encoding, ...chunks) => { const d = new StringDecoder(encoding); return [...chunks.map((hex) => d.write(Buffer.from(hex, "hex"))), d.end()]; };
           function Older() { StringDecoder.call(this, "utf16le") }
           Object.setPrototypeOf(Older.prototype, StringDecoder.prototype);
           [feed("utf8", "e2", "82", "ac41"), feed("utf8", "f1", "41f2"), feed("utf8", "e241"), feed("utf16le", "3dd8", "4d", "dc"), feed("utf16le", "3dd84d"),
            feed("base64", "61", "6263"), feed("hex", "6162"), new Older().write(Buffer.from("a", "utf16le")), new StringDecoder("UTF-8").encoding]
           """) == [
             ["", "", "€A", ""],
             ["", "\uFFFDA", "\uFFFD"],
             ["\uFFFDA", ""],
             ["", "", "👍", ""],
             # A lone surrogate is U+FFFD in Elixir.
             ["", "\uFFFD"],
             ["", "YWJj", ""],
             ["6162", ""],
             "a",
             "utf8"
           ]
  end
end
