defmodule QuickBEAM.JS do
  @moduledoc """
  The JavaScript and TypeScript toolchain: parse, transform, minify, bundle.

      iex> QuickBEAM.JS.transform("const x: number = 42", "a.ts")
      {:ok, "const x = 42;\\n"}
      iex> {:ok, ast} = QuickBEAM.JS.parse("1 + 2", "a.js")
      iex> [%{expression: %{type: :binary_expression, operator: "+"}}] = ast.body
      iex> {:error, [error]} = QuickBEAM.JS.parse("const = 1", "a.js")
      iex> error.message |> String.split("\\n") |> hd()
      "a.js:1:7: Unexpected token"

  It is [oxc](https://oxc.rs) and [rolldown](https://rolldown.rs) in a NIF of their own,
  which is loaded by the first use. In development that use also builds it, which takes
  some minutes. For releases, tests and continuous integration build it before:

      QUICKBEAM_TOOLCHAIN=1 mix deps.compile quickbeam --force

  From then on it is kept up to date. Where it is not there, all functions return an
  error that says so; with `QUICKBEAM_TOOLCHAIN=0` none is ever built.

  The second argument is the name of the source: errors and source maps call it so, and
  its extension says the language: `.js`, `.mjs`, `.cjs`, `.jsx`, `.ts`, `.mts`, `.cts`,
  `.tsx`; all others are JavaScript.

  All functions return `{:ok, value}` or `{:error, errors}`, where an error is a
  `t:QuickBEAM.JS.Error.error/0`, and have a `!` form that raises `QuickBEAM.JS.Error`.
  They run on dirty CPU schedulers.

  ## Trees

  `parse/2` returns [ESTree](https://github.com/estree/estree) as maps with atoms as
  keys; fields are called as there (`:sourceType`). The values of `:type` and `:kind` are
  atoms in snake case: `ImportDeclaration` is `:import_declaration`. `:start` and `:end`
  are positions in UTF-16 code units, as in JavaScript. `patch_string/2` counts so too;
  where a source is ASCII, they are also bytes.

      iex> source = "import { ref } from 'vue'"
      iex> {:ok, ast} = QuickBEAM.JS.parse(source, "a.ts")
      iex> {_ast, patches} =
      ...>   QuickBEAM.JS.postwalk(ast, [], fn
      ...>     %{type: :import_declaration, source: %{value: "vue", start: s, end: e}} = node, acc ->
      ...>       {node, [%{start: s, end: e, change: "'/vendor/vue.js'"} | acc]}
      ...>
      ...>     node, acc ->
      ...>       {node, acc}
      ...>   end)
      iex> QuickBEAM.JS.patch_string(source, patches)
      "import { ref } from '/vendor/vue.js'"
  """

  alias QuickBEAM.JS.{Error, Native, Options, Patch, Toolchain, Tree}

  @type ast :: %{:type => atom, optional(atom) => term}
  @type result(value) :: {:ok, value} | {:error, [Error.error()]}
  @typedoc "Code; with `sourcemap: true` also its map, as JSON."
  @type output :: String.t() | %{code: String.t(), sourcemap: String.t()}
  @type patch :: %{start: non_neg_integer, end: non_neg_integer, change: String.t()}

  ## Sources

  @doc """
  The syntax tree of a source, as described above. Early errors of ECMA-262, such as a
  name that is declared twice, are errors.
  """
  @spec parse(iodata, String.t()) :: result(ast)
  def parse(source, filename), do: run(source, filename, &Native.parse/1)

  @doc "As `parse/2`; returns the tree or raises `QuickBEAM.JS.Error`."
  @spec parse!(iodata, String.t()) :: ast
  def parse!(source, filename), do: source |> parse(filename) |> unwrap!()

  @doc """
  Whether a source has no errors of syntax, early errors included. Makes no tree.

      iex> QuickBEAM.JS.valid?("let a", "a.js")
      true
      iex> QuickBEAM.JS.valid?("let a; let a", "a.js")
      false

  Raises `QuickBEAM.JS.Error` where there is no toolchain.
  """
  @spec valid?(iodata, String.t()) :: boolean
  def valid?(source, filename) do
    with {:error, text} <- Toolchain.ensure(), do: raise(Error, errors: [Error.of_text(text)])
    match?({:ok, _}, run(source, filename, &Native.check/1))
  end

  @doc """
  The names that a module imports from or exports from, in the order of the source and
  each once. Those of types alone are left out, since no JavaScript is left of them, and
  so is `import()`.

      iex> source = "import a from 'a'; export * from './b'; import type { C } from 'c'"
      iex> QuickBEAM.JS.imports(source, "a.ts")
      {:ok, ["a", "./b"]}
  """
  @spec imports(iodata, String.t()) :: result([String.t()])
  def imports(source, filename) do
    with {:ok, found} <- run(source, filename, &Native.imports/1), do: {:ok, found.imports}
  end

  @doc "As `imports/2`; returns the names or raises `QuickBEAM.JS.Error`."
  @spec imports!(iodata, String.t()) :: [String.t()]
  def imports!(source, filename), do: source |> imports(filename) |> unwrap!()

  ## Code

  @doc """
  Makes JavaScript of TypeScript and JSX: types and JSX go, all else stays as it is
  unless a `:target` is given.

      iex> QuickBEAM.JS.transform("<b>{x}</b>", "a.jsx", jsx: :classic, jsx_factory: "h")
      {:ok, ~s[/* @__PURE__ */ h("b", null, x);\\n]}

  | option | default | meaning |
  |---|---|---|
  | `:jsx` | `:automatic` | `:automatic` imports what JSX needs, `:classic` calls the factory |
  | `:import_source` | `"react"` | where `:automatic` imports from |
  | `:jsx_factory`, `:jsx_fragment` | `"React.createElement"`, `"React.Fragment"` | what `:classic` calls |
  | `:target` | none | lower newer syntax to this, such as `"es2020"` or `"es2019,node14"` |
  | `:define` | `%{}` | JavaScript expressions in the place of names, such as `%{"process.env.NODE_ENV" => ~s("production")}`; code that can then not be reached is dropped |
  | `:sourcemap` | `false` | whether to return a map with `:code` and `:sourcemap` |
  """
  @spec transform(iodata, String.t(), keyword) :: result(output)
  def transform(source, filename, opts \\ []) do
    options = Options.transform!(opts)
    source |> run(filename, &Native.transform(&1, options)) |> output(options)
  end

  @doc "As `transform/3`; returns the code or raises `QuickBEAM.JS.Error`."
  @spec transform!(iodata, String.t(), keyword) :: output
  def transform!(source, filename, opts \\ []),
    do: source |> transform(filename, opts) |> unwrap!()

  @doc """
  Makes code smaller; types and JSX go too.

      iex> QuickBEAM.JS.minify("const x = 1 + 2; console.log( x )", "a.mjs")
      {:ok, "console.log(3);"}

  | option | default | meaning |
  |---|---|---|
  | `:mangle` | `true` | shorten names; those at the top of a script stay |
  | `:compress` | `true` | fold constants, drop what is not used |
  | `:drop_console` | `false` | drop calls of `console` |
  | `:sourcemap` | `false` | whether to return a map with `:code` and `:sourcemap` |
  """
  @spec minify(iodata, String.t(), keyword) :: result(output)
  def minify(source, filename, opts \\ []) do
    options = Options.minify!(opts)
    source |> run(filename, &Native.minify(&1, options)) |> output(options)
  end

  @doc "As `minify/3`; returns the code or raises `QuickBEAM.JS.Error`."
  @spec minify!(iodata, String.t(), keyword) :: output
  def minify!(source, filename, opts \\ []), do: source |> minify(filename, opts) |> unwrap!()

  ## Bundles

  @doc """
  Makes one script of modules in memory and of all they import. JavaScript, TypeScript,
  JSX and JSON are modules; CommonJS too. What is not used is left out.

      iex> files = [
      ...>   {"math.ts", "export const twice = (n: number) => n * 2; export const unused = 1"},
      ...>   {"main.ts", "import { twice } from './math'; console.log(twice(21))"}
      ...> ]
      iex> {:ok, code} = QuickBEAM.JS.bundle(files, entry: "main.ts")
      iex> code =~ "twice" and not (code =~ "unused")
      true

  Files are `{name, source}` pairs or a map of names to sources. Names are paths; imports
  find them as on disk, also without their extension. No file on disk is read, unless
  there are `:node_modules`.

  An import that is not found is an error, unless it is `:external` or a module of Node:
  an IIFE requires those by `require("node:fs")`.

  | option | default | meaning |
  |---|---|---|
  | `:entry` | the only file, else all of them | the name of the file to begin with |
  | `:format` | `:iife` | `:iife` is a script, `:esm` a module, `:cjs` sets `module.exports` |
  | `:name` | none | a global to which an IIFE adds what the entry exports |
  | `:minify` | `false` | make it small |
  | `:drop_console` | `false` | drop calls of `console` |
  | `:treeshake` | `true` | leave out what is not used |
  | `:sourcemap` | `false` | whether to return a map with `:code` and `:sourcemap` |
  | `:banner`, `:footer` | none | code or comments before and after all else |
  | `:define` | `%{}` | as for `transform/3`; `process.env.NODE_ENV` is `"production"` unless given |
  | `:external` | `[]` | names of packages that are there at run time, also for what is in them; in a map, the expressions that an IIFE has for them |
  | `:conditions` | `["worker", "browser", "module", "production"]` | conditions of `exports` in `package.json`; without `"browser"` the field of that name is not used either |
  | `:node_modules` | none | a directory with packages |
  | `:target`, `:jsx`, `:jsx_factory`, `:jsx_fragment`, `:import_source` | | as for `transform/3` |
  """
  @spec bundle([{String.t(), iodata}] | %{String.t() => iodata}, keyword) :: result(output)
  def bundle(files, opts \\ []) do
    {entry, options} = opts |> Options.bundle!() |> Map.pop(:entry)
    files = Enum.map(files, &file!/1)

    Toolchain.run(fn -> Native.bundle({:memory, files, entry}, expanded(options)) end)
    |> result()
    |> output(options)
  end

  @doc "As `bundle/2`; returns the code or raises `QuickBEAM.JS.Error`."
  @spec bundle!([{String.t(), iodata}] | %{String.t() => iodata}, keyword) :: output
  def bundle!(files, opts \\ []), do: files |> bundle(opts) |> unwrap!()

  @doc """
  Makes one script of a file and of all it imports, packages in `node_modules` included.

  `tsconfig.json` is respected: paths, and how JSX is transformed. Names in errors and
  source maps are relative to the current directory. The options are those of `bundle/2`
  but for `:entry`; `:node_modules` is a directory besides those above each file.
  """
  @spec bundle_file(Path.t(), keyword) :: result(output)
  def bundle_file(path, opts \\ []) do
    options = Options.bundle_file!(opts)
    disk = {:disk, Path.expand(path), File.cwd!()}

    Toolchain.run(fn -> Native.bundle(disk, expanded(options)) end)
    |> result()
    |> output(options)
  end

  @doc "As `bundle_file/2`; returns the code or raises `QuickBEAM.JS.Error`."
  @spec bundle_file!(Path.t(), keyword) :: output
  def bundle_file!(path, opts \\ []), do: path |> bundle_file(opts) |> unwrap!()

  ## Trees

  @doc """
  Calls a function with each node of a tree or of a list of trees: parents before their
  children, in the order of the source. What it returns is not used.
  """
  @spec walk(ast | [ast], (ast -> term)) :: :ok
  defdelegate walk(tree, fun), to: Tree

  @doc """
  Puts what a function returns in the place of each node, children before their parents,
  as `Macro.postwalk/2` does.
  """
  @spec postwalk(ast | [ast], (ast -> term)) :: term
  def postwalk(tree, fun) do
    {tree, nil} = Tree.postwalk(tree, nil, fn node, nil -> {fun.(node), nil} end)
    tree
  end

  @doc "As `postwalk/2` with an accumulator, as `Macro.postwalk/3` does."
  @spec postwalk(ast | [ast], acc, (ast, acc -> {term, acc})) :: {term, acc} when acc: term
  defdelegate postwalk(tree, acc, fun), to: Tree

  @doc """
  The values for which a function returns `{:keep, value}`; it returns `:skip` for all
  other nodes. They come in the order of the source.

      iex> {:ok, ast} = QuickBEAM.JS.parse("f(a, b)", "a.js")
      iex> QuickBEAM.JS.collect(ast, fn
      ...>   %{type: :identifier, name: name} -> {:keep, name}
      ...>   _ -> :skip
      ...> end)
      ["f", "a", "b"]
  """
  @spec collect(ast | [ast], (ast -> {:keep, value} | :skip)) :: [value] when value: term
  def collect(tree, fun) do
    tree
    |> Tree.reduce([], fn node, kept ->
      case fun.(node) do
        {:keep, value} -> [value | kept]
        :skip -> kept
      end
    end)
    |> Enum.reverse()
  end

  @doc """
  Changes ranges of a source. Positions are those of `parse/2`: UTF-16 code units from 0.
  Patches may come in any order; equal ones count once, several insertions at one place
  come in the order given. Raises `ArgumentError` where they overlap or are not in the
  source.

      iex> QuickBEAM.JS.patch_string("a + b", [%{start: 4, end: 5, change: "c"}])
      "a + c"
  """
  @spec patch_string(String.t(), [patch]) :: String.t()
  defdelegate patch_string(source, patches), to: Patch, as: :apply

  ## Inside

  defp run(source, filename, native) when is_binary(filename) do
    {filename, text} = file!({filename, source})
    Toolchain.run(fn -> native.({text, filename, nil}) end) |> result()
  end

  defp file!({name, source}) when is_binary(name) do
    text = IO.iodata_to_binary(source)

    if not (String.valid?(text) and String.valid?(name)) do
      raise ArgumentError, "the source and its name must be valid UTF-8"
    end

    {name, text}
  end

  defp expanded(%{node_modules: path} = options),
    do: %{options | node_modules: Path.expand(path)}

  defp expanded(options), do: options

  defp result({:ok, _} = ok), do: ok
  defp result({:error, errors}), do: {:error, Enum.map(errors, &Error.from_native/1)}

  defp output({:ok, {code, map, _files}}, %{sourcemap: true}),
    do: {:ok, %{code: code, sourcemap: map}}

  defp output({:ok, {code, _map, _files}}, _options), do: {:ok, code}
  defp output(error, _options), do: error

  defp unwrap!({:ok, value}), do: value
  defp unwrap!({:error, errors}), do: raise(Error, errors: errors)
end
