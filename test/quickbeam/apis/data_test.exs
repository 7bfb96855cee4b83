defmodule QuickBEAM.Apis.DataTest do
  use QuickBEAM.Case, async: true

  setup context do
    groups = Map.get(context, :groups, [:fetch, :buffer, :compression, :url])
    %{js: start_alone(apis: groups)}
  end

  test "URLs, patterns and their lists", %{js: js} do
    assert Context.eval!(js, "new URL('../b?x=1#y', 'https://user@Example.com/a/').href") ==
             "https://user@example.com/b?x=1#y"

    assert Context.eval!(js, """
           new URLPattern({ pathname: "/books/:id" }).exec("https://a.com/books/12").pathname.groups
           """) == %{"id" => "12"}

    assert {:error, %{name: "TypeError", message: "Invalid URL: 'none'"}} =
             Context.eval(js, "new URL('none')")
  end

  test "a Blob through its stream, compressed and back", %{js: js} do
    assert Context.eval!(js, """
           const text = "hello ".repeat(100_000);
           const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
           const back = packed.pipeThrough(new DecompressionStream("gzip"));
           let size = 0;
           const decoder = new TextDecoder();
           let first = "";
           for await (const chunk of back) {
             if (size === 0) first = decoder.decode(chunk.subarray(0, 5));
             size += chunk.length;
           }
           [size, first]
           """) == [600_000, "hello"]
  end

  test "a Blob read into the reader's own buffer", %{js: js} do
    assert Context.eval!(js, """
           const reader = new Blob(["abcdef"]).stream().getReader({ mode: "byob" });
           const parts = [];
           for (;;) {
             const { value, done } = await reader.read(new Uint8Array(4));
             if (done) break;
             parts.push(new TextDecoder().decode(value));
           }
           parts.join("|")
           """) == "abcd|ef"
  end

  test "FileReader", %{js: js} do
    assert Context.eval!(js, """
           const read = (method, blob, ...rest) => new Promise((resolve, reject) => {
             const reader = new FileReader();
             const seen = [];
             for (const type of ["loadstart", "progress", "load", "loadend"]) {
               reader.addEventListener(type, () => seen.push(type));
             }
             reader.onerror = () => reject(reader.error);
             reader.onloadend = () => resolve([reader.result, reader.readyState, seen.join()]);
             reader[method](blob, ...rest);
           });
           const blob = new Blob(["héé"], { type: "text/plain;charset=utf-8" });
           const [text, state, seen] = await read("readAsText", blob);
           const [url] = await read("readAsDataURL", new Blob(["abc"], { type: "a/b" }));
           const [latin] = await read("readAsText", new Blob([new Uint8Array([233])]), "latin1");
           const [buffer] = await read("readAsArrayBuffer", blob);
           [text, state, seen, url, latin, buffer.byteLength]
           """) == [
             "héé",
             2,
             "loadstart,progress,load,loadend",
             "data:a/b;base64,YWJj",
             "é",
             5
           ]
  end

  test "what waits for an event of a FileReader runs before the next", %{js: js} do
    assert Context.eval!(js, """
           const reader = new FileReader();
           const log = [];
           for (const type of ["loadstart", "progress", "load", "loadend"]) {
             reader.addEventListener(type, () => {
               log.push(type);
               Promise.resolve().then(() => log.push("then")).then(() => log.push("then"));
             });
           }
           reader.readAsText(new Blob(["x"]));
           await new Promise((resolve) => reader.addEventListener("loadend", () => setTimeout(resolve, 0)));
           log.join()
           """) == "loadstart,then,then,progress,then,then,load,then,then,loadend,then,then"
  end

  test "a byte order mark says how a FileReader decodes", %{js: js} do
    assert Context.eval!(js, """
           const read = (bytes, label) => new Promise((resolve) => {
             const reader = new FileReader();
             reader.onload = () => resolve(reader.result);
             reader.readAsText(new Blob([new Uint8Array(bytes)]), label);
           });
           [await read([0xfe, 0xff, 0, 0x68]), await read([0xff, 0xfe, 0x68, 0], "utf-8"),
            await read([0xef, 0xbb, 0xbf, 0xc3, 0xa4], "latin1")]
           """) == ["h", "h", "ä"]
  end

  test "a last chunk of compressed data is written when it is made, read or not", %{js: js} do
    assert Context.eval!(js, """
           const { readable, writable } = new DecompressionStream("gzip");
           const reader = readable.getReader();
           const written = writable.getWriter().write(compression.compress("gzip", "hello"));
           const { value } = await reader.read();
           await written;
           new TextDecoder().decode(value)
           """) == "hello"
  end

  test "FileReader aborts", %{js: js} do
    assert Context.eval!(js, """
           const reader = new FileReader();
           const seen = [];
           for (const type of ["loadstart", "load", "abort", "loadend"]) {
             reader[`on${type}`] = () => seen.push(type);
           }
           reader.readAsText(new Blob(["x"]));
           let error = null;
           try { reader.readAsText(new Blob()) } catch (thrown) { error = thrown.name }
           reader.abort();
           await new Promise(resolve => setTimeout(resolve, 10));
           [seen.join(), error, reader.result, reader.readyState]
           """) == ["abort,loadend", "InvalidStateError", nil, 2]
  end

  test "Buffers and bytes go to Elixir as binaries", %{js: js} do
    assert Context.eval!(js, "Buffer.from('aGk=', 'base64')") == "hi"
    assert Context.eval!(js, "compression.compress('gzip', 'hi')") |> :zlib.gunzip() == "hi"
    packed = :zlib.gzip("from the BEAM")

    assert Context.eval!(
             js,
             "new TextDecoder().decode(compression.decompress('gzip', packed))",
             vars: %{packed: {:bytes, packed}}
           ) == "from the BEAM"
  end

  test "a bomb ends at the limit", %{} do
    js = start_alone(apis: [:compression], memory_limit: 10_000_000)
    bomb = :zlib.gzip(:binary.copy(<<0>>, 100_000_000))

    assert {:error, %{message: "out of memory"}} =
             Context.eval(js, "compression.decompress('gzip', bomb).length",
               vars: %{bomb: {:bytes, bomb}}
             )

    assert Context.eval!(js, "1 + 1") == 2
  end

  @tag groups: [:url]
  test "what was not asked for is not there", %{js: js} do
    names = "['Blob', 'File', 'FileReader', 'Buffer', 'CompressionStream', 'compression']"
    assert Context.eval!(js, "#{names}.filter(name => name in globalThis)") == []
    assert Context.eval!(js, "'createObjectURL' in URL") == false
  end
end
