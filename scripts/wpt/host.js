// In the context that has the worker with `code`: keeps what its testharness.js tells.
{
  const results = [];
  let finish;
  const done = new Promise((resolve) => (finish = resolve));
  const row = (name, { status, message }) => results.push([name, status, message ?? ""]);
  const worker = new Worker(URL.createObjectURL(new Blob([code])));
  worker.onmessage = ({ data }) => {
    if (data.type === "result") row(data.test.name, data.test);
    if (data.type !== "complete") return;
    if (data.status.status !== 0) row("(harness)", data.status);
    finish(results);
  };
  worker.onerror = (event) => {
    row("(worker)", { status: 1, message: event.message });
    // In a worker no test goes on after that without the harness' leave.
    setTimeout(finish, 2000, results);
    event.preventDefault();
  };
  globalThis.__wpt = { done, results, worker };
}
