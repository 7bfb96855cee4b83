defmodule QuickBEAM.Apis.Crypto.Json do
  @moduledoc false
  # JSON (RFC 8259) for keys that are unwrapped: they must not be read where a script
  # could look, and OTP has a reader from release 27 on only. Objects are maps; null
  # is nil.

  @depth_max 32

  @doc "The value of a JSON text in UTF-8, with or without a byte order mark."
  @spec decode(binary) :: {:ok, term} | :error
  def decode(<<0xEF, 0xBB, 0xBF, text::binary>>), do: decode(text)

  def decode(text) do
    with true <- String.valid?(text),
         {value, rest} <- value(skip(text), 0),
         "" <- skip(rest) do
      {:ok, value}
    else
      _ -> :error
    end
  catch
    :malformed -> :error
  end

  defp skip(<<char, rest::binary>>) when char in [?\s, ?\t, ?\r, ?\n], do: skip(rest)
  defp skip(text), do: text

  defp value(_text, depth) when depth > @depth_max, do: throw(:malformed)
  defp value("{" <> rest, depth), do: object(skip(rest), depth + 1, %{}, :first)
  defp value("[" <> rest, depth), do: list(skip(rest), depth + 1, [], :first)
  defp value("\"" <> rest, _depth), do: string(rest, [])
  defp value("true" <> rest, _depth), do: {true, rest}
  defp value("false" <> rest, _depth), do: {false, rest}
  defp value("null" <> rest, _depth), do: {nil, rest}

  defp value(text, _depth) do
    case Regex.run(~r/^-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/, text) do
      # No member of a key is a number: only its extent matters.
      [number | _] ->
        {:number, binary_part(text, byte_size(number), byte_size(text) - byte_size(number))}

      nil ->
        throw(:malformed)
    end
  end

  defp object("}" <> rest, _depth, map, _at), do: {map, rest}
  defp object("," <> rest, depth, map, :next), do: member(skip(rest), depth, map)
  defp object(text, depth, map, :first), do: member(text, depth, map)
  defp object(_, _, _, _), do: throw(:malformed)

  defp member("\"" <> rest, depth, map) do
    with {key, rest} <- string(rest, []),
         ":" <> rest <- skip(rest) do
      {value, rest} = value(skip(rest), depth)
      object(skip(rest), depth, Map.put(map, key, value), :next)
    else
      _ -> throw(:malformed)
    end
  end

  defp member(_, _, _), do: throw(:malformed)

  defp list("]" <> rest, _depth, items, _at), do: {Enum.reverse(items), rest}
  defp list("," <> rest, depth, items, :next), do: item(skip(rest), depth, items)
  defp list(text, depth, items, :first), do: item(text, depth, items)
  defp list(_, _, _, _), do: throw(:malformed)

  defp item(text, depth, items) do
    {value, rest} = value(text, depth)
    list(skip(rest), depth, [value | items], :next)
  end

  defp string("\"" <> rest, done), do: {done |> Enum.reverse() |> IO.iodata_to_binary(), rest}
  defp string(<<"\\u", rest::binary>>, done), do: escaped(rest, done)

  defp string(<<"\\", char, rest::binary>>, done) do
    case char do
      char when char in [?", ?\\, ?/] -> string(rest, [char | done])
      ?b -> string(rest, ["\b" | done])
      ?f -> string(rest, ["\f" | done])
      ?n -> string(rest, ["\n" | done])
      ?r -> string(rest, ["\r" | done])
      ?t -> string(rest, ["\t" | done])
      _ -> throw(:malformed)
    end
  end

  defp string(<<char::utf8, rest::binary>>, done) when char >= 0x20,
    do: string(rest, [<<char::utf8>> | done])

  defp string(_, _), do: throw(:malformed)

  defp escaped(<<high::binary-size(4), rest::binary>>, done) do
    case {unit(high), rest} do
      {high, <<"\\u", low::binary-size(4), rest::binary>>} when high in 0xD800..0xDBFF ->
        low = unit(low)
        if low not in 0xDC00..0xDFFF, do: throw(:malformed)
        char = 0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00
        string(rest, [<<char::utf8>> | done])

      {unit, _} when unit in 0xD800..0xDFFF ->
        throw(:malformed)

      {unit, rest} ->
        string(rest, [<<unit::utf8>> | done])
    end
  end

  defp escaped(_, _), do: throw(:malformed)

  defp unit(text) do
    case Integer.parse(text, 16) do
      {unit, ""} when unit >= 0 -> unit
      _ -> throw(:malformed)
    end
  end
end
