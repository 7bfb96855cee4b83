defmodule QuickBEAM.Apis.Crypto.Family do
  @moduledoc false
  # Algorithms with the same kind of key. What an algorithm has is checked by priv/js, by
  # the registry of Web Cryptography (18.2): the others of a family refuse.

  import QuickBEAM.Apis.Crypto, only: [refuse: 2]

  alias QuickBEAM.Apis.Crypto.Key

  @typedoc "An algorithm, normalized: its \"name\" and parameters."
  @type algorithm :: %{String.t() => term}

  @callback generate(algorithm, usages :: [String.t()]) :: term
  @callback import(
              format :: String.t(),
              data :: binary | map,
              algorithm,
              extractable :: boolean,
              usages :: [String.t()]
            ) :: term
  @callback export(format :: String.t(), name :: String.t(), Key.t()) :: binary | map

  @doc "Bits of the key that `deriveKey` makes; all of the secret where that is nil."
  @callback key_length(algorithm) :: non_neg_integer | nil
  @callback crypt(:encrypt | :decrypt, algorithm, Key.t(), data :: binary) :: binary
  @callback sign(algorithm, Key.t(), data :: binary) :: binary
  @callback verify(algorithm, Key.t(), signature :: binary, data :: binary) :: boolean
  @callback derive(algorithm, Key.t(), peer :: Key.t() | nil, bits :: non_neg_integer | nil) ::
              binary

  defmacro __using__(_) do
    quote do
      @behaviour unquote(__MODULE__)

      def generate(algorithm, _usages), do: unquote(__MODULE__).lacks(algorithm)
      def export(_format, name, _key), do: unquote(__MODULE__).lacks(%{"name" => name})
      def key_length(algorithm), do: unquote(__MODULE__).lacks(algorithm)
      def crypt(_direction, algorithm, _key, _data), do: unquote(__MODULE__).lacks(algorithm)
      def sign(algorithm, _key, _data), do: unquote(__MODULE__).lacks(algorithm)
      def verify(algorithm, _key, _signature, _data), do: unquote(__MODULE__).lacks(algorithm)
      def derive(algorithm, _key, _peer, _bits), do: unquote(__MODULE__).lacks(algorithm)

      defoverridable unquote(__MODULE__)
    end
  end

  @doc "Ends an operation that the algorithm does not have."
  @spec lacks(algorithm) :: no_return
  def lacks(%{"name" => name}), do: refuse("NotSupportedError", "#{name} has no such operation")
end
