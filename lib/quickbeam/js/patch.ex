defmodule QuickBEAM.JS.Patch do
  @moduledoc false
  # Changes ranges of a text that are counted in UTF-16 code units.

  @type t :: %{start: non_neg_integer, end: non_neg_integer, change: String.t()}

  @spec apply(String.t(), [t]) :: String.t()
  def apply(source, patches) do
    patches
    |> Enum.map(&check!/1)
    # The same change of the same range, once.
    |> Enum.uniq()
    # Stable: insertions at one place stay in the order given.
    |> Enum.sort_by(fn {start, stop, _change} -> {start, stop} end)
    |> patched(source, 0, [])
    |> IO.iodata_to_binary()
  end

  defp patched([], rest, _at, done), do: Enum.reverse([rest | done])

  defp patched([{start, stop, change} | patches], rest, at, done) do
    if start < at do
      raise ArgumentError,
            "patches overlap: one of #{start}..#{stop} begins before the end of another, #{at}"
    end

    {before, rest} = split!(rest, start - at, start)
    {_old, rest} = split!(rest, stop - start, stop)
    patched(patches, rest, stop, [change, before | done])
  end

  defp split!(text, units, position) do
    case bytes(text, units, 0) do
      {:ok, bytes} ->
        {binary_part(text, 0, bytes), binary_part(text, bytes, byte_size(text) - bytes)}

      :error ->
        raise ArgumentError, "a patch's position #{position} is not in the source, or in a pair"
    end
  end

  # How many bytes the first UTF-16 code units take.
  defp bytes(_text, 0, bytes), do: {:ok, bytes}

  defp bytes(<<char::utf8, rest::binary>>, units, bytes) do
    {width, bytes} =
      cond do
        char < 0x80 -> {1, bytes + 1}
        char < 0x800 -> {1, bytes + 2}
        char < 0x10000 -> {1, bytes + 3}
        true -> {2, bytes + 4}
      end

    if width <= units, do: bytes(rest, units - width, bytes), else: :error
  end

  defp bytes(_text, _units, _bytes), do: :error

  defp check!(%{start: start, end: stop, change: change})
       when is_integer(start) and is_integer(stop) and start in 0..stop//1 and is_binary(change),
       do: {start, stop, change}

  defp check!(other) do
    raise ArgumentError,
          "expected a patch as %{start: integer, end: integer, change: string} whose end " <>
            "is not before its start, got: #{inspect(other)}"
  end
end
