defmodule QuickBEAM.CoverToolTest do
  # Not async: it runs another Mix, which wants a processor.
  use ExUnit.Case

  @moduletag :tmp_dir
  @moduletag timeout: 600_000

  @root Path.expand("../..", __DIR__)

  @files %{
    "mix.exs" => """
    defmodule Covered.MixProject do
      use Mix.Project

      def project do
        [
          app: :covered,
          version: "0.1.0",
          deps: [{:quickbeam, path: #{inspect(@root)}}],
          test_coverage: [tool: QuickBEAM.Cover, summary: [threshold: 0]]
        ]
      end

      def application, do: [mod: {Covered, []}]
    end
    """,
    "lib/covered.ex" => """
    defmodule Covered do
      use Application

      def start(_type, _args) do
        pool = {QuickBEAM.ContextPool, name: Covered.JS, size: 1, script: "priv/js/app.js"}
        Supervisor.start_link([pool], strategy: :one_for_one)
      end

      def greet(name) do
        {:ok, context} = QuickBEAM.Context.start_link(pool: Covered.JS)
        QuickBEAM.Context.call!(context, "greet", [name])
      end

      def never, do: :never
    end
    """,
    "priv/js/app.js" => """
    function greet(name) {
      if (name) {
        return "Hello, " + name;
      }
      return "Hello";
    }
    """,
    "test/test_helper.exs" => "ExUnit.start()",
    "test/covered_test.exs" => """
    defmodule CoveredTest do
      use ExUnit.Case
      test "greets", do: assert(Covered.greet("you") == "Hello, you")
    end
    """
  }

  test "mix test --cover has JavaScript and Elixir", %{tmp_dir: dir} do
    for {name, text} <- @files do
      path = Path.join(dir, name)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, text)
    end

    # The build of the host apart from everything, the NIF shared with this one.
    env = [{"MIX_ENV", "test"}, {"MIX_BUILD_PATH", Path.join(dir, "build")}]

    mix = fn args ->
      {output, status} =
        System.cmd("mix", ["test" | args], cd: dir, env: env, stderr_to_stdout: true)

      assert status == 0, output
      output
    end

    output = mix.(["--cover"])
    assert output =~ ~r{priv/js/app.js +\| +66.66 \| +50.00 \| +100.00 \| +66.66}
    # Mix's own table: one function of three has not run.
    assert output =~ ~r/Covered/
    assert output =~ ~r/\d+\.\d+% \| Total/

    lcov = File.read!(Path.join(dir, "cover/lcov.info"))

    assert lcov =~
             "SF:priv/js/app.js\nFN:1,greet\nFNF:1\nFNH:1\nFNDA:1,greet\nDA:2,1\nDA:3,1\nDA:5,0\n"

    assert File.read!(Path.join(dir, "cover/coverage-final.json")) =~ ~s("type":"if")
    assert File.exists?(Path.join(dir, "cover/Elixir.Covered.html"))
    refute output =~ "warning"

    # A part of the tests, to be added up with others.
    mix.(["--cover", "--export-coverage", "part"])
    assert File.read!(Path.join(dir, "cover/part.lcov.info")) == lcov
    assert File.exists?(Path.join(dir, "cover/part.coverage-final.json"))
    assert File.exists?(Path.join(dir, "cover/part.coverdata"))
  end
end
