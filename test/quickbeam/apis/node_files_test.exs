defmodule QuickBEAM.Apis.NodeFilesTest do
  use QuickBEAM.Case, async: true

  @moduletag :tmp_dir

  setup %{tmp_dir: dir} do
    %{js: start_alone(apis: [:node], define: %{dir: dir})}
  end

  defp js!(context, code), do: Context.eval!(context, code)

  test "files are written and read in all three forms", %{js: js, tmp_dir: dir} do
    assert js!(js, """
           const file = `${dir}/a.txt`;
           fs.writeFileSync(file, "grüße");
           fs.appendFileSync(file, new Uint8Array([33]));
           await fs.promises.appendFile(file, "?");
           const callback = await new Promise((resolve, reject) => fs.readFile(file, "utf8", (e, text) => e ? reject(e) : resolve(text)));
           [callback, fs.readFileSync(file, { encoding: "utf8" }), await fs.promises.readFile(file, "utf-8"), fs.readFileSync(file) instanceof Uint8Array, fs.readFileSync(file).length,
            fs.readFileSync(file, "hex"), fs.existsSync(file), fs.existsSync(file + "x")]
           """) == ["grüße!?", "grüße!?", "grüße!?", true, 9, "6772c3bcc39f65213f", true, false]

    assert File.read!(Path.join(dir, "a.txt")) == "grüße!?"

    js!(
      js,
      "fs.writeFileSync(`${dir}/b.bin`, new Uint8Array(300000).fill(255)); fs.truncateSync(`${dir}/b.bin`, 3)"
    )

    assert File.read!(Path.join(dir, "b.bin")) == <<255, 255, 255>>
    assert js!(js, "fs.readFileSync(`${dir}/b.bin`).length") == 3
  end

  test "errors are those of Node", %{js: js, tmp_dir: dir} do
    js!(
      js,
      "globalThis.why = (f) => { try { f(); return 'none' } catch (e) { return [e.code, e.errno, e.syscall, e.message.replaceAll(dir, '')] } }; 0"
    )

    assert js!(js, "why(() => fs.readFileSync(`${dir}/none`))") == [
             "ENOENT",
             -2,
             "open",
             "ENOENT: no such file or directory, open '/none'"
           ]

    assert js!(js, "why(() => fs.readFileSync(dir))") == [
             "EISDIR",
             -21,
             "read",
             "EISDIR: illegal operation on a directory, read"
           ]

    assert js!(js, "why(() => fs.mkdirSync(dir))") == [
             "EEXIST",
             -17,
             "mkdir",
             "EEXIST: file already exists, mkdir ''"
           ]

    assert js!(
             js,
             "fs.writeFileSync(`${dir}/f`, ''); why(() => fs.writeFileSync(`${dir}/f`, 'x', { flag: 'wx' }))"
           )
           |> hd() == "EEXIST"

    assert js!(js, "why(() => fs.readdirSync(`${dir}/f`))") |> hd() == "ENOTDIR"
    assert js!(js, "why(() => fs.rmdirSync(dir))") |> hd() == "ENOTEMPTY"

    assert js!(js, "why(() => fs.renameSync(`${dir}/a`, `${dir}/b`))") == [
             "ENOENT",
             -2,
             "rename",
             "ENOENT: no such file or directory, rename '/a' -> '/b'"
           ]

    assert js!(js, "why(() => fs.readFileSync(5))") |> hd() == "ERR_INVALID_ARG_TYPE"
    assert js!(js, "why(() => fs.readFileSync('a\\0b'))") |> hd() == "ERR_INVALID_ARG_VALUE"
    assert js!(js, "why(() => fs.readFile(dir))") |> hd() == "ERR_INVALID_ARG_TYPE"

    assert js!(js, "await fs.promises.access(`${dir}/none`).catch((e) => [e.code, e.syscall])") ==
             ["ENOENT", "access"]

    assert js!(js, "await new Promise((r) => fs.stat(`${dir}/none`, (e, s) => r([e.code, s])))") ==
             ["ENOENT", nil]

    assert js!(js, "fs.statSync(`${dir}/none`, { throwIfNoEntry: false })") == nil
    File.rm_rf!(dir)
  end

  test "folders", %{js: js} do
    assert js!(js, """
           const first = fs.mkdirSync(`${dir}/a/b/c`, { recursive: true });
           const again = fs.mkdirSync(`${dir}/a/b/c`, { recursive: true });
           fs.writeFileSync(`${dir}/a/x.txt`, "x");
           fs.writeFileSync(`${dir}/a/b/y.txt`, "y");
           const types = fs.readdirSync(`${dir}/a`, { withFileTypes: true }).map((e) => [e.name, e.isDirectory(), e.isFile()]);
           const temp = fs.mkdtempSync(`${dir}/t-`);
           fs.cpSync(`${dir}/a`, `${dir}/copy`, { recursive: true });
           fs.copyFileSync(`${dir}/a/x.txt`, `${dir}/z.txt`);
           fs.renameSync(`${dir}/z.txt`, `${dir}/w.txt`);
           const before = fs.readdirSync(dir).filter((n) => !n.startsWith("t-"));
           fs.rmSync(`${dir}/a`, { recursive: true });
           fs.rmSync(`${dir}/none`, { force: true });
           fs.unlinkSync(`${dir}/w.txt`);
           fs.rmdirSync(temp);
           [first === `${dir}/a`, again, types, temp.length - dir.length, before, fs.readdirSync(dir), fs.readdirSync(`${dir}/copy`, { recursive: true })]
           """) == [
             true,
             nil,
             [["b", true, false], ["x.txt", false, true]],
             9,
             ["a", "copy", "w.txt"],
             ["copy"],
             ["b", "b/c", "b/y.txt", "x.txt"]
           ]
  end

  test "what files are", %{js: js, tmp_dir: dir} do
    assert js!(js, """
           fs.writeFileSync(`${dir}/f`, "12345", { mode: 0o600 });
           fs.symlinkSync("f", `${dir}/l`);
           fs.utimesSync(`${dir}/f`, 1000, new Date(2000000));
           fs.chmodSync(`${dir}/f`, 0o640);
           const s = fs.statSync(`${dir}/f`), l = await fs.promises.lstat(`${dir}/l`), d = fs.lstatSync(dir);
           [s.size, s.isFile(), s.isDirectory(), (s.mode & 0o777).toString(8), s.mtimeMs, s.mtime.getTime(), s.atimeMs, l.isSymbolicLink(), l.isFile(), d.isDirectory(),
            fs.readlinkSync(`${dir}/l`), fs.realpathSync(`${dir}/l`).endsWith("/f"), typeof fs.statSync(`${dir}/f`, { bigint: true }).size, fs.statSync(`${dir}/l`).isFile()]
           """) == [
             5,
             true,
             false,
             "640",
             2_000_000,
             2_000_000,
             1_000_000,
             true,
             false,
             true,
             "f",
             true,
             "bigint",
             true
           ]

    assert File.stat!(Path.join(dir, "f")).size == 5

    assert js!(js, "fs.accessSync(`${dir}/f`, fs.constants.R_OK); fs.constants.S_IFMT") ==
             0o170000
  end

  test "what has no end is not read", %{js: js} do
    assert js!(js, "try { fs.readFileSync('/dev/zero') } catch (e) { e.code }") == "ENOTSUP"
  end

  test "nor what is more than the heap may hold", %{tmp_dir: dir} do
    File.write!(Path.join(dir, "big"), :binary.copy("x", 4_000_000))
    js = start_alone(apis: [:node], define: %{dir: dir}, memory_limit: 3_000_000)
    assert js!(js, "try { fs.readFileSync(`${dir}/big`) } catch (e) { e.code }") == "ENOMEM"
  end
end
