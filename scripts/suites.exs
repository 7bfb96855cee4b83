# The standards' suites that `make wpt` and `make test262` run: folders of one archive of
# Debian's, fetched once into tmp/suites and checked by its SHA-256.
#
#     elixir -r scripts/suites.exs -e 'IO.puts(Suites.folder("test262"))'
defmodule Suites do
  # What Debian keeps of Firefox ESR: a fixed version, with both suites of mid-2025.
  @url "http://deb.debian.org/debian/pool/main/f/firefox-esr/" <>
         "firefox-esr_140.12.0esr.orig.tar.xz"
  @sha256 "5c72347381233dcc97cbd02c0324116258769d8b9b0f869fd0c6f1d59519ce2a"
  @megabytes 683
  @version "firefox-140.12.0"

  @folders %{
    "wpt" => "testing/web-platform/tests",
    "test262" => "js/src/tests/test262"
  }

  @work Path.expand("../tmp/suites", __DIR__)

  @doc "The folder of the suite `wpt` or `test262`, fetched when it is missing. Raises when it cannot be had."
  def folder(name) do
    folder = Path.join([@work, @version, Map.fetch!(@folders, name)])
    unless File.dir?(folder), do: unpack(archive())
    folder
  end

  defp archive do
    path = Path.join(@work, Path.basename(@url))
    unless File.exists?(path), do: fetch(path)

    unless checksum(path) == @sha256,
      do: raise("#{path} is not the archive that is expected: its SHA-256 differs. Remove it.")

    path
  end

  defp fetch(path) do
    say("Fetching #{@url} (#{@megabytes} MB)")
    File.mkdir_p!(@work)
    curl = ~w(--fail --silent --show-error --location --retry 2 --output)

    case run("curl", curl ++ [path <> ".part", @url]) do
      :ok -> File.rename!(path <> ".part", path)
      {:error, why} -> raise "#{why}A copy of the archive may also be put at #{path}."
    end
  end

  defp checksum(path) do
    path
    |> File.stream!([], 1_048_576)
    |> Enum.reduce(:crypto.hash_init(:sha256), &:crypto.hash_update(&2, &1))
    |> :crypto.hash_final()
    |> Base.encode16(case: :lower)
  end

  # Under another name first: a folder that is there is whole.
  defp unpack(archive) do
    say("Unpacking #{Path.basename(archive)} into #{@work}")
    part = Path.join(@work, @version <> ".part")
    File.rm_rf!(part)
    File.mkdir_p!(part)
    wanted = for folder <- Map.values(@folders), do: "#{@version}/#{folder}"
    tar = ["--extract", "--xz", "--file", archive, "--directory", part, "--strip-components=1"]

    case run("tar", tar ++ wanted) do
      :ok -> File.rename!(part, Path.join(@work, @version))
      {:error, why} -> raise why
    end
  end

  # Standard output is for whom asks for the folder.
  defp say(text), do: IO.puts(:stderr, text)

  defp run(command, args) do
    case System.cmd(command, args, stderr_to_stdout: true) do
      {_, 0} -> :ok
      {output, status} -> {:error, "#{command} ended with #{status}: #{output}"}
    end
  end
end
