defmodule QuickBEAM.Apis.NodeParseArgsTest do
  use QuickBEAM.Case, async: true

  # What Node 20.20 answers to the same.

  setup_all do
    {:ok, js} = QuickBEAM.start(apis: [:node])

    QuickBEAM.eval!(js, """
    const { parseArgs } = require("node:util");
    globalThis.parse = (config) => { const { values, ...rest } = parseArgs(config); return { values: { ...values }, ...rest }; };
    globalThis.failed = (config) => { try { parseArgs(config); return null; } catch ({ name, code, message }) { return [name, code, message]; } };
    globalThis.options = {
      file: { type: "string", short: "f" },
      all: { type: "boolean", short: "a" },
      tag: { type: "string", short: "t", multiple: true },
    };
    0
    """)

    {:ok, js: js}
  end

  defp js!(js, code), do: QuickBEAM.eval!(js, code)

  test "long and short options, groups, values, positionals", %{js: js} do
    assert js!(js, """
           parse({ args: ["-af", "x", "--tag=1", "-t2", "--tag", "", "one", "--", "--two"], options, allowPositionals: true })
           """) == %{
             "values" => %{"all" => true, "file" => "x", "tag" => ["1", "2", ""]},
             "positionals" => ["one", "--two"]
           }
  end

  test "defaults stand where nothing was given", %{js: js} do
    assert js!(js, """
           parse({ args: ["--a"], options: { a: { type: "boolean", default: false }, b: { type: "string", multiple: true, default: ["x"] } } })
           """) == %{"values" => %{"a" => true, "b" => ["x"]}, "positionals" => []}
  end

  test "without strict all is taken, with allowNegative no- too", %{js: js} do
    assert js!(js, "parse({ args: ['--x', '-yz', '--v=1', 'p'], strict: false })") == %{
             "values" => %{"x" => true, "y" => true, "z" => true, "v" => "1"},
             "positionals" => ["p"]
           }

    assert js!(js, "parse({ args: ['--no-all'], options, allowNegative: true })") == %{
             "values" => %{"all" => false},
             "positionals" => []
           }

    assert js!(js, "parse({ args: ['--__proto__=1'], strict: false })")["values"] == %{}
  end

  test "tokens say where each part stands", %{js: js} do
    assert js!(js, """
           parse({ args: ["-af", "x", "--", "y"], options, allowPositionals: true, tokens: true }).tokens
             .map(({ kind, name, rawName, index, value, inlineValue }) => [kind, name, rawName, index, value, inlineValue].map((part) => part ?? null))
           """) == [
             ["option", "all", "-a", 0, nil, nil],
             ["option", "file", "-f", 0, "x", false],
             ["option-terminator", nil, nil, 2, nil, nil],
             ["positional", nil, nil, 3, "y", nil]
           ]
  end

  test "mistakes of a command line", %{js: js} do
    for {args, code, message} <- [
          {["--nope"], "UNKNOWN_OPTION", "Unknown option '--nope'"},
          {["x"], "UNEXPECTED_POSITIONAL",
           "Unexpected argument 'x'. This command does not take positional arguments"},
          {["--all=1"], "INVALID_OPTION_VALUE", "Option '-a, --all' does not take an argument"},
          {["--file"], "INVALID_OPTION_VALUE", "Option '-f, --file <value>' argument missing"},
          {["-f", "-a"], "INVALID_OPTION_VALUE",
           "Option '-f' argument is ambiguous.\nDid you forget to specify the option argument for '-f'?\n" <>
             "To specify an option argument starting with a dash use '--file=-XYZ' or '-f-XYZ'."}
        ] do
      assert js!(js, "failed({ args: #{inspect(args)}, options })") ==
               ["TypeError", "ERR_PARSE_ARGS_" <> code, message]
    end
  end

  test "mistakes of a configuration", %{js: js} do
    for {config, code, message} <- [
          {"{ args: 1 }", "TYPE",
           "The \"args\" argument must be an instance of Array. Received type number (1)"},
          {"{ strict: 1 }", "TYPE",
           "The \"strict\" argument must be of type boolean. Received type number (1)"},
          {"{ options: { a: {} } }", "TYPE",
           "The \"options.a.type\" property must be ('string|boolean'). Received undefined"},
          {"{ options: { a: { type: 'string', short: 'ab' } } }", "VALUE",
           "The property 'options.a.short' must be a single character. Received 'ab'"},
          {"{ options: { a: { type: 'string', default: true } } }", "TYPE",
           "The \"options.a.default\" property must be of type string. Received type boolean (true)"}
        ] do
      assert js!(js, "failed(#{config})") == ["TypeError", "ERR_INVALID_ARG_" <> code, message]
    end
  end
end
