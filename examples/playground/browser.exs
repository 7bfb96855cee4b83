# `make test-browser`: the playground, and Node driving a browser to it.
Code.require_file("session.ex", __DIR__)
Code.require_file("playground.ex", __DIR__)

chromium =
  System.find_executable("chromium") || raise("there is no chromium: apt-get install chromium")

{:ok, _server, port} = Playground.start()
args = [Path.join(__DIR__, "browser.mjs"), "http://127.0.0.1:#{port}/", chromium]
{_, status} = System.cmd("node", args, into: IO.stream())
System.halt(status)
