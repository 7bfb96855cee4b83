defmodule QuickBEAM.Apis.Crypto.Der do
  @moduledoc false
  # The little of DER (X.690) that keys are made of, strictly: what :public_key makes
  # of PrivateKeyInfo differs between releases of OTP, and it lets trailing bytes by.
  #
  # Terms: {:sequence, list}, {:integer, n}, {:octets, binary}, {:bits, binary},
  # {:oid, binary} (its content), :null, {:tagged, number, binary} (context-specific,
  # its content).

  alias QuickBEAM.Apis.Crypto.Bits

  @type asn1 ::
          {:sequence, [asn1]}
          | {:integer, integer}
          | {:octets | :bits | :oid, binary}
          | {:tagged, non_neg_integer, binary}
          | :null

  @doc "One value, which must be all of `bytes`."
  @spec decode(binary) :: {:ok, asn1} | :error
  def decode(bytes) do
    {:ok, whole(bytes)}
  catch
    :malformed -> :error
  end

  defp whole(bytes) do
    case value(bytes) do
      {value, ""} -> value
      _ -> throw(:malformed)
    end
  end

  defp value(<<tag, 0::1, size::7, content::binary-size(size), rest::binary>>),
    do: {typed(tag, content), rest}

  defp value(<<tag, 1::1, count::7, rest::binary>>) when count in 1..4 do
    with {length, rest} <- Bits.split(rest, count),
         size = :binary.decode_unsigned(length),
         # The shortest form.
         true <- size >= 128 and size >= Integer.pow(256, count - 1),
         {content, rest} <- Bits.split(rest, size) do
      {typed(tag, content), rest}
    else
      _ -> throw(:malformed)
    end
  end

  defp value(_), do: throw(:malformed)

  defp typed(0x30, content), do: {:sequence, values(content)}
  defp typed(0x02, <<0, 0::1, _::bitstring>>), do: throw(:malformed)

  defp typed(0x02, content) when content != "",
    do: {:integer, :binary.decode_unsigned(content) - negative(content)}

  defp typed(0x03, <<0, content::binary>>), do: {:bits, content}
  defp typed(0x04, content), do: {:octets, content}
  defp typed(0x05, ""), do: :null
  defp typed(0x06, content), do: {:oid, content}
  defp typed(tag, content) when tag in 0x80..0xBE, do: {:tagged, Bitwise.band(tag, 0x1F), content}
  defp typed(_, _), do: throw(:malformed)

  defp negative(<<1::1, _::bitstring>> = content), do: Integer.pow(256, byte_size(content))
  defp negative(_), do: 0

  defp values(""), do: []

  defp values(bytes) do
    {value, rest} = value(bytes)
    [value | values(rest)]
  end

  @doc "The inverse of `decode/1`; `{:tagged, …}` is written as constructed."
  @spec encode(asn1) :: binary
  def encode({:sequence, items}), do: framed(0x30, Enum.map_join(items, &encode/1))
  def encode({:integer, 0}), do: framed(0x02, <<0>>)

  def encode({:integer, n}) when n > 0 do
    case :binary.encode_unsigned(n) do
      <<1::1, _::bitstring>> = bytes -> framed(0x02, <<0, bytes::binary>>)
      bytes -> framed(0x02, bytes)
    end
  end

  def encode({:bits, bytes}), do: framed(0x03, <<0, bytes::binary>>)
  def encode({:octets, bytes}), do: framed(0x04, bytes)
  def encode(:null), do: framed(0x05, "")
  def encode({:oid, bytes}), do: framed(0x06, bytes)
  def encode({:tagged, number, bytes}), do: framed(0xA0 + number, bytes)

  defp framed(tag, content) when byte_size(content) < 128,
    do: <<tag, byte_size(content), content::binary>>

  defp framed(tag, content) do
    size = :binary.encode_unsigned(byte_size(content))
    <<tag, 1::1, byte_size(size)::7, size::binary, content::binary>>
  end

  @doc "A SubjectPublicKeyInfo (RFC 5280): its algorithm and key."
  @spec spki(binary) :: {:ok, oid :: binary, parameters :: asn1 | nil, key :: binary} | :error
  def spki(bytes) do
    with {:ok, {:sequence, [{:sequence, [{:oid, oid} | parameters]}, {:bits, key}]}} <-
           decode(bytes),
         {:ok, parameters} <- optional(parameters) do
      {:ok, oid, parameters, key}
    else
      _ -> :error
    end
  end

  @doc "A PrivateKeyInfo or OneAsymmetricKey (RFC 5958): its algorithm and key."
  @spec pkcs8(binary) :: {:ok, oid :: binary, parameters :: asn1 | nil, key :: binary} | :error
  def pkcs8(bytes) do
    with {:ok, {:sequence, [{:integer, version}, algorithm, {:octets, key} | more]}} <-
           decode(bytes),
         true <- version in [0, 1] and Enum.all?(more, &match?({:tagged, _, _}, &1)),
         {:sequence, [{:oid, oid} | parameters]} <- algorithm,
         {:ok, parameters} <- optional(parameters) do
      {:ok, oid, parameters, key}
    else
      _ -> :error
    end
  end

  defp optional([]), do: {:ok, nil}
  defp optional([value]), do: {:ok, value}
  defp optional(_), do: :error

  @doc "The inverse of `spki/1`."
  @spec to_spki(binary, [asn1], binary) :: binary
  def to_spki(oid, parameters, key),
    do: encode({:sequence, [{:sequence, [{:oid, oid} | parameters]}, {:bits, key}]})

  @doc "The inverse of `pkcs8/1`."
  @spec to_pkcs8(binary, [asn1], binary) :: binary
  def to_pkcs8(oid, parameters, key) do
    algorithm = {:sequence, [{:oid, oid} | parameters]}
    encode({:sequence, [{:integer, 0}, algorithm, {:octets, key}]})
  end
end
