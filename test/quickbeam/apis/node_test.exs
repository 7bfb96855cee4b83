defmodule QuickBEAM.Apis.NodeTest do
  use QuickBEAM.Case, async: true

  defp start(opts \\ []), do: start_alone([apis: [:node]] ++ opts)
  defp js!(context, code), do: Context.eval!(context, code)

  test "modules are there by require, with and without node:, and as globals" do
    js = start()

    for name <-
          ~w(assert assert/strict buffer child_process events fs fs/promises os path path/posix
                   path/win32 process querystring string_decoder timers timers/promises url util util/types) do
      assert js!(
               js,
               "require('#{name}') === require('node:#{name}') && require('#{name}') !== undefined"
             ),
             name
    end

    assert js!(
             js,
             "[process, path, fs, os, child_process, util, events, assert].every((module) => module) && global === globalThis"
           )

    assert js!(
             js,
             "fs === require('fs') && fs.promises === require('fs/promises') && path.posix === path"
           )

    assert js!(js, "try { require('nothing') } catch (e) { [e.code, e.message] }") == [
             "MODULE_NOT_FOUND",
             "Cannot find module 'nothing'"
           ]
  end

  test "nothing of it is there without the group" do
    js = start_alone(apis: [:browser])

    assert js!(
             js,
             "['process', 'require', 'fs', 'child_process', 'os', 'global'].filter((name) => name in globalThis)"
           ) == []

    assert js!(
             js,
             "Object.getOwnPropertyNames(Beam).filter((name) => /fs|exec|node_/.test(name))"
           ) == []
  end

  describe "path" do
    test "posix" do
      js = start()

      assert js!(js, """
             [path.join("a", "..", "/b/", "./c"), path.join(""), path.normalize("/a//b/../c/."), path.normalize("../../a/.."), path.normalize("./"),
              path.basename("/a/b.html", ".html"), path.basename("a/b//"), path.dirname("/a/b/c"), path.dirname("a"), path.dirname("/"), path.dirname("//a"),
              path.extname("a.b.c"), path.extname(".bashrc"), path.extname("a."), path.extname("a/b"), path.resolve("/a", "../b", "c"), path.resolve("/x", "/y"),
              path.relative("/a/b/c", "/a/d"), path.relative("/a", "/a"), path.isAbsolute("a"), path.format({ dir: "/a", name: "b", ext: "c" }), path.sep, path.delimiter]
             """) == [
               "b/c",
               ".",
               "/a/c",
               "../..",
               "./",
               "b",
               "b",
               "/a/b",
               ".",
               "/",
               "//",
               ".c",
               "",
               ".",
               "",
               "/b/c",
               "/y",
               "../../d",
               "",
               false,
               "/a/b.c",
               "/",
               ":"
             ]

      assert js!(js, "path.parse('/home/u/file.txt')") == %{
               "root" => "/",
               "dir" => "/home/u",
               "base" => "file.txt",
               "ext" => ".txt",
               "name" => "file"
             }

      assert js!(js, "path.resolve('x') === process.cwd() + '/x'")

      assert js!(js, "try { path.join(1) } catch (e) { [e.name, e.code] }") == [
               "TypeError",
               "ERR_INVALID_ARG_TYPE"
             ]

      assert js!(
               js,
               "['a.js', 'd/a.js', 'a.jsx'].map((p) => path.matchesGlob(p, '**/*.{js,ts}'))"
             ) == [true, true, false]
    end

    test "win32" do
      js = start()

      assert js!(js, ~S"""
             const w = path.win32;
             [w.join("C:\\a", "..", "b"), w.normalize("C:/a//b/../c"), w.basename("C:\\a\\b.txt"), w.dirname("C:\\a\\b"), w.dirname("C:\\"),
              w.resolve("C:\\a", "..\\b"), w.relative("C:\\a\\b", "c:\\A\\d"), w.isAbsolute("C:/"), w.isAbsolute("C:"), w.parse("C:\\a\\b.txt").root,
              w.normalize("\\\\server\\share\\a\\.."), w.extname("a.b")]
             """) == [
               "C:\\b",
               "C:\\a\\c",
               "b.txt",
               "C:\\a",
               "C:\\",
               "C:\\b",
               "..\\d",
               true,
               false,
               "C:\\",
               "\\\\server\\share\\",
               ".b"
             ]
    end
  end

  describe "events" do
    test "emitters" do
      js = start()

      assert js!(js, """
             const { EventEmitter } = require("events");
             const log = [];
             class Mine extends EventEmitter {}
             const e = new Mine();
             e.on("newListener", (name) => log.push(`new ${name}`));
             e.on("a", function (...args) { log.push([this === e, ...args]); });
             e.prependListener("a", () => log.push("first"));
             e.once("a", () => log.push("once"));
             const emitted = [e.emit("a", 1, 2), e.emit("a"), e.emit("none")];
             let thrown;
             try { e.emit("error", new RangeError("x")) } catch (error) { thrown = error.name }
             let other;
             try { e.emit("error", 5) } catch (error) { other = error.code }
             e.removeAllListeners("a");
             [log, emitted, thrown, other, e.eventNames(), e.listenerCount("a"), EventEmitter.defaultMaxListeners, require("events") === EventEmitter, EventEmitter.length]
             """) == [
               ["new a", "new a", "new a", "first", [true, 1, 2], "once", "first", [true]],
               [true, true, false],
               "RangeError",
               "ERR_UNHANDLED_ERROR",
               ["newListener"],
               0,
               10,
               true,
               1
             ]
    end

    test "once, on and captured rejections" do
      js = start()

      assert js!(js, """
             const { EventEmitter, once, on } = require("node:events");
             const e = new EventEmitter();
             setTimeout(() => e.emit("x", 1, 2));
             const first = await once(e, "x");
             setTimeout(() => e.emit("error", new Error("bad")));
             const failed = await once(e, "x").catch((error) => error.message);
             setTimeout(() => { e.emit("y", 1); e.emit("y", 2); e.emit("y", 3) });
             const seen = [];
             for await (const [n] of on(e, "y")) { seen.push(n); if (n === 3) break; }
             const c = new EventEmitter({ captureRejections: true });
             c.on("z", async () => { throw new Error("async") });
             const captured = new Promise((resolve) => c.on("error", (error) => resolve(error.message)));
             c.emit("z");
             [first, failed, seen, e.listenerCount("y"), await captured]
             """) == [[1, 2], "bad", [1, 2, 3], 0, "async"]
    end
  end

  test "util" do
    js = start()

    assert js!(js, """
           const util = require("util");
           function Old() {} function Base() {} Base.prototype.hi = () => "hi";
           util.inherits(Old, Base);
           const sleep = util.promisify((ms, callback) => setTimeout(() => callback(null, "done"), ms));
           const back = util.callbackify(async (x) => { if (x) throw new Error("no"); return "yes" });
           const results = [];
           await new Promise((resolve) => back(false, (error, value) => { results.push([error, value]); resolve(); }));
           await new Promise((resolve) => back(true, (error, value) => { results.push([error.message, value]); resolve(); }));
           [util.format("%s=%d %j %%", "a", 1, { b: 2 }), util.inspect({ a: [1, { b: { c: {} } }] }), util.inspect({ a: { b: {} } }, { depth: 0 }),
            new Old().hi(), await sleep(1), results, util.isDeepStrictEqual({ a: [1, new Set([{}])] }, { a: [1, new Set([{}])] }), util.isDeepStrictEqual([1], ["1"]),
            util.types.isProxy(new Proxy({}, {})), util.types.isMap(Object.create(Map.prototype)), util.types.isRegExp(/x/), util.types.isUint8Array(new Uint8Array()),
            util.types.isAsyncFunction(async () => 1), util.types.isBoxedPrimitive(Object(1n)), util.stripVTControlCharacters(util.styleText("red", "x")),
            util.inspect({ [util.inspect.custom]: () => "mine" })]
           """) == [
             "a=1 {\"b\":2} %",
             "{ a: [ 1, { b: [Object] } ] }",
             "{ a: [Object] }",
             "hi",
             "done",
             [[nil, "yes"], ["no", nil]],
             true,
             false,
             true,
             false,
             true,
             true,
             true,
             true,
             "x",
             "mine"
           ]
  end

  test "assert" do
    js = start()

    js!(
      js,
      "globalThis.why = (f) => { try { f(); return 'passed' } catch (e) { return [e.name, e.code, e.message, e.generatedMessage] } }; 0"
    )

    assert js!(
             js,
             "why(() => { assert(1); assert.ok('x'); assert.equal(1, '1'); assert.deepEqual([1], ['1']); assert.strictEqual(NaN, NaN); assert.deepStrictEqual(new Map([[{}, 1]]), new Map([[{}, 1]])); assert.notDeepStrictEqual({ a: 1 }, { a: '1' }) })"
           ) == "passed"

    assert [
             "AssertionError",
             "ERR_ASSERTION",
             "Expected values to be strictly equal:\n\n1 !== 2\n",
             true
           ] = js!(js, "why(() => assert.strictEqual(1, 2))")

    assert ["AssertionError", _, "mine", false] = js!(js, "why(() => assert.equal(1, 2, 'mine'))")

    assert ["AssertionError", _, message, true] =
             js!(
               js,
               "why(() => assert.deepStrictEqual({ a: 1, b: 'x'.repeat(80) }, { a: 2, b: 'x'.repeat(80) }))"
             )

    assert message =~ "+ actual - expected" and message =~ "+   a: 1," and message =~ "-   a: 2,"

    assert js!(
             js,
             "why(() => { assert.throws(() => { throw new RangeError('bad') }, RangeError); assert.throws(() => { throw new RangeError('bad') }, /bad/); assert.throws(() => { throw new RangeError('bad') }, { name: 'RangeError', message: /b/ }) })"
           ) == "passed"

    assert ["AssertionError", _, "Missing expected exception.", _] =
             js!(js, "why(() => assert.throws(() => 1))")

    assert ["AssertionError", _, _, _] =
             js!(js, "why(() => assert.throws(() => { throw new TypeError('x') }, RangeError))")

    assert ["TypeError", _, "x", nil] =
             js!(
               js,
               "why(() => assert.doesNotThrow(() => { throw new TypeError('x') }, RangeError))"
             )
             |> then(fn r -> r end)

    assert js!(
             js,
             "await assert.rejects(Promise.reject(new Error('late')), /late/); await assert.doesNotReject(async () => 1); 'fine'"
           ) == "fine"

    assert js!(js, "await assert.rejects(Promise.resolve(1)).catch((e) => e.message)") ==
             "Missing expected rejection."

    assert ["AssertionError", _, _, _] = js!(js, "why(() => assert.match('abc', /x/))")
    assert ["AssertionError", _, _, _] = js!(js, "why(() => assert.strict.equal(1, '1'))")
    assert ["AssertionError", _, "Failed", _] = js!(js, "why(() => assert.fail())")
  end

  test "querystring, string_decoder, url, timers" do
    js = start()

    assert js!(js, """
           const qs = require("querystring"), { StringDecoder } = require("string_decoder"), url = require("url"), timers = require("timers/promises");
           const d = new StringDecoder("utf8"), bytes = new TextEncoder().encode("€");
           const u = url.parse("http://user:pw@Host.com:8080/p/a?x=1&y=2#h", true);
           const c = new AbortController();
           const waiting = timers.setTimeout(1e6, 0, { signal: c.signal }).catch((e) => e.code);
           c.abort();
           [qs.parse("a=1&b=2&a=3&c=%20+"), qs.stringify({ a: [1, 2], b: "ä &" }), d.write(bytes.slice(0, 2)) + "|" + d.write(bytes.slice(2)) + d.end(),
            new StringDecoder("base64").end(bytes), [u.protocol, u.host, u.auth, u.pathname, u.query.x, u.hash], url.fileURLToPath("file:///a%20b"), url.pathToFileURL("/a b#").href,
            url.resolve("http://a/b/c", "../d"), await timers.setTimeout(1, "late"), await waiting]
           """) == [
             %{"a" => ["1", "3"], "b" => "2", "c" => "  "},
             "a=1&a=2&b=%C3%A4%20%26",
             "|€",
             "4oKs",
             ["http:", "host.com:8080", "user:pw", "/p/a", "1", "#h"],
             "/a b",
             "file:///a%20b%23",
             "http://a/d",
             "late",
             "ABORT_ERR"
           ]
  end

  describe "process" do
    test "says what the VM and the context are" do
      System.put_env("QUICKBEAM_NODE_TEST", "set")
      js = start()
      assert js!(js, "process.env.QUICKBEAM_NODE_TEST") == "set"

      assert js!(
               js,
               "process.env.x = 1; [process.env.x, 'x' in process.env, typeof process.env.toString, delete process.env.x, process.env.x]"
             ) == ["1", true, "function", true, nil]

      assert System.get_env("x") == nil
      assert js!(js, "process.cwd()") == File.cwd!()

      assert js!(
               js,
               "[process.platform, process.argv.length, typeof process.pid, String(process)]"
             ) == ["linux", 1, "number", "[object process]"]

      assert js!(
               js,
               "const a = process.hrtime.bigint(); const b = process.hrtime(process.hrtime()); [typeof a, b.length, process.uptime() >= 0, process.memoryUsage().heapUsed > 0, process.memoryUsage.rss() > 1e6]"
             ) == ["bigint", 2, true, true, true]

      assert js!(
               js,
               "/^v\\d+/.test(process.version) && process.versions.node === process.version.slice(1)"
             )

      assert js!(js, "process instanceof events && process.on('x', () => 1) === process")
    end

    test "nextTick, warnings, output and uncaught errors" do
      js = start(console: self())

      assert js!(
               js,
               "const log = []; process.nextTick((x) => { log.push(x); process.nextTick(() => log.push('third')) }, 'first'); process.nextTick(() => log.push('second')); await new Promise((r) => setTimeout(r)); log"
             ) == ["first", "second", "third"]

      js!(
        js,
        "process.stdout.write('a'); process.stdout.write('b\\nc'); process.stderr.write('bad\\n'); process.emitWarning('careful', 'MyWarning', 'CODE'); 0"
      )

      assert_receive {:console, :info, "ab"}, 10_000
      assert_receive {:console, :info, "c"}, 10_000
      assert_receive {:console, :error, "bad"}, 10_000
      assert_receive {:console, :warning, warning}, 10_000
      assert warning =~ "[CODE] MyWarning: careful"

      js!(
        js,
        "globalThis.got = []; process.on('uncaughtException', (e) => got.push(e.message)); process.on('unhandledRejection', (e) => got.push(e)); setTimeout(() => { throw new Error('late') }); Promise.reject(7); 0"
      )

      eventually(fn -> Enum.sort(js!(js, "got")) == [7, "late"] end)
    end

    test "exit ends the context" do
      pool = start_pool()

      for {code, reason} <- [
            {"process.exit()", :normal},
            {"process.exit(3)", {:shutdown, {:exit, 3}}},
            {"process.exitCode = 4; process.exit()", {:shutdown, {:exit, 4}}}
          ] do
        {:ok, js} = Context.start(pool: pool, apis: [:node], define: %{test: self()})
        monitor = Process.monitor(js)
        js!(js, "process.on('exit', (code) => Beam.send(test, code)); 0")

        assert {:error, %JSError{name: "AbortError"}} =
                 Context.eval(js, "#{code}; Beam.send(test, 'after')")

        assert_receive status when is_integer(status)
        assert await_end(monitor) == reason
      end

      refute_received "after"
    end
  end

  test "os" do
    js = start()

    assert js!(
             js,
             "[os.EOL, os.platform(), os.type(), typeof os.hostname(), os.cpus().length > 0, os.totalmem() > os.freemem(), os.uptime() > 0, os.loadavg().length, os.tmpdir(), os.endianness(), os.userInfo().uid >= 0, os.constants.signals.SIGKILL]"
           ) ==
             [
               "\n",
               "linux",
               "Linux",
               "string",
               true,
               true,
               true,
               3,
               System.tmp_dir(),
               "LE",
               true,
               9
             ]

    assert js!(js, "Object.values(os.networkInterfaces()).flat().some((a) => a.internal)")
  end

  test "buffers where the context has them" do
    js = start()
    assert js!(js, "require('buffer').Buffer === globalThis.Buffer")
  end
end
