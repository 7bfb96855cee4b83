# What `make test` builds and fetches first, mix test alone goes without: a toolchain
# takes minutes, packages a network.
missing = [
  toolchain: not QuickBEAM.JS.Toolchain.available?(),
  dom_packages: not File.regular?(Path.expand("fixtures/dom/dist/react.js", __DIR__)),
  npm: not File.dir?(Path.expand("fixtures/npm/node_modules", __DIR__))
]

exclude = for {tag, true} <- missing, do: tag
if exclude != [], do: IO.puts("Excluding tests, see make test: #{inspect(exclude)}")

ExUnit.start(exclude: exclude)
