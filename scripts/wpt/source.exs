defmodule WPT.Source do
  # The tests come with Debian's source of Node.js: a fixed version, fetched once.

  @url "http://deb.debian.org/debian-security/pool/updates/main/n/nodejs/" <>
         "nodejs_18.20.4%2bdfsg.orig.tar.xz"
  @sha256 "6ce58062c71eae37d9c5ac31eeaeff9c2d48561d21c2849179d056c9c1bd9ebc"

  @doc "The folder of the tests below tmp/wpt, fetched when it is missing."
  def fetch do
    folder = Path.expand("tmp/wpt/node-18.20.4")
    unless File.dir?(folder), do: unpack(archive(), folder)
    folder
  end

  defp archive do
    path = Path.expand("tmp/wpt/nodejs_18.20.4.orig.tar.xz")
    File.mkdir_p!(Path.dirname(path))

    unless File.exists?(path) do
      IO.puts("Fetching #{@url}")
      run!("curl", ["--fail", "--silent", "--show-error", "--location", "-o", path <> ".part", @url])
      File.rename!(path <> ".part", path)
    end

    unless checksum(path) == @sha256 do
      File.rm!(path)
      raise "#{@url} is not the file it was: its SHA-256 is another one"
    end

    path
  end

  defp checksum(path) do
    path
    |> File.stream!([], 65_536)
    |> Enum.reduce(:crypto.hash_init(:sha256), &:crypto.hash_update(&2, &1))
    |> :crypto.hash_final()
    |> Base.encode16(case: :lower)
  end

  # Under another name first: a folder that is there is whole.
  defp unpack(archive, folder) do
    part = folder <> ".part"
    File.rm_rf!(part)
    File.mkdir_p!(part)
    tests = ["--wildcards", "--strip-components=4", "*/test/fixtures/wpt"]
    run!("tar", ["-xJf", archive, "-C", part | tests])
    File.rename!(part, folder)
  end

  defp run!(command, args) do
    case System.cmd(command, args, stderr_to_stdout: true) do
      {_, 0} -> :ok
      {output, status} -> raise "#{command} ended with #{status}: #{output}"
    end
  end
end
