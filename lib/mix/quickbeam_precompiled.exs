defmodule Mix.QuickbeamPrecompiled do
  @moduledoc false
  # Puts a released library into priv/native, so that nobody needs Rust: the part that
  # comes before Mix.QuickbeamCargo. A script, as that is (see mix.exs).
  #
  # A package has a file SHA256SUMS, in the form of sha256sum(1), with a line for each
  # library of the release and a comment that says where they are. A checkout of the
  # repository has none, and is built.

  @root Path.expand("../..", __DIR__)
  @sums "SHA256SUMS"
  # The symbols that rustler asks of the VM: those of OTP 22 (its default feature).
  @nif_version "2.15"
  @redirects 5

  @typedoc "What to do next: nothing, build for a reason (nil: as was asked), or fail."
  @type outcome :: :ok | :noop | {:build, reason :: String.t() | nil} | {:error, String.t()}

  @doc """
  Puts the library of a crate (see `Mix.QuickbeamCargo`) where `artifact` says, if there is
  one for this machine. What has the wrong checksum is an error; that none can be had is not.
  """
  @spec install(Mix.QuickbeamCargo.crate(), Path.t(), Path.t(), IO.device()) :: outcome
  def install(crate, artifact, manifest, device) do
    with :ok <- wanted(),
         {:ok, sums} <- sums(),
         {:ok, name, sum} <- choose(crate.library, sums) do
      stamp = "precompiled #{name} #{sum}\n"

      if File.read(manifest) == {:ok, stamp} and File.regular?(artifact) do
        :noop
      else
        with {:ok, packed} <- cached(name, sum, sums.url, device) do
          put(artifact, :zlib.gunzip(packed))
          File.write!(manifest, stamp)
        end
      end
    end
  end

  @doc "Replaces a file by another: a VM that has the old one loaded keeps its inode."
  @spec put(Path.t(), iodata) :: :ok
  def put(path, content) do
    temporary = path <> ".#{System.pid()}"
    File.mkdir_p!(Path.dirname(path))
    File.write!(temporary, content)
    File.chmod!(temporary, 0o755)
    File.rename!(temporary, path)
  end

  @doc "The name of a library in a release."
  @spec artefact_name(String.t(), String.t()) :: String.t()
  def artefact_name(library, target) do
    "#{library}-v#{version()}-nif-#{@nif_version}-#{target}.#{extension(target)}.gz"
  end

  @doc "Packs a library for a release; the same bytes for the same library."
  @spec pack(Path.t(), Path.t()) :: :ok
  # Without a name and a time in its head, as gzip -n.
  def pack(library, path), do: File.write!(path, library |> File.read!() |> :zlib.gzip())

  @doc "Writes the checksums of the packed libraries in a folder, released at `url`."
  @spec write_sums(Path.t(), String.t(), Path.t()) :: [String.t()]
  def write_sums(folder, url, path \\ Path.join(@root, @sums)) do
    names = folder |> File.ls!() |> Enum.filter(&(&1 =~ ~r/-v.+-nif-.+\.gz$/)) |> Enum.sort()
    lines = for name <- names, do: [sha256(File.read!(Path.join(folder, name))), "  ", name, ?\n]
    File.write!(path, ["# ", url, ?\n | lines])
    names
  end

  @doc """
  The target triple of this VM, or of the one that is built for: by the variables of cargo,
  or those that Nerves sets.
  """
  @spec target() :: String.t()
  def target do
    case {System.get_env("CARGO_BUILD_TARGET", ""), System.get_env("TARGET_ARCH", "")} do
      {"", ""} ->
        :erlang.system_info(:system_architecture) |> to_string() |> triple()

      {"", arch} ->
        parts = [arch, "unknown", System.get_env("TARGET_OS", "linux")]
        triple(Enum.join(parts ++ [System.get_env("TARGET_ABI", "gnu")], "-"))

      # It may be the path of a specification.
      {target, _} ->
        Path.basename(target, ".json")
    end
  end

  @doc "An architecture as a VM says it (`x86_64-pc-linux-gnu`), as a target of Rust."
  @spec triple(String.t()) :: String.t()
  def triple(architecture) do
    [arch | rest] = String.split(architecture, "-")
    rest = Enum.join(rest, "-")

    arch =
      case arch do
        "arm64" -> "aarch64"
        "amd64" -> "x86_64"
        "i" <> <<_, "86">> -> "i686"
        other -> other
      end

    cond do
      rest =~ "darwin" -> "#{arch}-apple-darwin"
      rest =~ ~r/linux-?musl/ -> "#{arch}-unknown-linux-musl#{abi(rest)}"
      rest =~ "linux" -> "#{arch}-unknown-linux-gnu#{abi(rest)}"
      true -> architecture
    end
  end

  defp abi(rest), do: List.first(Regex.run(~r/eabi(hf)?$/, rest) || [""])

  defp extension(target), do: if(target =~ "windows", do: "dll", else: "so")

  # Whether one may be taken at all.
  defp wanted do
    cond do
      build?(System.get_env("QUICKBEAM_BUILD")) -> {:build, nil}
      System.get_env("QUICKBEAM_PROFILE", "release") != "release" -> {:build, nil}
      # Flags of one's own are a wish for another library.
      System.get_env("RUSTFLAGS", "") != "" -> {:build, nil}
      true -> :ok
    end
  end

  defp build?(nil), do: Application.get_env(:quickbeam, :build, false)
  defp build?(value) when value in ~w(1 true), do: true
  defp build?(value) when value in ["", "0", "false"], do: false
  defp build?(other), do: Mix.raise("QUICKBEAM_BUILD must be 1 or 0, got: #{inspect(other)}")

  # %{url: where the package says they are, files: name => checksum}
  defp sums do
    case File.read(Path.join(@root, @sums)) do
      {:ok, text} ->
        lines = String.split(text, "\n", trim: true)
        url = for "# " <> url <- lines, do: String.trim(url)

        files =
          for line <- lines,
              [sum, name] <- [
                Regex.run(~r/^([0-9a-f]{64}) [ *](\S+)$/, line, capture: :all_but_first)
              ],
              into: %{},
              do: {name, sum}

        {:ok, %{url: List.first(url), files: files}}

      {:error, _} ->
        if from(), do: {:build, "this checkout has no #{@sums}"}, else: {:build, nil}
    end
  end

  # The newest NIF version that this VM has: same major, minor not above.
  defp choose(library, %{files: files}) do
    target = target()
    [major, minor] = :erlang.system_info(:nif_version) |> to_string() |> numbers()

    form =
      ~r/^#{library}-v#{Regex.escape(version())}-nif-(\d+\.\d+)-#{Regex.escape(target)}\.(so|dll)\.gz$/

    found =
      for {name, sum} <- files,
          [_, nif, _] <- [Regex.run(form, name)],
          [^major, at] when at <= minor <- [numbers(nif)],
          do: {at, name, sum}

    case Enum.max(found, fn -> nil end) do
      {_, name, sum} -> {:ok, name, sum}
      nil -> {:build, "the release has none for #{target} (NIF #{major}.#{minor})"}
    end
  end

  defp numbers(version), do: version |> String.split(".") |> Enum.map(&String.to_integer/1)

  # From the cache, else from where it is released. Only what has the right checksum is
  # kept, and what was kept is checked again.
  defp cached(name, sum, url, device) do
    path = Path.join(cache(), name)

    with {:ok, packed} <- File.read(path), ^sum <- sha256(packed) do
      {:ok, packed}
    else
      _ ->
        with {:ok, packed} <- fetch(from() || url, name, device),
             :ok <- check(packed, name, sum) do
          # Without a cache it still works.
          with :ok <- File.mkdir_p(cache()),
               temporary = path <> ".#{System.pid()}",
               :ok <- File.write(temporary, packed),
               do: File.rename(temporary, path)

          {:ok, packed}
        end
    end
  end

  defp check(packed, name, sum) do
    case sha256(packed) do
      ^sum ->
        :ok

      other ->
        {:error,
         """
         #{name} from #{from() || "the release"} is not what was released, and is not used.

             SHA-256 of the file:           #{other}
             SHA-256 in #{@sums}: #{sum}

         If a mirror serves it, the mirror has another or a damaged file. QUICKBEAM_BUILD=1
         builds it from source instead.
         """}
    end
  end

  # Where to look instead of where the package says: a folder, or a URL.
  defp from do
    case System.get_env("QUICKBEAM_PRECOMPILED") || Application.get_env(:quickbeam, :precompiled) do
      empty when empty in [nil, ""] -> nil
      from -> from
    end
  end

  defp cache do
    System.get_env("QUICKBEAM_CACHE") ||
      Path.join(to_string(:filename.basedir(:user_cache, ~c"quickbeam")), "precompiled")
  end

  defp fetch(nil, _name, _device), do: {:build, "#{@sums} does not say where they are"}

  defp fetch("http" <> _ = url, name, device),
    do: download(String.trim_trailing(url, "/") <> "/" <> name, device)

  defp fetch("file://" <> _ = url, name, device),
    do: fetch(URI.decode(URI.parse(url).path), name, device)

  defp fetch(folder, name, _device) do
    path = Path.join(Path.expand(folder), name)

    with {:error, reason} <- File.read(path),
         do: {:build, "#{path} cannot be read (#{:file.format_error(reason)})"}
  end

  defp download(url, device) do
    IO.puts(device, "Fetching #{url}")
    # Newer releases of Mix take applications off the path that nothing depends on.
    for app <- [:inets, :ssl] do
      if function_exported?(Mix, :ensure_application!, 1),
        do: apply(Mix, :ensure_application!, [app])

      {:ok, _} = Application.ensure_all_started(app)
    end

    proxy()
    get(url, @redirects)
  end

  # By hand, so that no redirection leads from https to http.
  defp get(url, redirects) do
    options = [timeout: 300_000, connect_timeout: 30_000, autoredirect: false]
    headers = [{~c"user-agent", ~c"quickbeam/#{version()}"}]

    # Those of :ssl are for https only: making them needs the system's certificates.
    options = if String.starts_with?(url, "https:"), do: [{:ssl, ssl()} | options], else: options

    case :httpc.request(:get, {to_charlist(url), headers}, options, body_format: :binary) do
      {:ok, {{_, 200, _}, _, body}} ->
        {:ok, body}

      {:ok, {{_, status, _}, headers, _}} when status in [301, 302, 303, 307, 308] ->
        case :proplists.get_value(~c"location", headers, nil) do
          location when location == nil or redirects == 0 ->
            {:build, "#{url} leads nowhere (status #{status})"}

          location ->
            next = url |> URI.merge(to_string(location)) |> to_string()

            if String.starts_with?(url, "https:") and not String.starts_with?(next, "https:"),
              do: {:build, "#{url} leads to #{next}, which is not https"},
              else: get(next, redirects - 1)
        end

      {:ok, {{_, status, phrase}, _, _}} ->
        {:build, "#{url} answered #{status} #{phrase}"}

      {:error, reason} ->
        {:build, "#{url} cannot be fetched (#{inspect(reason)})"}
    end
  end

  defp ssl do
    [
      verify: :verify_peer,
      cacerts: certificates(),
      depth: 4,
      customize_hostname_check: [match_fun: :public_key.pkix_verify_hostname_match_fun(:https)]
    ]
  end

  # A file of them, by the variable of Hex; else those of the system.
  defp certificates do
    case System.get_env("HEX_CACERTS_PATH") do
      nil ->
        case :public_key.cacerts_load() do
          :ok -> :public_key.cacerts_get()
          # Then no server is trusted, and the error says so.
          {:error, _} -> []
        end

      path ->
        for {:Certificate, der, _} <- :public_key.pem_decode(File.read!(path)), do: der
    end
  end

  defp proxy do
    for {scheme, option} <- [http: :proxy, https: :https_proxy],
        name = "#{scheme}_proxy",
        value = System.get_env(String.upcase(name)) || System.get_env(name),
        %URI{host: host, port: port} when is_binary(host) and is_integer(port) <- [
          URI.parse(value)
        ],
        do: :httpc.set_options([{option, {{to_charlist(host), port}, no_proxy()}}])
  end

  defp no_proxy do
    (System.get_env("NO_PROXY") || System.get_env("no_proxy") || "")
    |> String.split([",", " "], trim: true)
    |> Enum.map(&to_charlist/1)
  end

  defp sha256(binary), do: :crypto.hash(:sha256, binary) |> Base.encode16(case: :lower)

  # Also where there is no project: in a script.
  defp version do
    [_, version] = Regex.run(~r/@version "([^"]+)"/, File.read!(Path.join(@root, "mix.exs")))
    version
  end
end
