defmodule QuickBEAM.Apis.Crypto.Bits do
  @moduledoc false
  # Parts of binaries by a size that is known only when it runs. Elixir from 1.20 on wants
  # such a size pinned in a pattern, which older ones do not know.

  @doc "The first `size` bytes and the rest; `:error` where there are not as many."
  @spec split(binary, integer) :: {binary, binary} | :error
  def split(bytes, size) when size in 0..byte_size(bytes)//1,
    do: {binary_part(bytes, 0, size), binary_part(bytes, size, byte_size(bytes) - size)}

  def split(_bytes, _size), do: :error

  @doc "The first `length` bits, which there are, and zeros up to the next byte."
  @spec take(binary, non_neg_integer) :: binary
  def take(bytes, length) do
    size = div(length + 7, 8)
    unused = size * 8 - length
    number = bytes |> binary_part(0, size) |> :binary.decode_unsigned()
    <<Bitwise.bsl(Bitwise.bsr(number, unused), unused)::unit(8)-size(size)>>
  end
end
