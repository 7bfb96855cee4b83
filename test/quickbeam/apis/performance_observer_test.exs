defmodule QuickBEAM.Apis.PerformanceObserverTest do
  use QuickBEAM.Case, async: true

  test "an observer hears of marks and measures once, in order, after the script" do
    js = start_alone(apis: [:browser])

    assert Context.eval!(js, """
           const heard = [];
           const names = list => list.getEntries().map(({ name }) => name);
           performance.mark("before");
           const done = new Promise(resolve => {
             const observer = new PerformanceObserver((list, self) => {
               heard.push([self === observer, names(list), list.getEntriesByType("mark").length]);
               observer.disconnect();
               performance.mark("later");
               setTimeout(resolve, 0);
             });
             observer.observe({ entryTypes: ["mark", "measure", "unknown"] });
           });
           performance.mark("a");
           performance.measure("m", "a");
           heard.push("script");
           await done;
           const buffered = new PerformanceObserver(() => {});
           buffered.observe({ type: "mark", buffered: true });
           [heard, names({ getEntries: () => buffered.takeRecords() }), PerformanceObserver.supportedEntryTypes]
           """) == [
             ["script", [true, ["a", "m"], 1]],
             ["before", "a", "later"],
             ["mark", "measure"]
           ]
  end

  test "what it cannot observe is an error that says so" do
    js = start_alone(apis: [:browser])

    assert Context.eval!(js, """
           const refused = (options, before) => {
             const observer = new PerformanceObserver(() => {});
             if (before) observer.observe(before);
             try { observer.observe(options) } catch (error) { return error.name }
           };
           [refused({}), refused({ entryTypes: ["mark"], type: "mark" }), refused({ type: "mark" }, { entryTypes: ["mark"] }), refused({ type: "nothing" })]
           """) == ["TypeError", "TypeError", "InvalidModificationError", nil]
  end
end
