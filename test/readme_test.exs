defmodule QuickBEAM.ReadmeTest do
  @moduledoc """
  Runs every Elixir snippet of the README, in order and with the same variables, as a
  reader would: what stands after an `iex>` prompt must be what comes out.
  """

  use ExUnit.Case

  @root Path.expand("..", __DIR__)
  @readme Path.join(@root, "README.md")
  @external_resource @readme
  @text File.read!(@readme)

  # What the LiveView snippet expects of Phoenix.
  defmodule FakeLive do
    defmacro __using__(:live_view) do
      quote do
        import QuickBEAM.ReadmeTest.FakeLive
        @behaviour QuickBEAM.ReadmeTest.FakeLive
      end
    end

    @callback mount(map, map, map) :: {:ok, map}
    @callback handle_event(String.t(), map, map) :: {:noreply, map}
    @callback render(map) :: term

    def assign(socket, assigns), do: update_in(socket.assigns, &Enum.into(assigns, &1))

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

  setup_all do
    [{web, _}] =
      Code.compile_string("""
        defmodule MyAppWeb do
          defmacro __using__(:live_view), do: quote(do: use(QuickBEAM.ReadmeTest.FakeLive, :live_view))
        end
      """)

    on_exit(fn -> purge([web, MyAppWeb.CounterLive]) end)
  end

  test "every Elixir snippet does what it says" do
    blocks = Regex.scan(~r/^```elixir\n(.*?)^```$/ms, @text, capture: :all_but_first)
    assert length(blocks) > 5

    Enum.reduce(blocks, {[], Code.env_for_eval(file: @readme)}, fn [block], state ->
      block |> steps() |> Enum.reduce(state, &run/2)
    end)

    live_view()
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

  # The LiveView of the README, driven as Phoenix would.
  defp live_view do
    module = MyAppWeb.CounterLive
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

  defp run({code, expected}, {binding, env}) do
    {value, binding, env} = eval(code, binding, env)

    if expected != "" do
      {right, _, _} = eval(expected, binding, env)

      assert value == right,
             "in the README:\n\n#{code}\nsays #{expected}, but gives #{inspect(value)}"
    end

    {binding, env}
  end

  defp eval(code, binding, env) do
    code |> Code.string_to_quoted!(file: @readme) |> Code.eval_quoted_with_env(binding, env)
  end

  defp commands do
    fenced = Regex.scan(~r/^```sh\n(.*?)^```$/ms, @text, capture: :all_but_first)
    inline = Regex.scan(~r/`(make [^`]+)`/, @text, capture: :all_but_first)
    Enum.join(List.flatten(fenced ++ inline), "\n")
  end

  defp purge(modules) do
    for module <- modules do
      :code.purge(module)
      :code.delete(module)
    end
  end
end
