// The independent opinion: the same documents through the same release of
// marked, but in Node, and as the ES module that Node picks from the package.
// Reads a JSON array of Markdown from the file given, prints one of HTML.
import { readFileSync } from "node:fs";
import { marked } from "marked";

const documents = JSON.parse(readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(documents.map((markdown) => marked.parse(markdown))));
