# Elixir from 1.15 on hides applications that a project does not list.
if function_exported?(Mix, :ensure_application!, 1),
  do: apply(Mix, :ensure_application!, [:inets])

defmodule Playground do
  @moduledoc "A page to try contexts on, served by OTP's `:inets` on loopback."

  @api :quickbeam_playground

  @doc "Starts what sessions need, linked to the caller, and the server: `{:ok, server, port}`."
  def start(port \\ 0) do
    {:ok, _} = Application.ensure_all_started(:inets)

    children = [
      {QuickBEAM.ContextPool, name: Playground.Pool, memory_limit: 512_000_000},
      {Playground.Probe, Playground.Pool},
      # JSON, by those who know it best.
      {QuickBEAM, name: Playground.JSON, apis: false},
      {Registry, keys: :unique, name: Playground.Tabs},
      {DynamicSupervisor, name: Playground.Sessions, max_children: 100}
    ]

    {:ok, _} = Supervisor.start_link(children, strategy: :one_for_all, name: __MODULE__)

    {:ok, server} =
      :inets.start(:httpd,
        port: port,
        bind_address: {127, 0, 0, 1},
        server_name: ~c"playground",
        server_root: String.to_charlist(__DIR__),
        document_root: __DIR__ |> Path.join("public") |> String.to_charlist(),
        directory_index: [~c"index.html"],
        mime_types: [{~c"html", ~c"text/html"}],
        modules: [:mod_alias, :mod_esi, :mod_get],
        max_body_size: 200_000,
        erl_script_alias: {~c"/api", [@api]},
        erl_script_timeout: 60
      )

    {:ok, server, :httpd.info(server)[:port]}
  end
end

defmodule :quickbeam_playground do
  @moduledoc false
  # What `/api/quickbeam_playground:FUNCTION` calls, in a process of the connection. The tab
  # is the first line of what is posted, since :mod_esi takes no query there; of a GET it is
  # the query.

  alias Playground.{Probe, Session}

  @every 500

  def open(esi, _env, _input) do
    case Session.open() do
      {:ok, id} -> answer(esi, %{id: id})
      {:error, reason} -> answer(esi, %{error: inspect(reason)})
    end
  end

  def run(esi, _env, input) do
    {tab, code} = split(input)
    with_session(esi, tab, &answer(esi, Session.run(&1, code)))
  end

  def siblings(esi, _env, input) do
    {tab, count} = split(input)
    count = if count == "0", do: 0, else: 1000
    with_session(esi, tab, &answer(esi, %{ok: "#{Session.siblings(&1, count)} siblings"}))
  end

  # Server-sent events: the tab's context and the pool, until the browser is gone.
  def events(esi, _env, input) do
    with_session(esi, text(input), fn session ->
      :mod_esi.deliver(
        esi,
        ~c"content-type: text/event-stream\r\ncache-control: no-store\r\n\r\n"
      )

      stream(esi, session)
    end)
  end

  defp stream(esi, session, before \\ nil) do
    {pool, before} = Probe.pool(Playground.Pool, before)
    event = Map.merge(Session.look(session), %{pool: pool, latencies: Probe.latencies()})

    if :mod_esi.deliver(esi, "data: #{json(event)}\n\n") == :ok do
      Process.sleep(@every)
      stream(esi, session, before)
    end
  end

  defp with_session(esi, tab, fun) do
    case Session.find(tab) do
      nil -> answer(esi, %{error: "This tab's session has ended: load the page again"})
      session -> fun.(session)
    end
  end

  defp answer(esi, term) do
    :mod_esi.deliver(esi, ~c"content-type: application/json\r\ncache-control: no-store\r\n\r\n")
    :mod_esi.deliver(esi, json(term))
  end

  defp json(term), do: QuickBEAM.call!(Playground.JSON, "JSON.stringify", [term])
  defp text(input), do: IO.iodata_to_binary(input)

  defp split(input) do
    [tab | rest] = input |> text() |> String.split("\n", parts: 2)
    {tab, Enum.join(rest)}
  end
end
