// multipart/form-data: HTML, 4.10.21.8, and RFC 7578.

import { blobBytes, blobFromBytes, blobType, fileFromBlob, fileName } from "../blob.js";
import { toByteString } from "native:network";
import { entryListOf, FormData } from "./form_data.js";

const { crypto, TextDecoder, TextEncoder } = globalThis;

const encoder = new TextEncoder();

function newBoundary() {
  let text = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(12))) text += byte.toString(16).padStart(2, "0");
  return `----QuickBEAMFormBoundary${text}`;
}

const toCRLF = (text) => text.replace(/\r\n|\r|\n/g, "\r\n");
const escape = (text) => text.replace(/\n/g, "%0A").replace(/\r/g, "%0D").replace(/"/g, "%22");
const unescape = (text) => text.replace(/%0A/gi, "\n").replace(/%0D/gi, "\r").replace(/%22/g, '"');

/**
 * "The multipart/form-data encoding algorithm".
 * @param {FormData} form
 * @returns {{ bytes: Uint8Array, type: string }}
 */
export function encodeForm(form) {
  const boundary = newBoundary();
  const pieces = [];
  for (const [name, value] of entryListOf(form)) {
    let head = `--${boundary}\r\nContent-Disposition: form-data; name="${escape(toCRLF(name))}"`;
    if (typeof value !== "string") {
      const type = blobType(value) || "application/octet-stream";
      head += `; filename="${escape(fileName(value))}"\r\nContent-Type: ${type}\r\n\r\n`;
      pieces.push(encoder.encode(head), blobBytes(value), encoder.encode("\r\n"));
    } else {
      pieces.push(encoder.encode(`${head}\r\n\r\n${toCRLF(value)}\r\n`));
    }
  }
  pieces.push(encoder.encode(`--${boundary}--\r\n`));
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.byteLength;
  }
  return { bytes, type: `multipart/form-data; boundary=${boundary}` };
}

/**
 * "Multipart/form-data parser".
 * @param {Uint8Array} bytes
 * @param {string | undefined} boundary
 * @returns {FormData}
 */
export function decodeForm(bytes, boundary) {
  const fail = (why) => new TypeError(`The body is no multipart/form-data: ${why}`);
  if (boundary === undefined || boundary === "") throw fail("it has no boundary");
  const text = toByteString(bytes);
  const utf8 = (from, to, ignoreBOM) =>
    new TextDecoder("utf-8", { ignoreBOM }).decode(bytes.subarray(from, to));
  const delimiter = `--${boundary}`;
  const form = new FormData();
  let at = 0;
  while (text.startsWith("\r\n", at)) at += 2;
  for (;;) {
    if (!text.startsWith(delimiter, at)) throw fail("a boundary is missing");
    at += delimiter.length;
    if (text.startsWith("--", at)) return form;
    if (!text.startsWith("\r\n", at)) throw fail("a boundary does not end its line");
    at += 2;
    let name, filename, type;
    for (;;) {
      const end = text.indexOf("\r\n", at);
      if (end < 0) throw fail("a part has no end of its headers");
      if (end === at) {
        at += 2;
        break;
      }
      const colon = text.indexOf(":", at);
      if (colon < 0 || colon > end) throw fail("a header has no colon");
      const header = text.slice(at, colon).trim().toLowerCase();
      if (header === "content-disposition") {
        ({ name, filename } = disposition(utf8(colon + 1, end, true)));
      } else if (header === "content-type") {
        type = text.slice(colon + 1, end).trim();
      }
      at = end + 2;
    }
    if (name === undefined) throw fail("a part has no name");
    const end = text.indexOf(`\r\n${delimiter}`, at);
    if (end < 0) throw fail("a part has no end");
    if (filename === undefined) {
      form.append(name, utf8(at, end, true));
    } else {
      const isAscii = type === undefined || /^[\0-\x7f]*$/.test(type);
      const blob = blobFromBytes(bytes.subarray(at, end), isAscii ? (type ?? "text/plain") : "");
      form.append(name, fileFromBlob(blob, filename));
    }
    at = end + 2;
  }
}

/** Name and filename of a Content-Disposition, where it is one of form-data. */
function disposition(value) {
  if (!/^[\t ]*form-data[\t ]*(;|$)/i.test(value)) return {};
  const found = {};
  for (const [, key, quoted, bare] of value.matchAll(/;[\t ]*(name|filename)=(?:"([^"]*)"|([^;"\t ]*))/gi)) {
    found[key.toLowerCase()] = unescape(quoted ?? bare);
  }
  return found;
}
