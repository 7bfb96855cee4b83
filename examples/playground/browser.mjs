// `make test-browser`: the playground in headless Chromium, every button once.
// Arguments: the address; then the Chromium to run.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const [address, executablePath] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(address);

  page.setDefaultTimeout(15_000);
  const shows = (id, text) =>
    page.waitForFunction(
      ([id, text]) => document.getElementById(id).textContent.includes(text),
      [id, text],
    );
  await shows("pool", "1 contexts");
  await page.click("#run");
  await shows("output", "[1, 4, 9]");
  await shows("console", "hello");
  await page.click("button:text-is('endless loop')");
  await shows("output", "InternalError: interrupted");
  await page.click("button:text-is('eat memory')");
  await shows("output", "InternalError: out of memory");
  await page.click("button:text-is('throw')");
  await shows("output", "return user.name.length");
  await page.click("#siblings");
  await shows("pool", "1001 contexts");
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
