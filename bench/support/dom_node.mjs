// The measures of dom.js on Node, with jsdom and linkedom (test/fixtures/dom).
//
//     node dom_node.mjs ROUNDS      prints one JSON object

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../test/fixtures/dom/package.json", import.meta.url));
const source = await readFile(new URL("dom.js", import.meta.url), "utf8");
const rounds = Number(process.argv[2] ?? 5);
const { JSDOM } = require("jsdom");
const { parseHTML } = require("linkedom");
const PAGE = "<!doctype html><html><head></head><body></body></html>";
const makers = {
  jsdom: () => new JSDOM(PAGE).window.document,
  linkedom: () => parseHTML(PAGE).document,
};

/** Bytes that a document takes, of a thousand (or a hundred of them filled). */
function memory(make, count, html) {
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const documents = Array.from({ length: count }, () => {
    const document = make();
    if (html !== "") document.body.innerHTML = html;
    return document;
  });
  globalThis.gc();
  return (process.memoryUsage().heapUsed - before) / documents.length;
}

const out = {};
for (const [name, make] of Object.entries(makers)) {
  const run = new Function("document", "now", `${source}; return measures;`);
  const measures = run(make(), () => performance.now());
  out[name] = {};
  for (const [what, measure] of Object.entries(measures)) {
    measure();
    const times = Array.from({ length: rounds }, measure).sort((a, b) => a - b);
    out[name][what] = times[Math.floor(rounds / 2)];
  }
  out[name].empty = memory(make, 50, "");
  out[name].filled = memory(make, 20, "<p>x</p>".repeat(500));
}
console.log(JSON.stringify(out));
