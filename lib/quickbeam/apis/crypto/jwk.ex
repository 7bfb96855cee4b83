defmodule QuickBEAM.Apis.Crypto.Jwk do
  @moduledoc false
  # JSON Web Keys (RFC 7517), as maps with string keys: what importing one checks.

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]

  @doc "Checks that all kinds of keys have in common: `kty`, `use`, `key_ops`, `ext`."
  @spec check(map, String.t(), String.t(), boolean, [String.t()]) :: :ok
  def check(jwk, kty, use, extractable, usages) do
    expect(jwk["kty"] == kty, "kty is not #{kty}")
    expect(usages == [] or jwk["use"] in [nil, use], "use is not #{use}")
    check_key_ops(jwk["key_ops"], usages)
    expect(jwk["ext"] != false or not extractable, "the key is not extractable")
  end

  defp check_key_ops(nil, _usages), do: :ok

  defp check_key_ops(ops, usages) do
    expect(is_list(ops) and Enum.all?(ops, &is_binary/1), "key_ops is no list of strings")
    expect(Enum.uniq(ops) == ops, "key_ops names an operation twice")
    expect(usages -- ops == [], "key_ops does not allow all usages")
  end

  @doc "Checks that `alg`, if any, is one of `names`."
  @spec check_alg(map, [String.t() | nil]) :: :ok
  def check_alg(jwk, names), do: expect(jwk["alg"] in [nil | names], "alg does not fit")

  @doc "The bytes of a member, base64url without padding."
  @spec bytes(map, String.t()) :: binary
  def bytes(jwk, member) do
    with text when is_binary(text) <- jwk[member],
         {:ok, bytes} <- Base.url_decode64(text, padding: false),
         # No other text means these bytes.
         true <- encode(bytes) == text do
      bytes
    else
      _ -> refuse("DataError", "#{member} is missing or no base64url")
    end
  end

  @doc "The bytes of a member that must have this size."
  @spec bytes(map, String.t(), non_neg_integer) :: binary
  def bytes(jwk, member, size) do
    bytes = bytes(jwk, member)
    expect(byte_size(bytes) == size, "#{member} has the wrong size")
    bytes
  end

  @doc "Base64url without padding."
  @spec encode(binary) :: String.t()
  def encode(bytes), do: Base.url_encode64(bytes, padding: false)

  @doc "Refuses key data unless `condition` holds."
  @spec expect(boolean, String.t()) :: :ok
  def expect(true, _message), do: :ok
  def expect(false, message), do: refuse("DataError", message)
end
