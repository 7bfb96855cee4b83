# `npm ci --prefix examples/ssr`, then `mix run examples/ssr/ssr.exs`.
Code.require_file("ssr.ex", __DIR__)

if not SSR.packages?(), do: raise("run npm ci --prefix examples/ssr")
{:ok, _server, port} = SSR.start(String.to_integer(System.get_env("PORT") || "0"))
IO.puts("http://127.0.0.1:#{port}/?q=k")
Process.sleep(:infinity)
