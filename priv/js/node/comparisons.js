// Deep equality as node:assert and node:util have it: their docs, "Comparison details".

import { kindOf } from "./kinds.js";

const { getPrototypeOf, is } = Object;
const { ownKeys } = Reflect;
const { propertyIsEnumerable } = Object.prototype;
const tagOf = Object.prototype.toString;

export function isDeepEqual(a, b) {
  return equal(a, b, false, new Map());
}

export function isDeepStrictEqual(a, b) {
  return equal(a, b, true, new Map());
}

function equal(a, b, strict, open) {
  if (a === b) return a !== 0 || !strict || is(a, b);
  if (strict) {
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return is(a, b);
    if (getPrototypeOf(a) !== getPrototypeOf(b)) return false;
  } else {
    const objects = [a, b].filter((value) => typeof value === "object" && value !== null).length;
    // eslint-disable-next-line eqeqeq
    if (objects === 0) return a == b || (a !== a && b !== b);
    if (objects === 1) return false;
  }
  if (tagOf.call(a) !== tagOf.call(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  if (open.get(a)?.has(b)) return true;
  if (!open.has(a)) open.set(a, new Set());
  open.get(a).add(b);
  const result = sameInside(a, b, kind, strict, open) && sameProperties(a, b, kind, strict, open);
  open.get(a).delete(b);
  return result;
}

function sameInside(a, b, kind, strict, open) {
  switch (kind) {
    case "Date":
      return is(Date.prototype.getTime.call(a), Date.prototype.getTime.call(b));
    case "RegExp":
      return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
    case "Error":
      return a.message === b.message && a.name === b.name && sameHidden(a, b, "cause", strict, open) && sameHidden(a, b, "errors", strict, open);
    case "Map":
      return sameMaps(a, b, strict, open);
    case "Set":
      return sameSets(a, b, strict, open);
    case "Boolean":
    case "Number":
    case "String":
    case "BigInt":
    case "Symbol":
      return is(a.valueOf(), b.valueOf());
    case "ArrayBuffer":
    case "SharedArrayBuffer":
      return sameBytes(new Uint8Array(a), new Uint8Array(b));
    case "DataView":
      return sameBytes(bytesOf(a), bytesOf(b));
    case "TypedArray":
      return sameElements(a, b, strict);
    case "WeakMap":
    case "WeakSet":
    case "Promise":
    case "WeakRef":
      return false;
    default:
      return !Array.isArray(a) || a.length === b.length;
  }
}

function sameHidden(a, b, name, strict, open) {
  const [inA, inB] = [Object.hasOwn(a, name), Object.hasOwn(b, name)];
  return inA === inB && (!inA || equal(a[name], b[name], strict, open));
}

const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function sameElements(a, b, strict) {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) {
    if (strict ? !is(a[at], b[at]) : a[at] !== b[at] && !(a[at] !== a[at] && b[at] !== b[at])) return false;
  }
  return true;
}

/** Each of one side matches one of the other that no other has matched. */
function matchAll(left, right, same) {
  const rest = [...right];
  return left.every((item) => {
    const at = rest.findIndex((other) => same(item, other));
    if (at < 0) return false;
    rest.splice(at, 1);
    return true;
  });
}

const isPlainKey = (key, strict) => strict && (typeof key !== "object" || key === null);

function sameSets(a, b, strict, open) {
  if (a.size !== b.size) return false;
  const left = [...a].filter((item) => !(isPlainKey(item, strict) && b.has(item)));
  if (left.some((item) => isPlainKey(item, strict))) return false;
  const right = [...b].filter((item) => !(isPlainKey(item, strict) && a.has(item)));
  return left.length === right.length && matchAll(left, right, (one, two) => equal(one, two, strict, open));
}

function sameMaps(a, b, strict, open) {
  if (a.size !== b.size) return false;
  const left = [];
  for (const [key, value] of a) {
    if (!b.has(key)) {
      if (isPlainKey(key, strict)) return false;
      left.push([key, value]);
    } else if (!equal(value, b.get(key), strict, open)) return false;
  }
  const right = [...b].filter(([key]) => !a.has(key));
  return matchAll(left, right, ([key, value], [other, otherValue]) => equal(key, other, strict, open) && equal(value, otherValue, strict, open));
}

function keysOf(object, kind, strict) {
  // The elements of these have been compared.
  const skip = kind === "TypedArray" || kind === "String" ? (key) => typeof key === "string" && /^\d+$/.test(key) : () => false;
  return ownKeys(object).filter((key) => (strict || typeof key === "string") && propertyIsEnumerable.call(object, key) && !skip(key));
}

function sameProperties(a, b, kind, strict, open) {
  const keys = keysOf(a, kind, strict);
  if (keys.length !== keysOf(b, kind, strict).length) return false;
  return keys.every((key) => propertyIsEnumerable.call(b, key) && equal(a[key], b[key], strict, open));
}
