defmodule QuickBEAM.Apis.Crypto.Rsa do
  @moduledoc false
  # RSASSA-PKCS1-v1_5, RSA-PSS, RSA-OAEP: Web Cryptography, 20 to 22.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Der, Jwk, Key}

  # rsaEncryption, 1.2.840.113549.1.1.1
  @oid <<0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01>>
  # A key of 8192 bits takes seconds, one of 16384 minutes, and nothing stops :crypto
  # once it has begun.
  @generated_bits_max 8192
  @bits_max 16384

  defp public_usages("RSA-OAEP"), do: ["encrypt", "wrapKey"]
  defp public_usages(_), do: ["verify"]
  defp private_usages("RSA-OAEP"), do: ["decrypt", "unwrapKey"]
  defp private_usages(_), do: ["sign"]

  def generate(%{"name" => name, "modulusLength" => bits} = algorithm, usages) do
    Key.check_usages(usages, public_usages(name) ++ private_usages(name))
    exponent = :binary.decode_unsigned(algorithm["publicExponent"])

    if rem(exponent, 2) == 0 or exponent < 3 or exponent >= 2 ** 64,
      do: refuse("OperationError", "the public exponent is not odd, or not within 3 to 2^64")

    if bits not in 512..@generated_bits_max,
      do: refuse("OperationError", "a modulus is made of 512 to #{@generated_bits_max} bits")

    Key.check_private_usages(usages, private_usages(name))
    {_public, private} = :crypto.generate_key(:rsa, {bits, exponent})
    numbers = private |> Enum.map(&to_integer/1) |> private_numbers()
    [public_key(Enum.slice(numbers, 1..2)), private_key(numbers)]
  end

  defp to_integer(number) when is_integer(number), do: number
  defp to_integer(bytes), do: :binary.decode_unsigned(bytes)

  # RFC 8017, A.1.2: version, n, e, d, p, q, dP, dQ, qInv.
  defp private_numbers([e, n, d, p, q, dp, dq, qi]), do: [0, n, e, d, p, q, dp, dq, qi]

  def import("spki", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))

    with {:ok, @oid, :null, key} <- Der.spki(data),
         {:ok, [_n, _e] = numbers} <- integers(key) do
      public_key(numbers)
    else
      _ -> refuse("DataError", "not the SubjectPublicKeyInfo of an RSA key")
    end
  end

  def import("pkcs8", data, %{"name" => name}, _extractable, usages) do
    Key.check_usages(usages, private_usages(name))

    with {:ok, @oid, :null, key} <- Der.pkcs8(data),
         {:ok, [0, _n, _e, _d, _p, _q, _dp, _dq, _qi] = numbers} <- integers(key) do
      private_key(numbers)
    else
      _ -> refuse("DataError", "not the PrivateKeyInfo of an RSA key")
    end
  end

  def import("jwk", jwk, %{"name" => name, "hash" => hash}, extractable, usages) do
    private? = jwk["d"] != nil
    Key.check_usages(usages, if(private?, do: private_usages(name), else: public_usages(name)))
    use = if name == "RSA-OAEP", do: "enc", else: "sig"
    Jwk.check(jwk, "RSA", use, extractable, usages)
    Jwk.check_alg(jwk, [alg(name, hash)])

    if private? do
      if jwk["oth"] != nil, do: refuse("NotSupportedError", "a key of more than two primes")
      private_key([0 | numbers(jwk, ~w(n e d p q dp dq qi))])
    else
      public_key(numbers(jwk, ~w(n e)))
    end
  end

  def import(format, _data, %{"name" => name}, _extractable, _usages),
    do: Key.no_format(format, name)

  defp numbers(jwk, members) do
    for member <- members do
      bytes = Jwk.bytes(jwk, member)
      expect(bytes != "", "#{member} is empty")
      :binary.decode_unsigned(bytes)
    end
  end

  defp integers(der) do
    with {:ok, {:sequence, items}} <- Der.decode(der),
         true <- Enum.all?(items, &match?({:integer, n} when n >= 0, &1)) do
      {:ok, for({:integer, n} <- items, do: n)}
    else
      _ -> :error
    end
  end

  defp public_key([n, e] = numbers), do: key(:public, n, e, numbers)

  defp private_key([0, n, e, _d, p, q | _] = numbers) do
    expect(p > 1 and q > 1 and p * q == n, "the primes are not those of the modulus")
    key(:private, n, e, numbers)
  end

  defp key(type, n, e, numbers) do
    bits = n |> Integer.digits(2) |> length()
    expect(bits in 256..@bits_max, "a modulus has 256 to #{@bits_max} bits")
    expect(rem(n, 2) == 1 and rem(e, 2) == 1 and e >= 3 and e < n, "no RSA key")

    %Key{
      type: type,
      bytes: Der.encode({:sequence, Enum.map(numbers, &{:integer, &1})}),
      bits: bits,
      exponent: :binary.encode_unsigned(e)
    }
  end

  def export("spki", _name, key) do
    public!(key)
    Der.to_spki(@oid, [:null], key.bytes)
  end

  def export("pkcs8", _name, key) do
    private!(key)
    Der.to_pkcs8(@oid, [:null], key.bytes)
  end

  def export("jwk", name, key) do
    {:ok, numbers} = integers(key.bytes)

    members =
      case key.type do
        :public -> Enum.zip(~w(n e), numbers)
        :private -> Enum.zip(~w(n e d p q dp dq qi), tl(numbers))
      end

    jwk = Map.new(members, fn {member, n} -> {member, Jwk.encode(:binary.encode_unsigned(n))} end)
    jwk = Map.put(jwk, "kty", "RSA")
    if alg = alg(name, key.hash), do: Map.put(jwk, "alg", alg), else: jwk
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  defp public!(key), do: Key.check_type(key, :public)
  defp private!(key), do: Key.check_type(key, :private)

  defp alg("RSASSA-PKCS1-v1_5", "SHA-1"), do: "RS1"
  defp alg("RSASSA-PKCS1-v1_5", "SHA-" <> bits), do: "RS" <> bits
  defp alg("RSA-PSS", "SHA-1"), do: "PS1"
  defp alg("RSA-PSS", "SHA-" <> bits), do: "PS" <> bits
  defp alg("RSA-OAEP", "SHA-1"), do: "RSA-OAEP"
  defp alg("RSA-OAEP", "SHA-" <> bits), do: "RSA-OAEP-" <> bits
  defp alg(_, _), do: nil

  def sign(algorithm, key, data) do
    private!(key)
    :crypto.sign(:rsa, Key.hash(key.hash), data, for_crypto(key), padding(algorithm, key))
  end

  def verify(algorithm, key, signature, data) do
    public!(key)
    hash = Key.hash(key.hash)
    :crypto.verify(:rsa, hash, data, signature, for_crypto(key), padding(algorithm, key))
  rescue
    # A signature of another size, or larger than the modulus.
    ErlangError -> false
  end

  defp padding(%{"name" => "RSASSA-PKCS1-v1_5"}, _key), do: [rsa_padding: :rsa_pkcs1_padding]

  defp padding(%{"name" => "RSA-PSS", "saltLength" => salt_length}, key) do
    room = div(key.bits + 6, 8) - Key.digest_size(key.hash) - 2
    # :crypto takes an int.
    if salt_length > room,
      do: refuse("OperationError", "a salt of #{salt_length} bytes does not fit the key")

    [
      rsa_padding: :rsa_pkcs1_pss_padding,
      rsa_pss_saltlen: salt_length,
      rsa_mgf1_md: Key.hash(key.hash)
    ]
  end

  def crypt(:encrypt, algorithm, key, data) do
    public!(key)
    :crypto.public_encrypt(:rsa, data, for_crypto(key), oaep(algorithm, key))
  end

  def crypt(:decrypt, algorithm, key, data) do
    private!(key)
    :crypto.private_decrypt(:rsa, data, for_crypto(key), oaep(algorithm, key))
  end

  defp oaep(algorithm, key) do
    hash = Key.hash(key.hash)

    [
      rsa_padding: :rsa_pkcs1_oaep_padding,
      rsa_oaep_md: hash,
      rsa_mgf1_md: hash,
      rsa_oaep_label: algorithm["label"] || ""
    ]
  end

  defp for_crypto(key) do
    case integers(key.bytes) do
      {:ok, [n, e]} -> [e, n]
      {:ok, [0, n, e, d, p, q, dp, dq, qi]} -> [e, n, d, p, q, dp, dq, qi]
    end
  end
end
