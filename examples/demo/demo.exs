# A thousand visitors, each with a JavaScript context of their own, on as many
# threads as the machine has processors. In every context the npm package `marked`
# renders documents that it asks Elixir for, and remembers who visited what.
#
# `make demo` fetches marked and runs this; to run it again: `mix run examples/demo/demo.exs`.
# The exit status is 0 only when every page was rendered right: as Node renders it.

alias QuickBEAM.{Context, ContextPool}

folder = __DIR__
Code.require_file("documents.exs", folder)
Code.require_file("report.exs", folder)
alias Demo.{Documents, Report}

visitors = String.to_integer(System.get_env("CONTEXTS") || "1000")
threads = String.to_integer(System.get_env("THREADS") || to_string(System.schedulers_online()))
pages = 3

# ---- What is to be rendered, and what should come of it

documents =
  for visitor <- 1..visitors, page <- 1..pages do
    {{visitor, page}, Documents.document(visitor, page)}
  end

# Node renders them too. JSON written by JavaScript and read by it again: there is a
# context at hand for that.
{:ok, json} = QuickBEAM.start()
markdown = for {_, document} <- documents, do: document.markdown
{:ok, text} = QuickBEAM.call(json, "JSON.stringify", [markdown])
input = Path.join(System.tmp_dir!(), "quickbeam_demo_#{System.pid()}.json")
File.write!(input, text)
{text, 0} = System.cmd("node", [Path.join(folder, "expected.mjs"), input])
File.rm!(input)
{:ok, expected} = QuickBEAM.call(json, "JSON.parse", [text])
QuickBEAM.stop(json)

# By {visitor, page}: the document, and the HTML it should become.
:ets.new(:documents, [:named_table, :public, read_concurrency: true])

for {{key, document}, html} <- Enum.zip(documents, expected) do
  :ets.insert(:documents, {key, document, html})
end

# ---- The pool

# What JavaScript may ask of Elixir: here, for a document.
handlers = %{
  "document" => fn [visitor, page] ->
    [{_, document, _html}] = :ets.lookup(:documents, {visitor, page})
    document
  end
}

{:ok, pool} = ContextPool.start_link(size: threads, handlers: handlers)

# The package is compiled once; every context then loads the same bytecode.
scripts =
  for file <- ["node_modules/marked/lib/marked.umd.js", "visitor.js"] do
    {:ok, compiler} = Context.start_link(pool: pool)
    {:ok, bytecode} = Context.compile(compiler, File.read!(Path.join(folder, file)))
    Context.stop(compiler)
    bytecode
  end

resident = fn ->
  for pid <- Process.list(), do: :erlang.garbage_collect(pid)
  Process.sleep(300)
  [_, kib] = Regex.run(~r/VmRSS:\s+(\d+)/, File.read!("/proc/self/status"))
  String.to_integer(kib) * 1024
end

timed = fn fun ->
  start = System.monotonic_time()
  result = fun.()
  {System.monotonic_time() - start, result}
end

# ---- A context for each visitor

before = resident.()

opened =
  Report.progress("opening contexts", Enum.to_list(1..visitors), fn _visitor ->
    {created, {:ok, context}} = timed.(fn -> Context.start_link(pool: pool, timeout: 30_000) end)

    {loaded, _} =
      timed.(fn ->
        for bytecode <- scripts, do: {:ok, _} = Context.load_bytecode(context, bytecode)
      end)

    {context, created, loaded}
  end)

contexts = for {context, _, _} <- opened, do: context
fresh = resident.()
fresh_heap = ContextPool.stats(pool).memory

# ---- Every visitor comes several times, in no order, as many at a time as threads

visits =
  for page <- 1..pages,
      {context, visitor} <- contexts |> Enum.with_index(1) |> Enum.shuffle(),
      do: {context, visitor, page}

rendered =
  Report.progress("rendering pages", visits, threads, fn {context, visitor, page} ->
    {took, answer} = timed.(fn -> Context.call(context, "visit", [visitor, page]) end)

    [{_, _, html}] = :ets.lookup(:documents, {visitor, page})
    previous = if page > 1, do: Documents.document(visitor, page - 1).title
    right = {:ok, %{"html" => html, "visits" => page, "previous" => previous}}

    {took, if(answer != right, do: {visitor, page, answer, right})}
  end)

# ---- And each context still knows its visitor

summaries =
  Report.progress("asking each context", Enum.shuffle(Enum.with_index(contexts, 1)), threads, fn
    {context, visitor} ->
      {took, answer} = timed.(fn -> Context.call(context, "summary") end)

      documents = for page <- 1..pages, do: Documents.document(visitor, page)
      words = documents |> Enum.map(&length(String.split(&1.markdown))) |> Enum.sum()
      right = {:ok, %{"visits" => pages, "last" => List.last(documents).title, "words" => words}}

      {took, if(answer != right, do: {visitor, :summary, answer, right})}
  end)

worked = resident.()
worked_heap = ContextPool.stats(pool).memory

stopped =
  Report.progress("stopping contexts", contexts, fn context ->
    {took, :ok} = timed.(fn -> Context.stop(context) end)
    took
  end)

left = ContextPool.stats(pool).contexts
ended = resident.()

# ---- The table

wrong = for {_, problem} <- rendered ++ summaries, problem, do: problem
per_context = fn bytes -> Report.bytes(div(bytes, visitors)) end
first = fn list -> Enum.map(list, &elem(&1, 0)) end

IO.puts("")

Report.table([
  :rule,
  {"contexts", Report.count(visitors)},
  {"threads in the pool", threads},
  {"pages rendered", "#{Report.count(length(rendered))}, wrong: #{length(wrong)}"},
  :rule,
  {"create a context", Report.times(for {_, created, _} <- opened, do: created)},
  {"load marked into it", Report.times(for {_, _, loaded} <- opened, do: loaded)},
  {"render a page (with its handler)", Report.times(first.(rendered))},
  {"call a function", Report.times(first.(summaries))},
  {"stop a context", Report.times(stopped)},
  {"callers at a time", threads},
  :rule,
  {"JS heap per context, marked loaded", per_context.(fresh_heap)},
  {"JS heap per context, pages rendered", per_context.(worked_heap)},
  {"resident per context, marked loaded", per_context.(fresh - before)},
  {"resident per context, pages rendered", per_context.(worked - before)},
  {"resident before, with all, at the end",
   Enum.map_join([before, worked, ended], " → ", &Report.bytes/1)},
  {"contexts left", left},
  :rule
])

for {visitor, page, answer, right} <- Enum.take(wrong, 3) do
  IO.puts(
    "\nWRONG: visitor #{visitor}, #{page}\n got: #{inspect(answer)}\nwant: #{inspect(right)}"
  )
end

if wrong != [] or left != 0, do: exit({:shutdown, 1})
IO.puts("Every page is, byte for byte, what Node makes of it with the same marked.")
