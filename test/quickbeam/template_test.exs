defmodule QuickBEAM.TemplateTest do
  use QuickBEAM.Case, async: true

  @moduletag :tmp_dir

  # The scripts of a pool: compiled once, shared by its contexts.

  defp write(dir, name, text) do
    path = Path.join(dir, name)
    File.write!(path, text)
    path
  end

  defp padding(count) do
    Enum.map_join(1..count, "\n", &"function unused#{&1}(a) { return a + 'constant #{&1}' }")
  end

  test "each context has the app, its state to itself", %{tmp_dir: dir} do
    app = write(dir, "app.js", "let n = 0; const K = class {}; function next() { return ++n }")
    more = write(dir, "more.js", "const twice = n => 2 * n;")
    pool = start_pool(script: [app, more])
    contexts = for _ <- 1..5, do: start_context(pool)

    for context <- contexts do
      assert Context.call!(context, "next") == 1
      assert Context.eval!(context, "twice(next()) + typeof K") == "4function"
    end
  end

  test "a reset runs it again", %{tmp_dir: dir} do
    pool =
      start_pool(script: write(dir, "a.js", "var n = initial; function next() { return ++n }"))

    context = start_context(pool, define: %{initial: 10})
    assert Context.call!(context, "next") == 11
    assert Context.reset(context) == :ok
    assert Context.call!(context, "next") == 11
  end

  test "a script of a context's own is instead", %{tmp_dir: dir} do
    pool = start_pool(script: write(dir, "a.js", "var a = 1"))
    context = start_context(pool, script: write(dir, "b.js", "var b = 2"))
    assert Context.eval!(context, "typeof a + b") == "undefined2"
    assert Context.eval!(start_context(pool, script: []), "typeof a") == "undefined"
  end

  @tag :toolchain
  test "modules, await and handlers at the start", %{tmp_dir: dir} do
    app =
      write(dir, "app.mjs", """
      const name = await Beam.call("name");
      export const hello = () => "Hello, " + name + import.meta.url.slice(-7);
      globalThis.hello = hello;
      """)

    script = write(dir, "s.js", "var early = (await Beam.call('name')).length")
    pool = start_pool(script: [app, script], handlers: %{"name" => fn [] -> "Ada" end})

    for context <- [start_context(pool), start_context(pool)] do
      assert Context.call!(context, "hello") == "Hello, Adaapp.mjs"
      assert Context.call!(context, {app, "hello"}) == "Hello, Adaapp.mjs"
      assert Context.get_global!(context, "early") == 3
    end
  end

  @tag :toolchain
  test "what a module imports at run time is each context's own", %{tmp_dir: dir} do
    File.write!(Path.join(dir, "data.json"), ~s({"answer": 42}))
    File.write!(Path.join(dir, "counter.mjs"), "let n = 0; export const up = () => ++n;")

    app =
      write(dir, "app.mjs", """
      import path, { join } from "node:path";
      import { format } from "util";
      const { up } = await import("/counter.mjs".slice(1).replace(/^/, "./"));
      export const run = async () =>
        [join("a", "b"), path.sep, format("%s", up()), (await import(globalThis.later)).v];
      path.join = () => "changed";
      """)

    pool = start_pool(script: app, apis: [:node])

    for n <- 1..2 do
      context = start_context(pool, root: dir, define: %{later: "later"})
      assert Context.load_module(context, "later", "export const v = #{n}") == :ok
      assert Context.call!(context, {app, "run"}) == ["a/b", "/", "1", n]
    end
  end

  test "an import that is not there is an error where the module runs", %{tmp_dir: dir} do
    Process.flag(:trap_exit, true)
    app = write(dir, "app.mjs", "const fs = await import('node:fs'); globalThis.fs = fs;")
    pool = start_pool(script: app)
    assert {:error, {:script_error, ^app, error}} = Context.start_link(pool: pool)
    assert error.message =~ "node:fs"

    assert Context.eval!(start_context(pool, apis: [:node]), "typeof fs.readFileSync") ==
             "function"
  end

  test "no context sees what another does to a global", %{tmp_dir: dir} do
    app = write(dir, "app.js", "const list = () => [new Headers({ a: 1 }), new EventTarget()]")
    pool = start_pool(script: app, apis: [:fetch])
    [changed, other] = for _ <- 1..2, do: start_context(pool)

    Context.eval!(changed, """
    list(); Function.prototype.call = null; Object.prototype.polluted = 1;
    EventTarget.prototype.dispatchEvent = 5; Headers.prototype.get = 6; list.own = 7; 0
    """)

    assert Context.eval!(other, """
           const [headers, target] = list();
           [headers.get("a"), target.dispatchEvent(new Event("x")), {}.polluted, list.own]
           """) == ["1", true, nil, nil]
  end

  test "errors at the start name the script", %{tmp_dir: dir} do
    Process.flag(:trap_exit, true)
    good = write(dir, "good.js", "1")
    broken = write(dir, "broken.js", "let x = ;")
    missing = Path.join(dir, "missing.js")

    assert {:error, {:script_error, ^broken, %JSError{name: "SyntaxError"}}} =
             ContextPool.start_link(script: [good, broken])

    assert {:error, {:script_not_found, ^missing, :enoent}} =
             ContextPool.start_link(script: missing)

    throws = write(dir, "throws.js", "\n  null.x")
    pool = start_pool(script: throws)

    assert {:error, {:script_error, ^throws, %JSError{name: "TypeError", line: 2}}} =
             Context.start_link(pool: pool)
  end

  test "a further context costs a fraction of evaluating the app", %{tmp_dir: dir} do
    app = write(dir, "app.js", "const app = (() => { #{padding(2000)} return 1 })();")
    memory = fn context -> Context.memory_usage!(context).context_malloc_size end
    bare = memory.(start_alone())
    evaluated = memory.(start_alone(script: app)) - bare
    pool = start_pool(script: app)
    shared = for _ <- 1..3, do: memory.(start_context(pool)) - bare
    assert Enum.all?(shared, &(&1 * 4 < evaluated)), "#{inspect(shared)} of #{evaluated} bytes"
    assert ContextPool.stats(pool).template > 100_000
  end

  test "reload is for contexts that come", %{tmp_dir: dir} do
    app = write(dir, "app.js", "var v = 1")
    pool = start_pool(script: app)
    old = start_context(pool)
    write(dir, "app.js", "var v = 2;")
    assert ContextPool.reload(pool) == :ok
    assert Context.eval!(start_context(pool), "v") == 2
    assert Context.reset(old) == :ok
    assert Context.eval!(old, "v") == 1

    write(dir, "app.js", "let x = ;")
    assert {:error, {:script_error, ^app, _}} = ContextPool.reload(pool)
    assert Context.eval!(start_context(pool), "v") == 2

    other = write(dir, "other.js", "var w = 3")
    assert ContextPool.reload(pool, other) == :ok
    assert Context.eval!(start_context(pool), "typeof v + w") == "undefined3"
    assert_raise ArgumentError, fn -> ContextPool.reload(pool, 5) end
  end

  @tag :capture_log
  test "a pool that watches reloads by itself", %{tmp_dir: dir} do
    app = write(dir, "app.js", "var v = 1")
    pool = start_pool(script: app, watch: true)
    assert Context.eval!(start_context(pool), "v") == 1
    write(dir, "app.js", "let x = ;")
    write(dir, "app.js", "var v = 'new'")
    eventually(fn -> Context.eval!(start_context(pool), "v") == "new" end)
  end

  test "the code goes with the last who needs it", %{tmp_dir: dir} do
    app = write(dir, "app.js", "function f() { return 'alive' }")
    {:ok, pool} = ContextPool.start_link(script: app)
    context = start_context(pool)
    assert ContextPool.reload(pool, []) == :ok
    :erlang.garbage_collect(pool)
    assert Context.call!(context, "f") == "alive"
    ContextPool.stop(pool)
  end
end
