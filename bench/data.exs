# What the data-heavy Web APIs do in a second, beside Node on the same machine where
# there is one: the same script in both.
#
#     mix run bench/data.exs
Code.require_file("support/bench.exs", __DIR__)

defmodule Bench.Data do
  # Each runs for about 200 ms and gives how often `run` ran, or its bytes, per second.
  @measure """
  globalThis.measure = (run, amount) => {
    for (let i = 0; i < 3; i++) run();
    let times = 0;
    const start = performance.now();
    let now = start;
    while (now - start < 200) {
      for (let i = 0; i < 5; i++) run();
      times += 5;
      now = performance.now();
    }
    return times * amount / ((now - start) / 1000);
  };
  globalThis.urls = Array.from({ length: 200 }, (_, i) => `https://user:pass@www.example-${i}.com:8080/a/b/../c/${i}?q=${i}&r=%20x#frag`);
  globalThis.text = Array.from({ length: 20000 }, (_, i) => `line ${i} of a text with some words in it`).join("\\n");
  globalThis.bytes = new TextEncoder().encode(text);
  globalThis.mega = bytes.length / 1e6;
  globalThis.record = { id: 7, name: "a name", tags: ["x", "y", "z"], at: new Date(0), nested: { list: [1, 2, { a: null }], map: new Map([["k", 1]]) } };
  globalThis.list = Array.from({ length: 1000 }, (_, i) => ({ id: i, name: `n${i}`, ok: i % 2 === 0 }));
  globalThis.pattern = new URLPattern({ pathname: "/books/:id/:page(\\\\d+)" });
  """

  # {what, script; node's own where it differs}
  @cases [
    {"new URL, per second", "measure(() => { for (const u of urls) new URL(u) }, urls.length)"},
    {"URL.canParse, per second",
     "measure(() => { for (const u of urls) URL.canParse(u) }, urls.length)"},
    {"url.searchParams.get, per second",
     "measure(() => { for (const u of urls) new URL(u).searchParams.get('r') }, urls.length)"},
    {"URLSearchParams to text, per second",
     "measure(() => { for (let i = 0; i < 100; i++) new URLSearchParams('a=1&b=2&c=x+y').toString() }, 100)"},
    {"URLPattern.test, per second",
     "measure(() => { for (let i = 0; i < 100; i++) pattern.test('https://a.com/books/12/7') }, 100)"},
    {"TextEncoder.encode, MB/s", "measure(() => new TextEncoder().encode(text), mega)"},
    {"TextDecoder.decode, MB/s", "measure(() => new TextDecoder().decode(bytes), mega)"},
    {"Blob.slice, per second",
     "{ const b = new Blob([bytes]); measure(() => { for (let i = 0; i < 100; i++) b.slice(i, -i) }, 100) }"},
    {"new Blob of 0.9 MB, MB/s", "measure(() => new Blob([bytes]), mega)"},
    {"structuredClone of a record, per second",
     "measure(() => { for (let i = 0; i < 50; i++) structuredClone(record) }, 50)"},
    {"structuredClone of 1,000 objects, per second",
     "measure(() => structuredClone(list), 1000)"},
    {"structuredClone of bytes, MB/s", "measure(() => structuredClone(bytes), mega)"},
    {"Buffer to utf8 text, MB/s",
     "{ const b = Buffer.from(bytes); measure(() => b.toString(), mega) }"},
    {"Buffer to hex, MB/s",
     "{ const b = Buffer.from(bytes); measure(() => b.toString('hex'), mega) }"},
    {"Buffer to base64, MB/s",
     "{ const b = Buffer.from(bytes); measure(() => b.toString('base64'), mega) }"},
    {"Buffer from base64, MB/s",
     "{ const t = Buffer.from(bytes).toString('base64'); measure(() => Buffer.from(t, 'base64'), mega) }"},
    {"Buffer.indexOf at the end, MB/s",
     "{ const b = Buffer.from(bytes); measure(() => b.indexOf('line 19999'), mega) }"},
    {"buffer.readUInt32LE, per second",
     "{ const b = Buffer.from(bytes); measure(() => { for (let i = 0; i < 1000; i++) b.readUInt32LE(i) }, 1000) }"},
    {"gzip, MB/s", "measure(() => compression.compress('gzip', bytes), mega)",
     "measure(() => require('zlib').gzipSync(bytes), mega)"},
    {"gunzip, MB/s",
     "{ const z = compression.compress('gzip', bytes); measure(() => compression.decompress('gzip', z), mega) }",
     "{ const z = require('zlib').gzipSync(bytes); measure(() => require('zlib').gunzipSync(z), mega) }"},
    {"brotli at quality 5, MB/s", "measure(() => compression.compress('brotli', bytes), mega)",
     "measure(() => require('zlib').brotliCompressSync(bytes, { params: { [require('zlib').constants.BROTLI_PARAM_QUALITY]: 5 } }), mega)"}
  ]

  def run do
    {:ok, js} = QuickBEAM.start(apis: [:fetch, :buffer, :compression, :url])
    {:ok, _} = QuickBEAM.eval(js, @measure <> "; 0")
    ours = for {name, script, _} <- cases(), do: {name, QuickBEAM.eval!(js, script)}
    node = of_node()

    rows = for {name, rate} <- ours, do: {name, :rate, rate, node[name], ""}

    Bench.Table.print("Data, one context", rows, "Node")
  end

  defp cases do
    for entry <- @cases do
      case entry do
        {name, script} -> {name, script, script}
        {name, script, node} -> {name, script, node}
      end
    end
  end

  # What Node says, by name; nothing where it or an API of it is missing.
  defp of_node do
    scripts =
      for {name, _, script} <- cases(), into: "" do
        script = inspect(script, printable_limit: :infinity)
        "try { out[#{inspect(name)}] = eval(#{script}) } catch {}\n"
      end

    file = Path.join(System.tmp_dir!(), "quickbeam_bench_data_#{System.pid()}.js")

    # Node before 24 has no URLPattern.
    File.write!(file, """
    globalThis.URLPattern ??= class { test() { throw new Error() } };
    #{@measure}
    const out = {};
    #{scripts}
    for (const [name, rate] of Object.entries(out)) console.log(name + "\\t" + rate);
    """)

    with path when path != nil <- System.find_executable("node"),
         {text, 0} <- System.cmd(path, [file]) do
      for line <- String.split(text, "\n", trim: true), into: %{} do
        [name, rate] = String.split(line, "\t")
        {rate, _} = Float.parse(rate)
        {name, rate}
      end
    else
      _ -> %{}
    end
  after
    File.rm(Path.join(System.tmp_dir!(), "quickbeam_bench_data_#{System.pid()}.js"))
  end
end

Bench.Data.run()
