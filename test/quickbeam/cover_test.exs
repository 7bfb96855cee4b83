defmodule QuickBEAM.CoverTest do
  # Not async: what is covered is the VM's.
  use QuickBEAM.Case

  alias QuickBEAM.Cover

  @moduletag :tmp_dir

  @fixtures Path.expand("../fixtures/cover", __DIR__)
  @constructs Path.join(@fixtures, "constructs.js")
  @npm Path.expand("../fixtures/npm/node_modules", __DIR__)

  setup do
    Cover.start()
    on_exit(&Cover.stop/0)

    # Contexts of the test before may still be ending: as long as their texts are in use,
    # these are known, without counts.
    eventually(fn -> Cover.reset() == :ok and Cover.lines() == %{} end)
    :ok
  end

  doctest Cover, import: false

  defp eval_file(context, path), do: Context.eval(context, File.read!(path), filename: path)

  defp write(dir, name, text) do
    path = Path.join(dir, name)
    File.mkdir_p!(Path.dirname(path))
    File.write!(path, text)
    path
  end

  defp summary(file), do: Enum.find(Cover.summary(), &(&1.file == file))

  defp istanbul(dir) do
    path = Path.join(dir, "coverage-final.json")
    :ok = Cover.export(:istanbul, path)
    path
  end

  # JSON by a context that counts nothing.
  defp json(text) do
    {:ok, js} = QuickBEAM.start(apis: false, cover: false)
    QuickBEAM.eval!(js, "JSON.parse(text)", vars: %{"text" => text})
  end

  defp node!(script, args) do
    {out, status} =
      System.cmd("node", [script | args], env: [{"NODE_PATH", @npm}], stderr_to_stdout: true)

    assert status == 0, out
    out
  end

  describe "a file with each construct" do
    setup do
      context = start_alone()
      {:ok, _} = eval_file(context, @constructs)
      %{context: context}
    end

    test "as LCOV", %{tmp_dir: dir} do
      path = Path.join(dir, "deep/lcov.info")
      assert Cover.export(:lcov, path) == :ok
      expected = File.read!(Path.join(@fixtures, "constructs.lcov"))
      assert File.read!(path) == expected
    end

    test "as Istanbul's JSON: what Istanbul itself says is in expected.json", %{tmp_dir: dir} do
      [{path, file}] = dir |> istanbul() |> File.read!() |> json() |> Map.to_list()
      assert path == "test/fixtures/cover/constructs.js"
      assert file["path"] == path
      expected = @fixtures |> Path.join("constructs.json") |> File.read!() |> json()
      assert sorted(file) == sorted(expected)
    end

    @tag :npm
    test "expected.json is what Istanbul says" do
      file = node!(Path.join(@fixtures, "instrument.cjs"), [@constructs]) |> json()
      [file] = Map.values(file)
      expected = @fixtures |> Path.join("constructs.json") |> File.read!() |> json()
      assert sorted(file) == sorted(expected)
    end

    @tag :npm
    test "istanbul-reports and istanbul-lib-coverage read it", %{tmp_dir: dir} do
      out = node!(Path.join(@fixtures, "report.cjs"), [istanbul(dir), dir])
      summary = json(out)

      %{statements: {s, all_s}, functions: {f, all_f}, branches: {b, all_b}, lines: {l, all_l}} =
        summary("test/fixtures/cover/constructs.js")

      assert %{"covered" => ^s, "total" => ^all_s} = summary["statements"]
      assert %{"covered" => ^f, "total" => ^all_f} = summary["functions"]
      assert %{"covered" => ^b, "total" => ^all_b} = summary["branches"]
      assert %{"covered" => ^l, "total" => ^all_l} = summary["lines"]

      # The tracefile that Istanbul makes of it is the one we write.
      path = Path.join(dir, "ours.info")
      :ok = Cover.export(:lcov, path)
      assert File.read!(path) == File.read!(Path.join(dir, "lcov.info"))
      assert File.read!(Path.join(dir, "constructs.js.html")) =~ "never"
    end

    test "lines of the context and of all", %{context: context} do
      {:ok, %{@constructs => lines}} = absolute(Context.coverage(context))
      assert lines[11] == 3
      assert lines[16] == 0
      assert Cover.lines()["test/fixtures/cover/constructs.js"] == lines
    end
  end

  defp absolute({:ok, lines}) do
    {:ok, Map.new(lines, fn {path, lines} -> {Path.expand(path), lines} end)}
  end

  # By place, not by number.
  defp sorted(file) do
    functions =
      for {n, %{"name" => name, "decl" => decl, "loc" => loc}} <- file["fnMap"] do
        name = if name =~ "anonymous", do: nil, else: name
        {decl, loc, name, file["f"][n]}
      end

    branches =
      for {n, branch} <- file["branchMap"] do
        {branch["loc"], branch["type"], branch["locations"], branch["line"], file["b"][n]}
      end

    statements = for {n, place} <- file["statementMap"], do: {place, file["s"][n]}
    %{s: Enum.sort(statements), f: Enum.sort(functions), b: Enum.sort(branches)}
  end

  describe "what is counted" do
    test "evaluated code with a name, not without one" do
      context = start_alone()
      {:ok, _} = Context.eval(context, "1 + 1")

      {:ok, _} =
        Context.eval(context, "eval('2 + 2'); new Function('return 3')()", filename: "a.js")

      assert Context.coverage(context) == {:ok, %{"a.js" => %{1 => 1}}}
      assert [%{statements: {2, 2}, functions: {0, 0}}] = Cover.summary()
    end

    test "the same text in one place, whoever runs it and how often" do
      pool = start_pool()

      for _ <- 1..3, context <- [start_context(pool), start_alone()] do
        for _ <- 1..2, do: {:ok, _} = Context.eval(context, "var n = 1\nn++", filename: "a.js")
        assert Context.coverage(context) == {:ok, %{"a.js" => %{1 => 2, 2 => 2}}}
      end

      assert Cover.lines() == %{"a.js" => %{1 => 12, 2 => 12}}
    end

    test "a file that has changed adds to its lines" do
      context = start_alone()
      {:ok, _} = Context.eval(context, "var n = 1\nn++", filename: "a.js")
      {:ok, _} = Context.eval(context, "var n = 1\nn++\nn--", filename: "a.js")
      assert Cover.lines() == %{"a.js" => %{1 => 2, 2 => 2, 3 => 1}}
    end

    test "one file by different names is one", %{tmp_dir: dir} do
      path = Path.join(dir, "a.js")
      short = Path.relative_to_cwd(path)
      context = start_alone()
      for name <- [path, short, "./" <> short], do: Context.eval!(context, "1", filename: name)
      Context.eval!(context, "1", filename: "http://localhost/b.js")
      assert Cover.lines() == %{short => %{1 => 3}, "http://localhost/b.js" => %{1 => 1}}
    end

    test "code with a fault in it not at all" do
      context = start_alone()

      {:error, %JSError{name: "SyntaxError"}} =
        Context.eval(context, "f(1); f(", filename: "a.js")

      {:ok, _} = Context.eval(context, "var fine = 1", filename: "b.js")
      assert Cover.lines() == %{"b.js" => %{1 => 1}}
    end

    test "operands and arms up to what throws" do
      context = start_alone()
      code = "const no = () => { throw 1 }\nno() && 2"
      {:error, _} = Context.eval(context, code, filename: "a.js")
      assert [%{branches: {0, 2}, statements: {3, 3}}] = Cover.summary()
    end

    test "modules, imported files and CommonJS where their text is", %{tmp_dir: dir} do
      write(dir, "lib.mjs", "export const f = n => n\n  ? 1 : 2;\nf(0)")

      cjs =
        write(
          dir,
          "node_modules/pkg/index.js",
          "exports.g = function () {\n  return 1 }; exports.g()"
        )

      own = write(dir, "own.cjs", "module.exports = 1; module.exports++\nmodule.exports--")
      context = start_alone(root: dir)

      :ok =
        Context.load_module(context, "main.js", """
        import { f } from "./lib.mjs";
        import pkg from "pkg";
        import own from "./own.cjs";
        f(1); pkg.g();
        """)

      lib = Path.relative_to_cwd(Path.join(dir, "lib.mjs"))
      assert %{"main.js" => %{4 => 1}, ^lib => %{1 => 2, 3 => 1}} = Cover.lines()
      refute is_map_key(Cover.lines(), Path.relative_to_cwd(cjs))

      # As everywhere else, although CommonJS is given a function around it.
      own = Path.relative_to_cwd(own)
      assert %{statements: {3, 3}, functions: {0, 0}} = summary(own)
      path = istanbul(dir)
      %{^own => file} = path |> File.read!() |> json()
      assert %{"start" => %{"line" => 1, "column" => 0}} = file["statementMap"]["0"]

      pkg = Path.relative_to_cwd(cjs)
      assert %{^pkg => %{1 => 1, 2 => 2}} = Cover.lines(exclude: [])
      assert Cover.lines(exclude: [~r/lib/, "main", Path.dirname(own)]) == %{}
    end

    test "scripts of workers", %{tmp_dir: dir} do
      write(
        dir,
        "worker.js",
        "onmessage = ({ data }) => {\n  if (data) postMessage(data + 1);\n};"
      )

      context = start_alone(root: dir)

      assert {:ok, 2} =
               Context.eval(context, """
               const worker = new Worker("worker.js");
               worker.postMessage(1);
               const got = await new Promise(resolve => worker.onmessage = e => resolve(e.data));
               worker.terminate();
               got
               """)

      path = Path.relative_to_cwd(Path.join(dir, "worker.js"))
      assert %{1 => 1, 2 => 1} = Cover.lines()[path]
    end

    test "not what compile/2 gives, and bytecode runs where nothing counts", %{tmp_dir: _} do
      context = start_alone()
      {:ok, bytecode} = Context.compile(context, "1 + 1")
      assert Context.load_bytecode(context, bytecode) == {:ok, 2}
      assert Cover.lines() == %{}
      plain = start_context(start_pool(cover: false))
      assert Context.compile(plain, "1 + 1") == {:ok, bytecode}
      assert Context.load_bytecode(plain, bytecode) == {:ok, 2}
    end
  end

  describe "templates" do
    test "are counted in each context, from one code", %{tmp_dir: dir} do
      script = write(dir, "app.js", "function f(n) {\n  return n || 7;\n}\nf(0)")
      pool = start_pool(script: script)
      path = Path.relative_to_cwd(script)
      assert Cover.lines() == %{path => %{2 => 0, 4 => 0}}
      contexts = for _ <- 1..5, do: start_context(pool)
      {:ok, 3} = Context.call(hd(contexts), "f", [3])
      {:ok, _} = Context.eval(hd(contexts), "f(1)", filename: "more.js")

      assert {:ok, %{^path => %{2 => 3, 4 => 1}, "more.js" => %{1 => 1}}} =
               Context.coverage(hd(contexts))

      assert Cover.lines() == %{path => %{2 => 7, 4 => 5}, "more.js" => %{1 => 1}}
    end

    test "a reset begins anew, and what was is not lost", %{tmp_dir: dir} do
      script = write(dir, "app.js", "var n = 1;\nn++")
      context = start_context(start_pool(script: script))
      :ok = Context.reset(context)
      path = Path.relative_to_cwd(script)
      assert Context.coverage(context) == {:ok, %{path => %{1 => 1, 2 => 1}}}
      assert Cover.lines() == %{path => %{1 => 2, 2 => 2}}
    end
  end

  describe "nothing is lost" do
    test "when contexts are killed in the middle" do
      pool = start_pool()

      for how <- [:kill, :stop, :timeout] do
        {owner, context} =
          start_owner(pool, timeout: if(how == :timeout, do: 50, else: :infinity))

        test = self()
        code = "started(); for (;;) {\n  never = 1;\n}"

        {:ok, _} =
          Context.eval(context, "globalThis.started = () => Beam.send(Beam.self(), 1)",
            timeout: 5000
          )

        task =
          Task.async(fn ->
            send(test, :running)
            catch_exit(exit(Context.eval(context, code, filename: "#{how}.js")))
          end)

        assert_receive :running
        # It counts while it runs.
        eventually(fn -> match?(%{2 => n} when n > 1000, Cover.lines()["#{how}.js"]) end)

        case how do
          :kill -> Process.exit(context, :kill)
          :stop -> send(owner, {:exit, :shutdown})
          :timeout -> :ok
        end

        Task.await(task)
        if how != :timeout, do: await_end(context)
        before = Cover.lines()["#{how}.js"][2]
        assert before > 1000
        if how == :timeout, do: Context.stop(context)
        assert Cover.lines()["#{how}.js"][2] >= before
      end
    end

    test "of many contexts at a time" do
      pool = start_pool()
      code = "let n = 0;\nfor (let i = 0; i < 100; i++) {\n  n++;\n}"

      1..200
      |> Task.async_stream(
        fn _ ->
          {:ok, context} = Context.start(pool: pool, apis: false)
          {:ok, _} = Context.eval(context, code, filename: "many.js")
          Context.stop(context)
        end,
        max_concurrency: 20,
        timeout: 60_000
      )
      |> Stream.run()

      assert Cover.lines()["many.js"] == %{1 => 200, 2 => 200, 3 => 20_000}
    end

    test "a pool that stops" do
      {:ok, pool} = ContextPool.start_link(size: 1)
      {:ok, _} = pool |> start_context() |> Context.eval("var n = 1", filename: "a.js")
      ContextPool.stop(pool)
      assert Cover.lines() == %{"a.js" => %{1 => 1}}
    end
  end

  describe "on and off" do
    test "reset/0 forgets, also in contexts that go on" do
      context = start_alone()
      {:ok, _} = Context.eval(context, "function f() {\n  return 1\n}\nf()", filename: "a.js")
      :ok = Cover.reset()
      assert Cover.lines() == %{"a.js" => %{2 => 0, 4 => 0}}
      {:ok, _} = Context.call(context, "f")
      assert Cover.lines() == %{"a.js" => %{2 => 1, 4 => 0}}
      Context.stop(context)
      assert Cover.lines() == %{"a.js" => %{2 => 1, 4 => 0}}
      :ok = Cover.reset()
      assert Cover.lines() == %{}
    end

    test "an error says so where nothing counts" do
      context = start_context(start_pool(cover: false))
      assert {:error, %JSError{message: message}} = Context.coverage(context)
      assert message =~ ":cover"
      Cover.stop()
      {:ok, js} = QuickBEAM.start()
      {:ok, _} = QuickBEAM.eval(js, "1", filename: "a.js")
      assert {:error, _} = QuickBEAM.coverage(js)
      assert_raise JSError, fn -> QuickBEAM.coverage!(js) end
      {:ok, covered} = QuickBEAM.start(cover: true)
      assert QuickBEAM.coverage!(covered) == %{}
      assert Cover.lines() == %{}
    end

    test "without coverage, and without names, code is compiled as ever" do
      code = File.read!(@constructs)
      covered = start_alone()
      plain = start_context(start_pool(cover: false))
      assert {:ok, script} = Context.disasm(plain, code)
      assert {:ok, ^script} = Context.disasm(covered, code)
      refute inspect(script, limit: :infinity) =~ ":cover,"
    end

    test "options are checked" do
      assert_raise ArgumentError, ~r/:exclud/, fn -> Cover.lines(exclud: []) end
      assert_raise ArgumentError, ~r/:exclude/, fn -> Cover.summary(exclude: "lib") end
      assert_raise ArgumentError, ~r/:cover/, fn -> ContextPool.start_link(cover: :yes) end
      assert_raise ArgumentError, ~r/:formats/, fn -> Cover.start("", js: [formats: [:html]]) end
      assert {:error, reason} = Cover.export(:lcov, "#{__ENV__.file}/lcov.info")
      assert reason in [:eexist, :enotdir]
    end
  end

  describe "TypeScript" do
    @describetag :toolchain

    test "is counted where it was written", %{tmp_dir: dir} do
      write(dir, "src/math.ts", """
      // A comment that goes away.
      export interface Shape { sides: number }

      export function double(n: number): number {
        return n * 2;
      }

      export function never(shape: Shape): string {
        if (shape.sides > 2) {
          return "many";
        }
        return "few";
      }
      """)

      script =
        write(dir, "src/app.tsx", """
        import { double, never } from "./math";

        type Names = string[];
        export const names = (list: Names): number =>
          list.length ? double(list.length) : 0;
        export const unused = () => never({ sides: 3 });
        """)

      context = start_context(start_pool(script: script))
      {:ok, 4} = Context.call(context, "names", [["a", "b"]])

      [app, math] =
        Enum.map(["src/app.tsx", "src/math.ts"], &Path.relative_to_cwd(Path.join(dir, &1)))

      lines = Cover.lines()
      assert Map.keys(lines) == [app, math]
      assert lines[math] == %{5 => 1, 9 => 0, 10 => 0, 12 => 0}
      assert %{4 => 1, 5 => 1, 6 => 1} = lines[app]
      assert %{functions: {1, 2}, branches: {0, 2}} = summary(math)
      assert %{functions: {1, 2}, branches: {1, 2}} = summary(app)

      path = Path.join(dir, "lcov.info")
      :ok = Cover.export(:lcov, path)

      assert [_, "FN:4,double\nFN:8,never\n" <> _] =
               path |> File.read!() |> String.split("SF:#{math}\n")
    end

    test "of eval_ts, under the name it is given" do
      context = start_alone()
      code = "interface A { n: number }\nvar a: A = { n: 1 };\nif (a.n > 1) {\n  a.n = 2;\n}"
      {:ok, _} = Context.eval_ts(context, code, filename: "a.ts")
      {:ok, _} = Context.eval_ts(context, code)
      assert Context.coverage(context) == {:ok, %{"a.ts" => %{2 => 1, 3 => 1, 4 => 0}}}
    end

    test "two scripts with one file between them", %{tmp_dir: dir} do
      write(dir, "shared.ts", "export const f = (n: number) => n + 1;\nf(1);\n")
      pool = start_pool()

      for name <- ["a.ts", "b.ts"] do
        script = write(dir, name, "import { f } from './shared';\nglobalThis.n = f(1);\n")
        start_context(pool, script: script)
      end

      shared = Path.relative_to_cwd(Path.join(dir, "shared.ts"))
      assert %{2 => 2} = Cover.lines()[shared]
      assert %{functions: {1, 1}} = summary(shared)
    end
  end
end
