// What the first argument of `new Worker` and the arguments of `importScripts` stand for.

import { blobBytes, blobFromURL } from "./blob.js";
import { parseURL } from "native:url";

/** A path: one line without `;`, by its extension a script. All else is code. */
const PATH = /^[^\r\n;]+\.[mc]?[jt]sx?(?:[?#][^\r\n;]*)?$/;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;

/**
 * - `data:` and `blob:` URLs hold the code
 * - a `file:` URL, or a string that looks like a path of a script, is one, relative to the
 *   script of the context (QuickBEAM.Apis.Worker.Source reads it)
 * - any other string is the code itself, which browsers do not take
 *
 * `url` is what such a script has as its `location`, unless it is a file.
 *
 * @returns {{ kind: "code" | "file" | "missing" | "remote", text: string, filename: string, url: string }}
 */
export function sourceOf(url, what, codeToo = true) {
  const scheme = SCHEME.exec(url)?.[1].toLowerCase();
  if (scheme === "data") return { kind: "code", text: dataText(url, what), filename: "data:", url };
  if (scheme === "blob") {
    const blob = blobFromURL(url);
    if (blob === undefined) return { kind: "missing", text: url, filename: url, url };
    return { kind: "code", text: new TextDecoder().decode(blobBytes(blob)), filename: url, url };
  }
  if (scheme === "file") {
    const path = decodeURIComponent(url.replace(/^file:(?:\/\/(?:localhost)?)?/i, "").replace(/[?#].*$/s, ""));
    return { kind: "file", text: path, filename: path, url };
  }
  if (scheme === "http" || scheme === "https") {
    if (parseURL(url) === undefined) throw new DOMException(`${what}: not a valid URL`, "SyntaxError");
    return { kind: "remote", text: url, filename: url, url };
  }
  if (!codeToo || PATH.test(url)) {
    return { kind: "file", text: url.replace(/[?#].*$/s, ""), filename: url, url };
  }
  return { kind: "code", text: url, filename: "worker.js", url: "about:blank" };
}

/** The body of a `data:` URL, as UTF-8: Fetch, "data: URL processor". */
function dataText(url, what) {
  const comma = url.indexOf(",");
  if (comma < 0) throw new DOMException(`${what}: not a data: URL`, "SyntaxError");
  const body = url.slice(comma + 1).replace(/#.*$/s, "");
  const bytes = percentDecode(body);
  if (!/;[ ]*base64$/i.test(url.slice(5, comma))) return new TextDecoder().decode(bytes);
  try {
    const binary = atob(String.fromCharCode(...bytes));
    return new TextDecoder().decode(Uint8Array.from(binary, (unit) => unit.charCodeAt(0)));
  } catch {
    throw new DOMException(`${what}: the data: URL is not base64`, "SyntaxError");
  }
}

function percentDecode(text) {
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at++, length++) {
    const hex = bytes[at] === 37 ? String.fromCharCode(bytes[at + 1], bytes[at + 2]) : "";
    const coded = /^[0-9a-f]{2}$/i.test(hex);
    bytes[length] = coded ? Number.parseInt(hex, 16) : bytes[at];
    if (coded) at += 2;
  }
  return bytes.subarray(0, length);
}
