Code.require_file("../../examples/rules/rules.ex", __DIR__)

defmodule QuickBEAM.Examples.RulesTest do
  use QuickBEAM.Case, async: true

  @order %{net: 200, items: []}

  setup do: %{rules: start_supervised!({Rules, []})}

  test "prices, tenant by tenant", %{rules: rules} do
    assert Rules.put(rules, "a", "function price(o) { return o.net * 0.5 }") == :ok
    assert Rules.put(rules, "b", "let n = 0; function price() { return n++ }") == :ok
    assert Rules.price(rules, "a", @order) == {:ok, 100}
    # The sample was 0.
    assert Rules.price(rules, "b", @order) == {:ok, 1}
    assert Rules.price(rules, "c", @order) == {:error, "no rules for c"}
  end

  test "what fails does not take the place of what works", %{rules: rules} do
    assert Rules.put(rules, "a", "function price(o) { return o.net }") == :ok

    for {code, text} <- [
          {"function price( {", "SyntaxError"},
          {"const cost = 1", "price"},
          {"function price() { while (true) {} }", "interrupted"},
          {"function price() { const a = []; while (true) a.push({}) }", "out of memory"},
          {"function price() { return new Promise(() => {}) }", "TimeoutError"},
          {"function price() { return fetch('http://localhost') }", "fetch is not defined"},
          {"function price() { return -1 }", "-1"},
          {"function price() { return NaN }", "NaN"}
        ] do
      assert {:error, error} = Rules.put(rules, "a", code)
      assert error =~ text
      assert Rules.price(rules, "a", @order) == {:ok, 200}
    end
  end

  test "rules that fail for one order answer the next", %{rules: rules} do
    code = "function price(o) { while (o.net > 150) {} return o.net }"
    assert Rules.put(rules, "a", code) == :ok
    assert {:error, "InternalError: interrupted" <> _} = Rules.price(rules, "a", @order)
    assert Rules.price(rules, "a", %{net: 100}) == {:ok, 100}
  end

  test "a swap under load loses no order", %{rules: rules} do
    rule = &"function price(o) { return o.net * #{&1} }"
    assert Rules.put(rules, "a", rule.(1)) == :ok

    tasks =
      for _ <- 1..4 do
        Task.async(fn -> for _ <- 1..200, do: Rules.price(rules, "a", @order) end)
      end

    for n <- 2..6, do: assert(Rules.put(rules, "a", rule.(n)) == :ok)
    prices = tasks |> Task.await_many(30_000) |> List.flatten()
    assert Enum.all?(prices, &(&1 in for(n <- 1..6, do: {:ok, 200 * n})))
    assert Rules.price(rules, "a", @order) == {:ok, 1200}
  end
end
