// `make test-browser`: the playground in headless Chromium, every button once.
// Arguments: the address, the Chromium to run, the folder for screenshots.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [address, executablePath, pictures] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage({ viewport: { width: 1100, height: 1000 }, colorScheme: "light" });
  const picture = (name) => page.screenshot({ path: `${pictures}/${name}.png` });
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(address);

  page.setDefaultTimeout(15_000);
  const shows = (id, text) =>
    page.waitForFunction(
      ([id, text]) => document.getElementById(id).textContent.includes(text),
      [id, text],
    );
  await shows("pool", "2 contexts");
  await page.click("#run");
  await shows("output", "[1, 4, 9]");
  await shows("console", "hello");
  await page.click("button:text-is('endless loop')");
  await shows("output", "InternalError: interrupted");
  await page.click("button:text-is('eat memory')");
  await shows("output", "InternalError: out of memory");
  await page.click("button:text-is('throw')");
  await shows("output", "return user.name.length");
  await picture("playground-error");
  await page.click("#siblings");
  await shows("pool", "1002 contexts");
  // Every plot has lines of the last seconds, and the latencies are of this machine's order.
  await page.waitForFunction(() => Number(document.getElementById("pool").dataset.events) >= 20);
  const plots = await page.$$eval("#plots figure", (figures) =>
    figures.map((figure) => ({
      id: figure.id,
      text: figure.textContent,
      points: [...figure.querySelectorAll("polyline")].map((line) => line.getAttribute("points").split(" ").length),
    })),
  );
  assert.deepEqual(plots.map((plot) => plot.id), [
    "latencies", "busy", "queue", "contexts", "memory-of-the-pool", "memory-of-this-context",
  ]);
  for (const { id, points } of plots) assert.ok(points.length > 0 && points.every((n) => n >= 20), id);
  assert.match(plots[0].text, /a call \d+(\.\d+)? (µs|ms), its longest .*, over a thread /);
  await picture("playground");
  await page.emulateMedia({ colorScheme: "dark" });
  await picture("playground-dark");
  await page.click("#siblings");
  await shows("pool", "pool: 2 contexts");
  await page.fill("#code", "'still ' + 'here, ünïcödé'");
  await page.click("#run");
  await shows("output", "still here, ünïcödé");

  // Another tab has a context of its own.
  await page.fill("#code", "globalThis.mine = 1");
  await page.click("#run");
  await shows("output", "1");
  const other = await browser.newPage();
  await other.goto(address);
  await other.fill("#code", "typeof mine");
  await other.click("#run");
  await other.waitForFunction(() => document.getElementById("output").textContent.includes("undefined"));
  assert.deepEqual(problems, []);
  console.log("The playground works in", browser.version());
} finally {
  await browser.close();
}
