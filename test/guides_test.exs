defmodule QuickBEAM.GuidesTest do
  @moduledoc "Runs every Elixir snippet of the guides; see QuickBEAM.Snippets."

  # Not async: a guide runs in a folder of its own, and one makes this VM a node.
  use QuickBEAM.Case

  alias QuickBEAM.Snippets

  @moduletag :tmp_dir
  @moduletag :capture_log

  @folder Path.expand("../guides", __DIR__)
  # Generated, and without snippets.
  @guides Path.wildcard(Path.join(@folder, "*.md")) -- [Path.join(@folder, "conformance.md")]
  @plain ~w(clustering.md internals.md typescript-and-npm.md)

  defp run(path, dir, binding \\ []) do
    text = File.read!(path)
    Snippets.write_files(text, dir)
    File.cd!(dir, fn -> Snippets.run(text, path, binding) end)
  end

  for path <- @guides, Path.basename(path) not in @plain do
    test Path.basename(path), %{tmp_dir: dir} do
      Snippets.fake_web()
      assert run(unquote(path), dir) > 0

      if unquote(Path.basename(path) == "liveview.md"),
        do: Snippets.live_view(MyAppWeb.CounterLive)
    end
  end

  @tag :toolchain
  test "typescript-and-npm.md", %{tmp_dir: dir} do
    assert run(Path.join(@folder, "typescript-and-npm.md"), dir) > 0
  end

  test "clustering.md", %{tmp_dir: dir} do
    %{node: node} = start_peer()
    # The other node has the tests' support on its path, and no Elixir of the guide's.
    code = "defmodule MyApp.Sessions do
      def start, do: {:ok, QuickBEAM.Case.start_for_others([])}
    end"
    [{module, binary}] = Code.compile_string(code)
    on_exit(fn -> :code.delete(module) end)
    {:module, ^module} = :erpc.call(node, :code, :load_binary, [module, ~c"guide", binary])
    assert run(Path.join(@folder, "clustering.md"), dir, node: node) > 0
  end

  test "the files and targets they name are there" do
    makefile = File.read!(Path.expand("../Makefile", __DIR__))

    for path <- @guides, text = File.read!(path) do
      for [link] <- Regex.scan(~r/\]\((?!https?:)([^)#]+)/, text, capture: :all_but_first) do
        assert File.exists?(Path.expand(link, @folder)), "#{Path.basename(path)}: no file #{link}"
      end

      for [target] <- Regex.scan(~r/`make ([a-z-]+)/, text, capture: :all_but_first) do
        assert makefile =~ ~r/^#{target}:/m, "#{Path.basename(path)}: no target #{target}"
      end
    end
  end
end
