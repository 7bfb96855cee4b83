defmodule QuickBEAM.Options.NetworkTest do
  use ExUnit.Case, async: true

  alias QuickBEAM.Options

  defp network(value), do: Options.context!(pool: :p, network: value).network

  defp refusal(value) do
    Exception.message(assert_raise(ArgumentError, fn -> network(value) end))
  end

  test "all, none, and rules" do
    assert network(:all) == :all
    assert %{policy: :none} = network(:none)

    assert %{policy: :rules, allow: nil, deny: [], private: false, max_connections: 64} =
             network([])

    assert network(%{private: true}) == network(private: true)

    assert %{allow: ["example.com", "*.example.org", "10.0.0.0/8", "::1", "[::1]", "fc00::/7"]} =
             network(
               allow: ["Example.com", "*.example.org", "10.0.0.0/8", "::1", "[::1]", "fc00::/7"]
             )

    assert %{deny: ["one"]} = network(deny: "one")
  end

  test "errors name the value" do
    assert refusal(:some) =~
             "invalid value for the :network option: expected :all, :none, or a keyword list or map of rules and limits, got: :some"

    for rule <- [
          1,
          "",
          "*",
          "http://x",
          "a b",
          "x:80",
          "10.0.0.0/33",
          "::/129",
          "x/8",
          "10.0.0.0/-1",
          "10.0.0/8",
          "ü.de",
          "*.*.x"
        ] do
      message = refusal(allow: [rule])
      assert message =~ "invalid value for :allow in the :network option"
      assert message =~ "got: #{inspect(rule)}"
    end

    assert refusal(deny: [:a | :b]) =~ ":deny in the :network option"
    assert refusal(private: 1) =~ ":private in the :network option: expected a boolean, got: 1"
    assert refusal(max_connections: 0) =~ "from 1 to 65535, got: 0"
    assert refusal(max_body_size: -1) =~ "a number of bytes"
    assert refusal(connect_timeout: :infinity) =~ "milliseconds"
    assert refusal(alow: []) =~ "unknown option :alow in the :network option"
    assert refusal(cacerts: "/no/such/file") =~ "no such file"

    assert refusal(cacerts: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") =~
             ":cacerts"

    assert refusal(cacerts: 1) =~ ":cacerts"
  end

  test "the client is a function, a module or both" do
    fetch = fn value -> Options.context!(pool: :p, fetch: value).fetch end
    assert is_function(fetch.(& &1), 1)
    assert is_function(fetch.({Kernel, :hd}), 1)
    assert fetch.(nil) == nil

    for wrong <- [1, :no_such_module, Kernel, fn -> 1 end] do
      message = Exception.message(assert_raise(ArgumentError, fn -> fetch.(wrong) end))
      assert message =~ "invalid value for the :fetch option"
      assert message =~ inspect(wrong)
    end
  end

  test "rules that are accepted are those that the NIF reads" do
    {:ok, js} =
      QuickBEAM.start(
        network: [
          allow: [
            "A.b-c_d",
            "*.x.",
            "1.2.3.4",
            "1.2.3.0/0",
            "::",
            "[::]",
            "::ffff:1.2.3.4",
            "fe80::/128"
          ]
        ]
      )

    assert QuickBEAM.eval(js, "1") == {:ok, 1}
  end
end
