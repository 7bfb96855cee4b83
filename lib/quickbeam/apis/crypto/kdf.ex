defmodule QuickBEAM.Apis.Crypto.Kdf do
  @moduledoc false
  # HKDF and PBKDF2: Web Cryptography, 33 and 34.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]

  alias QuickBEAM.Apis.Crypto.Key

  @usages ["deriveKey", "deriveBits"]
  # Some ten seconds. Nothing stops :crypto once it has begun.
  @work_max 20_000_000

  def import("raw", data, _algorithm, extractable, usages) do
    Key.check_usages(usages, @usages)
    if extractable, do: refuse("SyntaxError", "such a key must not be extractable")
    %Key{type: :secret, bytes: data}
  end

  def import(format, _data, %{"name" => name}, _extractable, _usages),
    do: Key.no_format(format, name)

  def key_length(_algorithm), do: nil

  def derive(algorithm, key, nil, length) do
    if length == nil or rem(length, 8) != 0,
      do: refuse("OperationError", "length must be a multiple of 8 bits")

    bits(algorithm, key.bytes, div(length, 8))
  end

  # RFC 5869.
  defp bits(%{"name" => "HKDF", "hash" => hash, "salt" => salt, "info" => info}, secret, size) do
    digest_size = Key.digest_size(hash)
    hash = Key.hash(hash)

    if size > 255 * digest_size,
      do: refuse("OperationError", "HKDF gives at most #{255 * digest_size} bytes")

    pseudo_random = :crypto.mac(:hmac, hash, salt, secret)
    expand(hash, pseudo_random, info, size, 1, "", [])
  end

  defp bits(%{"name" => "PBKDF2", "iterations" => 0}, _secret, _size),
    do: refuse("OperationError", "PBKDF2 needs an iteration")

  defp bits(%{"name" => "PBKDF2"}, _secret, 0), do: ""

  defp bits(%{"name" => "PBKDF2"} = algorithm, secret, size) do
    %{"hash" => hash, "salt" => salt, "iterations" => iterations} = algorithm
    digest_size = Key.digest_size(hash)

    if iterations * div(size + digest_size - 1, digest_size) > @work_max,
      do: refuse("OperationError", "PBKDF2 is done with #{@work_max} iterations at most")

    :crypto.pbkdf2_hmac(Key.hash(hash), secret, salt, iterations, size)
  end

  defp expand(_hash, _key, _info, size, _index, _last, done) when size <= 0 do
    bytes = done |> Enum.reverse() |> IO.iodata_to_binary()
    binary_part(bytes, 0, byte_size(bytes) + size)
  end

  defp expand(hash, key, info, size, index, last, done) do
    block = :crypto.mac(:hmac, hash, key, [last, info, index])
    expand(hash, key, info, size - byte_size(block), index + 1, block, [block | done])
  end
end
