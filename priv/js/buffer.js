// Buffer, as Node has it. The loops are in native/apis/src/buffer.rs.

import {
  compare as compareBytes,
  decode,
  defineNumbers,
  encodeInto,
  indexOf as indexOfBytes,
  isAscii as isAsciiBytes,
  isUtf8 as isUtf8Bytes,
  swap,
  utf8Length,
  encode,
} from "native:buffer";
import { Blob, File, blobFromURL } from "./blob.js";
import { checkNumber, checkOffset, invalidSize, invalidType, unknownEncoding } from "./buffer/errors.js";
import { copy, fill, write } from "./buffer/fill.js";
import { FastBuffer, inspectMax, encodingOf, findEncoding, from, inspectBuffer, isAnyArrayBuffer, isUint8Array } from "./buffer/from.js";

const { defineProperty, defineProperties, setPrototypeOf } = Object;
const BYTES = "an instance of Buffer or Uint8Array";

/** Bytes of the longest Buffer, code units of the longest string. */
const MAX_LENGTH = 2 ** 31 - 1;
const MAX_STRING_LENGTH = 2 ** 30 - 1;

const { atob, btoa } = globalThis;

// Its members are put on below, where tsc does not see them.
export const Buffer = /** @type {any} */ (function (argument, encodingOrOffset, length) {
  if (typeof argument === "number") {
    if (typeof encodingOrOffset === "string") throw invalidType("string", "of type string", argument);
    return Buffer.alloc(argument);
  }
  return from(argument, encodingOrOffset, length);
});
setPrototypeOf(Buffer, Uint8Array);
Buffer.prototype = FastBuffer.prototype;
defineProperty(Buffer, "prototype", { writable: false, enumerable: false });
defineProperty(Buffer.prototype, "constructor", { value: Buffer, writable: true, configurable: true });
defineProperty(Buffer, Symbol.species, {
  get() {
    return FastBuffer;
  },
  configurable: true,
});

function checkSize(size) {
  checkNumber(size, "size", 0, MAX_LENGTH);
}

