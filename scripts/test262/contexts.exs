# test262 in contexts as a user starts them: one context for each test and mode.
#
#     mix run scripts/test262/contexts.exs FOLDER CONFIG none|browser
#
# FOLDER holds test262/, CONFIG is read as the engine's own runner reads it, and what fails
# is printed as that prints it.
defmodule Test262 do
  alias QuickBEAM.{Context, ContextPool, JSError}

  @timeout 60_000
  @memory_limit 256 * 1024 * 1024

  # What a host has to give. There is one realm to a context, and no other agent.
  # A setter that a test gives Array.prototype must not see this.
  @host """
  (() => {
    const { callSync } = Beam;
    const errors = globalThis;
    const transfer = Function.prototype.call.bind(ArrayBuffer.prototype.transfer);
    let printed = "";
    globalThis.print = text => { printed += text + "\\n" };
    globalThis.$262 = {
      global: globalThis,
      detachArrayBuffer(buffer) { transfer(buffer) },
      gc() { callSync("gc") },
      evalScript(code) {
        const { error, message, value } = callSync("evalScript", String(code));
        if (error) throw new errors[error](message);
        return value;
      },
      printed: () => printed,
    };
  })()
  """

  defmodule Case do
    @moduledoc false
    defstruct [:path, :file, :code, :includes, :negative, :strict?, :module?, :async?]
  end

  def main([folder, config, apis]) do
    Logger.configure(level: :none)
    folder = Path.expand(folder)
    config = read_config(config)
    apis = %{"none" => false, "browser" => [:browser]} |> Map.fetch!(apis)
    suite = %{folder: folder, apis: apis, harness: :ets.new(:harness, [:public])}

    {included, excluded} = Enum.split_with(config.tests, &included?(&1, config))

    {cases, skipped} =
      included |> Enum.map(&cases(folder, &1, config)) |> Enum.split_with(&is_list/1)

    cases = List.flatten(cases)
    {:ok, pool} = ContextPool.start_link(slice: 200)

    failed =
      cases
      |> Task.async_stream(&{&1, run(&1, suite, pool)},
        timeout: :infinity,
        max_concurrency: 2 * System.schedulers_online()
      )
      |> Enum.count(fn {:ok, {test, outcome}} -> failed?(test, outcome) end)

    IO.puts(
      :stderr,
      "Result: #{failed}/#{length(cases)} errors, #{length(excluded)} excluded, " <>
        "#{length(skipped)} skipped"
    )
  end

  defp failed?(_test, :passed), do: false

  defp failed?(test, {:failed, why}) do
    mode = if test.strict?, do: "strict mode: "
    IO.puts("#{test.path}:1: #{mode}#{String.replace(why, ~r/\s+/, " ")}")
    true
  end

  # ---- what to run ----------------------------------------------------------

  # Features with whether they are there, paths to leave out, and the tests.
  defp read_config(path) do
    {_, config} =
      for line <- File.stream!(path), reduce: {nil, %{features: %{}, excluded: [], tests: []}} do
        {section, config} ->
          case String.trim(hd(String.split(line, "#"))) do
            "" -> {section, config}
            "[" <> name -> {String.trim_trailing(name, "]"), config}
            entry -> {section, entry(config, section, entry)}
          end
      end

    %{config | tests: Enum.reverse(config.tests)}
  end

  defp entry(config, "features", feature) do
    [name | how] = String.split(feature, "=")
    put_in(config.features[name], how != ["skip"])
  end

  defp entry(config, "exclude", path), do: update_in(config.excluded, &[path | &1])
  defp entry(config, "tests", path), do: update_in(config.tests, &[path | &1])
  defp entry(config, _section, _), do: config

  # The longest path that names it decides; with `!` one is not excluded after all.
  defp included?(test, config) do
    {excluded, included} =
      config.excluded
      |> Enum.filter(&String.starts_with?(test, String.trim_leading(&1, "!")))
      |> Enum.split_with(&(not String.starts_with?(&1, "!")))

    longest = fn paths -> paths |> Enum.map(&byte_size/1) |> Enum.max(fn -> 0 end) end
    longest.(excluded) <= longest.(included)
  end

  # The cases of a test, or why it is left out.
  defp cases(folder, path, config) do
    code = File.read!(Path.join(folder, path))
    front = front_matter(code)
    flags = list(front, "flags")
    features = list(front, "features")
    raw? = "raw" in flags

    cond do
      feature = Enum.find(features, &(config.features[&1] != true)) ->
        {:feature, feature}

      # A context has one realm, and runs alone.
      code =~ ~r/createRealm|IsHTMLDDA|\$262\.agent/ or
          "atomicsHelper.js" in list(front, "includes") ->
        :host

      "CanBlockIsFalse" in flags ->
        :host

      # Names and code that are given to a context are UTF-8.
      not String.valid?(code) ->
        :utf8

      true ->
        test = %Case{
          path: path,
          file: Path.join(folder, path),
          code: code,
          includes: includes(front, raw?, "async" in flags),
          negative: negative(front),
          module?: "module" in flags,
          async?: "async" in flags
        }

        modes =
          cond do
            test.module? -> [false]
            raw? or "noStrict" in flags -> [false]
            "onlyStrict" in flags -> [true]
            true -> [false, true]
          end

        for strict? <- modes, do: %{test | strict?: strict?}
    end
  end

  defp includes(_front, true, false), do: []
  defp includes(_front, true, true), do: ["doneprintHandle.js"]

  defp includes(front, false, async?) do
    ["sta.js", "assert.js"] ++
      list(front, "includes") ++ if(async?, do: ["doneprintHandle.js"], else: [])
  end

  defp front_matter(code) do
    case Regex.run(~r{/\*---(.*?)---\*/}s, code) do
      [_, text] -> text |> String.replace(~r/\r\n?/, "\n") |> flush_left()
      nil -> ""
    end
  end

  defp flush_left(text) do
    [indent] = Regex.run(~r/^ *(?=\S)/m, text)
    String.replace(text, ~r/^#{indent}/m, "")
  end

  # `key: [a, b]`, or the same as lines of `- a`.
  defp list(front, key) do
    case Regex.run(~r/^#{key}:[ ]*(\[[^\]]*\]|(?:\n[ ]*-[^\n]*)+)/m, front) do
      [_, text] ->
        Regex.scan(~r/[^\s,\[\]]+/, String.replace(text, ~r/^\s*-\s/m, "")) |> List.flatten()

      nil ->
        []
    end
  end

  defp negative(front) do
    case Regex.run(~r/^negative:.*?\btype:\s*(\w+)/ms, front) do
      [_, type] -> type
      nil -> nil
    end
  end

  # ---- a case in a context --------------------------------------------------

  defp run(test, suite, pool) do
    {:ok, context} =
      Context.start(
        pool: pool,
        apis: suite.apis,
        memory_limit: @memory_limit,
        timeout: @timeout,
        root: Path.join(suite.folder, "test262/test"),
        console: fn _level, _text, _meta -> :ok end,
        handlers: handlers()
      )

    try do
      {:ok, _} = Context.eval(context, @host)

      for file <- test.includes do
        {:ok, _} = Context.eval(context, harness(suite, file), filename: file)
      end

      context |> evaluate(test) |> judge(context, test)
    catch
      kind, reason -> {:failed, "the context: " <> Exception.format_banner(kind, reason)}
    after
      Context.stop(context)
    end
  end

  defp handlers do
    %{
      "gc" => {:with_caller, fn [], context -> Context.gc(context) && nil end},
      "evalScript" =>
        {:with_caller,
         fn [code], context ->
           case Context.eval(context, code) do
             {:ok, value} -> %{value: value}
             {:error, %JSError{name: name, message: message}} -> %{error: name, message: message}
           end
         end}
    }
  end

  defp harness(suite, file) do
    case :ets.lookup(suite.harness, file) do
      [{_, text}] ->
        text

      [] ->
        text = File.read!(Path.join([suite.folder, "test262/harness", file]))
        :ets.insert(suite.harness, {file, text})
        text
    end
  end

  defp evaluate(context, %{module?: true} = test),
    do: Context.load_module(context, test.file, test.code)

  defp evaluate(context, test) do
    directive = if test.strict?, do: "\"use strict\";\n"
    # A promise that a script ends with would be waited for.
    Context.eval(context, "#{directive}#{test.code}\n;undefined", filename: test.file)
  end

  defp judge({:error, error}, _context, %{negative: nil}),
    do: {:failed, Exception.message(error)}

  defp judge({:error, error}, _context, %{negative: type}) do
    # What is thrown may be no Error of the engine's: `Test262Error`.
    if error.name == type or String.starts_with?(error.message, type),
      do: :passed,
      else: {:failed, "expected #{type}, not " <> Exception.message(error)}
  end

  defp judge(_result, _context, %{negative: type}) when type != nil,
    do: {:failed, "expected #{type}"}

  defp judge(_result, context, %{async?: true}), do: await_done(context, 100)
  defp judge(_result, _context, _test), do: :passed

  defp await_done(context, tries) do
    case Context.eval!(context, "$262.printed()") do
      "Test262:AsyncTestComplete\n" -> :passed
      "" when tries > 0 -> Process.sleep(20) && await_done(context, tries - 1)
      printed -> {:failed, "$DONE: " <> printed}
    end
  end
end

Test262.main(System.argv())
