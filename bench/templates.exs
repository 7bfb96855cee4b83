# What a context with an application of some 200 KB costs: its script evaluated in it, its
# bytecode loaded, or made from the template of a pool. All three in turns, in one run.
#
#     mix run bench/templates.exs
#
# The application is a bundle of npm packages that the tests use, too (`make packages`);
# without them, or without the toolchain, a script of as many bytes is made up.
Code.require_file("support/bench.exs", __DIR__)
Code.require_file("support/world.exs", __DIR__)

defmodule Bench.Templates do
  import Bench
  import Bench.World
  alias QuickBEAM.{Context, ContextPool, JS}

  @packages Path.expand("../test/fixtures/npm/node_modules", __DIR__)

  # Checks a form and renders a page: what an application has to do at the least.
  @app """
  import { h } from "preact";
  import { renderToString } from "preact-render-to-string";
  import { marked } from "marked";
  import Handlebars from "handlebars/dist/cjs/handlebars.js";
  import * as z from "zod/mini";

  const Form = z.object({ title: z.string(), text: z.string() });
  const layout = Handlebars.compile("<title>{{title}}</title>{{{page}}}");

  globalThis.render = (title, text) => {
    const form = Form.parse({ title, text });
    const html = { __html: marked.parse(form.text) };
    const page = renderToString(h("main", { dangerouslySetInnerHTML: html }));
    return layout({ title: form.title, page });
  };
  """

  @page "<title>T &amp; T</title><main><h1>Hello</h1>\n</main>"

  def run do
    {what, code} = app()
    path = Path.join(System.tmp_dir!(), "quickbeam_bench_app_#{System.pid()}.js")
    File.write!(path, code)

    try do
      with_pool(1, fn plain ->
        {:ok, template} = ContextPool.start_link(size: 1, script: path)
        measure(what, code, plain, template)
        ContextPool.stop(template)
      end)
    after
      File.rm(path)
    end
  end

  defp measure(what, code, plain, template) do
    {:ok, bytecode} = Context.compile(context(plain), code)

    ways = [
      bare: fn -> context(plain) end,
      evaluated: fn -> plain |> context() |> tap(&({:ok, _} = Context.eval(&1, code))) end,
      bytecode: fn ->
        plain |> context() |> tap(&({:ok, _} = Context.load_bytecode(&1, bytecode)))
      end,
      template: fn -> context(template) end
    ]

    for {way, make} <- ways, way != :bare do
      {:ok, @page} = Context.call(make.(), "render", ["T & T", "# Hello"])
    end

    bytes = for {way, make} <- ways, do: {way, bytes(make)}
    # Context.stop/1 answers when the memory is given back: it is not part of the start.
    started = for {way, make} <- ways, do: {way, fn -> make.() end}
    times = start_times(started, 100)

    IO.puts(
      "\nA context with an application: #{what}, #{decimals(byte_size(code) / 1024, 0)} KB " <>
        "of JavaScript, #{decimals(byte_size(bytecode) / 1024, 0)} KB of bytecode\n"
    )

    row("", ["heap", "of evaluated", "start", "of evaluated"])

    for {way, name} <- [
          evaluated: "evaluated",
          bytecode: "from bytecode",
          template: "from the template"
        ] do
      row(name, [
        "#{decimals((bytes[way] - bytes[:bare]) / 1024, 1)} KB",
        ratio(bytes, way),
        duration(times[way] - times[:bare]),
        ratio(times, way)
      ])
    end

    IO.puts(
      "\nHeap: live bytes after a collection; start: median. Both more than those of a bare " <>
        "context, #{decimals(bytes[:bare] / 1024, 1)} KB and #{duration(times[:bare])}.\n" <>
        "Goal: a quarter of evaluated. The template takes " <>
        "#{decimals(ContextPool.stats(template).template / 1024, 0)} KB, once."
    )
  end

  defp bytes(make) do
    sizes =
      for _ <- 1..5 do
        context = make.()
        :ok = Context.gc(context)
        {:ok, %{context_malloc_size: size}} = Context.memory_usage(context)
        Context.stop(context)
        size
      end

    median(sizes)
  end

  defp ratio(values, way) do
    part = (values[way] - values[:bare]) / (values[:evaluated] - values[:bare])
    decimals(part * 100, 1) <> " %"
  end

  defp row(name, columns) do
    columns = for column <- columns, do: String.pad_leading(column, 15)
    IO.puts(String.pad_trailing(name, 20) <> Enum.join(columns))
  end

  defp app do
    with true <- File.dir?(@packages),
         {:ok, code} <- JS.bundle(%{"app.js" => @app}, node_modules: @packages) do
      {"preact, marked, handlebars, zod/mini", code}
    else
      _ -> {"made up", made_up()}
    end
  end

  # Classes, functions and constants as applications have them, none like the other.
  defp made_up do
    parts =
      for n <- 1..420 do
        """
        class Widget#{n} extends Base {
          constructor(props) { super(props); this.state = { open#{n}: false, label: "Widget #{n}" }; }
          toggle() { this.state.open#{n} = !this.state.open#{n}; return this; }
          render(children = []) {
            const { open#{n}, label } = this.state;
            return element("section", { class: open#{n} ? "w#{n} open" : "w#{n}" },
              [element("h2", {}, [label]), ...children.map(child => child.render())]);
          }
        }
        registry["widget-#{n}"] = { make: props => new Widget#{n}(props), order: #{n} };
        """
      end

    """
    globalThis.render = (() => {
      const registry = {};
      const escape = text => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;");
      const element = (name, attributes, children) => ({ name, attributes, children });
      class Base { constructor(props) { this.props = props; } }
      #{parts}
      return (title, text) => `<title>${escape(title)}</title><main><h1>${
        escape(text).replace(/^# /, "")}</h1>\\n</main>`;
    })();
    """
  end
end

Bench.Templates.run()
