defmodule QuickBEAM.Apis.Crypto.Okp do
  @moduledoc false
  # Ed25519 and X25519: Web Cryptography, 25 and 26. Ed448 and X448: "Secure Curves in
  # the Web Cryptography API", 4 and 6.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Der, Ec, Jwk, Key}

  # RFC 8410: 1.3.101.110 to 1.3.101.113.
  defp oid("X25519"), do: <<0x2B, 0x65, 0x6E>>
  defp oid("X448"), do: <<0x2B, 0x65, 0x6F>>
  defp oid("Ed25519"), do: <<0x2B, 0x65, 0x70>>
  defp oid("Ed448"), do: <<0x2B, 0x65, 0x71>>

  # Bytes of a public key, and of the seed of a private one.
  defp size("X448"), do: 56
  defp size("Ed448"), do: 57
  defp size(_curve25519), do: 32

  defguardp signs(name) when name in ["Ed25519", "Ed448"]

  defp public_usages(name) when signs(name), do: ["verify"]
  defp public_usages(_name), do: []
  defp private_usages(name) when signs(name), do: ["sign"]
  defp private_usages(_name), do: ["deriveKey", "deriveBits"]

  defp curve("Ed25519"), do: :ed25519
  defp curve("Ed448"), do: :ed448
  defp curve("X25519"), do: :x25519
  defp curve("X448"), do: :x448

  defp pair(name, seed) when signs(name), do: :crypto.generate_key(:eddsa, curve(name), seed)
  defp pair(name, seed), do: :crypto.generate_key(:ecdh, curve(name), seed)

  # The seed and the public key of a private one.
  defp parts(name, %{bytes: bytes}), do: :erlang.split_binary(bytes, size(name))

  def generate(%{"name" => name}, usages) do
    Key.check_usages(usages, public_usages(name) ++ private_usages(name))
    Key.check_private_usages(usages, private_usages(name))
    private = private(name, :crypto.strong_rand_bytes(size(name)))
    {_seed, public} = parts(name, private)
    [public(name, public), private]
  end

  def import("raw", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))
    public(name, data)
  end

  def import("spki", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))
    oid = oid(name)

    case Der.spki(data) do
      {:ok, ^oid, nil, key} -> public(name, key)
      _ -> refuse("DataError", "not the SubjectPublicKeyInfo of a key for #{name}")
    end
  end

  def import("pkcs8", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, private_usages(name))
    {oid, size} = {oid(name), size(name)}

    with {:ok, ^oid, nil, key} <- Der.pkcs8(data),
         {:ok, {:octets, <<seed::binary-size(size)>>}} <- Der.decode(key) do
      private(name, seed)
    else
      _ -> refuse("DataError", "not the PrivateKeyInfo of a key for #{name}")
    end
  end

  def import("jwk", jwk, %{"name" => name}, extractable, usages) do
    private? = jwk["d"] != nil
    Key.check_usages(usages, if(private?, do: private_usages(name), else: public_usages(name)))
    use = if signs(name), do: "sig", else: "enc"
    Jwk.check(jwk, "OKP", use, extractable, usages)
    expect(jwk["crv"] == name, "crv is not #{name}")
    if signs(name), do: Jwk.check_alg(jwk, [name, "EdDSA"])
    public = public(name, Jwk.bytes(jwk, "x", size(name)))

    if private? do
      private = private(name, Jwk.bytes(jwk, "d", size(name)))
      {_seed, computed} = parts(name, private)
      expect(computed == public.bytes, "the two keys are not a pair")
      private
    else
      public
    end
  end

  def import(format, _data, %{"name" => name}, _extractable, _usages),
    do: Key.no_format(format, name)

  defp public(name, bytes) do
    expect(byte_size(bytes) == size(name), "a public key for #{name} has #{size(name)} bytes")
    %Key{type: :public, bytes: bytes}
  end

  defp private(name, seed) do
    {public, _} = pair(name, seed)
    %Key{type: :private, bytes: seed <> public}
  end

  def export("raw", _name, key) do
    Key.check_type(key, :public)
    key.bytes
  end

  def export("spki", name, key) do
    Key.check_type(key, :public)
    Der.to_spki(oid(name), [], key.bytes)
  end

  def export("pkcs8", name, key) do
    Key.check_type(key, :private)
    {seed, _public} = parts(name, key)
    Der.to_pkcs8(oid(name), [], Der.encode({:octets, seed}))
  end

  def export("jwk", name, key) do
    jwk = %{"kty" => "OKP", "crv" => name}
    jwk = if signs(name), do: Map.put(jwk, "alg", name), else: jwk

    case key.type do
      :public ->
        Map.put(jwk, "x", Jwk.encode(key.bytes))

      :private ->
        {seed, public} = parts(name, key)
        Map.merge(jwk, %{"x" => Jwk.encode(public), "d" => Jwk.encode(seed)})
    end
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  def sign(%{"name" => name} = algorithm, key, data) do
    Key.check_type(key, :private)
    check_context(algorithm)
    {seed, _public} = parts(name, key)
    :crypto.sign(:eddsa, :none, data, [seed, curve(name)])
  end

  def verify(%{"name" => name} = algorithm, key, signature, data) do
    Key.check_type(key, :public)
    check_context(algorithm)
    size = size(name)

    case signature do
      <<r::binary-size(size), _::binary-size(size)>> ->
        not small_order?(name, key.bytes) and not small_order?(name, r) and
          :crypto.verify(:eddsa, :none, data, signature, [key.bytes, curve(name)])

      _ ->
        false
    end
  end

  # What :crypto does not take: for Ed448 alone, of at most 255 bytes.
  defp check_context(algorithm) do
    if Map.get(algorithm, "context", "") != "",
      do: refuse("OperationError", "signatures with a context are not supported")
  end

  # The encodings of points of order 8 or less, with y below p and the sign apart:
  # a key or signature of such a point proves nothing.
  @small_order [
    0,
    1,
    2_707_385_501_144_840_649_318_225_287_225_658_788_936_804_267_575_313_519_463_743_609_750_303_402_022,
    55_188_659_117_513_257_062_467_267_217_118_295_137_698_188_065_244_968_500_265_048_394_206_261_417_927,
    2 ** 255 - 20
  ]
  @p 2 ** 255 - 19

  defp small_order?("Ed25519", <<number::little-256>>) do
    y = rem(number, 2 ** 255)
    rem(y, @p) in @small_order
  end

  # On this curve (0, 1), (0, -1) and (±1, 0) are all; RFC 8032, 5.2.2, has no y that is
  # not below p.
  @p448 2 ** 448 - 2 ** 224 - 1
  defp small_order?("Ed448", <<y::little-448, _sign>>), do: y in [0, 1, @p448 - 1]

  def derive(%{"name" => name}, key, peer, length) do
    {seed, _public} = parts(name, key)
    secret = :crypto.compute_key(:ecdh, peer.bytes, seed, curve(name))

    # RFC 7748, 6.
    if :binary.decode_unsigned(secret) == 0,
      do: refuse("OperationError", "the peer's key is of small order")

    Ec.truncated(secret, length)
  end
end
