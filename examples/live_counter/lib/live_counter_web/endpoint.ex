defmodule LiveCounterWeb.Endpoint do
  @moduledoc false
  use Phoenix.Endpoint, otp_app: :live_counter

  @session [store: :cookie, key: "_live_counter", signing_salt: "counter", same_site: "Lax"]

  socket "/live", Phoenix.LiveView.Socket, websocket: [connect_info: [session: @session]]

  # The browser's part of Phoenix, as the packages ship it: no build of assets.
  plug Plug.Static, at: "/vendor/phoenix", from: {:phoenix, "priv/static"}
  plug Plug.Static, at: "/vendor/live_view", from: {:phoenix_live_view, "priv/static"}

  plug Plug.Parsers, parsers: [:urlencoded], pass: ["*/*"]
  plug Plug.Session, @session
  plug LiveCounterWeb.Router
end
