defmodule QuickBEAM.Context.TypeScriptTest do
  # What runs in a context and was made from other sources: :script and eval_ts.
  use QuickBEAM.Case, async: true

  @moduletag :toolchain
  @moduletag :tmp_dir

  defp files(%{tmp_dir: dir}, files) do
    for {name, text} <- files do
      path = Path.join(dir, name)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    dir
  end

  defp frames(error), do: Enum.map(error.frames, &{&1.function, &1.filename, &1.line})

  describe "eval_ts" do
    test "runs TypeScript" do
      context = start_alone()

      code =
        "enum Color { Red = 1, Blue }; const paint = (c: Color): string => Color[c]; paint(2)"

      assert Context.eval_ts(context, code) == {:ok, "Blue"}

      assert Context.eval_ts!(context, "const twice = (n: number) => n * 2; twice(a)",
               vars: %{a: 4}
             ) == 8

      # What is at the top of a script stays.
      assert Context.eval(context, "twice(5)") == {:ok, 10}
      assert Context.eval_ts(context, "await Promise.resolve(1) as number") == {:ok, 1}
    end

    test "is there for runtimes" do
      {:ok, runtime} = QuickBEAM.start()
      assert QuickBEAM.eval_ts(runtime, "let a: number = 1; a") == {:ok, 1}
      assert QuickBEAM.eval_ts!(runtime, "a as any") == 1
    end

    test "knows JSX by the name" do
      code = "/** @jsx h */ const h = (name: string) => name; <b/>"
      context = start_alone()
      assert {:error, %{name: "SyntaxError"}} = Context.eval_ts(context, code)

      code = "const h = (name: string) => name; h('x')"
      assert Context.eval_ts(context, code, filename: "a.tsx") == {:ok, "x"}
    end

    test "has errors where the source has them" do
      context = start_alone()

      error =
        assert_js_error(
          Context.eval_ts(
            context,
            "interface A {\n  b: number\n}\n\nconst f = (a?: A) => {\n  return a!.b;\n};\n\n  f();"
          ),
          "TypeError"
        )

      assert %{filename: "<eval.ts>", line: 6} = error
      assert [{"f", "<eval.ts>", 6}, {_, "<eval.ts>", 9}] = frames(error)
      assert error.stack =~ ~r/f \(<eval.ts>:6:\d+\)/
      assert error.stack =~ ~r/<eval.ts>:9:\d+/

      # And those of syntax.
      error = assert_js_error(Context.eval_ts(context, "\n\nlet x: = 1"), "SyntaxError")
      assert %{filename: "<eval.ts>", line: 3, column: 8, frames: [%{line: 3}]} = error
      assert Exception.message(error) == "SyntaxError: Unexpected token"

      assert JSError.code_frame(error, source: "\n\nlet x: = 1") =~
               "> 3 | let x: = 1\n    |        ^"

      assert JSError.code_frame(error) == nil
    end

    test "keeps the places of what it leaves behind under a name" do
      context = start_alone()
      code = "type A = 1;\n\nfunction late(): never {\n  throw new Error('late');\n}"
      assert Context.eval_ts(context, code, filename: "late.ts") == {:ok, nil}
      error = assert_js_error(Context.call(context, "late"), "Error")
      assert %{filename: "late.ts", line: 4} = error
      error = assert_js_error(Context.eval(context, "\nlate()"), "Error")
      assert [{"late", "late.ts", 4}, {_, "<eval>", 2}] = frames(error)
    end

    test "names limits and the dead as eval does" do
      context = start_alone()

      error =
        assert_js_error(Context.eval_ts(context, "while (true) {}", timeout: 20), "InternalError")

      assert error.message == "interrupted"
      Context.stop(context)
      assert {:noproc, {Context, :eval_ts, _}} = catch_exit(Context.eval_ts(context, "1"))
    end
  end

  describe ":script" do
    test "in TypeScript is transformed", tags do
      dir =
        files(tags, [
          {"app.ts", "function greet(name: string): string { return `Hello ${name}` }"}
        ])

      context = start_alone(script: Path.join(dir, "app.ts"))
      assert Context.call(context, "greet", ["you"]) == {:ok, "Hello you"}
    end

    test "that imports is bundled, and what it exports is global", tags do
      dir =
        files(tags, [
          {"app.tsx",
           """
           import { h } from "tiny";
           import data from "./data.json";
           import { upper } from "./lib/upper";
           export const render = (props: { name: string }) => <b>{upper(props.name)}{data.mark}</b>;
           export default 1;
           globalThis.ready = await Promise.resolve(true);
           """},
          {"tsconfig.json", ~s({"compilerOptions": {"jsx": "react", "jsxFactory": "h"}})},
          {"data.json", ~s({"mark": "!"})},
          {"lib/upper.ts", "export const upper = (s: string) => s.toUpperCase();"},
          {"node_modules/tiny/package.json", ~s({"exports": {"worker": "./index.cjs"}})},
          {"node_modules/tiny/index.cjs",
           "exports.h = (tag, props, ...children) => `<${tag}>${children.join('')}</${tag}>`"}
        ])

      context = start_alone(script: Path.join(dir, "app.tsx"))
      assert Context.call(context, "render", [%{name: "you"}]) == {:ok, "<b>YOU!</b>"}
      assert Context.get_global(context, "ready") == {:ok, true}

      assert Context.eval(context, "typeof upper + typeof h + ('default' in globalThis)") ==
               {:ok, "undefinedundefinedfalse"}

      assert Context.reset(context) == :ok
      assert Context.call(context, "render", [%{name: "a"}]) == {:ok, "<b>A!</b>"}
    end

    test "that imports in plain JavaScript is bundled too", tags do
      dir =
        files(tags, [
          {"app.js",
           "import { a } from './a.js'\nexport { a }; export const b = () => import('./b.js')"},
          {"a.js", "export const a = 1"},
          {"b.js", "export default 2"}
        ])

      context = start_alone(script: Path.join(dir, "app.js"))
      assert Context.eval(context, "[a, (await b()).default]") == {:ok, [1, 2]}
    end

    test "has errors where the sources have them, also later", tags do
      dir =
        files(tags, [
          {"app.ts",
           """
           import { check } from "./lib/check";

           interface Props { name?: string }

           export function render(props: Props): string {
             return check(props.name);
           }
           """},
          {"lib/check.ts",
           """
           type Maybe<T> = T | undefined;

           export function check(name: Maybe<string>): string {
             if (name === undefined) {
               throw Object.assign(new TypeError("no name"), { cause: inner() });
             }
             return name;
           }

           function inner(): Error {
             return new Error("inner");
           }
           """}
        ])

      app = Path.join(dir, "app.ts")
      check = Path.join(dir, "lib/check.ts")
      context = start_alone(script: app)
      assert Context.call(context, "render", [%{name: "a"}]) == {:ok, "a"}

      error = assert_js_error(Context.call(context, "render", [%{}]), "TypeError")
      assert Exception.message(error) == "TypeError: no name"
      assert %{filename: ^check, line: 5, column: column} = error
      assert column in 25..29
      assert [{"check", ^check, 5}, {"render", ^app, 6} | _] = frames(error)
      assert error.stack =~ "check (#{check}:5:"
      assert error.stack =~ "render (#{app}:6:"
      assert %{message: "inner", filename: ^check, line: 11} = error.cause
      assert JSError.code_frame(error) =~ "> 5 |     throw Object.assign("

      # As long as the context lives, also after a reset.
      assert Context.reset(context) == :ok
      assert {:error, %{filename: ^check, line: 5}} = Context.call(context, "render", [%{}])
    end

    test "has names relative to the current directory when its own is", tags do
      dir = files(tags, [{"app.ts", "import './fail'"}, {"fail.ts", "type A = 1;\nnull!.x"}])
      path = Path.relative_to_cwd(Path.join(dir, "app.ts"))
      fail = Path.relative_to_cwd(Path.join(dir, "fail.ts"))

      assert {:error, {:script_error, ^path, %{name: "TypeError", filename: ^fail, line: 2}}} =
               Context.start(pool: start_pool(), script: path)
    end

    test "that is no TypeScript, or imports what is not there, is an error", tags do
      dir =
        files(tags, [
          {"syntax.ts", "const x: = 1"},
          {"import.ts", "import './syntax'\nimport './nope'"},
          {"module.js", "import { a } from './nope.js'"}
        ])

      start = fn name ->
        path = Path.join(dir, name)

        assert {:error, {:script_error, ^path, error}} =
                 Context.start(pool: start_pool(), script: path)

        error
      end

      syntax = Path.join(dir, "syntax.ts")
      assert %{name: "SyntaxError", filename: ^syntax, line: 1, column: 10} = start.("syntax.ts")
      assert %{name: "SyntaxError", filename: filename} = start.("import.ts")
      assert filename in [syntax, Path.join(dir, "import.ts")]

      module = Path.join(dir, "module.js")

      assert %{filename: ^module, line: 1, message: "Could not resolve" <> _} =
               start.("module.js")
    end

    test "is made anew when one of its files has changed", tags do
      dir =
        files(tags, [
          {"app.ts", "import { a } from './a'; export const b = a"},
          {"a.ts", "export const a = 1"}
        ])

      pool = start_pool()
      script = Path.join(dir, "app.ts")
      assert Context.get_global(start_context(pool, script: script), "b") == {:ok, 1}
      assert Context.get_global(start_context(pool, script: script), "b") == {:ok, 1}
      files(tags, [{"a.ts", "export const a = 'changed'"}])
      assert Context.get_global(start_context(pool, script: script), "b") == {:ok, "changed"}
    end

    test "is the same for many contexts at once", tags do
      dir = files(tags, [{"app.ts", "import './a'; export const b: number = 2"}, {"a.ts", ""}])
      pool = start_pool(script: Path.join(dir, "app.ts"))

      1..20
      |> Task.async_stream(fn _ -> Context.get_global(start_context(pool), "b") end)
      |> Enum.each(&assert(&1 == {:ok, {:ok, 2}}))
    end
  end

  test "an error keeps the places it has where nothing was made from other sources" do
    context = start_alone()
    assert {:ok, _} = Context.eval_ts(context, "const a: number = 1", filename: "a.ts")
    assert {:error, %{filename: "<eval>", line: 2}} = Context.eval(context, "\nnull.x")
  end
end
