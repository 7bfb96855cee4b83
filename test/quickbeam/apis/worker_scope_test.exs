defmodule QuickBEAM.Apis.WorkerScopeTest do
  use QuickBEAM.Case, async: true

  defp start(opts \\ []), do: start_alone([apis: [:browser]] ++ opts)

  # What the worker posts first.
  defp answer(js, code) do
    Context.eval!(js, """
    const worker = new Worker(URL.createObjectURL(new Blob([#{inspect(code)}])));
    const got = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => { event.preventDefault(); resolve(["error", event.message]); };
    });
    worker.terminate();
    got
    """)
  end

  test "the members of the scope are those of its prototypes" do
    assert answer(start(), """
           const own = ["self", "location", "navigator", "onerror", "onmessage", "postMessage"].filter((name) => Object.hasOwn(globalThis, name));
           self.self = 1;
           postMessage([own, self === globalThis, typeof Navigator, navigator instanceof WorkerNavigator,
             String(navigator), WorkerNavigator.name, typeof navigator.userAgent, navigator.locks instanceof LockManager,
             onerror, onlanguagechange, ononline, onunhandledrejection]);
           """) == [
             [],
             true,
             "undefined",
             true,
             "[object WorkerNavigator]",
             "WorkerNavigator",
             "string",
             true,
             nil,
             nil,
             nil,
             nil
           ]
  end

  test "location is the URL of the script" do
    js = start()

    assert answer(js, """
           postMessage([location instanceof WorkerLocation, location.protocol, location.href === `${location}`,
             location.href.startsWith("blob:"), location.origin, location === self.location]);
           """) == [true, "blob:", true, true, "null", true]

    assert Context.eval!(js, """
           const url = "data:text/javascript,postMessage([location.href, location.pathname, location.host])";
           const fromData = new Worker(url);
           const { data } = await new Promise((resolve) => { fromData.onmessage = resolve; });
           [data[0] === url, data[1].startsWith("text/javascript,"), data[2]]
           """) == [true, true, ""]
  end

  @tag :tmp_dir
  test "location of a file", %{tmp_dir: dir} do
    File.write!(
      Path.join(dir, "a b.js"),
      "postMessage([location.href, location.protocol, location.search])"
    )

    js = start(root: dir)

    assert Context.eval!(js, """
           const fromFile = new Worker("a b.js");
           (await new Promise((resolve) => { fromFile.onmessage = resolve; })).data
           """) == ["file://#{Path.expand(dir)}/a%20b.js", "file:", ""]
  end

  test "a worker that is closed ends its script, and begins nothing more" do
    assert Context.eval!(start(), """
           const log = [];
           const worker = new Worker(`
             setInterval(() => postMessage("interval"), 0);
             onmessage = ({ data }) => {
               if (data !== "close") return postMessage("late");
               close();
               setTimeout(() => postMessage("timer"), 0);
               postMessage("last words");
             };
           `);
           worker.onmessage = ({ data }) => { if (data !== "interval") log.push(data); };
           worker.postMessage("close");
           worker.postMessage("ping");
           while (log.length === 0) await new Promise((resolve) => setTimeout(resolve));
           const other = new Worker("postMessage(1)");
           await new Promise((resolve) => { other.onmessage = resolve; });
           log
           """) == ["last words"]
  end

  test "an error of a listener to errors is the parent's" do
    assert answer(start(), """
           onerror = () => { throw new RangeError("in the handler"); };
           setTimeout(() => { throw new Error("first"); }, 0);
           """) == ["error", "Uncaught RangeError: in the handler"]
  end

  test "a URL that is none is refused at once" do
    assert Context.eval!(start(), """
           (() => { try { new Worker("http://invalid:123$"); } catch ({ name }) { return name; } })()
           """) == "SyntaxError"
  end
end
