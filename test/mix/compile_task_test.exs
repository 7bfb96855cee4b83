defmodule QuickBEAM.CompileTaskTest do
  # The compiler task, on a project with a NIF crate of one line. Not async: it runs Mix.
  use ExUnit.Case

  @moduletag :tmp_dir
  @moduletag timeout: 300_000

  @root Path.expand("../..", __DIR__)

  setup %{tmp_dir: dir} do
    for {path, text} <- [
          {"mix.exs",
           """
           Code.require_file("lib/mix/tasks/compile.quickbeam_native.exs", __DIR__)
           defmodule Small.MixProject do
             use Mix.Project
             @version "0.1.0"
             def project, do: [app: :small, version: @version, compilers: [:quickbeam_native | Mix.compilers()]]
           end
           """},
          {"Cargo.toml", ~s([workspace]\nresolver = "2"\nmembers = ["native/nif"]\n)},
          {"native/nif/Cargo.toml",
           """
           [package]
           name = "quickbeam-nif"
           version = "0.1.0"
           edition = "2021"
           [lib]
           name = "quickbeam_nif"
           crate-type = ["cdylib"]
           """},
          {"Cargo.lock",
           ~s(version = 4\n\n[[package]]\nname = "quickbeam-nif"\nversion = "0.1.0"\n)},
          {"native/nif/src/lib.rs", rust("one")},
          {"c_src/patches/0001.patch", "a patch"},
          copied("lib/mix/quickbeam_cargo.exs"),
          copied("lib/mix/quickbeam_precompiled.exs"),
          copied("lib/mix/tasks/compile.quickbeam_native.exs")
        ] do
      path = Path.join(dir, path)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    %{artifact: Path.join(dir, "priv/native/quickbeam_nif.so")}
  end

  defp copied(path), do: {path, File.read!(Path.join(@root, path))}

  defp rust(text),
    do:
      "#[no_mangle]\npub extern \"C\" fn text() -> *const u8 { b\"the text is #{text}\\0\".as_ptr() }\n"

  defp mix(args, dir, env \\ []) do
    env =
      [
        {"MIX_ENV", "dev"},
        {"MIX_BUILD_PATH", nil},
        {"CARGO_TARGET_DIR", nil},
        {"CARGO_BUILD_TARGET", nil},
        {"QUICKBEAM_PROFILE", nil}
      ] ++ env

    System.cmd("mix", args, cd: dir, env: env, stderr_to_stdout: true)
  end

  # A change that shows in the time of the file, which has seconds only.
  defp change(path, text) do
    File.write!(path, text)
    File.touch!(path, System.os_time(:second) + :rand.uniform(1000))
  end

  test "builds, then does nothing until something changes", %{tmp_dir: dir, artifact: artifact} do
    assert {output, 0} = mix(["compile"], dir)
    assert output =~ "Compiling the NIF of QuickBEAM"
    assert output =~ "Compiling quickbeam-nif v0.1.0"
    assert File.read!(artifact) =~ "the text is one"
    loaded = File.stat!(artifact)

    assert {output, 0} = mix(["compile"], dir)
    refute output =~ "NIF"

    # Code that did not change in the end is not put in place again.
    change(Path.join(dir, "c_src/patches/0001.patch"), "another patch")
    assert {output, 0} = mix(["compile"], dir)
    assert output =~ "NIF"
    assert File.stat!(artifact).inode == loaded.inode

    # What changed is another file: the old one stays whole for whoever has it loaded.
    {:ok, old} = File.open(artifact, [:read, :binary])
    change(Path.join(dir, "native/nif/src/lib.rs"), rust("two"))
    assert {_, 0} = mix(["compile"], dir)
    assert File.read!(artifact) =~ "the text is two"
    assert File.stat!(artifact).inode != loaded.inode
    assert IO.binread(old, :eof) =~ "the text is one"
    assert Enum.sort(File.ls!(Path.dirname(artifact))) == ["manifest", "quickbeam_nif.so"]

    # Lost, and made again.
    File.rm!(artifact)
    assert {_, 0} = mix(["compile"], dir)
    assert File.read!(artifact) =~ "the text is two"

    assert {_, 0} = mix(["clean"], dir)
    refute File.exists?(Path.dirname(artifact))
  end

  test "knows two profiles", %{tmp_dir: dir, artifact: artifact} do
    assert {output, 0} = mix(["compile"], dir, [{"QUICKBEAM_PROFILE", "dev"}])
    assert output =~ "`dev` profile"
    assert File.exists?(artifact)
    assert {output, 0} = mix(["compile"], dir)
    assert output =~ "`release` profile"
    assert {output, 1} = mix(["compile"], dir, [{"QUICKBEAM_PROFILE", "fast"}])
    assert output =~ "QUICKBEAM_PROFILE must be release or dev"
  end

  test "knows the target of a cross build", %{tmp_dir: dir, artifact: artifact} do
    {version, 0} = System.cmd("rustc", ["-vV"], cd: dir)
    [_, host] = Regex.run(~r/^host: (\S+)$/m, version)

    assert {_, 0} = mix(["compile"], dir, [{"CARGO_BUILD_TARGET", host}])
    assert File.read!(artifact) =~ "the text is one"
    assert File.dir?(Path.join([dir, "target", host, "release"]))

    # One that cargo alone knows of.
    File.rm_rf!(Path.join(dir, "target"))
    File.mkdir_p!(Path.join(dir, ".cargo"))
    File.write!(Path.join(dir, ".cargo/config.toml"), "build.target = #{inspect(host)}\n")
    assert {output, 1} = mix(["compile"], dir)
    assert output =~ "libquickbeam_nif.so cannot be read (no such file or directory)"
    assert output =~ "CARGO_BUILD_TARGET"
  end

  test "builds again what changed during a build, and never writes the lock file", %{
    tmp_dir: dir,
    artifact: artifact
  } do
    source = Path.join(dir, "native/nif/src/lib.rs")
    # The build script runs while cargo does.
    File.write!(Path.join(dir, "native/nif/build.rs"), """
    fn main() {
        println!("cargo::rerun-if-changed=build.rs");
        std::fs::write("src/late.rs", "// a new file").unwrap();
    }
    """)

    assert {_, 0} = mix(["compile"], dir)
    assert {output, 0} = mix(["compile"], dir)
    assert output =~ "Compiling the NIF"
    assert {output, 0} = mix(["compile"], dir)
    refute output =~ "Compiling the NIF"

    lock = File.read!(Path.join(dir, "Cargo.lock"))
    change(source, rust("two"))
    manifest = Path.join(dir, "native/nif/Cargo.toml")
    change(manifest, String.replace(File.read!(manifest), "0.1.0", "0.2.0"))
    assert {output, 1} = mix(["compile"], dir)
    assert output =~ "--locked"
    assert File.read!(Path.join(dir, "Cargo.lock")) == lock
    assert File.read!(artifact) =~ "the text is one"
  end

  test "fails when cargo fails, with its output, and again the next time", %{
    tmp_dir: dir,
    artifact: artifact
  } do
    change(Path.join(dir, "native/nif/src/lib.rs"), "this is no Rust")

    for _ <- 1..2 do
      assert {output, 1} = mix(["compile"], dir)
      assert output =~ "error: expected"
      assert output =~ "cargo failed with status"
      refute File.exists?(artifact)
    end
  end

  test "builds where a release has no library for this machine", context do
    %{tmp_dir: dir, artifact: artifact} = context
    File.write!(Path.join(dir, "SHA256SUMS"), "# https://example.invalid\n")
    assert {output, 0} = mix(["compile"], dir)
    assert output =~ ~r/No precompiled library is taken: the release has none for \S+ \(NIF/
    assert output =~ "Compiling the NIF of QuickBEAM"
    assert File.read!(artifact) =~ "the text is one"

    assert {"", 0} = mix(["compile"], dir)
  end

  test "says what to do where there is no cargo", %{tmp_dir: dir} do
    bin = Path.join(dir, "bin")
    File.mkdir_p!(bin)

    for tool <-
          ~w(mix elixir erl erlexec sh bash env readlink dirname basename sed cut expr uname cat),
        path = System.find_executable(tool),
        do: File.ln_s!(path, Path.join(bin, tool))

    env = [{"PATH", bin}, {"HOME", dir}, {"CARGO_HOME", dir}]
    assert {output, 1} = mix(["compile"], dir, env)
    assert output =~ "cargo was not found"
    assert output =~ "https://rustup.rs"
  end
end
