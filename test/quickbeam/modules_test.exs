defmodule QuickBEAM.ModulesTest do
  use QuickBEAM.Case, async: true

  @moduletag :tmp_dir

  defp write(dir, files) do
    for {path, text} <- files do
      path = Path.join(dir, path)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    dir
  end

  defp load!(context, name, code), do: assert(Context.load_module(context, name, code) == :ok)

  describe "loaded modules" do
    test "import each other by their names, statically and dynamically" do
      context = start_alone()
      load!(context, "lib/a.js", "export const a = 1; export default function f() { return 'f' }")
      load!(context, "lib/b.js", "import f, { a } from './a.js'; export const b = f() + a;")
      load!(context, "main", "import * as all from 'lib/b.js'; globalThis.b = all.b;")
      assert Context.eval!(context, "b") == "f1"
      assert Context.eval!(context, "(await import('lib/a.js')).a") == 1
      assert Context.eval!(context, "const m = await import('./lib/b.js'); m.b") == "f1"
    end

    test "cycles, top-level await and import.meta" do
      context = start_alone()
      assert {:error, %{message: message}} = Context.load_module(context, "x", "import 'y'")
      assert message =~ "Cannot find module 'y' imported from x"
      load!(context, "self", "import * as self from 'self'; export const n = typeof self;")
      load!(context, "later", "export const v = await new Promise(r => setTimeout(r, 1, 5));")

      load!(
        context,
        "user",
        "import { v } from 'later'; export const get = () => [v, import.meta.url];"
      )

      assert Context.call(context, {"user", "get"}) == {:ok, [5, "user"]}
    end

    test "a second of the same name takes its place" do
      context = start_alone()
      load!(context, "m", "export const v = 1")
      load!(context, "old", "import { v } from 'm'; export const get = () => v")
      load!(context, "m", "export const v = 2")
      load!(context, "new", "import { v } from 'm'; export const get = () => v")
      assert Context.call!(context, {"old", "get"}) == 1
      assert Context.call!(context, {"new", "get"}) == 2
    end

    test "one text in many contexts" do
      pool = start_pool()
      code = "let n = 0; export const next = () => ++n;"

      for _ <- 1..3 do
        context = start_context(pool)
        load!(context, "counter", code)
        assert Context.call!(context, {"counter", "next"}) == 1
      end
    end

    test "calls of exports that are not there" do
      context = start_alone()
      assert {:error, error} = Context.call(context, {"none", "f"})
      assert error.message == "no module 'none' is loaded"
      load!(context, "m", "export const f = 1")
      assert {:error, error} = Context.call(context, {"m", "f"})
      assert error.message == "the module 'm' exports no function 'f'"
      assert {:error, _} = Context.call(context, {"m", "g"})
    end

    test "errors" do
      context = start_alone()
      assert_js_error(Context.load_module(context, "s", "export const = 1"), "SyntaxError")

      assert_js_error(
        Context.load_module(context, "t", "throw new RangeError('x')"),
        "RangeError"
      )

      error = Context.load_module(context, "u", "import { nope } from 'v'")
      assert_js_error(error, "Error")
      load!(context, "v", "export const yes = 1")

      assert_js_error(
        Context.load_module(context, "w", "import { nope } from 'v'"),
        "SyntaxError"
      )

      assert Context.eval!(context, "1 + 1") == 2
    end
  end

  describe "files below the root" do
    test "relative imports, JSON and import.meta", %{tmp_dir: dir} do
      write(dir, %{
        "main.js" => "import { twice } from './lib/math.js'; export const run = n => twice(n);
                      export const meta = () => import.meta;",
        "lib/math.js" => "import data from '../data.json' with { type: 'json' };
                          export const twice = n => n * data.factor;",
        "data.json" => ~s({"factor": 2})
      })

      context = start_alone(root: dir)
      assert Context.eval!(context, "(await import('./main.js')).run(4)") == 8
      assert Context.call!(context, {"main.js", "run"}, [5]) == 10

      assert Context.call!(context, {"main.js", "meta"}) == %{
               "url" => "file://" <> Path.join(dir, "main.js"),
               "filename" => Path.join(dir, "main.js"),
               "dirname" => dir
             }
    end

    test "packages: exports conditions, subpaths, main, CommonJS", %{tmp_dir: dir} do
      write(dir, %{
        "node_modules/esm/package.json" =>
          ~s({"name": "esm", "type": "module", "exports": {".": {"import": "./i.js", "require": "./r.cjs"}, "./sub": "./s.js"}}),
        "node_modules/esm/i.js" => "export const how = 'import'",
        "node_modules/esm/r.cjs" => "exports.how = 'require'",
        "node_modules/esm/s.js" => "export default 'sub'",
        "node_modules/cjs/package.json" => ~s({"name": "cjs", "main": "lib/index"}),
        "node_modules/cjs/lib/index.js" => """
        const { how } = require('esm');
        const other = require('./other');
        module.exports = function f() { return how + other.name + __filename.slice(-8) };
        module.exports.extra = require('./data.json').x;
        module.exports.env = process.env.NODE_ENV;
        this.unseen = 1;
        """,
        "node_modules/cjs/lib/other.js" =>
          "exports.name = 'other'; exports.self = require('./index')",
        "node_modules/cjs/lib/data.json" => ~s({"x": [1]})
      })

      context = start_alone(root: dir)

      load!(context, "app", """
      import { how } from "esm";
      import sub from "esm/sub";
      import f, { extra, env } from "cjs";
      export const result = () => [how, sub, f(), extra, env];
      """)

      assert Context.call!(context, {"app", "result"}) ==
               ["import", "sub", "requireotherindex.js", [1], "production"]

      assert {:error, error} = Context.load_module(context, "no", "import 'esm/hidden'")
      assert error.message =~ "Cannot find module 'esm/hidden'"
    end

    test "nothing outside is read", %{tmp_dir: dir} do
      root = Path.join(dir, "root")

      write(dir, %{
        "secret.js" => "export default 'secret'",
        "root/in.js" => "import '../secret.js'"
      })

      File.ln_s!(Path.join(dir, "secret.js"), Path.join(root, "link.js"))
      context = start_alone(root: root)

      for specifier <- [
            "../secret.js",
            Path.join(dir, "secret.js"),
            "./link.js",
            "./in.js",
            "file://" <> Path.join(dir, "secret.js"),
            "/etc/passwd"
          ] do
        code = "await import(#{inspect(specifier)})"
        assert {:error, error} = Context.eval(context, code)
        assert error.message =~ "Cannot find module", "#{specifier}: #{error.message}"
      end

      assert {:error, _} = Context.eval(start_alone(), "await import('./in.js')")
    end

    test "TypeScript is told apart", %{tmp_dir: dir} do
      write(dir, %{"t.ts" => "export const x: number = 1"})
      assert {:error, error} = Context.eval(start_alone(root: dir), "await import('./t.ts')")
      assert error.message =~ "t.ts is no JavaScript"
    end

    test "a require of an ES module that has not run", %{tmp_dir: dir} do
      write(dir, %{
        "a.cjs" => "module.exports = require('./b.mjs').b",
        "b.mjs" => "export const b = 7"
      })

      context = start_alone(root: dir)
      assert {:error, error} = Context.eval(context, "await import('./a.cjs')")
      assert error.message =~ "is an ES module"
      code = "await import('./b.mjs'); (await import('./a.cjs?again'.slice(0, 7))).default"
      assert {:error, _} = Context.eval(context, code)
      assert Context.eval!(context, "(await import('./b.mjs')).b") == 7
    end

    test "its value is checked" do
      assert_raise ArgumentError, ~r/:root option: expected the path of a folder/, fn ->
        QuickBEAM.start(root: "/no/such/folder")
      end
    end
  end

  test "a callSync while a module is evaluated may load others" do
    pool = start_pool(size: 1)

    context =
      start_context(pool,
        handlers: %{
          "load" =>
            {:with_caller,
             fn [name, code], context ->
               case Context.load_module(context, name, code) do
                 :ok -> "ok"
                 {:error, error} -> error.name
               end
             end}
        }
      )

    load!(context, "outer", """
    export const results = [
      Beam.callSync("load", "inner", "export const x = 1"),
      Beam.callSync("load", "broken", "import 'nowhere'"),
    ];
    export const get = () => results;
    """)

    assert Context.call!(context, {"outer", "get"}) == ["ok", "Error"]
  end
end
