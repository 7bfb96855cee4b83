defmodule QuickBEAM.Snippets do
  @moduledoc """
  Runs the Elixir snippets of a Markdown file in order and with the same variables, as a
  reader would: what stands after an `iex>` prompt must be what comes out. A snippet after
  a comment `<!-- not run: why -->` is left out.
  """

  import ExUnit.Assertions

  # What snippets of LiveView expect of Phoenix.
  defmodule FakeLive do
    @moduledoc false

    defmacro __using__(:live_view) do
      quote do
        import QuickBEAM.Snippets.FakeLive
        @behaviour QuickBEAM.Snippets.FakeLive
      end
    end

    @callback mount(map, map, map) :: {:ok, map}
    @callback handle_event(String.t(), map, map) :: {:noreply, map}
    @callback render(map) :: term

    def assign(socket, assigns), do: update_in(socket.assigns, &Enum.into(assigns, &1))
    def connected?(_socket), do: true

    defmacro sigil_H({:<<>>, _, [text]}, _modifiers),
      do:
        quote(
          do:
            (
              _ = var!(assigns)
              unquote(text)
            )
        )
  end

  @doc "Defines `MyAppWeb`; it and the snippets' own modules end with the test."
  def fake_web do
    Code.compile_string("""
      defmodule MyAppWeb do
        defmacro __using__(:live_view), do: quote(do: use(QuickBEAM.Snippets.FakeLive, :live_view))
      end
    """)

    ExUnit.Callbacks.on_exit(fn -> Enum.each([MyAppWeb, MyAppWeb.CounterLive], &purge/1) end)
  end

  @doc "Runs the snippets of a text; returns how many there are."
  def run(text, file, binding \\ []) do
    blocks =
      for [note, block] <-
            Regex.scan(~r/^(<!-- not run: .*-->\n+)?```elixir\n(.*?)^```$/ms, text,
              capture: :all_but_first
            ),
          note == "",
          do: block

    Enum.reduce(blocks, {binding, Code.env_for_eval(file: file)}, fn block, state ->
      block |> steps() |> Enum.reduce(state, &step(&1, &2, file))
    end)

    length(blocks)
  end

  @doc "Writes the snippets that begin with a comment of their path, such as `// priv/js/a.js`."
  def write_files(text, dir) do
    for [path, code] <-
          Regex.scan(~r{^```(?:js|tsx?)\n// (\S+)\n(.*?)^```$}ms, text, capture: :all_but_first) do
      path = Path.join(dir, path)
      File.mkdir_p!(Path.dirname(path))
      File.write!(path, code)
    end
  end

  @doc "The counter of a LiveView, driven as Phoenix would, then killed: its context ends."
  def live_view(module) do
    test = self()

    connection =
      spawn(fn ->
        {:ok, socket} = module.mount(%{}, %{}, %{assigns: %{}})
        {:noreply, socket} = module.handle_event("add", %{"by" => "2"}, socket)
        {:noreply, socket} = module.handle_event("add", %{"by" => "3"}, socket)
        send(test, {self(), socket.assigns, module.render(socket.assigns)})
        Process.sleep(:infinity)
      end)

    assert_receive {^connection, %{js: js, count: 5}, "<button" <> _}, 5_000
    ref = Process.monitor(js)
    Process.exit(connection, :kill)
    assert_receive {:DOWN, ^ref, :process, ^js, _}, 5_000
  end

  # `{code, expected}` for each prompt of an iex session; a plain snippet is one step.
  defp steps(block) do
    if block =~ ~r/^iex>/m do
      for [prompt, more, expected] <-
            Regex.scan(~r/^iex> ?(.*\n)((?:\.\.\.>.*\n)*)((?:(?!iex>).*\n)*)/m, block,
              capture: :all_but_first
            ) do
        {prompt <> String.replace(more, ~r/^\.\.\.> ?/m, ""), String.trim(expected)}
      end
    else
      [{block, ""}]
    end
  end

  defp step({code, expected}, {binding, env}, file) do
    {value, binding, env} = eval(code, binding, env, file)

    if expected != "" do
      {right, _, _} = eval(expected, binding, env, file)

      assert value == right,
             "in #{Path.basename(file)}:\n\n#{code}\nsays #{expected}, but gives #{inspect(value)}"
    end

    {binding, env}
  end

  defp eval(code, binding, env, file) do
    code |> Code.string_to_quoted!(file: file) |> Code.eval_quoted_with_env(binding, env)
  end

  defp purge(module) do
    :code.purge(module)
    :code.delete(module)
  end
end
