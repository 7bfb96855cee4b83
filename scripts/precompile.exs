# Packs the libraries in priv/native for a release, or writes the SHA256SUMS of all that
# was packed; `make precompiled` and `make checksums` call it.
#
#     elixir scripts/precompile.exs pack FOLDER
#     elixir scripts/precompile.exs sums FOLDER URL
Code.require_file("../lib/mix/quickbeam_precompiled.exs", __DIR__)

alias Mix.QuickbeamPrecompiled, as: Precompiled

native = Path.expand("../priv/native", __DIR__)

case System.argv() do
  ["pack", folder] ->
    File.mkdir_p!(folder)

    for library <- ~w(quickbeam_nif quickbeam_toolchain) do
      name = Precompiled.artefact_name(library, Precompiled.target())
      Precompiled.pack(Path.join(native, library <> ".so"), Path.join(folder, name))
      IO.puts(Path.join(folder, name))
    end

  ["sums", folder, url] ->
    case Precompiled.write_sums(folder, url) do
      [] ->
        IO.puts(:stderr, "There is no packed library in #{folder}")
        System.halt(1)

      names ->
        IO.puts("SHA256SUMS has #{length(names)} libraries, released at #{url}")
    end

  _ ->
    IO.puts(:stderr, "usage: elixir scripts/precompile.exs pack FOLDER | sums FOLDER URL")
    System.halt(2)
end
