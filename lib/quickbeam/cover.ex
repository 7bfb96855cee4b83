defmodule QuickBEAM.Cover do
  @moduledoc """
  Coverage of JavaScript: which statements, functions, branches and lines of scripts
  have run, as LCOV and as Istanbul's JSON.

  In the tests of a project, beside the coverage of its Elixir code:

      # mix.exs
      def project do
        [
          ...,
          test_coverage: [tool: QuickBEAM.Cover]
        ]
      end

  `mix test --cover` then prints a table of the scripts and writes `cover/lcov.info`, for
  editors and `genhtml`, and `cover/coverage-final.json`, for `nyc report` and others of
  Istanbul's kin; then it goes on with Mix's own tool, which finds its options in the same
  list. Those for JavaScript are under `:js`:

      test_coverage: [
        tool: QuickBEAM.Cover,
        js: [formats: [:lcov], exclude: ["assets/vendor/"]]
      ]

  | option | default | meaning |
  |---|---|---|
  | `:formats` | `[:lcov, :istanbul]` | what is written |
  | `:output` | Mix's `:output`, or `"cover"` | the folder it is written to |
  | `:exclude` | what lies in a `node_modules` | files to leave out: regular expressions, and beginnings of paths |
  | `:summary` | unless Mix's is `false` | whether the table is printed |

  ## By hand

      iex> QuickBEAM.Cover.start()
      iex> {:ok, js} = QuickBEAM.start()
      iex> QuickBEAM.eval(js, "const f = n => n > 0 ? 'more' : 'less'\\nf(1)", filename: "sign.js")
      {:ok, "more"}
      iex> QuickBEAM.coverage(js)
      {:ok, %{"sign.js" => %{1 => 1, 2 => 1}}}
      iex> QuickBEAM.Cover.lines()["sign.js"]
      %{1 => 1, 2 => 1}
      iex> [%{file: "sign.js", branches: branches}] = QuickBEAM.Cover.summary()
      iex> branches
      {1, 2}
      iex> QuickBEAM.Cover.export(:lcov, Path.join(System.tmp_dir!(), "lcov.info"))
      :ok
      iex> QuickBEAM.stop(js)
      :ok
      iex> QuickBEAM.Cover.stop()
      :ok

  Pools that start while coverage is on count what their contexts run, and those with the
  option `cover: true` at any time; with `cover: false` they never do. Workers count where
  their parent does. Each context counts in memory of its own, which is read while it
  runs and added up when it ends, however it ends: nothing is lost by a kill. A pool that does
  not count has the same bytecode as ever.

  ## What is counted

  Scripts of `:script` and `load_module/3`, files imported and required, scripts of workers,
  and what `eval/3` and `eval_ts/3` run with a `:filename`; not what has no name of its own, such as
  code that scripts evaluate. TypeScript, JSX and bundles are counted where they were
  written: by their source maps, under the paths of the original files. Paths below the
  current folder are relative to it. What `compile/2` gives counts nothing.

  Statements, functions and branches (`if`, `?:`, `&&`, `||`, `??`, `switch`, default values)
  are those of Istanbul. The first operand of a logical operator counts once it has
  been evaluated, all else before it runs. A line has the count of the statement that
  begins there and ran most often.
  """

  @compile {:no_warn_undefined, Mix.Tasks.Test.Coverage}

  alias QuickBEAM.Cover.{Files, Istanbul, Lcov, Summary}
  alias QuickBEAM.Native

  @typedoc "How often the lines of a file ran: of those where a statement begins."
  @type lines :: %{(line :: pos_integer) => count :: non_neg_integer}

  @typedoc "How many of how many."
  @type share :: {covered :: non_neg_integer, all :: non_neg_integer}

  @type summary :: %{
          file: Path.t(),
          statements: share,
          functions: share,
          branches: share,
          lines: share
        }

  @typedoc "Files to leave out, instead of what lies in a `node_modules`."
  @type option :: {:exclude, [Regex.t() | String.t()]}

  @exclude [~r{(^|/)node_modules/}]

  @doc "Begins: from now on pools that start count, from nothing."
  @spec start() :: :ok
  def start do
    Files.keep_maps()
    :persistent_term.put(__MODULE__, true)
    if Process.whereis(QuickBEAM.Supervisor), do: reset(), else: :ok
  end

  @doc """
  The callback of `test_coverage: [tool: QuickBEAM.Cover]`: begins, and returns what `mix test`
  calls at the end.
  """
  @spec start(Path.t(), keyword) :: (() -> term) | nil
  def start(compile_path, opts) do
    js = options!(Keyword.get(opts, :js, []))
    finish = Mix.Tasks.Test.Coverage.start(compile_path, Keyword.delete(opts, :js))
    :ok = start()

    # What Mix calls the part of the tests that this run is.
    prefix = if opts[:export], do: "#{opts[:export]}.", else: ""
    output = Keyword.get(opts, :output, "cover")
    defaults = [output: output, summary: Keyword.get(opts, :summary, true) != false]

    fn ->
      defaults |> Keyword.merge(js) |> report(prefix)
      finish.()
    end
  end

  @doc "Ends: pools that start from now on do not count. Those that do go on; results stay."
  @spec stop() :: :ok
  def stop do
    :persistent_term.put(__MODULE__, false)
    :ok
  end

  @doc "Forgets what has been counted, also in contexts that run."
  @spec reset() :: :ok
  def reset, do: Native.cover_reset()

  @doc "Whether pools that start now count."
  @spec started?() :: boolean
  def started?, do: :persistent_term.get(__MODULE__, false)

  @doc "The lines of each file, as of now. Takes `t:option/0`."
  @spec lines([option]) :: %{Path.t() => lines}
  def lines(opts \\ []) do
    for {path, file} <- files(opts), into: %{}, do: {path, Files.lines(file)}
  end

  @doc "What of each file has run, as of now, in the order of paths. Takes `t:option/0`."
  @spec summary([option]) :: [summary]
  def summary(opts \\ []), do: opts |> files() |> Summary.of()

  @doc """
  Writes a report: `:lcov`, a tracefile as `geninfo` and `genhtml` have it, or `:istanbul`, the JSON of
  `coverage-final.json`. Folders on the way are made. Takes `t:option/0`.
  """
  @spec export(:lcov | :istanbul, Path.t(), [option]) :: :ok | {:error, File.posix()}
  def export(format, path, opts \\ []) when format in [:lcov, :istanbul] do
    write(format, path, files(opts))
  end

  @doc false
  # The lines of what a context has counted.
  @spec context_lines([Files.unit()]) :: %{Path.t() => lines}
  def context_lines(units) do
    for {path, file} <- Files.of(units), into: %{}, do: {path, Files.lines(file)}
  end

  defp write(format, path, files) do
    text = if format == :lcov, do: Lcov.encode(files), else: Istanbul.encode(files)

    with :ok <- File.mkdir_p(Path.dirname(path)), do: File.write(path, text)
  end

  defp files(opts) do
    exclude = Keyword.get(options!(opts), :exclude, @exclude)
    files = Native.cover_results() |> :erlang.binary_to_term() |> Files.of()
    :maps.filter(fn path, _file -> not Enum.any?(exclude, &matches?(&1, path)) end, files)
  end

  defp matches?(%Regex{} = regex, path), do: path =~ regex
  defp matches?(prefix, path), do: String.starts_with?(path, prefix)

  @names %{lcov: "lcov.info", istanbul: "coverage-final.json"}

  defp report(opts, prefix) do
    files = files(Keyword.take(opts, [:exclude]))

    if files != %{} do
      if opts[:summary], do: IO.puts(Summary.table(Summary.of(files)))

      for format <- Keyword.get(opts, :formats, [:lcov, :istanbul]) do
        path = Path.join(opts[:output], prefix <> @names[format])

        with {:error, reason} <- write(format, path, files),
             do: raise(File.Error, reason: reason, action: "write to file", path: path)
      end
    end
  end

  defp options!(opts) do
    QuickBEAM.Options.validate!(opts,
      exclude: {:check, &exclude/1, "a list of regular expressions and beginnings of paths"},
      formats: {:check, &formats/1, "a list of :lcov and :istanbul"},
      output: :filename,
      summary: :boolean
    )
    |> Keyword.new()
  end

  defp exclude(value) do
    fine? = is_list(value) and Enum.all?(value, &(is_struct(&1, Regex) or is_binary(&1)))
    if fine?, do: {:ok, value}, else: :error
  end

  defp formats(value) do
    fine? = is_list(value) and Enum.all?(value, &is_map_key(@names, &1))
    if fine?, do: {:ok, value}, else: :error
  end
end
