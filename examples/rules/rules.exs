# `mix run examples/rules/rules.exs`: rules are set, used, replaced, and misbehave.
Code.require_file("rules.ex", __DIR__)

{:ok, rules} = Rules.start_link([])
order = %{net: 250, items: [%{sku: "kettle", count: 5, net: 50}]}

for code <- [
      "function price(order) { return order.net }",
      "function price({ net, items }) { return items.some(i => i.count >= 5) ? net * 0.9 : net }",
      "function price(order) { while (true) {} }",
      "function price(order) { const a = []; while (true) a.push({}) }",
      "function price(order) { return order.customer.discount }",
      "function price(order) { return fetch('http://localhost/') }",
      "function price( {"
    ] do
  IO.puts(code)
  IO.puts("  put:   #{inspect(Rules.put(rules, "acme", code))}")
  IO.puts("  price: #{inspect(Rules.price(rules, "acme", order))}")
end
