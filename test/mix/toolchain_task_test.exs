defmodule QuickBEAM.ToolchainTaskTest do
  # The compiler task of the toolchain, on a project with a crate of one line. Not async:
  # it runs Mix.
  use ExUnit.Case

  @moduletag :tmp_dir
  @moduletag timeout: 300_000

  @root Path.expand("../..", __DIR__)
  @task_path "lib/mix/tasks/compile.quickbeam_toolchain.exs"

  setup %{tmp_dir: dir} do
    for {path, text} <- [
          {"mix.exs",
           """
           Code.require_file("#{@task_path}", __DIR__)
           defmodule Small.MixProject do
             use Mix.Project
             def project, do: [app: :small, version: "0.1.0", compilers: Mix.compilers() ++ [:quickbeam_toolchain]]
           end
           """},
          {"lib/small.ex", "defmodule Small do\nend\n"},
          {"native/toolchain/Cargo.toml",
           """
           [workspace]
           [package]
           name = "quickbeam-toolchain"
           version = "0.1.0"
           edition = "2021"
           [lib]
           name = "quickbeam_toolchain"
           crate-type = ["cdylib"]
           """},
          {"native/toolchain/Cargo.lock",
           ~s(version = 4\n\n[[package]]\nname = "quickbeam-toolchain"\nversion = "0.1.0"\n)},
          {"native/toolchain/src/lib.rs", "// nothing\n"},
          {"lib/mix/quickbeam_cargo.exs",
           File.read!(Path.join(@root, "lib/mix/quickbeam_cargo.exs"))},
          {"lib/mix/quickbeam_precompiled.exs",
           File.read!(Path.join(@root, "lib/mix/quickbeam_precompiled.exs"))},
          {@task_path, File.read!(Path.join(@root, @task_path))}
        ] do
      path = Path.join(dir, path)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    %{artifact: Path.join(dir, "priv/native/quickbeam_toolchain.so")}
  end

  defp compile(dir, wanted) do
    env =
      for name <- ~w(MIX_BUILD_PATH CARGO_TARGET_DIR CARGO_BUILD_TARGET QUICKBEAM_PROFILE),
          do: {name, nil}

    env = [{"MIX_ENV", "dev"}, {"QUICKBEAM_TOOLCHAIN", wanted} | env]
    System.cmd("mix", ["compile"], cd: dir, env: env, stderr_to_stdout: true)
  end

  test "builds when asked to, and keeps up to date what is there", context do
    %{tmp_dir: dir, artifact: artifact} = context

    for wanted <- [nil, "0"] do
      assert {output, 0} = compile(dir, wanted)
      refute output =~ "toolchain"
      refute File.exists?(artifact)
    end

    assert {output, 0} = compile(dir, "1")
    assert output =~ "Compiling the toolchain of QuickBEAM.JS"
    assert File.regular?(artifact)
    assert File.dir?(Path.join(dir, "target/toolchain/release"))

    assert {output, 0} = compile(dir, nil)
    refute output =~ "toolchain"

    source = Path.join(dir, "native/toolchain/src/lib.rs")
    File.write!(source, "// something\n")
    assert {output, 0} = compile(dir, "0")
    refute output =~ "toolchain"
    assert {output, 0} = compile(dir, nil)
    assert output =~ "Compiling quickbeam-toolchain"
  end

  test "warns when it cannot be built", %{tmp_dir: dir, artifact: artifact} do
    File.write!(Path.join(dir, "native/toolchain/src/lib.rs"), "this is no Rust\n")
    assert {output, 0} = compile(dir, "1")
    assert output =~ "Generated small app"
    assert output =~ "error: expected"
    assert output =~ "warning: QuickBEAM.JS has no toolchain: cargo failed with status"
    refute File.exists?(artifact)
  end
end
