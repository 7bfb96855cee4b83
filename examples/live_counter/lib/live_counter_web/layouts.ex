defmodule LiveCounterWeb.Layouts do
  @moduledoc false
  use Phoenix.Component

  def root(assigns) do
    ~H"""
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="csrf-token" content={Plug.CSRFProtection.get_csrf_token()} />
        <title>Counter</title>
        <script defer src="/vendor/phoenix/phoenix.min.js"></script>
        <script defer src="/vendor/live_view/phoenix_live_view.min.js"></script>
        <script>
          addEventListener("DOMContentLoaded", () => {
            const token = document.querySelector("meta[name=csrf-token]").content;
            const options = { params: { _csrf_token: token } };
            new LiveView.LiveSocket("/live", Phoenix.Socket, options).connect();
          });
        </script>
      </head>
      <body>{@inner_content}</body>
    </html>
    """
  end
end

defmodule LiveCounterWeb.ErrorHTML do
  @moduledoc false
  def render(template, _assigns), do: Phoenix.Controller.status_message_from_template(template)
end
