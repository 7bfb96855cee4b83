defmodule QuickBEAM.JS.NpmTest do
  # Packages from npm, as people use them: bundled by rolldown, run in a context.
  # `make test` fetches them into test/fixtures/npm.
  use QuickBEAM.Case, async: true

  @moduletag :toolchain
  @moduletag :npm
  @moduletag timeout: 120_000

  alias QuickBEAM.JS

  @packages Path.expand("../../fixtures/npm/node_modules", __DIR__)

  # What a module exports as `out`, bundled with its packages.
  defp run(files, opts) do
    code = JS.bundle!(files, [node_modules: @packages, name: "bundle"] ++ opts)
    context = start_alone()
    Context.eval!(context, code)
    Context.eval!(context, "bundle.out")
  end

  defp out(code, opts \\ []), do: run([{"main.jsx", code}], opts)

  for {name, code, expected} <- [
        {"zod",
         """
         import { z } from "zod";
         const User = z.object({ name: z.string(), age: z.number().min(18) });
         export const out = [User.parse({ name: "a", age: 20 }),
           User.safeParse({ name: 1, age: 3 }).error.issues.map(issue => issue.path[0])];
         """, [%{"name" => "a", "age" => 20}, ["name", "age"]]},
        {"lodash-es",
         """
         import { camelCase, cloneDeep, groupBy } from "lodash-es";
         export const out = [camelCase("foo bar"), groupBy([1, 2, 3], n => n % 2), cloneDeep({ a: [1] })];
         """, ["fooBar", %{"0" => [2], "1" => [1, 3]}, %{"a" => [1]}]},
        {"date-fns",
         """
         import { addDays, differenceInDays, format } from "date-fns";
         const day = new Date(2024, 1, 28);
         export const out = [format(addDays(day, 2), "yyyy-MM-dd EEEE"), differenceInDays(new Date(2024, 2, 1), day)];
         """, ["2024-03-01 Friday", 2]},
        {"marked",
         ~S|import { marked } from "marked"; export const out = marked.parse("# Hi\n\n*there*");|,
         "<h1>Hi</h1>\n<p><em>there</em></p>\n"},
        {"handlebars",
         """
         import Handlebars from "handlebars";
         export const out = Handlebars.compile("{{#each names}}<{{this}}>{{/each}}")({ names: ["a", "<b>"] });
         """, "<a><&lt;b&gt;>"},
        {"sanitize-html",
         """
         import sanitize from "sanitize-html";
         export const out = sanitize('<b onclick="x()">a</b><script>alert(1)</script>');
         """, "<b>a</b>"},
        {"preact and htm",
         """
         import { h } from "preact";
         import htm from "htm";
         import { render } from "preact-render-to-string";
         const html = htm.bind(h);
         const App = ({ name }) => html`<div class="x">Hi ${name}</div>`;
         export const out = render(html`<${App} name="you" />`);
         """, ~s|<div class="x">Hi you</div>|},
        {"vue",
         """
         import { createSSRApp, h, ref } from "vue";
         import { renderToString } from "@vue/server-renderer";
         const app = createSSRApp({ setup() { const n = ref(1); return () => h("p", { id: "a" }, ["n=", n.value]); } });
         export const out = renderToString(app);
         """, ~s|<p id="a">n=1</p>|}
      ] do
    test name do
      assert out(unquote(code)) == unquote(Macro.escape(expected))
      assert out(unquote(code), minify: true) == unquote(Macro.escape(expected))
    end
  end

  test "preact by JSX" do
    code = """
    import { render } from "preact-render-to-string";
    const App = ({ items }) => <ul>{items.map(item => <li key={item}>{item}</li>)}</ul>;
    export const out = render(<App items={["a", "b"]} />);
    """

    assert out(code, import_source: "preact") == "<ul><li>a</li><li>b</li></ul>"
  end

  test "react-dom/server, as for workers and as for edges" do
    code = """
    import { useState } from "react";
    import { renderToStaticMarkup, renderToString } from "react-dom/server";
    const Count = ({ from }) => { const [n] = useState(from); return <b>n {n}</b>; };
    export const out = [renderToString(<Count from={1} />), renderToStaticMarkup(<Count from={2} />)];
    """

    for opts <- [[], [conditions: ["edge-light"]], [minify: true]] do
      assert out(code, opts) == ["<b>n <!-- -->1</b>", "<b>n 2</b>"]
    end
  end

  test "react-dom/server streams" do
    code = """
    import { Suspense, use } from "react";
    import { renderToReadableStream } from "react-dom/server";
    const name = new Promise(resolve => setTimeout(resolve, 5, "late"));
    const Late = () => <i>{use(name)}</i>;
    const render = async () => {
      const stream = await renderToReadableStream(<Suspense fallback="wait"><Late /></Suspense>);
      await stream.allReady;
      return await new Response(stream).text();
    };
    export const out = render();
    """

    assert out(code) =~ "<i>late</i>"
  end

  test "svelte: its compiler, and what that makes for servers" do
    component = """
    <script>let { items } = $props(); let n = $state(items.length);</script>
    <ul>{#each items as item}<li class={item}>{item}</li>{/each}</ul><p>{n}</p>
    """

    compiled =
      out("""
      import { compile } from "svelte/compiler";
      export const out = compile(#{inspect(component)}, { generate: "server", filename: "App.svelte" }).js.code;
      """)

    main = """
    import App from "./App.js";
    import { render } from "svelte/server";
    export const out = render(App, { props: { items: ["a", "b"] } }).body;
    """

    html = run([{"main.js", main}, {"App.js", compiled}], entry: "main.js")
    assert html =~ ~s|<li class="a">a</li><li class="b">b</li>|
    assert html =~ "<p>2</p>"
  end

  @tag :tmp_dir
  test "a script of a context, in TypeScript, with packages beside it", %{tmp_dir: dir} do
    File.ln_s!(@packages, Path.join(dir, "node_modules"))

    File.write!(Path.join(dir, "tsconfig.json"), """
    { "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "preact" } }
    """)

    File.write!(Path.join(dir, "app.tsx"), """
    import { renderToString } from "preact-render-to-string";
    import { z } from "zod";

    const Props = z.object({ title: z.string() });

    export const render = (props: unknown): string => {
      const { title } = Props.parse(props);
      return renderToString(<h1>{title}</h1>);
    };
    """)

    app = Path.join(dir, "app.tsx")
    context = start_alone(script: app)
    assert Context.call(context, "render", [%{title: "Hi"}]) == {:ok, "<h1>Hi</h1>"}
    error = assert_js_error(Context.call(context, "render", [%{}]), "ZodError")
    assert Enum.any?(error.frames, &match?(%{function: "render", filename: ^app, line: 7}, &1))
  end
end
