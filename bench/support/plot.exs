defmodule Bench.Plot do
  @moduledoc false
  # Plots as SVG files that are read in light and in dark: on a page that shows them as
  # images the colours follow the reader's preference.

  @width 720
  @left 70
  @right 16
  @top 64
  @colours ["#2f6fd0", "#c2571a", "#2e8b57", "#8a4fbf"]
  @dark ["#7fb0ff", "#f0a060", "#74d3a0", "#c9a0f5"]

  @doc """
  Bars in groups, on a logarithmic scale: `groups` are `{label, [value or nil]}`, with a value
  for each of `series`; `format` writes a value.
  """
  def bars(title, series, groups, format) do
    values = for {_, values} <- groups, value <- values, value, do: value
    {low, high} = decades(values)
    row = 20
    gap = 14
    left = 190
    span = @width - left - 90
    x = fn value -> left + span * (log(value) - low) / (high - low) end

    {rows, bottom} =
      Enum.map_reduce(groups, @top, fn {label, values}, y ->
        height = row * length(values)

        bars =
          for {value, i} <- Enum.with_index(values) do
            at = y + i * row

            if value do
              [
                ~s(<rect class="c#{i}" x="#{left}" y="#{at + 2}" width="#{n(x.(value) - left)}" height="#{row - 4}" rx="2"/>),
                text(x.(value) + 5, at + row - 6, format.(value))
              ]
            else
              text(left + 5, at + row - 6, "cannot")
            end
          end

        label = text(left - 8, y + height / 2 + 4, label, ~s( text-anchor="end"))
        {[label, bars], y + height + gap}
      end)

    svg(title, series, bottom + 4, [
      ~s(<path d="M#{left} #{@top - 6}V#{bottom - gap + 6}"/>),
      rows
    ])
  end

  @doc """
  Lines over numbers, both scales logarithmic: `lines` are `{name, [{x, y}]}`, in the order of
  `series`.
  """
  def lines(title, lines, {x_label, x_format}, y_format) do
    points = for {_, points} <- lines, point <- points, do: point
    {x_low, x_high} = decades(Enum.map(points, &elem(&1, 0)))
    {y_low, y_high} = decades(Enum.map(points, &elem(&1, 1)))
    height = 260
    span = @width - @left - @right
    x = fn value -> @left + span * (log(value) - x_low) / (x_high - x_low) end
    y = fn value -> @top + height * (1 - (log(value) - y_low) / (y_high - y_low)) end

    grid =
      for decade <- y_low..y_high, at = y.(:math.pow(10, decade)) do
        [
          ~s(<path d="M#{@left} #{n(at)}H#{@width - @right}"/>),
          text(@left - 8, at + 4, y_format.(:math.pow(10, decade)), ~s( text-anchor="end"))
        ]
      end

    ticks =
      for value <- points |> Enum.map(&elem(&1, 0)) |> Enum.uniq(),
          do: text(x.(value), @top + height + 18, x_format.(value), ~s( text-anchor="middle"))

    drawn =
      for {{_, points}, i} <- Enum.with_index(lines) do
        path = Enum.map_join(points, " ", fn {a, b} -> "#{n(x.(a))},#{n(y.(b))}" end)

        dots =
          for {a, b} <- points,
              do: ~s(<circle class="c#{i}" cx="#{n(x.(a))}" cy="#{n(y.(b))}" r="3.5"/>)

        [~s(<polyline class="l#{i}" points="#{path}"/>), dots]
      end

    label = text(@left + span / 2, @top + height + 38, x_label, ~s( text-anchor="middle"))
    svg(title, Enum.map(lines, &elem(&1, 0)), @top + height + 48, [grid, ticks, label, drawn])
  end

  defp svg(title, series, height, content) do
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 #{@width} #{n(height)}" role="img" font-family="system-ui, sans-serif" font-size="13">
    <title>#{escape(title)}</title>
    <style>
    #{style("#1f2328", "#d0d7de", @colours)}
    @media (prefers-color-scheme: dark) {
    #{style("#e6edf3", "#444c56", @dark)}
    }
    </style>
    #{text(8, 20, title, ~s( font-size="15" font-weight="600"))}
    #{legend(series)}
    #{content}
    </svg>
    """
  end

  defp style(text, line, colours) do
    [
      "text { fill: #{text} } path { stroke: #{line}; fill: none }"
      | for {colour, i} <- Enum.with_index(colours) do
          " rect.c#{i}, circle.c#{i} { fill: #{colour} } .l#{i} { stroke: #{colour}; fill: none; stroke-width: 2 }"
        end
    ]
  end

  defp legend(series) do
    {parts, _} =
      for {name, i} <- Enum.with_index(series), reduce: {[], 8} do
        {parts, x} ->
          part = [
            ~s(<rect class="c#{i}" x="#{x}" y="33" width="12" height="12" rx="2"/>),
            text(x + 18, 44, name)
          ]

          {[parts, part], x + 40 + 7 * String.length(name)}
      end

    parts
  end

  defp text(x, y, text, attributes \\ ""),
    do: ~s(<text x="#{n(x)}" y="#{n(y)}"#{attributes}>#{escape(text)}</text>\n)

  # Whole decades around the values, at least one.
  defp decades(values) do
    low = values |> Enum.min() |> log() |> floor()
    {low, max(values |> Enum.max() |> log() |> ceil(), low + 1)}
  end

  # Nothing is drawn as the least that there is.
  defp log(value), do: :math.log10(max(value, 1.0e-3))

  defp n(number), do: Bench.decimals(number, 1)

  defp escape(text) do
    for {character, entity} <- [{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}], reduce: text do
      text -> String.replace(text, character, entity)
    end
  end
end
