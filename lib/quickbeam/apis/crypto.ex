defmodule QuickBEAM.Apis.Crypto do
  @moduledoc false
  # What `crypto.subtle` (priv/js/crypto) asks: Web Cryptography's operations, on
  # :crypto, each in a task. Names, conversions and a key's permissions are checked
  # there; parameters, key data and usages here, in the order of the specification.

  use QuickBEAM.Service

  alias __MODULE__.{Aes, Ec, Hmac, Json, Kdf, Key, Okp, Rsa}

  @families %{
    "AES-CBC" => Aes,
    "AES-CTR" => Aes,
    "AES-GCM" => Aes,
    "AES-KW" => Aes,
    "ECDH" => Ec,
    "ECDSA" => Ec,
    "Ed25519" => Okp,
    "Ed448" => Okp,
    "HKDF" => Kdf,
    "HMAC" => Hmac,
    "PBKDF2" => Kdf,
    "RSA-OAEP" => Rsa,
    "RSA-PSS" => Rsa,
    "RSASSA-PKCS1-v1_5" => Rsa,
    "X25519" => Okp,
    "X448" => Okp
  }

  # Operations of one context that run at once; the others wait in line. Their data
  # stays charged to the context meanwhile: the promise's function holds it.
  @max_running 8

  # waiting: what begins when one of those that run has ended.
  @impl true
  def init(_caller), do: %{running: 0, waiting: :queue.new()}

  @impl true
  def handle_request([operation | args], id, _caller, state) do
    task = fn -> answer(operation, args) end

    if state.running < @max_running do
      {:task, task, %{state | running: state.running + 1}}
    else
      {:noreply, %{state | waiting: :queue.in({id, task}, state.waiting)}}
    end
  end

  @impl true
  def handle_task_end(state) do
    case :queue.out(state.waiting) do
      {{:value, {id, task}}, waiting} -> {:task, id, task, %{state | waiting: waiting}}
      {:empty, _} -> {:noreply, %{state | running: state.running - 1}}
    end
  end

  # Nobody waits for what was in line. Those that run end as they will.
  @impl true
  def handle_reset(_caller, state), do: {:noreply, %{state | waiting: :queue.new()}}

  defp answer(operation, args) do
    {:ok, perform(operation, args)}
  rescue
    # What :crypto refuses: a bad key, data that is not what was encrypted.
    error in [ErlangError, ArgumentError] ->
      {:dom_exception, "OperationError", text(error)}
  catch
    {:refused, name, message} -> {:dom_exception, name, message}
  end

  defp text(%ErlangError{original: {_kind, _place, description}}) when is_list(description),
    do: List.to_string(description)

  defp text(_), do: "the operation failed"

  defp perform("encrypt", [algorithm, key, data]),
    do: {:bytes, crypt(:encrypt, algorithm, key, data)}

  defp perform("decrypt", [algorithm, key, data]),
    do: {:bytes, crypt(:decrypt, algorithm, key, data)}

  defp perform("sign", [algorithm, key, data]) do
    {:bytes, family(algorithm).sign(algorithm, Key.received(key), data)}
  end

  defp perform("verify", [algorithm, key, signature, data]) do
    family(algorithm).verify(algorithm, Key.received(key), signature, data)
  end

  defp perform("generate", [algorithm, usages]) do
    algorithm |> family() |> apply(:generate, [algorithm, usages]) |> List.wrap() |> Key.sent()
  end

  defp perform("import", [format, data, algorithm, extractable, usages]) do
    Key.sent([import_key(format, data, algorithm, extractable, usages)])
  end

  defp perform("export", [format, key, name]) do
    case @families[name].export(format, name, Key.received(key)) do
      %{} = jwk -> jwk
      bytes -> {:bytes, bytes}
    end
  end

  defp perform("deriveBits", [algorithm, key, peer, length]) do
    {:bytes, derive(algorithm, key, peer, length)}
  end

  defp perform("deriveKey", [algorithm, key, peer, measured, imported, extractable, usages]) do
    secret = derive(algorithm, key, peer, family(measured).key_length(measured))
    Key.sent([import_key("raw", secret, imported, extractable, usages)])
  end

  defp perform("unwrap", [algorithm, key, wrapped, format, imported, extractable, usages]) do
    data = crypt(:decrypt, algorithm, key, wrapped)
    data = if format == "jwk", do: json_web_key(data), else: data
    Key.sent([import_key(format, data, imported, extractable, usages)])
  end

  defp family(%{"name" => name}), do: Map.fetch!(@families, name)

  defp crypt(direction, algorithm, key, data) do
    family(algorithm).crypt(direction, algorithm, Key.received(key), data)
  end

  defp derive(algorithm, key, peer, length) do
    peer = if peer, do: Key.received(peer)
    family(algorithm).derive(algorithm, Key.received(key), peer, length)
  end

  # 14.3.9, from 7 on: a key that may be used for nothing is refused.
  defp import_key(format, data, algorithm, extractable, usages) do
    key = family(algorithm).import(format, data, algorithm, extractable, usages)

    if key.type in [:secret, :private] and usages == [],
      do: refuse("SyntaxError", "a #{key.type} key needs a usage")

    key
  end

  # 12.2, parse a JWK: an object; that it is a key is seen by whoever imports it.
  defp json_web_key(data) do
    case Json.decode(data) do
      {:ok, %{"kty" => kty} = jwk} when is_binary(kty) -> jwk
      _ -> refuse("DataError", "what was unwrapped is no JSON Web Key")
    end
  end

  @doc "Ends an operation with a DOMException."
  @spec refuse(String.t(), String.t()) :: no_return
  def refuse(name, message), do: throw({:refused, name, message})
end
