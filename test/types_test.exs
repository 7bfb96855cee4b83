defmodule QuickBEAM.TypesTest do
  # priv/types against TypeScript's own compiler, and against a context.
  use QuickBEAM.Case, async: true

  @root Path.expand("..", __DIR__)
  @types Path.join(@root, "priv/types/quickbeam.d.ts")
  @tsc Path.join(@root, "test/fixtures/npm/node_modules/.bin/tsc")

  defp tsc(lib) do
    args =
      ~w(--noEmit --strict --noUncheckedIndexedAccess --exactOptionalPropertyTypes --types) ++
        ["", "--lib", lib, "--target", "es2024", @types] ++
        [Path.join(@root, "test/fixtures/types/bridge.ts")]

    System.cmd(@tsc, args, stderr_to_stdout: true)
  end

  # By themselves, and beside the types of the Web APIs.
  for lib <- ["es2024", "es2024,webworker", "es2024,dom"] do
    @tag :npm
    test "tsc has nothing to say with lib #{lib}" do
      assert tsc(unquote(lib)) == {"", 0}
    end
  end

  test "what they declare is there" do
    [bridge, group] =
      for interface <- ["BeamBridge", "BeamGroup"] do
        [_, body] = Regex.run(~r/^interface #{interface} \{\n(.*?)^\}/ms, File.read!(@types))
        members = Regex.scan(~r/^  (?:readonly )?(\w+)[:(<]/m, body, capture: :all_but_first)
        members |> List.flatten() |> Enum.uniq() |> Enum.sort()
      end

    names = fn context -> Context.eval!(context, "Object.keys(Beam).sort()") end
    own = fn context -> Context.eval!(context, "Object.getOwnPropertyNames(Beam).sort()") end
    assert Enum.all?(bridge, &(&1 in own.(start_alone(apis: false))))
    assert Enum.sort(bridge ++ group) == own.(start_alone(apis: [:beam]))
    assert names.(start_alone(apis: [:beam])) -- (bridge ++ group) == []
  end
end
