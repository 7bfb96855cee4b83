# `make` alone prints the targets.

# Elixir wants UTF-8; rustup puts cargo where a fresh shell may not look.
export LANG := C.UTF-8
export LC_ALL := C.UTF-8
export PATH := $(PATH):$(HOME)/.cargo/bin

# The release profile everywhere: the C engine is then compiled once, for the
# NIF, the tests and clippy. `make test CARGO_PROFILE=dev` adds debug assertions.
CARGO_PROFILE ?= release
CARGO := --workspace --locked --profile $(CARGO_PROFILE)

.DEFAULT_GOAL := help

.PHONY: help
help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: tools ## build the NIF and compile the Elixir code
	mix compile

.PHONY: toolchain
toolchain: tools ## build the TypeScript toolchain, QuickBEAM.JS, too (some minutes the first time)
	QUICKBEAM_TOOLCHAIN=1 mix compile

.PHONY: demo
demo: tools examples/demo/node_modules/.package-lock.json ## a thousand contexts doing real work (CONTEXTS=1000 THREADS=)
	mix compile
	mix run examples/demo/demo.exs

.PHONY: playground
playground: tools ## a page to try contexts on, its address is printed (PORT=)
	mix compile
	mix run examples/playground/playground.exs

.PHONY: test-browser
test-browser: tools examples/playground/node_modules/.package-lock.json ## the playground in Debian's chromium (SCREENSHOTS=FOLDER)
	@scripts/ensure node chromium
	mix compile
	SCREENSHOTS='$(SCREENSHOTS)' mix run examples/playground/browser.exs

.PHONY: test
test: tools packages ## cargo's tests, then ExUnit's
	@CARGO_ARGS='$(CARGO)' scripts/test

.PHONY: lint lint-elixir lint-rust lint-js lint-bindings
lint: lint-elixir lint-rust lint-js lint-bindings ## formatting, compiler warnings, clippy, types of priv/js, generated bindings

lint-elixir: tools
	mix format --check-formatted
	mix format --check-formatted 'examples/**/*.{ex,exs}'
	MIX_ENV=test mix compile --force --warnings-as-errors

lint-rust: tools
	cargo fmt --all --check
	cargo clippy $(CARGO) --all-targets -- -D warnings
	cd native/toolchain && cargo fmt --all --check
	cd native/toolchain && CARGO_TARGET_DIR=../../target/toolchain cargo clippy $(CARGO) --all-targets -- -D warnings

lint-js: scripts/typescript/node_modules/.package-lock.json
	scripts/typescript/node_modules/.bin/tsc --project priv/js/jsconfig.json

lint-bindings: tools
	scripts/check-bindings

.PHONY: bench
bench: tools packages ## run every script in bench/, write bench/RESULTS.md with plots (QUICK=1: two minutes, into tmp/bench)
	mix compile
	@$(MAKE) --no-print-directory bench/node/node_modules/.package-lock.json \
	  || echo "isolated-vm could not be fetched or built: it is left out"
	mix run --no-compile bench/run_all.exs $(if $(QUICK),--quick)

# The only package whose own script runs: it compiles isolated-vm.
bench/node/node_modules/.package-lock.json: bench/node/package.json bench/node/package-lock.json
	@scripts/ensure node npm
	npm ci --prefix bench/node --no-audit --no-fund
	@touch $@

# Where packed libraries are put, and where a release has them (URL).
FOLDER ?= precompiled
# The C++ library of the building machine may be newer than that of the user's; a Mac has one.
STATIC := $(if $(filter Darwin,$(shell uname)),0,1)

.PHONY: precompiled
precompiled: tools ## build both NIFs and pack them for a release (FOLDER=precompiled CARGO_BUILD_TARGET=)
	CXXSTDLIB_STATIC=$(STATIC) QUICKBEAM_BUILD=1 QUICKBEAM_TOOLCHAIN=1 mix compile
	elixir scripts/precompile.exs pack $(FOLDER)

.PHONY: checksums
checksums: tools ## write SHA256SUMS of the packed libraries, for the package (FOLDER=precompiled URL=)
	elixir scripts/precompile.exs sums $(FOLDER) $(or $(URL),$(error Say where the release has them: URL=https://...))

.PHONY: conformance
conformance: tools ## count passed cases of public data into guides/conformance.md
	QUICKBEAM_CONFORMANCE='$(CURDIR)/guides/conformance.md' \
	  cargo test $(filter-out --workspace,$(CARGO)) --package quickbeam-apis --test conformance

.PHONY: wpt
wpt: tools ## Web Platform Tests in contexts, counted into guides/conformance.md
	mix run scripts/wpt.exs --table

.PHONY: test262
test262: tools ## test262 in the engine and in contexts, counted into guides/conformance.md (EVERY=)
	$(if $(EVERY),,QUICKBEAM_CONFORMANCE='$(CURDIR)/guides/conformance.md') scripts/test262/run

.PHONY: asan
asan: ## the engine, the fibers and the scheduler under AddressSanitizer
	scripts/asan

.PHONY: tsan
tsan: ## what all threads share, atoms and frozen code, under ThreadSanitizer
	cargo test --locked --release --package quickbeam-engine-sys --test threads

.PHONY: loom
loom: ## the lock-free part of the scheduler in every order of threads
	scripts/loom

.PHONY: bindings
bindings: tools ## regenerate the committed FFI bindings (needs libclang)
	scripts/check-bindings --write

.PHONY: clean
clean: ## remove everything that was built or fetched
	rm -rf _build target priv/native tmp cover doc precompiled SHA256SUMS examples/*/node_modules bench/node/node_modules
	rm -rf test/fixtures/*/node_modules scripts/typescript/node_modules

# Installs what is missing, and costs nothing when nothing is.
.PHONY: tools
tools:
	@scripts/ensure cc c++ cargo elixir

# What the tests bundle, and the compilers they compare with. Without a network the
# tests go without.
.PHONY: packages
packages:
	@$(MAKE) --no-print-directory test/fixtures/npm/node_modules/.package-lock.json \
	  examples/ssr/node_modules/.package-lock.json \
	  test/fixtures/dom/dist/react.js \
	  || echo "The npm packages could not be fetched: their tests are left out"

# npm writes this file last, so an interrupted fetch starts again.
%/node_modules/.package-lock.json: %/package.json %/package-lock.json
	@scripts/ensure node npm
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund
	@touch $@

# The programs that the tests and bench/dom.exs run in a document.
test/fixtures/dom/dist/react.js: test/fixtures/dom/node_modules/.package-lock.json test/fixtures/dom/build.mjs $(wildcard test/fixtures/dom/apps/*)
	npm run --prefix test/fixtures/dom build

scripts/typescript/node_modules/.package-lock.json: scripts/typescript/package.json scripts/typescript/package-lock.json
	@scripts/ensure node npm
	npm ci --prefix scripts/typescript --ignore-scripts --no-audit --no-fund
	@touch $@
