defmodule QuickBEAM.JS.BundleTest do
  use ExUnit.Case, async: true

  @moduletag :toolchain
  @moduletag :tmp_dir

  alias QuickBEAM.JS

  defp run!(code) do
    {:ok, runtime} = QuickBEAM.start()
    value = QuickBEAM.eval!(runtime, code)
    QuickBEAM.stop(runtime)
    value
  end

  test "bundle/2 makes one script of modules that runs" do
    files = [
      {"event.ts",
       "export class Event { type: string; constructor(t: string) { this.type = t } }"},
      {"target.ts", "import { Event } from './event'\nexport class Target extends Event {}"},
      {"main.ts",
       "import { Target } from './target'; import d from './d.json'; globalThis.t = new Target(d.name).type"},
      {"d.json", ~s({"name": "x"})}
    ]

    assert {:ok, code} = JS.bundle(files, entry: "main.ts")
    assert run!(code <> "; t") == "x"
    assert run!(JS.bundle!(Map.new(files), entry: "main.ts", minify: true) <> "; t") == "x"
    # All of them, where no entry is given.
    assert run!(JS.bundle!(files) <> "; t") == "x"
    assert JS.bundle!([{"a.js", "export const a = 1"}]) |> run!() == %{"a" => 1}
  end

  test "bundle/2 knows CommonJS, cycles and dynamic imports" do
    files = %{
      "main.js" => """
      const { even } = require("./even.js");
      globalThis.result = import("./later.js").then(m => [even(10), even(7), m.default]);
      """,
      "even.js" => "exports.even = n => n === 0 || require('./odd.js').odd(n - 1)",
      "odd.js" =>
        "import { even } from './even.js'; export const odd = n => n !== 0 && even(n - 1)",
      "later.js" => "export default 'later'"
    }

    assert run!(JS.bundle!(files, entry: "main.js") <> "; result") == [true, false, "later"]
  end

  test "the formats, names and externals" do
    file = {"a.js", "import lib from 'lib'; export const a = lib + 1"}

    assert JS.bundle!([file], format: :esm, external: ["lib"]) =~
             ~r/import lib from "lib".*export \{ a \}/s

    assert JS.bundle!([file], format: :cjs, external: ["lib"]) =~ ~s|require("lib")|

    code =
      JS.bundle!([file], external: %{"lib" => "({ default: 41, __esModule: true })"}, name: "out")

    assert run!(code <> "; out.a") == 42
    assert {:error, [%{message: "a.js:1:17: Could not resolve 'lib'" <> _}]} = JS.bundle([file])
  end

  test "minify, define, banner, footer, drop_console and source maps" do
    file = {"a.ts", "console.log(1); export const a: number = DEV ? 1 : 2"}

    assert {:ok, %{code: code, sourcemap: map}} =
             JS.bundle([file],
               minify: true,
               define: %{DEV: "false"},
               banner: "/* first */",
               footer: "/* last */",
               drop_console: true,
               sourcemap: true
             )

    assert String.starts_with?(code, "/* first */")
    assert code |> String.trim() |> String.ends_with?("/* last */")
    refute code =~ "console"
    assert run!(code) == %{"a" => 2}
    assert map =~ ~s("sources":["a.ts"])
  end

  test "errors are those of the files" do
    assert {:error, [%{file: "b.ts", position: {2, 9}, message: message}]} =
             JS.bundle(%{"a.ts" => "import './b'", "b.ts" => "\nlet x = ;"}, entry: "a.ts")

    assert message =~ "b.ts:2:9: Unexpected token\n\n  1 |\n> 2 | let x = ;\n    |         ^"

    assert_raise JS.Error, ~r/none of the files/, fn ->
      JS.bundle!([{"a.js", ""}], entry: "b.js")
    end

    assert_raise ArgumentError, ~r/:format option/, fn -> JS.bundle([], format: :umd) end
    assert_raise ArgumentError, ~r/unknown option :entyr/, fn -> JS.bundle([], entyr: "a") end
  end

  test "bundle_file/2 reads files and packages", %{tmp_dir: dir} do
    for {name, text} <- [
          {"src/main.ts",
           "import { b } from './b'; import p from 'p'; export const a: string = b + p"},
          {"src/b.ts", "export const b = 'b'"},
          {"packages/p/package.json",
           ~s({"exports": {"worker": "./worker.js", "custom": "./custom.js"}})},
          {"packages/p/worker.js", "export default 'worker'"},
          {"packages/p/custom.js", "export default 'custom'"}
        ] do
      path = Path.join(dir, name)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    main = Path.join(dir, "src/main.ts")
    packages = Path.join(dir, "packages")
    assert main |> JS.bundle_file!(node_modules: packages) |> run!() == %{"a" => "bworker"}

    assert {:ok, %{code: code, sourcemap: map}} =
             JS.bundle_file(Path.relative_to_cwd(main),
               node_modules: packages,
               conditions: ["custom"],
               sourcemap: true
             )

    assert run!(code) == %{"a" => "bcustom"}
    assert map =~ inspect(Path.relative_to_cwd(main))

    name = Path.relative_to_cwd(main)
    assert {:error, [%{file: ^name, position: {1, 40}}]} = JS.bundle_file(main)
    assert {:error, [%{message: message}]} = JS.bundle_file(Path.join(dir, "nope.ts"))
    assert message =~ "nope.ts"
  end
end
