defmodule QuickBEAM.PrecompiledTest do
  # The libraries of a release, taken by a package as Hex would make it, on a machine
  # without Rust. Not async: it runs Mix.
  use ExUnit.Case

  alias Mix.QuickbeamPrecompiled, as: Precompiled
  alias QuickBEAM.Package

  @moduletag :tmp_dir
  @moduletag :toolchain
  @moduletag timeout: 300_000

  @native Path.expand("../../priv/native", __DIR__)
  @url "https://example.invalid/releases/download/v1"

  setup %{tmp_dir: dir} do
    package = Package.copy(Path.join(dir, "package"))
    release = Path.join(dir, "release")
    File.mkdir_p!(release)

    for library <- ~w(quickbeam_nif quickbeam_toolchain) do
      name = Precompiled.artefact_name(library, Precompiled.target())
      Precompiled.pack(Path.join(@native, library <> ".so"), Path.join(release, name))
    end

    names = Precompiled.write_sums(release, @url, Path.join(package, "SHA256SUMS"))
    assert [nif, _toolchain] = names
    %{package: package, release: release, nif: Path.join(release, nif)}
  end

  defp from(place), do: [{"QUICKBEAM_PRECOMPILED", place}]

  defp task(context, env),
    do: Package.mix(["compile.quickbeam_native"], context.tmp_dir, context.package, env)

  defp put(context), do: Path.join(context.package, "priv/native/quickbeam_nif.so")

  test "an application compiles, runs and is released without Rust", context do
    %{tmp_dir: dir, release: release} = context
    app = Package.application(Path.join(dir, "shop"), context.package)
    answer = "total 42, let n = 1;\n\n"

    assert {output, 0} = Package.mix(["run", "-e", "Shop.total()"], dir, app, from(release))
    assert output =~ answer
    refute output =~ "warning"
    refute output =~ "cargo"
    assert File.read!(put(context)) == File.read!(Path.join(@native, "quickbeam_nif.so"))

    # Nothing is taken twice.
    assert {output, 0} = Package.mix(["run", "-e", "Shop.total()"], dir, app, from("/nowhere"))
    assert output =~ answer
    refute output =~ "precompiled"

    to = Path.join(dir, "released")
    assert {_, 0} = Package.mix(["release", "--path", to], dir, app)
    # Without the package, too.
    File.rm_rf!(context.package)

    assert {^answer, 0} =
             System.cmd(
               Path.join(to, "bin/shop"),
               ["eval", "{:ok, _} = Application.ensure_all_started(:shop); Shop.total()"],
               stderr_to_stdout: true
             )
  end

  test "what is not what was released is not used", context do
    <<head::binary-size(5000), byte, rest::binary>> = File.read!(context.nif)
    File.write!(context.nif, <<head::binary, Bitwise.bxor(byte, 1), rest::binary>>)

    for place <- [context.release, "file://" <> context.release] do
      assert {output, 1} = task(context, from(place))
      assert output =~ Path.basename(context.nif) <> " from #{place} is not what was released"
      assert output =~ "QUICKBEAM_BUILD=1"
      refute File.exists?(put(context))
    end

    assert Path.wildcard(Path.join(context.tmp_dir, "{cache,Library}/**/*.gz")) == []
  end

  test "what was fetched is kept, and checked again", context do
    assert {_, 0} = task(context, from("file://" <> context.release))
    [kept] = Path.wildcard(Path.join(context.tmp_dir, "{cache,Library}/**/quickbeam_nif*.gz"))
    assert File.read!(kept) == File.read!(context.nif)

    File.rm_rf!(Path.dirname(put(context)))
    assert {_, 0} = task(context, from("/nowhere"))
    assert File.exists?(put(context))

    File.rm_rf!(Path.dirname(put(context)))
    File.write!(kept, "damaged")
    assert {output, 1} = task(context, from("/nowhere"))
    assert output =~ "/nowhere/#{Path.basename(context.nif)} cannot be read"
    assert {_, 0} = task(context, from(context.release))
    assert File.read!(kept) == File.read!(context.nif)

    other = Path.join(context.tmp_dir, "other")
    File.rm_rf!(Path.dirname(put(context)))
    assert {_, 0} = task(context, [{"QUICKBEAM_CACHE", other} | from(context.release)])
    assert [_] = File.ls!(other)
  end

  test "comes from a mirror, by HTTP and over redirections", context do
    url = serve(context.release)
    assert {output, 0} = task(context, from(url))
    assert output =~ "Fetching #{url}/quickbeam_nif-v"
    assert File.read!(put(context)) == File.read!(Path.join(@native, "quickbeam_nif.so"))

    File.rm_rf!(Path.dirname(put(context)))
    for folder <- ~w(cache Library), do: File.rm_rf!(Path.join(context.tmp_dir, folder))
    File.rm!(context.nif)
    assert {output, 1} = task(context, from(url))
    assert output =~ "answered 404"
    assert output =~ "cargo was not found"
  end

  test "without one for the machine, or with QUICKBEAM_BUILD=1, it is built", context do
    # Which fails here, where there is no cargo.
    assert {output, 1} = task(context, [{"CARGO_BUILD_TARGET", "riscv64gc-unknown-linux-gnu"}])
    assert output =~ "the release has none for riscv64gc-unknown-linux-gnu (NIF 2."
    assert output =~ "cargo was not found"

    nerves = [{"TARGET_ARCH", "arm"}, {"TARGET_OS", "linux"}, {"TARGET_ABI", "gnueabihf"}]
    assert {output, 1} = task(context, nerves)
    assert output =~ "none for arm-unknown-linux-gnueabihf"

    assert {output, 1} = task(context, [{"QUICKBEAM_BUILD", "1"} | from(context.release)])
    assert output =~ "cargo was not found"
    refute output =~ "precompiled"

    assert {output, 1} = task(context, [{"QUICKBEAM_BUILD", "yes"}])
    assert output =~ "QUICKBEAM_BUILD must be 1 or 0"

    File.rm!(Path.join(context.package, "SHA256SUMS"))
    assert {output, 1} = task(context, from(context.release))
    assert output =~ "this checkout has no SHA256SUMS"
  end

  test "takes no library for a newer VM", context do
    sums = Path.join(context.package, "SHA256SUMS")
    File.write!(sums, String.replace(File.read!(sums), "-nif-2.15-", "-nif-2.99-"))
    assert {output, 1} = task(context, from(context.release))
    assert output =~ "the release has none for"
  end

  test "the toolchain is left to its first use where it cannot be had", context do
    for file <- File.ls!(context.release),
        file =~ "toolchain",
        do: File.rm!(Path.join(context.release, file))

    assert {output, 0} =
             Package.mix(["compile"], context.tmp_dir, context.package, from(context.release))

    assert output =~ "No precompiled library of quickbeam-toolchain is taken"
    assert File.ls!(Path.dirname(put(context))) |> Enum.sort() == ["manifest", "quickbeam_nif.so"]
  end

  test "says machines as Rust does" do
    for {architecture, triple} <- [
          {"x86_64-pc-linux-gnu", "x86_64-unknown-linux-gnu"},
          {"x86_64-redhat-linux", "x86_64-unknown-linux-gnu"},
          {"x86_64-alpine-linux-musl", "x86_64-unknown-linux-musl"},
          {"aarch64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"},
          {"aarch64-apple-darwin23.1.0", "aarch64-apple-darwin"},
          {"arm64-apple-darwin24.0.0", "aarch64-apple-darwin"},
          {"armv7l-unknown-linux-gnueabihf", "armv7l-unknown-linux-gnueabihf"},
          {"amd64-portbld-freebsd14.1", "amd64-portbld-freebsd14.1"}
        ] do
      assert Precompiled.triple(architecture) == triple
    end
  end

  # A server of files that sends everybody elsewhere first.
  defp serve(folder) do
    {:ok, socket} =
      :gen_tcp.listen(0, [:binary, packet: :http_bin, active: false, ip: {127, 0, 0, 1}])

    {:ok, port} = :inet.port(socket)
    start_supervised!({Task, fn -> accept(socket, folder) end})
    "http://127.0.0.1:#{port}/release"
  end

  defp accept(socket, folder) do
    {:ok, client} = :gen_tcp.accept(socket)
    {:ok, {:http_request, :GET, {:abs_path, path}, _}} = :gen_tcp.recv(client, 0)
    :ok = :inet.setopts(client, packet: :raw)

    case path do
      "/release/" <> name -> answer(client, "302 Found\r\nLocation: /files/#{name}", "")
      "/files/" <> name -> file(client, File.read(Path.join(folder, name)))
    end

    :gen_tcp.close(client)
    accept(socket, folder)
  end

  defp file(client, {:ok, content}), do: answer(client, "200 OK", content)
  defp file(client, {:error, _}), do: answer(client, "404 Not Found", "")

  defp answer(client, head, body) do
    :gen_tcp.send(
      client,
      "HTTP/1.1 #{head}\r\nContent-Length: #{byte_size(body)}\r\nConnection: close\r\n\r\n"
    )

    :gen_tcp.send(client, body)
  end
end
