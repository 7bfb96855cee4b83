defmodule QuickBEAM.HostAppTest do
  # Not async: it runs another Mix, which wants a processor.
  use ExUnit.Case

  @moduletag :tmp_dir
  @moduletag timeout: 600_000

  @host Path.expand("../fixtures/host_app", __DIR__)

  # The build of the host apart from everything, the NIF shared with this one.
  defp mix(args, dir) do
    env = [
      {"MIX_ENV", "prod"},
      {"MIX_BUILD_PATH", Path.join(dir, "build")},
      {"MIX_DEPS_PATH", Path.join(dir, "deps")}
    ]

    System.cmd("mix", args, cd: @host, env: env, stderr_to_stdout: true)
  end

  test "a project that depends on this one by path builds, runs and rebuilds", %{tmp_dir: dir} do
    assert {output, 0} = mix(["run", "-e", "IO.puts HostApp.greet(\"you\")"], dir)
    assert output =~ "HI YOU"
    refute output =~ "warning"

    priv = Path.join(dir, "build/lib/quickbeam/priv/native")
    assert "quickbeam_nif.so" in File.ls!(priv)

    assert {output, 0} = mix(["run", "-e", "IO.puts HostApp.greet(\"again\")"], dir)
    assert output == "HI AGAIN\n"
  end
end
