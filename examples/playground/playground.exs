# `make playground`, or `mix run examples/playground/playground.exs`; PORT chooses the port.
Code.require_file("probe.ex", __DIR__)
Code.require_file("session.ex", __DIR__)
Code.require_file("playground.ex", __DIR__)

{:ok, _server, port} = Playground.start(String.to_integer(System.get_env("PORT") || "0"))
IO.puts("http://127.0.0.1:#{port}/")
Process.sleep(:infinity)
