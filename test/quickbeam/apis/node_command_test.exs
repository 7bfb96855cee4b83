defmodule QuickBEAM.Apis.NodeCommandTest do
  use QuickBEAM.Case, async: true

  setup do
    js = start_alone(apis: [:node], console: self())
    Context.eval!(js, "globalThis.cp = require('child_process'); 0")
    %{js: js}
  end

  defp js!(context, code), do: Context.eval!(context, code)

  defp alive?(pid),
    do: match?({_, 0}, System.cmd("kill", ["-0", "#{pid}"], stderr_to_stdout: true))

  test "commands are waited for", %{js: js} do
    assert js!(js, "cp.execSync('echo $((1 + 2)); echo err >&2', { encoding: 'utf8' })") == "3\n"
    assert_receive {:console, :error, "err"}, 10_000

    assert js!(js, "cp.execFileSync('printf', ['%s|', 'a b', '$x'], { encoding: 'utf8' })") ==
             "a b|$x|"

    assert js!(js, "cp.execFileSync('cat', { input: 'in', encoding: 'utf8' })") == "in"

    assert js!(
             js,
             "const r = cp.spawnSync('sh', ['-c', 'echo out; echo err >&2; exit 3'], { encoding: 'utf8' }); [r.status, r.signal, r.stdout, r.stderr, r.pid > 0]"
           ) == [3, nil, "out\n", "err\n", true]

    assert js!(js, "try { cp.execSync('exit 5') } catch (e) { [e.status, e.message] }") == [
             5,
             "Command failed: exit 5\n"
           ]

    assert js!(js, "cp.execSync('pwd', { cwd: '/', encoding: 'utf8' })") == "/\n"
    assert js!(js, "cp.execSync('echo $A$HOME', { env: { A: 'x' }, encoding: 'utf8' })") == "x\n"

    assert js!(
             js,
             "const n = cp.spawnSync('no-such-command'); [n.error.code, n.error.syscall, n.status]"
           ) == ["ENOENT", "spawnSync no-such-command", nil]

    assert js!(
             js,
             "const t = cp.spawnSync('sleep', ['100'], { timeout: 20 }); [t.signal, t.error.code]"
           ) == ["SIGTERM", "ETIMEDOUT"]

    assert js!(js, "const m = cp.spawnSync('yes', { maxBuffer: 1000 }); m.error.code") ==
             "ENOBUFS"
  end

  test "commands call back, and are promises by promisify", %{js: js} do
    assert js!(
             js,
             "await new Promise((resolve) => cp.exec('echo a; echo b >&2', (error, out, err) => resolve([error, out, err])))"
           ) == [nil, "a\n", "b\n"]

    assert js!(
             js,
             "await new Promise((resolve) => cp.exec('exit 2', (error) => resolve([error.code, error.killed, error.cmd])))"
           ) == [2, false, "exit 2"]

    assert js!(
             js,
             "await new Promise((resolve) => cp.execFile('echo', ['x y'], (error, out) => resolve(out)))"
           ) == "x y\n"

    assert js!(
             js,
             "await new Promise((resolve) => cp.execFile('none-such', (error) => resolve(error.code)))"
           ) == "ENOENT"

    assert js!(js, "(await util.promisify(cp.exec)('echo p')).stdout") == "p\n"
    assert js!(js, "await util.promisify(cp.exec)('exit 1').catch((e) => e.code)") == 1

    assert js!(
             js,
             "await new Promise((resolve) => cp.exec('yes', { maxBuffer: 1000 }, (error) => resolve(error.code)))"
           ) == "ERR_CHILD_PROCESS_STDIO_MAXBUFFER"
  end

  test "spawned ones have streams and events", %{js: js} do
    assert js!(js, """
           const child = cp.spawn("sh", ["-c", "cat; echo done >&2"]);
           const log = [];
           child.stdout.setEncoding("utf8").on("data", (text) => log.push(text));
           child.stderr.on("data", (bytes) => log.push(new TextDecoder().decode(bytes)));
           child.on("exit", (code, signal) => log.push([code, signal]));
           child.stdin.write("one ");
           child.stdin.end("two");
           await events.once(child, "close");
           [log.filter((x) => typeof x === "string").join("").includes("one two"), log.includes("done\\n"), log.at(-1) instanceof Array || log.length, child.exitCode, child.pid > 0]
           """)
           |> List.delete_at(2) == [true, true, 0, true]

    assert js!(
             js,
             "const gone = cp.spawn('none-such'); (await new Promise((r) => gone.on('error', r))).code"
           ) == "ENOENT"

    assert js!(
             js,
             "const s = cp.spawn('sleep', ['100']); setTimeout(() => s.kill('SIGKILL')); await new Promise((r) => s.on('close', (code, signal) => r([code, signal, s.killed])))"
           ) == [nil, "SIGKILL", true]
  end

  test "a flood is held back, not lost", %{js: js} do
    assert js!(js, """
           const child = cp.spawn("head", ["-c", "30000000", "/dev/zero"]);
           let size = 0;
           child.stdout.on("data", (bytes) => { size += bytes.length; });
           await events.once(child, "close");
           size
           """) == 30_000_000
  end

  test "all that was started ends with the context", %{js: js} do
    pid =
      js!(
        js,
        "globalThis.child = cp.spawn('sh', ['-c', 'sleep 1000 & echo $!; wait']); child.pid"
      )

    inner =
      js!(
        js,
        "const [bytes] = await events.once(child.stdout, 'data'); new TextDecoder().decode(bytes).trim()"
      )

    assert alive?(pid) and alive?(inner)
    Context.stop(js)
    eventually(fn -> not alive?(pid) and not alive?(inner) end)
  end
end
