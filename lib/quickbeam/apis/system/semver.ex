defmodule QuickBEAM.Apis.System.Semver do
  @moduledoc false
  # Semantic versions: requirements as Elixir's `Version` has them (`~> 1.2`,
  # `>= 1.0.0 and < 2.0.0`), and what that does not know as ranges of npm's
  # (`^1.2`, `1.x || >=3 <4`, `1.2 - 2.3`). Where both know one, it is Elixir's.

  # Ranges are taken apart in memory that no context's limit counts: what is longer
  # than this is none.
  @bytes_max 16_384

  @doc "Whether `version` fulfils `range`; what is no version or no range fulfils nothing."
  @spec satisfies?(String.t(), String.t()) :: boolean
  def satisfies?(_version, range) when byte_size(range) > @bytes_max, do: false

  def satisfies?(version, range) do
    with {:ok, version} <- parse(version) do
      case Version.parse_requirement(String.trim(range)) do
        {:ok, requirement} -> Version.match?(version, requirement)
        :error -> npm?(version, range)
      end
    else
      :error -> false
    end
  end

  @doc "-1, 0 or 1; nil where one of them is no version."
  @spec order(String.t(), String.t()) :: -1 | 0 | 1 | nil
  def order(a, b) do
    with {:ok, a} <- parse(a), {:ok, b} <- parse(b) do
      %{lt: -1, eq: 0, gt: 1}[Version.compare(a, b)]
    else
      :error -> nil
    end
  end

  defp parse(text) when byte_size(text) > @bytes_max, do: :error

  defp parse(text) do
    text |> String.trim() |> String.trim_leading("v") |> Version.parse()
  end

  ## npm's ranges: https://github.com/npm/node-semver#ranges

  defp npm?(version, range) do
    sets = range |> String.split("||") |> Enum.map(&comparators/1)
    Enum.all?(sets, &is_list/1) and Enum.any?(sets, &within?(version, &1))
  end

  # All comparators hold; a pre-release only where one names a pre-release of the
  # same version.
  defp within?(version, comparators) do
    named? = fn {_, bound} ->
      bound.pre != [] and core(bound) == core(version)
    end

    (version.pre == [] or Enum.any?(comparators, named?)) and
      Enum.all?(comparators, fn {operator, bound} ->
        holds?(operator, Version.compare(version, bound))
      end)
  end

  defp core(version), do: {version.major, version.minor, version.patch}

  defp holds?(:>=, order), do: order in [:gt, :eq]
  defp holds?(:>, order), do: order == :gt
  defp holds?(:<=, order), do: order in [:lt, :eq]
  defp holds?(:<, order), do: order == :lt
  defp holds?(:==, order), do: order == :eq

  # `[{operator, version}]` of one alternative, or :error.
  defp comparators(text) do
    case String.split(text, ~r/\s+-\s+/) do
      [low, high] -> join([comparator(">=", partial(low)), comparator("<=", partial(high))])
      [text] -> text |> words() |> Enum.map(&word/1) |> join()
      _ -> :error
    end
  end

  defp words(text) do
    # An operator may stand apart from its version.
    text |> String.replace(~r/([<>=^~])\s+/, "\\1") |> String.split()
  end

  defp word(word) do
    [_, operator, version] = Regex.run(~r/^([<>=^~]*)(.*)$/s, word)
    comparator(operator, partial(version))
  end

  defp join(lists) do
    if Enum.all?(lists, &is_list/1), do: Enum.concat(lists), else: :error
  end

  @partial ~r/^\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*])(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?)?\s*$/

  # Major, minor, patch, nil from the first that is left open on, and a pre-release.
  defp partial(text) do
    case Regex.run(@partial, text) do
      nil ->
        :error

      [_ | parts] ->
        [major, minor, patch, pre] = Enum.map(0..3, &Enum.at(parts, &1, ""))
        numbers = Enum.map([major, minor, patch], &number/1)
        given = Enum.take_while(numbers, &(&1 != nil))
        {Enum.map(0..2, &Enum.at(given, &1)), if(pre == "", do: "", else: "-" <> pre)}
    end
  end

  defp number(text) do
    case Integer.parse(text) do
      {number, ""} -> number
      _ -> nil
    end
  end

  defp comparator(_operator, :error), do: :error
  defp comparator(operator, {[nil, _, _], _}) when operator in ["<", ">"], do: none()
  defp comparator(_operator, {[nil, _, _], _}), do: []
  defp comparator(">=", parts), do: bounds(>=: lowest(parts))
  defp comparator("<", parts), do: bounds(<: lowest(parts))
  defp comparator(">", {[_, _, patch], _} = parts) when patch != nil, do: bounds(>: lowest(parts))
  defp comparator(">", {numbers, _}), do: bounds(>=: above(numbers))

  defp comparator("<=", {[_, _, patch], _} = parts) when patch != nil,
    do: bounds(<=: lowest(parts))

  defp comparator("<=", {numbers, _}), do: bounds(<: above(numbers))

  defp comparator("^", {numbers, _} = parts) do
    # Up to the next of the first number that is not zero.
    upper =
      case numbers do
        [0, nil, _] -> "1.0.0-0"
        [0, 0, nil] -> "0.1.0-0"
        [0, 0, patch] -> "0.0.#{patch + 1}-0"
        [0, minor, _] -> "0.#{minor + 1}.0-0"
        [major, _, _] -> "#{major + 1}.0.0-0"
      end

    bounds(>=: lowest(parts), <: upper)
  end

  defp comparator("~", {[major, minor, _], _} = parts),
    do: bounds(>=: lowest(parts), <: above([major, minor, nil]))

  defp comparator(operator, {[_, _, patch], _} = parts)
       when operator in ["", "="] and patch != nil,
       do: bounds(==: lowest(parts))

  defp comparator(operator, {numbers, _} = parts) when operator in ["", "="],
    do: bounds(>=: lowest(parts), <: above(numbers))

  defp comparator(_operator, _parts), do: :error

  defp lowest({numbers, pre}), do: Enum.map_join(numbers, ".", &(&1 || 0)) <> pre
  defp above([major, nil, _]), do: "#{major + 1}.0.0-0"
  defp above([major, minor, _]), do: "#{major}.#{minor + 1}.0-0"

  defp none, do: bounds(<: "0.0.0-0")

  defp bounds(bounds) do
    parsed = for {operator, text} <- bounds, do: {operator, Version.parse(text)}

    if Enum.all?(parsed, &match?({_, {:ok, _}}, &1)),
      do: for({operator, {:ok, version}} <- parsed, do: {operator, version}),
      else: :error
  end
end
