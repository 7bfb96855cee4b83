defmodule QuickBEAM.Apis.Crypto.Ec do
  @moduledoc false
  # ECDSA and ECDH on the NIST curves: Web Cryptography, 23 and 24.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Bits, Der, Jwk, Key}

  # id-ecPublicKey, 1.2.840.10045.2.1
  @oid <<0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01>>

  # FIPS 186-4, D.1.2: p, b and the order; a is -3.
  @curves %{
    "P-256" => %{
      name: :secp256r1,
      oid: <<0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07>>,
      size: 32,
      alg: "ES256",
      p: 2 ** 256 - 2 ** 224 + 2 ** 192 + 2 ** 96 - 1,
      b: 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
      order: 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    },
    "P-384" => %{
      name: :secp384r1,
      oid: <<0x2B, 0x81, 0x04, 0x00, 0x22>>,
      size: 48,
      alg: "ES384",
      p: 2 ** 384 - 2 ** 128 - 2 ** 96 + 2 ** 32 - 1,
      b:
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
      order:
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
    },
    "P-521" => %{
      name: :secp521r1,
      oid: <<0x2B, 0x81, 0x04, 0x00, 0x23>>,
      size: 66,
      alg: "ES512",
      p: 2 ** 521 - 1,
      b:
        0x0051953EB9618E1C9A1F929A21A0B68540EEA2DA725B99B315F3B8B489918EF109E156193951EC7E937B1652C0BD3BB1BF073573DF883D2C34F1EF451FD46B503F00,
      order:
        0x01FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFA51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409
    }
  }

  defp public_usages("ECDSA"), do: ["verify"]
  defp public_usages("ECDH"), do: []
  defp private_usages("ECDSA"), do: ["sign"]
  defp private_usages("ECDH"), do: ["deriveKey", "deriveBits"]

  defp curve(name) do
    @curves[name] || refuse("NotSupportedError", "no curve #{name}")
  end

  def generate(%{"name" => name, "namedCurve" => curve_name}, usages) do
    Key.check_usages(usages, public_usages(name) ++ private_usages(name))
    curve = curve(curve_name)
    Key.check_private_usages(usages, private_usages(name))
    {point, scalar} = :crypto.generate_key(:ecdh, curve.name)
    [public_key(point), private_key(padded(scalar, curve.size), point)]
  end

  def import("raw", data, %{"name" => name, "namedCurve" => curve_name}, _extractable, usages) do
    curve = curve(curve_name)
    Key.check_usages(usages, public_usages(name))
    public_key(point(data, curve))
  end

  def import("spki", data, %{"name" => name, "namedCurve" => curve_name}, _extractable, usages) do
    Key.check_usages(usages, public_usages(name))

    with {:ok, @oid, {:oid, oid}, key} <- Der.spki(data),
         %{oid: ^oid} = curve <- curve(curve_name) do
      public_key(point(key, curve))
    else
      _ -> refuse("DataError", "not the SubjectPublicKeyInfo of a key on #{curve_name}")
    end
  end

  def import("pkcs8", data, %{"name" => name, "namedCurve" => curve_name}, _extractable, usages) do
    Key.check_usages(usages, private_usages(name))

    # RFC 5915: the curve may be named again, the public key be given.
    with {:ok, @oid, {:oid, oid} = parameters, key} <- Der.pkcs8(data),
         %{oid: ^oid} = curve <- curve(curve_name),
         {:ok, {:sequence, [{:integer, 1}, {:octets, scalar} | more]}} <- Der.decode(key),
         {:ok, given} <- more(more, Der.encode(parameters)) do
      private(scalar, given, curve)
    else
      _ -> refuse("DataError", "not the PrivateKeyInfo of a key on #{curve_name}")
    end
  end

  def import("jwk", jwk, %{"name" => name, "namedCurve" => curve_name}, extractable, usages) do
    private? = jwk["d"] != nil
    Key.check_usages(usages, if(private?, do: private_usages(name), else: public_usages(name)))
    use = if name == "ECDSA", do: "sig", else: "enc"
    Jwk.check(jwk, "EC", use, extractable, usages)
    expect(jwk["crv"] == curve_name, "crv is not #{curve_name}")
    curve = curve(curve_name)
    if name == "ECDSA", do: Jwk.check_alg(jwk, [curve.alg])
    [x, y] = for member <- ["x", "y"], do: Jwk.bytes(jwk, member, curve.size)
    point = point(<<4, x::binary, y::binary>>, curve)

    if private?,
      do: private(Jwk.bytes(jwk, "d", curve.size), point, curve),
      else: public_key(point)
  end

  def import(format, _data, %{"name" => name}, _extractable, _usages),
    do: Key.no_format(format, name)

  defp more([], _parameters), do: {:ok, nil}
  defp more([{:tagged, 0, parameters} | more], parameters), do: more(more, parameters)

  defp more([{:tagged, 1, bits}], _parameters) do
    with {:ok, {:bits, point}} <- Der.decode(bits), do: {:ok, point}
  end

  defp more(_, _), do: :error

  # A private key, which must be the one of the public key that is given, if any.
  defp private(scalar, given, curve) do
    n = :binary.decode_unsigned(scalar)
    expect(byte_size(scalar) == curve.size, "the private key has the wrong size")
    expect(n > 0 and n < curve.order, "the private key is out of range")
    {point, _} = :crypto.generate_key(:ecdh, curve.name, scalar)
    expect(given == nil or point(given, curve) == point, "the two keys are not a pair")
    private_key(scalar, point)
  end

  # SEC 1, 2.3.4: a point of the curve, uncompressed or not, as an uncompressed one.
  defp point(<<4, coordinates::binary>> = point, %{size: size} = curve)
       when byte_size(coordinates) == 2 * size do
    [x, y] = integers(coordinates, size)
    on_curve? = x < curve.p and y < curve.p and rem(y * y - square(x, curve), curve.p) == 0
    expect(on_curve?, "not a point of the curve")
    point
  end

  defp point(<<sign, coordinate::binary>>, %{size: size, p: p} = curve)
       when sign in [2, 3] and byte_size(coordinate) == size do
    x = :binary.decode_unsigned(coordinate)
    square = Integer.mod(square(x, curve), p)
    # p is 3 modulo 4.
    y = :binary.decode_unsigned(:crypto.mod_pow(square, div(p + 1, 4), p))
    expect(x < p and rem(y * y, p) == square, "not a point of the curve")
    y = if rem(y, 2) == sign - 2, do: y, else: p - y
    <<4, x::unit(8)-size(size), y::unit(8)-size(size)>>
  end

  defp point(_, _), do: refuse("DataError", "not a point of the curve")

  defp square(x, curve), do: x * x * x - 3 * x + curve.b

  defp public_key(point), do: %Key{type: :public, bytes: point}
  defp private_key(scalar, point), do: %Key{type: :private, bytes: scalar <> point}

  defp padded(bytes, size), do: :binary.copy(<<0>>, size - byte_size(bytes)) <> bytes

  defp parts(%{type: :public, bytes: point}, _curve), do: {nil, point}

  defp parts(%{type: :private, bytes: bytes}, %{size: size}) do
    Bits.split(bytes, size)
  end

  def export("raw", _name, key) do
    Key.check_type(key, :public)
    key.bytes
  end

  def export("spki", _name, key) do
    Key.check_type(key, :public)
    Der.to_spki(@oid, [{:oid, curve(key.curve).oid}], key.bytes)
  end

  def export("pkcs8", _name, key) do
    Key.check_type(key, :private)
    curve = curve(key.curve)
    {scalar, point} = parts(key, curve)
    given = {:tagged, 1, Der.encode({:bits, point})}
    private = Der.encode({:sequence, [{:integer, 1}, {:octets, scalar}, given]})
    Der.to_pkcs8(@oid, [{:oid, curve.oid}], private)
  end

  def export("jwk", _name, key) do
    %{size: size} = curve = curve(key.curve)
    {scalar, <<4, coordinates::binary>>} = parts(key, curve)
    {x, y} = Bits.split(coordinates, size)

    jwk = %{
      "kty" => "EC",
      "crv" => key.curve,
      "x" => Jwk.encode(x),
      "y" => Jwk.encode(y)
    }

    if scalar, do: Map.put(jwk, "d", Jwk.encode(scalar)), else: jwk
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  # IEEE P1363: r and s, each of the curve's size.
  def sign(%{"hash" => hash}, key, data) do
    Key.check_type(key, :private)
    %{size: size} = curve = curve(key.curve)
    {scalar, _} = parts(key, curve)
    der = :crypto.sign(:ecdsa, Key.hash(hash), data, [scalar, curve.name])
    {:ok, {:sequence, [{:integer, r}, {:integer, s}]}} = Der.decode(der)
    <<r::unit(8)-size(size), s::unit(8)-size(size)>>
  end

  def verify(%{"hash" => hash}, key, signature, data) do
    Key.check_type(key, :public)
    %{size: size} = curve = curve(key.curve)

    with true <- byte_size(signature) == 2 * size,
         [r, s] when r > 0 and s > 0 <- integers(signature, size) do
      der = Der.encode({:sequence, [{:integer, r}, {:integer, s}]})
      :crypto.verify(:ecdsa, Key.hash(hash), data, der, [key.bytes, curve.name])
    else
      _ -> false
    end
  end

  # Two of `size` bytes each.
  defp integers(bytes, size) do
    {first, second} = Bits.split(bytes, size)
    [:binary.decode_unsigned(first), :binary.decode_unsigned(second)]
  end

  def derive(_algorithm, key, peer, length) do
    curve = curve(key.curve)
    {scalar, _} = parts(key, curve)
    secret = :crypto.compute_key(:ecdh, peer.bytes, scalar, curve.name)
    truncated(padded(secret, curve.size), length)
  end

  @doc "The first `length` bits of a secret; all where that is nil."
  @spec truncated(binary, non_neg_integer | nil) :: binary
  def truncated(secret, nil), do: secret

  def truncated(secret, length) when length <= bit_size(secret), do: Bits.take(secret, length)

  def truncated(secret, length),
    do: refuse("OperationError", "the secret has #{bit_size(secret)} bits, not #{length}")
end
