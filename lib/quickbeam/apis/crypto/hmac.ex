defmodule QuickBEAM.Apis.Crypto.Hmac do
  @moduledoc false
  # HMAC: Web Cryptography, 31.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Bits, Jwk, Key}

  @usages ["sign", "verify"]
  # No key is of use beyond its hash's block; what asks for more asks for memory.
  @bits_max 8_000_000

  def generate(%{"hash" => hash} = algorithm, usages) do
    Key.check_usages(usages, @usages)
    length = algorithm["length"] || Key.block_size(hash) * 8

    if length == 0 or length > @bits_max,
      do: refuse("OperationError", "an HMAC key has 1 to #{@bits_max} bits, not #{length}")

    Key.check_private_usages(usages, @usages)
    secret(:crypto.strong_rand_bytes(div(length + 7, 8)), length)
  end

  def import(format, data, %{"hash" => hash, "name" => name} = algorithm, extractable, usages) do
    Key.check_usages(usages, @usages)
    secret = secret_of(format, data, name, hash, extractable, usages)
    bits = bit_size(secret)
    length = algorithm["length"] || bits
    expect(bits > 0, "the key is empty")
    expect(length <= bits and length > bits - 8, "length does not fit the key")
    secret(secret, length)
  end

  defp secret_of("raw", data, _name, _hash, _extractable, _usages), do: data

  defp secret_of("jwk", jwk, _name, hash, extractable, usages) do
    expect(jwk["kty"] == "oct", "kty is not oct")
    secret = Jwk.bytes(jwk, "k")
    Jwk.check_alg(jwk, [alg(hash)])
    Jwk.check(jwk, "oct", "sig", extractable, usages)
    secret
  end

  defp secret_of(format, _data, name, _hash, _extractable, _usages),
    do: Key.no_format(format, name)

  def export("raw", _name, key), do: key.bytes

  def export("jwk", _name, key) do
    jwk = %{"kty" => "oct", "k" => Jwk.encode(key.bytes)}
    if alg = alg(key.hash), do: Map.put(jwk, "alg", alg), else: jwk
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  def key_length(%{"length" => length}) when length != nil, do: length
  def key_length(%{"hash" => hash}), do: Key.block_size(hash) * 8

  def sign(_algorithm, key, data), do: :crypto.mac(:hmac, Key.hash(key.hash), key.bytes, data)

  def verify(algorithm, key, signature, data) do
    mac = sign(algorithm, key, data)
    byte_size(mac) == byte_size(signature) and equal?(mac, signature)
  end

  # :crypto.hash_equals/2, which not every OpenSSL of OTP 25 has.
  defp equal?(a, b) do
    pairs = Enum.zip(:binary.bin_to_list(a), :binary.bin_to_list(b))
    Enum.reduce(pairs, 0, fn {a, b}, acc -> Bitwise.bor(acc, Bitwise.bxor(a, b)) end) == 0
  end

  # The bits past a length that is no multiple of 8 are not the key's.
  defp secret(bytes, length) do
    %Key{type: :secret, bytes: Bits.take(bytes, length), bits: length}
  end

  defp alg("SHA-1"), do: "HS1"
  defp alg("SHA-" <> bits), do: "HS" <> bits
  defp alg(_), do: nil
end
