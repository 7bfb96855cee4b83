defmodule QuickBEAM.Options.Network do
  @moduledoc false
  # The options `:network` and `:fetch`, checked and in the form that the NIF takes.

  @bytes {0..(2 ** 53), "a number of bytes, 0 for no limit"}
  @milliseconds {1..0xFFFF_FFFF, "milliseconds from 1 to 2^32-1"}

  # option => {default, allowed integers, how to say them}
  @limits %{
    max_connections: {64, 1..65_535, "a number of connections from 1 to 65535"},
    max_header_size: {65_536, elem(@bytes, 0), elem(@bytes, 1)},
    max_body_size: {268_435_456, elem(@bytes, 0), elem(@bytes, 1)},
    max_message_size: {16_777_216, elem(@bytes, 0), elem(@bytes, 1)},
    connect_timeout: {10_000, elem(@milliseconds, 0), elem(@milliseconds, 1)},
    headers_timeout: {300_000, elem(@milliseconds, 0), elem(@milliseconds, 1)},
    idle_timeout: {300_000, elem(@milliseconds, 0), elem(@milliseconds, 1)}
  }

  @defaults @limits
            |> Map.new(fn {option, {default, _, _}} -> {option, default} end)
            |> Map.merge(%{policy: :rules, allow: nil, deny: [], private: false, cacerts: nil})

  @known [:allow, :deny, :private, :cacerts | Map.keys(@limits)]

  @typedoc "Everything within the default limits, or all rules and limits."
  @type t :: :all | map

  @doc "`:all`, `:none`, or the rules; an ArgumentError names what is wrong."
  @spec check!(term) :: t
  def check!(:all), do: :all
  def check!(:none), do: %{@defaults | policy: :none}

  def check!(value) do
    cond do
      Keyword.keyword?(value) -> value |> Enum.reverse() |> rules!()
      is_map(value) and not is_struct(value) -> value |> Map.to_list() |> rules!()
      true -> invalid!(nil, value, ":all, :none, or a keyword list or map of rules and limits")
    end
  end

  defp rules!(rules) do
    for {option, value} <- rules, into: @defaults do
      {option, rule!(option, value)}
    end
  end

  defp rule!(option, value) when option in [:allow, :deny] do
    rules = if is_binary(value), do: [value], else: value

    if not is_list(rules) or List.improper?(rules) do
      invalid!(option, value, "a list of hosts, addresses and networks")
    end

    Enum.map(rules, fn rule ->
      if rule?(rule),
        do: String.downcase(rule),
        else:
          invalid!(
            option,
            rule,
            ~s(a host such as "example.com", "*.example.com", an address, or a network such as "10.0.0.0/8")
          )
    end)
  end

  defp rule!(:private, value) when is_boolean(value), do: value
  defp rule!(:private, value), do: invalid!(:private, value, "a boolean")
  defp rule!(:cacerts, value), do: cacerts!(value)

  defp rule!(option, value) when is_map_key(@limits, option) do
    {_default, range, expected} = @limits[option]
    if is_integer(value) and value in range, do: value, else: invalid!(option, value, expected)
  end

  defp rule!(option, _value) do
    raise ArgumentError,
          "unknown option #{inspect(option)} in the :network option. Known: " <>
            Enum.map_join(@known, ", ", &inspect/1)
  end

  # As native/net/src/policy.rs reads them.
  defp rule?(rule) when is_binary(rule) do
    case String.split(rule, "/") do
      [address, bits] ->
        with {:ok, address} <- parse_address(address),
             {bits, ""} <- Integer.parse(bits) do
          bits in 0..if(tuple_size(address) == 4, do: 32, else: 128) and rule =~ ~r"/[0-9]+\z"
        else
          _ -> false
        end

      [host] ->
        match?({:ok, _}, parse_address(unbracketed(host))) or
          host =~ ~r/\A(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?\z/

      _ ->
        false
    end
  end

  defp rule?(_rule), do: false

  defp unbracketed(host) do
    case Regex.run(~r/\A\[(.*)\]\z/, host) do
      [_, inner] -> inner
      nil -> host
    end
  end

  defp parse_address(text) do
    if text =~ ~r/\A[0-9.]+\z/,
      do: text |> String.to_charlist() |> :inet.parse_ipv4strict_address(),
      else: text |> String.to_charlist() |> :inet.parse_ipv6strict_address()
  end

  # PEM itself, or the path of a file of it.
  defp cacerts!(value) when is_binary(value) do
    pem =
      if value =~ "-----BEGIN" do
        value
      else
        case File.read(value) do
          {:ok, pem} ->
            pem

          {:error, reason} ->
            invalid!(:cacerts, value, "PEM or a file of it (#{:file.format_error(reason)})")
        end
      end

    certificates = for {:Certificate, der, _} <- :public_key.pem_decode(pem), do: der

    if certificates == [] or not Enum.all?(certificates, &certificate?/1),
      do: invalid!(:cacerts, value, "certificates in PEM, or the path of a file of them"),
      else: pem
  end

  defp cacerts!(value), do: invalid!(:cacerts, value, "PEM, or the path of a file of it")

  defp certificate?(der) do
    is_tuple(:public_key.pkix_decode_cert(der, :plain))
  rescue
    _ -> false
  end

  @doc "The option `:fetch`: a function of the request."
  @spec fetch!(term) :: nil | (map -> map)
  def fetch!(nil), do: nil
  def fetch!(fun) when is_function(fun, 1), do: fun

  def fetch!({module, function}) when is_atom(module) and is_atom(function),
    do: Function.capture(module, function, 1)

  def fetch!(module) when is_atom(module) and not is_boolean(module) do
    if Code.ensure_loaded?(module) and function_exported?(module, :fetch, 1),
      do: Function.capture(module, :fetch, 1),
      else: invalid_fetch!(module)
  end

  def fetch!(value), do: invalid_fetch!(value)

  defp invalid_fetch!(value) do
    raise ArgumentError,
          "invalid value for the :fetch option: expected fn request -> response end, " <>
            "{module, function} or a module with fetch/1, got: #{inspect(value)}"
  end

  defp invalid!(option, value, expected) do
    of = if option, do: "#{inspect(option)} in the ", else: "the "

    raise ArgumentError,
          "invalid value for #{of}:network option: expected #{expected}, got: #{inspect(value)}"
  end
end
