// node:string_decoder: bytes that come in pieces, as text.

import { findEncoding } from "../buffer/from.js";
import { codedTypeError, invalidArgument } from "./errors.js";
import { decode } from "native:buffer";

const kState = Symbol("state");

/** Bytes that a sequence of UTF-8 has by its first; 0 for none. */
function sequenceLength(lead) {
  if (lead >> 5 === 0b110) return 2;
  if (lead >> 4 === 0b1110) return 3;
  return lead >> 3 === 0b11110 ? 4 : 0;
}

/** Bytes at the end that begin a unit without ending it, and how many the unit has. */
const unfinished = {
  utf8(bytes) {
    for (let count = 1; count <= Math.min(3, bytes.length); count++) {
      const byte = bytes[bytes.length - count];
      if ((byte & 0xc0) === 0x80) continue;
      const total = sequenceLength(byte);
      return total > count ? { count, total } : none;
    }
    return none;
  },
  utf16le(bytes) {
    const count = bytes.length % 2;
    const high = bytes.length - count - 1;
    // The second half of a pair may be to come.
    if (high > 0 && (bytes[high] & 0xfc) === 0xd8) return { count: count + 2, total: 4 };
    return { count, total: 2 };
  },
  base64: (bytes) => ({ count: bytes.length % 3, total: 3 }),
};
unfinished.base64url = unfinished.base64;
const none = { count: 0, total: 0 };

// A function, not a class: `StringDecoder.call(this)` is how older packages extend it.
/** @this {any} */
export function StringDecoder(encoding = undefined) {
  const name = encoding === undefined || encoding === null || encoding === "" ? "utf8" : findEncoding(encoding);
  if (name === undefined) throw codedTypeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
  this.encoding = name;
  this[kState] = { rest: new Uint8Array(0), total: 0 };
}

const methods = {
  write(chunk) {
    if (typeof chunk === "string") return chunk;
    if (!ArrayBuffer.isView(chunk)) throw invalidArgument("buf", "an instance of Buffer, TypedArray, or DataView", chunk);
    const state = this[kState];
    let bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (state.rest.length > 0) {
      const all = new Uint8Array(state.rest.length + bytes.length);
      all.set(state.rest);
      all.set(bytes, state.rest.length);
      bytes = all;
    }
    const { count, total } = unfinished[this.encoding]?.(bytes) ?? none;
    const whole = bytes.length - count;
    state.rest = bytes.slice(whole);
    state.total = count > 0 ? total : 0;
    return decode(bytes, this.encoding, 0, whole);
  },

  end(chunk = undefined) {
    const text = chunk === undefined ? "" : this.write(chunk);
    const { rest } = this[kState];
    this[kState] = { rest: new Uint8Array(0), total: 0 };
    return text + decode(rest, this.encoding, 0, rest.length);
  },

  text(chunk, offset) {
    this[kState] = { rest: new Uint8Array(0), total: 0 };
    return this.write(chunk.subarray(offset));
  },
};
for (const [name, method] of Object.entries(methods)) StringDecoder.prototype[name] = method;

// What Node has of its state, for those who look.
const views = {
  lastChar: ({ rest }) => globalThis.Buffer.concat([rest], 4),
  lastNeed: ({ rest, total }) => total - rest.length,
  lastTotal: ({ total }) => total,
};
for (const [name, view] of Object.entries(views)) {
  Object.defineProperty(StringDecoder.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return view(this[kState]);
    },
  });
}

export const exports = { StringDecoder };