function isTypedArray(value) {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

function checkBytes(value, name) {
  if (!isUint8Array(value)) throw invalidType(name, BYTES, value);
}

const statics = {
  from(value, encodingOrOffset, length) {
    return from(value, encodingOrOffset, length);
  },
  of(...items) {
    const buffer = new FastBuffer(items.length);
    for (let at = 0; at < items.length; at++) buffer[at] = items[at];
    return buffer;
  },
  copyBytesFrom(view, offset = 0, length = undefined) {
    if (!isTypedArray(view)) throw invalidType("view", "an instance of TypedArray", view);
    if (offset !== undefined) checkOffset(offset, "offset");
    if (length !== undefined) checkOffset(length, "length");
    const end = length === undefined ? view.length : Math.min(offset + length, view.length);
    if (offset >= end) return new FastBuffer();
    const part = view.subarray(offset, end);
    return new FastBuffer(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  },
  alloc(size, value, encoding) {
    checkSize(size);
    const buffer = new FastBuffer(size);
    if (value !== undefined && value !== 0 && size > 0) return fill(buffer, value, encoding);
    return buffer;
  },
  allocUnsafe(size) {
    checkSize(size);
    return new FastBuffer(size);
  },
  allocUnsafeSlow(size) {
    checkSize(size);
    return new FastBuffer(size);
  },
  compare(buf1, buf2) {
    checkBytes(buf1, "buf1");
    checkBytes(buf2, "buf2");
    return compareBytes(buf1, buf2);
  },
  isBuffer(value) {
    return value instanceof Buffer;
  },
  isEncoding(encoding) {
    return typeof encoding === "string" && encoding !== "" && findEncoding(encoding) !== undefined;
  },
  concat(list, length) {
    if (!Array.isArray(list)) throw invalidType("list", "an instance of Array", list);
    if (list.length === 0) return new FastBuffer();
    if (length === undefined) {
      length = 0;
      for (const item of list) if (item?.length) length += item.length;
    } else {
      checkOffset(length, "length");
    }
    const buffer = Buffer.allocUnsafe(length);
    let at = 0;
    for (let index = 0; index < list.length; index++) {
      checkBytes(list[index], `list[${index}]`);
      at += copy(list[index], buffer, at);
    }
    return buffer;
  },
  byteLength(string, encoding) {
    if (typeof string !== "string") {
      if (ArrayBuffer.isView(string) || isAnyArrayBuffer(string)) return string.byteLength;
      throw invalidType("string", "of type string or an instance of Buffer or ArrayBuffer", string);
    }
    const { length } = string;
    switch (encoding === undefined ? "utf8" : findEncoding(encoding)) {
      case "utf16le":
        return length * 2;
      case "latin1":
      case "ascii":
        return length;
      case "hex":
        return length >>> 1;
      case "base64":
      case "base64url": {
        const padding = string.endsWith("==") ? 2 : string.endsWith("=") ? 1 : 0;
        return ((length - padding) * 3) >>> 2;
      }
      default:
        return utf8Length(string);
    }
  },
};
for (const name of Object.keys(statics)) Buffer[name] = statics[name];
Buffer.poolSize = 8192;

/** Where a search for text or bytes begins and what it is for; -1 where there is none. */
function search(buffer, value, offset, encoding, forward) {
  if (!isUint8Array(buffer)) throw invalidType("buffer", BYTES, buffer);
  if (typeof offset === "string") {
    encoding = offset;
    offset = undefined;
  }
  offset = +offset;
  if (Number.isNaN(offset)) offset = forward ? 0 : buffer.length;
  offset = Math.trunc(Math.max(-0x80000000, Math.min(0x7fffffff, offset)));
  if (typeof value === "number") return indexOfBytes(buffer, new Uint8Array([value >>> 0]), offset, forward, false);
  const name = encoding === undefined || encoding === null ? "utf8" : findEncoding(encoding);
  if (typeof value === "string") {
    if (name === undefined) throw unknownEncoding(encoding);
    return indexOfBytes(buffer, encode(value, name), offset, forward, name === "utf16le");
  }
  if (isUint8Array(value)) return indexOfBytes(buffer, value, offset, forward, name === "utf16le");
  throw invalidType("value", "one of type number or string or an instance of Buffer or Uint8Array", value);
}

function turnAround(buffer, size) {
  if (buffer.length % size !== 0) throw invalidSize(size * 8);
  return swap(buffer, size);
}

/** @type {Record<string, any> & ThisType<any>} */
const methods = {
  toString(encoding, start, end) {
    const { length } = this;
    if (arguments.length === 0) return decode(this, "utf8", 0, length);
    if (encoding === null) throw unknownEncoding(encoding);
    const name = encodingOf(encoding);
    start = start <= 0 || start === undefined ? 0 : Math.trunc(start) || 0;
    if (start >= length) return "";
    end = end === undefined || end > length ? length : Math.trunc(end) || 0;
    if (end <= start) return "";
    return decode(this, name, start, end);
  },
  toJSON() {
    return { type: "Buffer", data: Array.from(this) };
  },
  equals(otherBuffer) {
    checkBytes(otherBuffer, "otherBuffer");
    return this === otherBuffer || (this.byteLength === otherBuffer.byteLength && compareBytes(this, otherBuffer) === 0);
  },
  compare(target, targetStart = 0, targetEnd = undefined, sourceStart = 0, sourceEnd = undefined) {
    checkBytes(target, "target");
    checkOffset(targetStart, "targetStart");
    if (targetEnd === undefined) targetEnd = target.length;
    else checkOffset(targetEnd, "targetEnd", 0, target.length);
    checkOffset(sourceStart, "sourceStart");
    if (sourceEnd === undefined) sourceEnd = this.length;
    else checkOffset(sourceEnd, "sourceEnd", 0, this.length);
    if (sourceStart >= sourceEnd) return targetStart >= targetEnd ? 0 : -1;
    if (targetStart >= targetEnd) return 1;
    return compareBytes(this.subarray(sourceStart, sourceEnd), target.subarray(targetStart, targetEnd));
  },
  indexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, true);
  },
  lastIndexOf(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, false);
  },
  includes(value, byteOffset, encoding) {
    return search(this, value, byteOffset, encoding, true) !== -1;
  },
  fill(value, offset, end, encoding) {
    return fill(this, value, offset, end, encoding);
  },
  write(string, offset, length, encoding) {
    return write(this, string, offset, length, encoding);
  },
  copy(target, targetStart, sourceStart, sourceEnd) {
    return copy(this, target, targetStart, sourceStart, sourceEnd);
  },
  subarray(start, end) {
    const { length } = this;
    const place = (at, otherwise) => {
      if (at === undefined) return otherwise;
      at = Math.trunc(+at) || 0;
      return at < 0 ? Math.max(at + length, 0) : Math.min(at, length);
    };
    const first = place(start, 0);
    const last = place(end, length);
    return new FastBuffer(this.buffer, this.byteOffset + first, Math.max(last - first, 0));
  },
  slice(start, end) {
    return this.subarray(start, end);
  },
  swap16() {
    return turnAround(this, 2);
  },
  swap32() {
    return turnAround(this, 4);
  },
  swap64() {
    return turnAround(this, 8);
  },
  inspect() {
    return inspectBuffer(this);
  },
};
for (const name of Object.keys(methods)) Buffer.prototype[name] = methods[name];
Buffer.prototype.toLocaleString = Buffer.prototype.toString;
defineProperty(Buffer.prototype, Symbol.for("nodejs.util.inspect.custom"), {
  value: Buffer.prototype.inspect,
  writable: true,
  configurable: true,
});
defineProperties(Buffer.prototype, {
  parent: {
    get() {
      return this instanceof Buffer ? this.buffer : undefined;
    },
    enumerable: true,
    configurable: true,
  },
  offset: {
    get() {
      return this instanceof Buffer ? this.byteOffset : undefined;
    },
    enumerable: true,
    configurable: true,
  },
});
defineNumbers(Buffer.prototype);

