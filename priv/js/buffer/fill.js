// Writing into Buffers: `fill`, `write`, `copy`.

import { encode, encodeInto, fill as fillBytes } from "native:buffer";
import { checkNumber, checkOffset, invalidType, invalidValue, notAString, outOfRange } from "./errors.js";
import { encodingOf, isUint8Array } from "./from.js";

const { fill: fillNumber, set, subarray } = Uint8Array.prototype;

/** `buffer.fill` after its arguments; also that of `Buffer.alloc`. */
export function fill(buffer, value, offset, end, encoding) {
  if (typeof value === "string") {
    if (offset === undefined || typeof offset === "string") {
      encoding = offset;
      offset = undefined;
    } else if (typeof end === "string") {
      encoding = end;
      end = undefined;
    }
    if (encoding !== undefined && typeof encoding !== "string") throw invalidType("encoding", "of type string", encoding);
    encoding = encodingOf(encoding);
  }
  if (offset === undefined) {
    offset = 0;
    end = buffer.length;
  } else {
    checkNumber(offset, "offset", 0);
    if (end === undefined) end = buffer.length;
    else checkNumber(end, "end", 0, buffer.length);
    if (offset >= end) return buffer;
  }
  if (typeof value === "string" && value.length > 0) {
    if (!fillBytes(buffer, encode(value, encoding), offset, end)) throw invalidValue("value", value);
  } else if (typeof value === "object" && value !== null && ArrayBuffer.isView(value)) {
    if (!fillBytes(buffer, value, offset, end)) throw invalidValue("value", value);
  } else {
    fillNumber.call(buffer, typeof value === "string" ? 0 : value & 255, offset, end);
  }
  return buffer;
}

/** `buffer.write`. */
export function write(buffer, string, offset, length, encoding) {
  if (typeof string !== "string") throw notAString();
  if (offset === undefined) {
    return encodeInto(buffer, string, "utf8", 0, buffer.length);
  }
  if (length === undefined && typeof offset === "string") {
    encoding = offset;
    length = buffer.length;
    offset = 0;
  } else {
    checkOffset(offset, "offset", 0, buffer.length);
    const room = buffer.length - offset;
    if (length === undefined) {
      length = room;
    } else if (typeof length === "string") {
      encoding = length;
      length = room;
    } else {
      checkOffset(length, "length", 0, buffer.length);
      if (length > room) length = room;
    }
  }
  return encodeInto(buffer, string, encodingOf(encoding), offset, length);
}

function integer(value, name, least, most) {
  const number = Math.trunc(+value) || 0;
  if (number < least || number > most) {
    throw outOfRange(name, most === Infinity ? `>= ${least}` : `>= ${least} && <= ${most}`, value);
  }
  return number;
}

/** `buffer.copy`: how many bytes were copied. */
export function copy(source, target, targetStart, sourceStart, sourceEnd) {
  if (!isUint8Array(source)) throw invalidType("source", "an instance of Buffer or Uint8Array", source);
  if (!isUint8Array(target)) throw invalidType("target", "an instance of Buffer or Uint8Array", target);
  const to = targetStart === undefined ? 0 : integer(targetStart, "targetStart", 0, Infinity);
  const start = sourceStart === undefined ? 0 : integer(sourceStart, "sourceStart", 0, source.length);
  const end = sourceEnd === undefined ? source.length : integer(sourceEnd, "sourceEnd", 0, Infinity);
  if (to >= target.length || start >= end) return 0;
  const count = Math.min(end - start, target.length - to, source.length - start);
  set.call(target, subarray.call(source, start, start + count), to);
  return count;
}
