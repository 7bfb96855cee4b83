# Elixir from 1.15 on hides applications that a project does not list.
if function_exported?(Mix, :ensure_application!, 1),
  do: apply(Mix, :ensure_application!, [:inets])

defmodule SSR do
  @moduledoc """
  A web server on OTP's `:inets` that renders a Preact page for each request, in a
  context that lives as long as the request.

  The scripts are compiled once, by the pool; a context holds its own variables only.
  """

  require Record

  alias QuickBEAM.{Context, ContextPool}

  Record.defrecordp(:mod, Record.extract(:mod, from_lib: "inets/include/httpd.hrl"))

  @scripts [
    "node_modules/preact/dist/preact.min.umd.js",
    "node_modules/preact-render-to-string/dist/index.umd.js",
    "page.js"
  ]
  @products [
    %{name: "kettle", price: 24.5},
    %{name: "lantern", price: 18},
    %{name: "harp", price: 940}
  ]

  @doc "Whether `npm ci` was run here."
  def packages?, do: File.dir?(Path.join(__DIR__, "node_modules/preact"))

  @doc """
  Starts the pool, linked to the caller, and a service of `:inets` on loopback, which is not:
  `{:ok, server, port}`.
  """
  def start(port \\ 0) do
    {:ok, _} = Application.ensure_all_started(:inets)

    {:ok, _} =
      ContextPool.start_link(
        name: __MODULE__,
        script: Enum.map(@scripts, &Path.join(__DIR__, &1)),
        apis: false,
        memory_limit: 256_000_000,
        handlers: %{"products" => &products/1},
        context: [network: :none, timeout: 1000, memory_limit: 16_000_000]
      )

    {:ok, server} =
      :inets.start(
        :httpd,
        port: port,
        bind_address: {127, 0, 0, 1},
        server_name: ~c"ssr",
        server_root: String.to_charlist(__DIR__),
        document_root: String.to_charlist(__DIR__),
        modules: [__MODULE__]
      )

    {:ok, server, :httpd.info(server)[:port]}
  end

  @doc "The page as HTML, or the error of its script."
  def render(query) do
    # Not linked, for :httpd's processes take exits as messages; owned, so it ends with them.
    with {:ok, context} <- Context.start(pool: __MODULE__) do
      try do
        Context.call(context, "render", [%{query: query}])
      after
        Context.stop(context)
      end
    end
  end

  @doc false
  # What :httpd calls for each request, in a process of the connection.
  def unquote(:do)(request) do
    query = request |> mod(:request_uri) |> to_string() |> URI.parse() |> Map.get(:query)
    query = URI.decode_query(query || "")["q"] || ""

    case render(query) do
      {:ok, html} -> respond(200, html)
      {:error, error} -> respond(500, "The page failed: " <> error.name)
    end
  end

  defp respond(code, body) do
    head = [
      code: code,
      content_type: ~c"text/html; charset=utf-8",
      content_length: body |> byte_size() |> Integer.to_charlist()
    ]

    {:proceed, [response: {:response, head, [body]}]}
  end

  defp products([query]) do
    Enum.filter(@products, &String.contains?(&1.name, String.downcase(query)))
  end
end
