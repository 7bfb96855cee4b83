# `make test-browser`: the playground, and Node driving a browser to it. SCREENSHOTS is the
# folder that they go to.
Code.require_file("probe.ex", __DIR__)
Code.require_file("session.ex", __DIR__)
Code.require_file("playground.ex", __DIR__)

chromium =
  System.find_executable("chromium") || raise("there is no chromium: apt-get install chromium")

{:ok, _server, port} = Playground.start()

pictures =
  case System.get_env("SCREENSHOTS", "") do
    "" -> Path.join(System.tmp_dir!(), "quickbeam_playground")
    folder -> Path.expand(folder)
  end

args = [Path.join(__DIR__, "browser.mjs"), "http://127.0.0.1:#{port}/", chromium, pictures]
{_, status} = System.cmd("node", args, into: IO.stream())
System.halt(status)
