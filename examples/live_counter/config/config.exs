import Config

config :live_counter, LiveCounterWeb.Endpoint,
  adapter: Bandit.PhoenixAdapter,
  # The address that browsers name: connections from pages of another are refused.
  url: [host: "localhost", port: 4000],
  http: [ip: {127, 0, 0, 1}, port: 4000],
  server: true,
  # For this example only: a real application reads it from its environment.
  secret_key_base: String.duplicate("an example has no secrets ", 3),
  live_view: [signing_salt: "live_counter"],
  render_errors: [formats: [html: LiveCounterWeb.ErrorHTML], layout: false],
  pubsub_server: LiveCounter.PubSub

config :phoenix, :json_library, Jason
