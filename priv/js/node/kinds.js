// Which built-in class an object is of, by its internal slots: no script can fake it.

import { coarseKind } from "native:node";

const brands = [
  ["Boolean", Boolean.prototype.valueOf],
  ["Number", Number.prototype.valueOf],
  ["String", String.prototype.valueOf],
  ["BigInt", BigInt.prototype.valueOf],
  ["Symbol", Symbol.prototype.valueOf],
  ["WeakMap", WeakMap.prototype.has],
  ["WeakSet", WeakSet.prototype.has],
  ["WeakRef", WeakRef.prototype.deref],
];
const bytes = [
  ["ArrayBuffer", Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength").get],
  ["DataView", Object.getOwnPropertyDescriptor(DataView.prototype, "buffer").get],
  ["SharedArrayBuffer", Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, "byteLength").get],
];
const { apply } = Reflect;
const tagOf = Object.prototype.toString;

function brand(value, table, otherwise) {
  for (const [name, method] of table) {
    try {
      apply(method, value, []);
      return name;
    } catch {
      // Not of that one.
    }
  }
  return otherwise;
}

/** "Map", "TypedArray", "Proxy", …; "Object" of any other; "Primitive". */
export function kindOf(value) {
  if (typeof value === "function") return coarseKind(value) === "Proxy" ? "Proxy" : "Function";
  if (typeof value !== "object" || value === null) return "Primitive";
  const coarse = coarseKind(value);
  if (coarse === "Bytes") return brand(value, bytes, "TypedArray");
  if (coarse !== "Other") return coarse;
  const found = brand(value, brands, "Object");
  if (found !== "Object") return found;
  const tag = tagOf.call(value);
  if (tag === "[object Generator]" || tag === "[object AsyncGenerator]") return "Generator";
  return tag === "[object Module]" && Object.getPrototypeOf(value) === null ? "Module" : "Object";
}
