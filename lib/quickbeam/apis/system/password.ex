defmodule QuickBEAM.Apis.System.Password do
  @moduledoc false
  # Passwords by PBKDF2-HMAC-SHA512, which OTP has, as PHC strings:
  # `$pbkdf2-sha512$i=210000$SALT$HASH`, base64 without padding.

  # OWASP Password Storage Cheat Sheet, 2023.
  @iterations 210_000
  # Some seconds. Nothing stops :crypto once it has begun.
  @iterations_max 5_000_000
  @salt_size 16
  @hash_size 64

  @doc "A string for `verify/2`; `iterations` are nil for as many as are good today."
  @spec hash(String.t(), pos_integer | nil) :: QuickBEAM.Service.answer()
  def hash(_password, iterations) when iterations > @iterations_max and iterations != nil,
    do: {:error, "RangeError", "Beam.password.hash: at most #{@iterations_max} iterations"}

  def hash(password, iterations) do
    iterations = iterations || @iterations
    salt = :crypto.strong_rand_bytes(@salt_size)
    hash = derive(password, salt, iterations, @hash_size)
    {:ok, "$pbkdf2-sha512$i=#{iterations}$#{encode(salt)}$#{encode(hash)}"}
  end

  @doc "Whether `hash` is of that password; a string that is no such hash is of none."
  @spec verify(String.t(), String.t()) :: boolean
  def verify(password, hash) do
    with ["", "pbkdf2-sha512", "i=" <> iterations, salt, expected] <- String.split(hash, "$"),
         {iterations, ""} when iterations in 1..@iterations_max <- Integer.parse(iterations),
         {:ok, salt} <- Base.decode64(salt, padding: false),
         {:ok, expected} when expected != "" and byte_size(expected) <= @hash_size <-
           Base.decode64(expected, padding: false) do
      equal?(derive(password, salt, iterations, byte_size(expected)), expected)
    else
      _ -> false
    end
  end

  defp derive(password, salt, iterations, size),
    do: :crypto.pbkdf2_hmac(:sha512, password, salt, iterations, size)

  defp encode(bytes), do: Base.encode64(bytes, padding: false)

  # In a time that does not tell where they differ.
  defp equal?(a, b), do: :crypto.exor(a, b) == :binary.copy(<<0>>, byte_size(a))
end
