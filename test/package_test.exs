defmodule QuickBEAM.PackageTest do
  @moduledoc "What Hex would be given: Hex itself cannot be reached by the tests."
  use ExUnit.Case, async: true

  @moduletag :tmp_dir

  @root Path.expand("..", __DIR__)
  @package Mix.Project.config()[:package]

  test "has what Hex asks for" do
    config = Mix.Project.config()
    assert {:ok, _} = Version.parse(config[:version])
    assert byte_size(config[:description]) in 1..300
    assert @package[:licenses] == ["MIT"]
    assert is_map(@package[:links])
    # Hex refuses dependencies that it does not have.
    assert config[:deps] == []
  end

  test "lists files that are there; SHA256SUMS is of a release" do
    for pattern <- @package[:files], pattern != "SHA256SUMS*" do
      assert Path.wildcard(Path.join(@root, pattern), match_dot: true) != [], "no file #{pattern}"
    end
  end

  test "holds the sources of both libraries, and nothing that was built", %{tmp_dir: dir} do
    QuickBEAM.Package.copy(dir)

    files =
      for path <- Path.wildcard(Path.join(dir, "**"), match_dot: true),
          do: Path.relative_to(path, dir)

    for file <- ~w(Cargo.lock native/nif/src/lib.rs native/toolchain/Cargo.lock c_src/quickbeam.h
                   priv/js/event.js lib/mix/quickbeam_precompiled.exs
                   lib/mix/tasks/compile.quickbeam_native.exs .formatter.exs),
        do: assert(file in files)

    assert Enum.any?(files, &(&1 =~ ~r{^c_src/patches/.+\.patch$}))

    refute Enum.any?(
             files,
             &(&1 =~ ~r{^priv/native/|(^|/)(target|node_modules|_build)/|\.(so|o|beam)$})
           )

    # Every crate of the workspace, or cargo does not start.
    for [_, crate] <-
          Regex.scan(~r/"(native\/[\w-]+)"/, File.read!(Path.join(dir, "Cargo.toml"))),
        do: assert("#{crate}/Cargo.toml" in files)

    # Hex takes 64 MB.
    size =
      for file <- files,
          path = Path.join(dir, file),
          File.regular?(path),
          do: File.stat!(path).size

    assert Enum.sum(size) < 20_000_000
  end
end
