// esbuild's part of bench/toolchain.exs:
//
//     node esbuild.mjs transform ROUNDS FILE...     node esbuild.mjs bundle ROUNDS ENTRY
//
// Prints the median time of a round in microseconds. esbuild is asked over its API, so
// that the start of its process is not counted.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve("test/fixtures/npm/package.json"));
const esbuild = require("esbuild");

const [what, rounds, ...files] = process.argv.slice(2);
const sources = files.map((file) => readFileSync(file, "utf8"));

const round = {
  // One after the other, as the NIF is asked.
  async transform() {
    for (const source of sources) await esbuild.transform(source, { loader: "ts" });
  },
  async minify() {
    for (const source of sources) await esbuild.transform(source, { loader: "js", minify: true });
  },
  async bundle() {
    await esbuild.build({ entryPoints: files, bundle: true, write: false, logLevel: "error" });
  },
}[what];

const times = [];
for (let n = -2; n < Number(rounds); n++) {
  const before = process.hrtime.bigint();
  await round();
  if (n >= 0) times.push(Number(process.hrtime.bigint() - before) / 1000);
}
times.sort((a, b) => a - b);
console.log(times[Math.floor(times.length / 2)]);