// What older packages call instead of toString and write.
const SLICES = { ascii: "ascii", base64: "base64", base64url: "base64url", latin1: "latin1", hex: "hex", ucs2: "utf16le", utf8: "utf8" };
/** @param {any} buffer */
function sliceText(buffer, encoding, start = 0, end = buffer.length) {
  return decode(buffer, encoding, start, end);
}
/** @param {any} buffer */
function writeText(buffer, encoding, string, offset = 0, length = buffer.length - offset) {
  checkOffset(offset, "offset", 0, buffer.length);
  return encodeInto(buffer, string, encoding, offset, length);
}
for (const [name, encoding] of Object.entries(SLICES)) {
  Buffer.prototype[`${name}Slice`] = /** @this {any} */ function (start, end) {
    return sliceText(this, encoding, start, end);
  };
  Buffer.prototype[`${name}Write`] = /** @this {any} */ function (string, offset, length) {
    return writeText(this, encoding, string, offset, length);
  };
}

function bytesOf(input, name) {
  if ((input?.buffer ?? input)?.detached === true) {
    throw Object.assign(new Error("Cannot validate on a detached buffer"), { code: "ERR_INVALID_STATE" });
  }
  if (isAnyArrayBuffer(input)) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  throw invalidType(name, "an instance of ArrayBuffer, Buffer, or TypedArray", input);
}

/** A new Buffer of the same text; what the encoding does not have becomes "?". */
function transcode(source, fromEncoding, toEncoding) {
  checkBytes(source, "source");
  if (source.length === 0) return Buffer.alloc(0);
  const [before, after] = [findEncoding(fromEncoding), findEncoding(toEncoding)];
  const known = ["ascii", "latin1", "utf8", "utf16le"];
  if (!known.includes(before) || !known.includes(after)) {
    const error = new Error("Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]");
    throw Object.assign(error, { code: "U_ILLEGAL_ARGUMENT_ERROR", errno: 1 });
  }
  let text = decode(source, before, 0, source.length);
  if (after === "latin1") text = text.replace(/[^\u0000-\u00ff]/gu, "?");
  if (after === "ascii") text = text.replace(/[^\u0000-\u007f]/gu, "?");
  return from(text, after);
}

function isAscii(input) {
  return isAsciiBytes(bytesOf(input, "input"));
}

function isUtf8(input) {
  return isUtf8Bytes(bytesOf(input, "input"));
}

function resolveObjectURL(id) {
  return blobFromURL(`${id}`);
}

function SlowBuffer(size) {
  return Buffer.allocUnsafeSlow(size);
}
setPrototypeOf(SlowBuffer.prototype, Uint8Array.prototype);
setPrototypeOf(SlowBuffer, Uint8Array);

/** What `node:buffer` exports. */
export const nodeBuffer = {
  Blob,
  Buffer,
  File,
  SlowBuffer,
  atob,
  btoa,
  constants: Object.freeze({ __proto__: null, MAX_LENGTH, MAX_STRING_LENGTH }),
  isAscii,
  isUtf8,
  kMaxLength: MAX_LENGTH,
  kStringMaxLength: MAX_STRING_LENGTH,
  resolveObjectURL,
  transcode,
};
defineProperty(nodeBuffer, "INSPECT_MAX_BYTES", inspectMax);
