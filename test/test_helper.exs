# Minutes to build where it is missing: `make test` does so, mix test alone goes without.
toolchain? = QuickBEAM.JS.Toolchain.available?()
unless toolchain?, do: IO.puts("No toolchain of QuickBEAM.JS, see its docs: excluding its tests")

ExUnit.start(exclude: if(toolchain?, do: [], else: [:toolchain]))
