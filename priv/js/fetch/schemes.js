// "Scheme fetch" of data: and blob: URLs: Fetch Standard, 4.2 and 6.

import { blobBytes, blobSize, blobType } from "../blob.js";
import { percentDecode } from "native:network";
import { networkError } from "./http.js";
import { parseMimeType, serializeMimeType } from "./mime.js";

const { atob } = globalThis;

function answer(bytes, headers) {
  return { status: 200, statusText: "OK", headers, bytes };
}

/** "Data: URL processor". */
export function fetchData({ href }) {
  const hash = href.indexOf("#");
  const input = href.slice("data:".length, hash < 0 ? href.length : hash);
  const comma = input.indexOf(",");
  if (comma < 0) throw networkError("the data: URL has no comma");
  let type = input.slice(0, comma).replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "");
  let bytes = percentDecode(input.slice(comma + 1));
  const base64 = /;\x20*base64$/i;
  if (base64.test(type)) {
    bytes = decodeBase64(bytes);
    type = type.replace(base64, "");
  }
  if (type.startsWith(";")) type = `text/plain${type}`;
  const mime = parseMimeType(type) ?? parseMimeType("text/plain;charset=US-ASCII");
  return answer(bytes, [["content-type", serializeMimeType(mime)]]);
}

/** "Forgiving-base64 decode". */
function decodeBase64(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  try {
    return Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
  } catch {
    throw networkError("the data: URL is no base64");
  }
}

/** A blob: URL, which only GET can ask for; a part of it by Range. */
export function fetchBlob({ href }, blob, method, range) {
  if (method !== "GET") throw networkError(`a blob: URL cannot be asked by ${method}`);
  if (blob === undefined) throw networkError(`${href} is the URL of no Blob`);
  const size = blobSize(blob);
  const type = blobType(blob);
  if (range === null) {
    const headers = [["content-length", `${size}`], ["content-type", type]];
    return answer(blobBytes(blob), headers);
  }
  // "Parse a single range header value", white space allowed.
  const found = /^bytes[\t ]*=[\t ]*([0-9]*)[\t ]*-[\t ]*([0-9]*)$/.exec(range);
  if (found === null || (found[1] === "" && found[2] === "")) throw networkError(`the range ${range} is none`);
  let start = found[1] === "" ? null : +found[1];
  let end = found[2] === "" ? null : +found[2];
  if (start !== null && end !== null && start > end) throw networkError(`the range ${range} is none`);
  if (start === null) {
    start = Math.max(size - end, 0);
    end = size - 1;
  } else {
    if (start >= size) throw networkError(`the range ${range} is past the end`);
    end = end === null || end >= size ? size - 1 : end;
  }
  const bytes = blobBytes(blob, start, end + 1);
  const headers = [
    ["content-length", `${bytes.byteLength}`],
    ["content-range", `bytes ${start}-${end}/${size}`],
    ["content-type", type],
  ];
  return { status: 206, statusText: "Partial Content", headers, bytes };
}
