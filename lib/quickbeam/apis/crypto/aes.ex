defmodule QuickBEAM.Apis.Crypto.Aes do
  @moduledoc false
  # AES-CTR, AES-CBC, AES-GCM, AES-KW: Web Cryptography, 27 to 30.

  use QuickBEAM.Apis.Crypto.Family

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]
  import QuickBEAM.Apis.Crypto.Jwk, only: [expect: 2]

  alias QuickBEAM.Apis.Crypto.{Bits, Jwk, Key}

  @tag_lengths [32, 64, 96, 104, 112, 120, 128]

  defp usages("AES-KW"), do: ["wrapKey", "unwrapKey"]
  defp usages(_), do: ["encrypt", "decrypt", "wrapKey", "unwrapKey"]

  def generate(%{"name" => name, "length" => length}, usages) do
    Key.check_usages(usages, usages(name))
    check_length(length)
    Key.check_private_usages(usages, usages(name))
    secret(:crypto.strong_rand_bytes(div(length, 8)))
  end

  def import(format, data, %{"name" => name}, extractable, usages) do
    Key.check_usages(usages, usages(name))
    secret = secret_of(format, data, name, extractable, usages)
    expect(bit_size(secret) in [128, 192, 256], "an AES key has 128, 192 or 256 bits")
    if format == "jwk", do: Jwk.check_alg(data, [alg(name, bit_size(secret))])
    secret(secret)
  end

  defp secret_of("raw", data, _name, _extractable, _usages), do: data

  defp secret_of("jwk", jwk, _name, extractable, usages) do
    expect(jwk["kty"] == "oct", "kty is not oct")
    secret = Jwk.bytes(jwk, "k")
    Jwk.check(jwk, "oct", "enc", extractable, usages)
    secret
  end

  defp secret_of(format, _data, name, _extractable, _usages), do: Key.no_format(format, name)

  def export("raw", _name, key), do: key.bytes

  def export("jwk", name, key) do
    %{"kty" => "oct", "k" => Jwk.encode(key.bytes), "alg" => alg(name, key.bits)}
  end

  def export(format, name, _key), do: Key.no_format(format, name)

  def key_length(%{"length" => length}) do
    check_length(length)
    length
  end

  defp secret(bytes), do: %Key{type: :secret, bytes: bytes, bits: bit_size(bytes)}
  defp alg("AES-" <> mode, bits), do: "A#{bits}#{mode}"

  defp check_length(length) do
    if length not in [128, 192, 256],
      do: refuse("OperationError", "an AES key has 128, 192 or 256 bits, not #{length}")
  end

  def crypt(direction, %{"name" => "AES-CBC", "iv" => iv}, key, data) do
    check_size(iv, 16, "iv")
    encrypt? = direction == :encrypt

    # Unpadded by hand: OpenSSL's error would not say more than ours.
    cond do
      encrypt? ->
        options = [encrypt: true, padding: :pkcs_padding]
        :crypto.crypto_one_time(cipher(key, "cbc"), key.bytes, iv, data, options)

      data == "" or rem(byte_size(data), 16) != 0 ->
        refuse("OperationError", "the data is not made of whole blocks")

      true ->
        cipher(key, "cbc")
        |> :crypto.crypto_one_time(key.bytes, iv, data, encrypt: false, padding: :none)
        |> unpad()
    end
  end

  def crypt(_direction, %{"name" => "AES-CTR"} = algorithm, key, data) do
    %{"counter" => counter, "length" => length} = algorithm
    check_size(counter, 16, "counter")

    if length not in 1..128,
      do: refuse("OperationError", "the counter has 1 to 128 bits, not #{length}")

    blocks = div(byte_size(data) + 15, 16)

    if blocks > Integer.pow(2, length),
      do: refuse("OperationError", "the data has more blocks than there are counters")

    ctr(cipher(key, "ctr"), key.bytes, counter, length, data)
  end

  def crypt(direction, %{"name" => "AES-GCM", "iv" => iv} = algorithm, key, data) do
    tag_length = algorithm["tagLength"] || 128
    additional = algorithm["additionalData"] || ""

    if tag_length not in @tag_lengths,
      do: refuse("OperationError", "a tag has no #{tag_length} bits")

    gcm(direction, cipher(key, "gcm"), key.bytes, iv, data, additional, div(tag_length, 8))
  end

  def crypt(:encrypt, %{"name" => "AES-KW"}, key, data) do
    if rem(byte_size(data), 8) != 0 or byte_size(data) < 16,
      do: refuse("OperationError", "what is wrapped must have 16, 24, 32 … bytes")

    wrap(cipher(key, "ecb"), key.bytes, data)
  end

  def crypt(:decrypt, %{"name" => "AES-KW"}, key, data) do
    if rem(byte_size(data), 8) != 0 or byte_size(data) < 24,
      do: refuse("OperationError", "what was wrapped has 24, 32, 40 … bytes")

    unwrap(cipher(key, "ecb"), key.bytes, data)
  end

  defp check_size(bytes, size, what) do
    if byte_size(bytes) != size, do: refuse("OperationError", "#{what} must have #{size} bytes")
  end

  for bits <- [128, 192, 256], mode <- ~w(cbc ctr gcm ecb) do
    defp cipher(%{bits: unquote(bits)}, unquote(mode)), do: unquote(:"aes_#{bits}_#{mode}")
  end

  defp unpad(data) do
    count = :binary.last(data)
    size = byte_size(data) - count

    with true <- count in 1..16,
         {plain, padding} <- Bits.split(data, size),
         true <- padding == :binary.copy(<<count>>, count) do
      plain
    else
      _ -> refuse("OperationError", "the data was not encrypted with this key")
    end
  end

  # OpenSSL counts over all 128 bits: where `length` of them go round, a second part
  # begins with zeros.
  defp ctr(cipher, key, counter, length, data) do
    number = :binary.decode_unsigned(counter)
    start = rem(number, Integer.pow(2, length))
    first = min(byte_size(data), (Integer.pow(2, length) - start) * 16)
    {before, rest} = Bits.split(data, first)
    again = <<number - start::128>>

    IO.iodata_to_binary([
      :crypto.crypto_one_time(cipher, key, counter, before, true),
      if(rest == "", do: [], else: :crypto.crypto_one_time(cipher, key, again, rest, true))
    ])
  end

  defp gcm(:encrypt, cipher, key, iv, data, additional, tag_size) do
    {text, tag} = :crypto.crypto_one_time_aead(cipher, key, iv, data, additional, tag_size, true)

    text <> tag
  end

  defp gcm(:decrypt, cipher, key, iv, data, additional, tag_size) do
    if byte_size(data) < tag_size,
      do: refuse("OperationError", "the data is shorter than its tag")

    {text, tag} = Bits.split(data, byte_size(data) - tag_size)

    case :crypto.crypto_one_time_aead(cipher, key, iv, text, additional, tag, false) do
      :error -> refuse("OperationError", "the data was not encrypted with this key")
      plain -> plain
    end
  end

  # RFC 3394, 2.2.1.
  defp wrap(cipher, key, data) do
    blocks = for <<block::binary-size(8) <- data>>, do: block
    count = length(blocks)

    {check, blocks} =
      Enum.reduce(0..5, {<<0xA6A6A6A6A6A6A6A6::64>>, blocks}, fn round, {check, blocks} ->
        {blocks, check} =
          blocks
          |> Enum.with_index(round * count + 1)
          |> Enum.map_reduce(check, fn {block, step}, check ->
            <<high::64, low::binary>> = ecb(cipher, key, check <> block, true)
            {low, <<Bitwise.bxor(high, step)::64>>}
          end)

        {check, blocks}
      end)

    IO.iodata_to_binary([check | blocks])
  end

  # RFC 3394, 2.2.2.
  defp unwrap(cipher, key, <<check::binary-size(8), data::binary>>) do
    blocks = for <<block::binary-size(8) <- data>>, do: block
    count = length(blocks)

    {check, blocks} =
      Enum.reduce(5..0//-1, {check, blocks}, fn round, {check, blocks} ->
        {blocks, check} =
          blocks
          |> Enum.with_index(round * count + 1)
          |> Enum.reverse()
          |> Enum.map_reduce(check, fn {block, step}, <<high::64>> ->
            mixed = <<Bitwise.bxor(high, step)::64>> <> block
            <<check::binary-size(8), low::binary>> = ecb(cipher, key, mixed, false)
            {low, check}
          end)

        {check, Enum.reverse(blocks)}
      end)

    if check == <<0xA6A6A6A6A6A6A6A6::64>>,
      do: IO.iodata_to_binary(blocks),
      else: refuse("OperationError", "the data was not wrapped with this key")
  end

  defp ecb(cipher, key, block, encrypt?),
    do: :crypto.crypto_one_time(cipher, key, block, encrypt?)
end
