// After testharness.js in a window: keeps [name, status, message] of each test for WPT.Run.
setup({ output: false });
{
  const results = [];
  let finish;
  const done = new Promise((resolve) => (finish = resolve));
  const row = (name, { status, message }) => results.push([`${name}`, status, `${message ?? ""}`]);
  add_result_callback((test) => row(test.name, test));
  add_completion_callback((_tests, harness) => {
    if (harness.status !== 0) row("(harness)", harness);
    finish(results);
  });
  // Not enumerable: some tests look at the names of the global object.
  Object.defineProperty(globalThis, "__wpt", { value: { done, results } });
}
