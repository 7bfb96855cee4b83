defmodule Demo.Documents do
  @moduledoc """
  Markdown to render: a different document for every visitor and page, the same in
  every run. Between them they use what marked knows: headings, emphasis, lists in
  lists, tasks, tables, code, quotes, links of all kinds, HTML, entities, Unicode.
  """

  @names ~w(Ada Björk Chloé Dmitri Emeka Fatima Grace 花子 Ivo José Kurt Łukasz Mei Noor Ömer Priya)
  @things ~w(kettle lantern ladder teapot compass saddle harp anvil sundial loom)

  @doc "The title and the text of one document."
  def document(visitor, page) do
    name = pick(@names, {visitor, page, :name})
    title = "Page #{page} for #{name}, visitor #{visitor}"

    sections =
      parts()
      |> Enum.sort_by(fn {key, _} -> :erlang.phash2({visitor, page, key}) end)
      |> Enum.take(6 + rem(visitor, 4))
      |> Enum.map_join("\n\n", fn {key, part} -> part.(name, number(visitor, page, key)) end)

    %{title: title, markdown: "# #{title}\n\n#{sections}\n"}
  end

  # Name and function of every part; a part gets a name and a number to vary with.
  defp parts do
    [
      emphasis: fn name, n ->
        "Dear **#{name}**, your *#{thing(n)}* of type `#{n}` is ***ready***, not ~~#{n} days~~ late."
      end,
      list: fn name, n ->
        items =
          for i <- 1..(2 + rem(n, 4)),
              do: "- #{thing(n + i)}\n  1. first #{i}\n  2. *second* #{n}"

        "## What #{name} ordered\n\n" <> Enum.join(items, "\n")
      end,
      tasks: fn name, n ->
        "- [x] greet #{name}\n- [ ] wrap the #{thing(n)}\n- [ ] send **#{n}** of them"
      end,
      table: fn _name, n ->
        rows =
          for i <- 1..(3 + rem(n, 5)), do: "| #{thing(n * i)} | #{n * i} | `#{i}` \\| **#{n}** |"

        "| thing | price | note |\n|:------|------:|:----:|\n" <> Enum.join(rows, "\n")
      end,
      code: fn name, n ->
        """
        ```elixir
        def price(%{name: "#{name}"} = order) when order.count > #{n},
          do: order.count * #{n} <> "<b>&amp;</b>"
        ```

            indented & <kept>: #{n}
        """
      end,
      quote: fn name, n ->
        "> #{name} said:\n> \"#{n} is enough\"\n>\n> > and *again*:\n> > - #{thing(n)}"
      end,
      links: fn name, n ->
        """
        See [the #{thing(n)}](/things/#{n} "about \\"#{n}\\""), [another][ref-#{n}],
        <mailto:#{n}@example.test> and ![picture of #{name}](/img/#{n}.png).

        [ref-#{n}]: /ref/#{n}?a=1&b=2 'Reference #{n}'
        """
      end,
      html: fn name, n ->
        "<details data-n=\"#{n}\"><summary>#{name}</summary>\n\n*inside* &copy; &#x1F600; a < b\n\n</details>"
      end,
      unicode: fn name, n ->
        "Ünïcödé for #{name}: 日本語 **太字** 👩‍🚀 #{n}° — “quotes”…  \nafter a hard break\\\nand another"
      end,
      setext: fn name, n ->
        "A #{thing(n)} underlined\n======\n\nand *smaller* #{n}\n---\n\n***\n\nEscaped \\*stars\\* for \\#{name}."
      end,
      loose: fn _name, n ->
        "#{rem(n, 9) + 1}. one paragraph\n\n   and its second, with `code`\n\n2. two\n   > quoted #{n}\n\n   ```js\n   const x = #{n} < 2;\n   ```"
      end
    ]
  end

  defp number(visitor, page, key), do: :erlang.phash2({:n, visitor, page, key}, 1000) + 1
  defp thing(n), do: pick(@things, n)
  defp pick(list, seed), do: Enum.at(list, :erlang.phash2(seed, length(list)))
end
