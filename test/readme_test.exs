defmodule QuickBEAM.ReadmeTest do
  @moduledoc """
  Runs every Elixir snippet of the README, in order and with the same variables, as a
  reader would: what stands after an `iex>` prompt must be what comes out.
  """

  use ExUnit.Case

  alias QuickBEAM.Snippets

  @root Path.expand("..", __DIR__)
  @readme Path.join(@root, "README.md")
  @external_resource @readme
  @text File.read!(@readme)

  setup_all do
    Snippets.fake_web()
  end

  test "every Elixir snippet does what it says" do
    assert Snippets.run(@text, @readme) > 5
    Snippets.live_view(MyAppWeb.CounterLive)
  end

  test "the commands and files it names are there" do
    makefile = File.read!(Path.join(@root, "Makefile"))

    for [target] <- Regex.scan(~r/\bmake ([a-z-]+)/, commands(), capture: :all_but_first) do
      assert makefile =~ ~r/^#{target}:/m, "no target #{target}"
    end

    for [path] <- Regex.scan(~r/\]\((?!https?:)([^)#]+)\)/, @text, capture: :all_but_first) do
      assert File.exists?(Path.join(@root, path)), "no file #{path}"
    end
  end

  test "DEPENDENCIES.md has a line for each crate, and for no other" do
    listed = Regex.scan(~r/^\| `([\w-]+)`/m, File.read!(Path.join(@root, "DEPENDENCIES.md")))

    used =
      for manifest <- Path.wildcard(Path.join(@root, "native/**/Cargo.toml")),
          section <- manifest |> File.read!() |> String.split(~r/^(?=\[)/m),
          section =~ ~r/\A\[(?:target\..*\.)?(?:build-|dev-)?dependencies\]/,
          [_, crate] <- Regex.scan(~r/^([\w-]+)\s*=/m, section),
          # Parts of rolldown, named only to pin them.
          not String.starts_with?(crate, "rolldown_"),
          uniq: true,
          do: crate

    assert Enum.sort(used) == listed |> Enum.map(&List.last/1) |> Enum.sort()
  end

  defp commands do
    fenced = Regex.scan(~r/^```sh\n(.*?)^```$/ms, @text, capture: :all_but_first)
    inline = Regex.scan(~r/`(make [^`]+)`/, @text, capture: :all_but_first)
    Enum.join(List.flatten(fenced ++ inline), "\n")
  end
end
