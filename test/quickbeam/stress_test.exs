defmodule QuickBEAM.StressTest do
  # Not async: it looks at all that is left in the end.
  use QuickBEAM.Case

  @moduletag :capture_log
  @moduletag timeout: 180_000

  # bench/stress.exs does the same for five minutes.
  for size <- [1, 4] do
    test "nothing is lost, late or left over on a pool of #{size}" do
      done = QuickBEAM.Stress.run(10_000, size: unquote(size), seed: 3)
      # It did happen: all kinds of ends, and ordinary ones among them.
      count = fn what -> Map.get(done, what, 0) end
      assert count.({:eval, :ok}) > 0

      for kind <- ~w(InternalError TimeoutError AbortError Error RangeError)s,
          do: assert(count.({:eval, kind}) > 0, "no #{kind} in #{inspect(done)}")

      for how <- [:none, :kill, :owner, :caller, :stop, :reset],
          do: assert(count.({:ended, how}) > 0, "no #{how}")
    end
  end
end
