defmodule QuickBEAM.Apis.Crypto.Key do
  @moduledoc false
  # Keys on their way between :crypto and their CryptoKey objects, and what the
  # import and generation of all of them check.
  #
  # `bytes` are, by type and algorithm: the secret itself; a point of an elliptic
  # curve, uncompressed, or as RFC 7748 and 8032 encode those of Curve25519 and
  # Curve448 (public); the private scalar or seed, of the curve's size, before its
  # public key (private); an RSAPublicKey or RSAPrivateKey in DER.

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]

  @enforce_keys [:type, :bytes]
  defstruct [:type, :bytes, :hash, :curve, bits: 0, exponent: <<>>]

  @type t :: %__MODULE__{
          type: :secret | :public | :private,
          bytes: binary,
          hash: String.t() | nil,
          curve: String.t() | nil,
          bits: non_neg_integer,
          exponent: binary
        }

  @types %{"secret" => :secret, "public" => :public, "private" => :private}

  @doc "A key as natives.rs gives it."
  @spec received(list) :: t
  def received([type, bytes, hash, curve, bits]) do
    %__MODULE__{type: @types[type], bytes: bytes, hash: hash, curve: curve, bits: bits}
  end

  @doc "Keys as natives.rs takes them: a string of which each character is a byte."
  @spec sent([t]) :: String.t()
  def sent(keys) do
    frames =
      for key <- keys do
        type = %{secret: 0, public: 1, private: 2}[key.type]

        [
          <<type, key.bits::32, byte_size(key.exponent)::16>>,
          key.exponent,
          <<byte_size(key.bytes)::32>>,
          key.bytes
        ]
      end

    :unicode.characters_to_binary(IO.iodata_to_binary(frames), :latin1)
  end

  @doc "Refuses usages that keys of this kind do not have."
  @spec check_usages([String.t()], [String.t()]) :: :ok
  def check_usages(usages, allowed) do
    case usages -- allowed do
      [] -> :ok
      [usage | _] -> refuse("SyntaxError", "such a key is not for #{usage}")
    end
  end

  @doc "Refuses the generation of keys of which the private or secret one had no usage."
  @spec check_private_usages([String.t()], [String.t()]) :: :ok
  def check_private_usages(usages, allowed) do
    if Enum.any?(usages, &(&1 in allowed)),
      do: :ok,
      else: refuse("SyntaxError", "the secret or private key needs a usage")
  end

  @doc "Refuses a format that keys of an algorithm do not have."
  @spec no_format(String.t(), String.t()) :: no_return
  def no_format(format, name), do: refuse("NotSupportedError", "no format #{format} for #{name}")

  @doc "Refuses a key that is not of the type that the operation needs."
  @spec check_type(t, atom) :: :ok
  def check_type(%{type: type}, type), do: :ok
  def check_type(_key, type), do: refuse("InvalidAccessError", "this needs a #{type} key")

  @doc "The name that :crypto has for a hash."
  @spec hash(String.t()) :: atom
  def hash("SHA-1"), do: :sha
  def hash("SHA-256"), do: :sha256
  def hash("SHA-384"), do: :sha384
  def hash("SHA-512"), do: :sha512
  def hash("SHA3-256"), do: :sha3_256
  def hash("SHA3-384"), do: :sha3_384
  def hash("SHA3-512"), do: :sha3_512

  @doc "Bytes of a digest."
  @spec digest_size(String.t()) :: pos_integer
  def digest_size(hash), do: :crypto.hash_info(hash(hash)).size

  @doc "Bytes of the block that a hash works on."
  @spec block_size(String.t()) :: pos_integer
  def block_size(hash), do: :crypto.hash_info(hash(hash)).block_size
end
