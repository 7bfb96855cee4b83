defmodule QuickBEAM.JS.Tree do
  @moduledoc false
  # Walks over syntax trees: nodes are maps with a :type. Children come in the order
  # of the source, whatever the order of a map's keys.

  @type tree :: map | [map]

  @doc "Calls the function with each node, parents before children."
  @spec walk(tree, (map -> term)) :: :ok
  def walk(tree, fun) do
    reduce(tree, :ok, fn node, :ok ->
      fun.(node)
      :ok
    end)
  end

  @doc "Folds the nodes, parents before children."
  @spec reduce(tree, acc, (map, acc -> acc)) :: acc when acc: term
  def reduce(tree, acc, fun) when is_list(tree), do: Enum.reduce(tree, acc, &reduce(&1, &2, fun))

  def reduce(%{} = tree, acc, fun) do
    acc = if is_map_key(tree, :type), do: fun.(tree, acc), else: acc
    tree |> parts() |> Enum.reduce(acc, fn {_key, part}, acc -> reduce(part, acc, fun) end)
  end

  def reduce(_scalar, acc, _fun), do: acc

  @doc "Puts what the function returns in the place of each node, children first."
  @spec postwalk(tree, acc, (map, acc -> {term, acc})) :: {term, acc} when acc: term
  def postwalk(tree, acc, fun) when is_list(tree),
    do: Enum.map_reduce(tree, acc, &postwalk(&1, &2, fun))

  def postwalk(%{} = tree, acc, fun) do
    {tree, acc} =
      tree
      |> parts()
      |> Enum.reduce({tree, acc}, fn {key, part}, {tree, acc} ->
        {part, acc} = postwalk(part, acc, fun)
        {%{tree | key => part}, acc}
      end)

    if is_map_key(tree, :type), do: fun.(tree, acc), else: {tree, acc}
  end

  def postwalk(scalar, acc, _fun), do: {scalar, acc}

  defp parts(tree) do
    for({key, part} <- tree, is_map(part) or (is_list(part) and part != []), do: {key, part})
    |> Enum.sort_by(fn {_key, part} -> start(part) end)
  end

  # Atoms sort after numbers: what has no place comes last.
  defp start(%{start: start}), do: start
  defp start([part | rest]), do: if(is_map(part), do: start(part), else: start(rest))
  defp start(_nowhere), do: :nowhere
end
