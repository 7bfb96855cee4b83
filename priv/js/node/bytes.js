// Buffers, paths and encodings, as node:fs and node:child_process take and give them.

import { codedTypeError, invalidArgument, invalidValue } from "./errors.js";
import { StringDecoder } from "./string_decoder.js";

/** Bytes as a Buffer; as a Uint8Array where the context has no Buffer. */
export function toBuffer(bytes) {
  const { Buffer } = /** @type {any} */ (globalThis);
  if (Buffer === undefined) return bytes;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function decode(bytes, encoding) {
  if (encoding === undefined || encoding === null || encoding === "buffer") return toBuffer(bytes);
  return new /** @type {any} */ (StringDecoder)(encoding).end(bytes);
}

/** What is to be written: a string in an encoding, or bytes. */
export function encode(data, encoding, name = "data") {
  if (typeof data === "string") {
    if (encoding === undefined || encoding === null || /^utf-?8$/i.test(encoding)) return new TextEncoder().encode(data);
    if (globalThis.Buffer !== undefined) return globalThis.Buffer.from(data, encoding);
    if (/^(latin1|binary|ascii)$/i.test(encoding)) return Uint8Array.from(data, (unit) => unit.charCodeAt(0));
    throw codedTypeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  }
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  throw invalidArgument(name, "of type string or an instance of Buffer, TypedArray, or DataView", data);
}

/** A path: a string, a Buffer or a file: URL. */
export function toPath(value, name = "path") {
  let path = value;
  if (ArrayBuffer.isView(value)) path = new TextDecoder().decode(value);
  else if (typeof value === "object" && value !== null && typeof value.href === "string") path = fileURLToPath(value);
  if (typeof path !== "string") throw invalidArgument(name, "of type string or an instance of Buffer or URL", value);
  if (path.includes("\0")) throw invalidValue(name, path, "must be a string, Uint8Array, or URL without null bytes");
  return path;
}

export function fileURLToPath(url) {
  const text = typeof url === "string" ? url : url?.href;
  if (typeof text !== "string") throw invalidArgument("path", "of type string or an instance of URL", url);
  const parts = /^file:(?:\/\/([^/?#]*))?([^?#]*)/i.exec(text);
  if (parts === null) throw codedTypeError("ERR_INVALID_URL_SCHEME", "The URL must be of scheme file");
  const [, host, path] = parts;
  if (host && host !== "localhost") throw codedTypeError("ERR_INVALID_FILE_URL_HOST", 'File URL host must be "localhost" or empty on linux');
  if (/%2f/i.test(path)) throw codedTypeError("ERR_INVALID_FILE_URL_PATH", "File URL path must not include encoded / characters");
  return decodeURIComponent(path);
}
