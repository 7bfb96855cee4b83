// The objects that Buffers are, their encodings, and what they can be made of.

import { decode, encode } from "native:buffer";
import { checkNumber, invalidType, outOfBounds, unknownEncoding } from "./errors.js";

const { setPrototypeOf, getPrototypeOf, getOwnPropertyDescriptor } = Object;
const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
const tagOf = getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag).get;
const bufferLength = getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get;
const sharedLength = getOwnPropertyDescriptor(SharedArrayBuffer.prototype, "byteLength").get;

/** What `Buffer.prototype` belongs to. */
export class FastBuffer extends Uint8Array {}

export function isUint8Array(value) {
  return tagOf.call(value) === "Uint8Array";
}

function has(getter, value) {
  try {
    getter.call(value);
    return true;
  } catch {
    return false;
  }
}

/** An ArrayBuffer or SharedArrayBuffer. */
export function isAnyArrayBuffer(value) {
  return typeof value === "object" && value !== null && (has(bufferLength, value) || has(sharedLength, value));
}

let inspectMaxBytes = 50;

/** Node's `buffer.INSPECT_MAX_BYTES`, which programs may set. */
export const inspectMax = {
  get: () => inspectMaxBytes,
  set(value) {
    checkNumber(value, "INSPECT_MAX_BYTES", 0);
    inspectMaxBytes = value;
  },
  enumerable: true,
  configurable: true,
};

/** What the console and `util.inspect` write. */
export function inspectBuffer(buffer) {
  const shown = decode(buffer, "hex", 0, Math.min(buffer.length, inspectMaxBytes)).replace(/(.{2})(?=.)/g, "$1 ");
  const more = buffer.length - inspectMaxBytes;
  const rest = more > 0 ? ` ... ${more} more byte${more > 1 ? "s" : ""}` : "";
  const name = buffer.constructor?.name ?? "Buffer";
  return `<${name === "FastBuffer" ? "Buffer" : name} ${shown}${rest}>`;
}

const ENCODINGS = {
  __proto__: null,
  utf8: "utf8",
  "utf-8": "utf8",
  ucs2: "utf16le",
  "ucs-2": "utf16le",
  utf16le: "utf16le",
  "utf-16le": "utf16le",
  latin1: "latin1",
  binary: "latin1",
  ascii: "ascii",
  base64: "base64",
  base64url: "base64url",
  hex: "hex",
};

/** The name that the natives know, or undefined. */
export function findEncoding(name) {
  return ENCODINGS[name] ?? ENCODINGS[`${name}`.toLowerCase()];
}

/** The same of an optional argument; throws where there is no such encoding. */
export function encodingOf(name) {
  if (name === undefined || name === null || name === "") return "utf8";
  const encoding = findEncoding(name);
  if (encoding === undefined) throw unknownEncoding(name);
  return encoding;
}

export function fromString(string, encoding) {
  const name = typeof encoding !== "string" || encoding === "" ? "utf8" : encodingOf(encoding);
  return setPrototypeOf(encode(string, name), FastBuffer.prototype);
}

function fromArrayBuffer(buffer, byteOffset, length) {
  byteOffset = byteOffset === undefined ? 0 : +byteOffset || 0;
  const longest = buffer.byteLength - byteOffset;
  if (longest < 0) throw outOfBounds("offset");
  if (length === undefined) {
    length = longest;
  } else {
    length = +length;
    if (length > longest) throw outOfBounds("length");
    if (!(length > 0)) length = 0;
  }
  return new FastBuffer(buffer, byteOffset, length);
}

function fromArrayLike(list) {
  if (list.length <= 0) return new FastBuffer();
  const buffer = new FastBuffer(list.length);
  if (isUint8Array(list)) buffer.set(list);
  else for (let at = 0; at < buffer.length; at++) buffer[at] = list[at];
  return buffer;
}

function fromObject(object) {
  if (object.length !== undefined || isAnyArrayBuffer(object.buffer)) {
    return typeof object.length === "number" ? fromArrayLike(object) : new FastBuffer();
  }
  return object.type === "Buffer" && Array.isArray(object.data) ? fromArrayLike(object.data) : undefined;
}

/** `Buffer.from`. */
export function from(value, encodingOrOffset, length) {
  if (typeof value === "string") return fromString(value, encodingOrOffset);
  if (typeof value === "object" && value !== null) {
    if (isAnyArrayBuffer(value)) return fromArrayBuffer(value, encodingOrOffset, length);
    const primitive = value.valueOf?.();
    if (primitive != null && primitive !== value && (typeof primitive === "string" || typeof primitive === "object")) {
      return from(primitive, encodingOrOffset, length);
    }
    const made = fromObject(value);
    if (made !== undefined) return made;
    const convert = value[Symbol.toPrimitive];
    if (typeof convert === "function") {
      const text = convert.call(value, "string");
      if (typeof text === "string") return fromString(text, encodingOrOffset);
    }
  }
  throw invalidType(
    "first argument",
    "of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object",
    value,
  );
}
