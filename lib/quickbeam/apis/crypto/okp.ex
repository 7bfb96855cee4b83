defmodule QuickBEAM.Apis.Crypto.Okp do
  @moduledoc false
  # Ed25519 and X25519: Web Cryptography, 25 and 26.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Der, Ec, Jwk, Key}

  # RFC 8410: 1.3.101.110 and 1.3.101.112.
  defp oid("X25519"), do: <<0x2B, 0x65, 0x6E>>
  defp oid("Ed25519"), do: <<0x2B, 0x65, 0x70>>

  defp public_usages("Ed25519"), do: ["verify"]
  defp public_usages("X25519"), do: []
  defp private_usages("Ed25519"), do: ["sign"]
  defp private_usages("X25519"), do: ["deriveKey", "deriveBits"]

  defp pair("Ed25519", seed), do: :crypto.generate_key(:eddsa, :ed25519, seed)
  defp pair("X25519", seed), do: :crypto.generate_key(:ecdh, :x25519, seed)

  def generate(%{"name" => name}, usages) do
    Key.check_usages(usages, public_usages(name) ++ private_usages(name))
    Key.check_private_usages(usages, private_usages(name))
    private = private(name, :crypto.strong_rand_bytes(32))
    <<_seed::binary-size(32), public::binary>> = private.bytes
    [public(public), private]
  end

  def import("raw", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))
    public(data)
  end

  def import("spki", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))
    oid = oid(name)

    case Der.spki(data) do
      {:ok, ^oid, nil, key} -> public(key)
      _ -> refuse("DataError", "not the SubjectPublicKeyInfo of a key for #{name}")
    end
  end

  def import("pkcs8", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, private_usages(name))
    oid = oid(name)

    with {:ok, ^oid, nil, key} <- Der.pkcs8(data),
         {:ok, {:octets, <<seed::binary-size(32)>>}} <- Der.decode(key) do
      private(name, seed)
    else
      _ -> refuse("DataError", "not the PrivateKeyInfo of a key for #{name}")
    end
  end

  def import("jwk", jwk, %{"name" => name}, extractable, usages) do
    private? = jwk["d"] != nil
    Key.check_usages(usages, if(private?, do: private_usages(name), else: public_usages(name)))
    use = if name == "Ed25519", do: "sig", else: "enc"
    Jwk.check(jwk, "OKP", use, extractable, usages)
    expect(jwk["crv"] == name, "crv is not #{name}")
    if name == "Ed25519", do: Jwk.check_alg(jwk, ["Ed25519", "EdDSA"])
    public = public(Jwk.bytes(jwk, "x", 32))

    if private? do
      private = private(name, Jwk.bytes(jwk, "d", 32))
      <<_seed::binary-size(32), computed::binary>> = private.bytes
      expect(computed == public.bytes, "the two keys are not a pair")
      private
    else
      public
    end
  end

  def import(format, _data, %{"name" => name}, _extractable, _usages),
    do: Key.no_format(format, name)

  defp public(bytes) do
    expect(byte_size(bytes) == 32, "a public key has 32 bytes")
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
    <<seed::binary-size(32), _::binary>> = key.bytes
    Der.to_pkcs8(oid(name), [], Der.encode({:octets, seed}))
  end

  def export("jwk", name, key) do
    jwk = %{"kty" => "OKP", "crv" => name}
    jwk = if name == "Ed25519", do: Map.put(jwk, "alg", name), else: jwk

    case key do
      %{type: :public, bytes: public} ->
        Map.put(jwk, "x", Jwk.encode(public))

      %{type: :private, bytes: <<seed::binary-size(32), public::binary>>} ->
        Map.merge(jwk, %{"x" => Jwk.encode(public), "d" => Jwk.encode(seed)})
    end
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  def sign(_algorithm, key, data) do
    Key.check_type(key, :private)
    <<seed::binary-size(32), _::binary>> = key.bytes
    :crypto.sign(:eddsa, :none, data, [seed, :ed25519])
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

  def verify(_algorithm, key, signature, data) do
    Key.check_type(key, :public)

    case signature do
      <<r::binary-size(32), _::binary-size(32)>> ->
        not small_order?(key.bytes) and not small_order?(r) and
          :crypto.verify(:eddsa, :none, data, signature, [key.bytes, :ed25519])

      _ ->
        false
    end
  end

  defp small_order?(<<number::little-256>>) do
    y = rem(number, 2 ** 255)
    rem(y, @p) in @small_order
  end

  def derive(_algorithm, key, peer, length) do
    <<seed::binary-size(32), _::binary>> = key.bytes
    secret = :crypto.compute_key(:ecdh, peer.bytes, seed, :x25519)

    # RFC 7748, 6.1.
    if secret == <<0::256>>,
      do: refuse("OperationError", "the peer's key is of small order")

    Ec.truncated(secret, length)
  end
end
