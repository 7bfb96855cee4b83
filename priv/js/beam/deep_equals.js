// Beam.deepEquals: whether two values are alike all the way down.

const { getPrototypeOf, is } = Object;
const { ownKeys } = Reflect;
const { isView } = ArrayBuffer;
const { propertyIsEnumerable } = Object.prototype;
const tagOf = Object.prototype.toString;

/**
 * Loosely, a property that is undefined is as good as none, and prototypes do not
 * count; strictly, both matter.
 */
export function deepEquals(a, b, strict = false) {
  return alike(a, b, !!strict, new Map());
}

function alike(a, b, strict, open) {
  if (is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  // Two cycles are alike where nothing else tells them apart.
  if (open.get(a)?.has(b)) return true;
  if (!open.has(a)) open.set(a, new Set());
  open.get(a).add(b);
  const result = alikeObjects(a, b, strict, open);
  // Only what is being compared is a cycle; what has been compared is known.
  if (!result) open.get(a).delete(b);
  return result;
}

function alikeObjects(a, b, strict, open) {
  if (strict && getPrototypeOf(a) !== getPrototypeOf(b)) return false;
  if (Array.isArray(a) !== Array.isArray(b) || tagOf.call(a) !== tagOf.call(b)) return false;
  if (Array.isArray(a)) return a.length === b.length && alikeProperties(a, b, strict, open);
  if (a instanceof Date && b instanceof Date) return is(a.getTime(), b.getTime());
  if (a instanceof RegExp && b instanceof RegExp) {
    return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
  }
  if (a instanceof Error && b instanceof Error) {
    if (a.name !== b.name || a.message !== b.message || !alike(a.cause, b.cause, strict, open)) return false;
  }
  if (a instanceof ArrayBuffer || isView(a)) return alikeBytes(a, b);
  if (a instanceof Map && b instanceof Map) return alikeMaps(a, b, strict, open);
  if (a instanceof Set && b instanceof Set) return alikeSets(a, b, strict, open);
  if (isWrapper(a)) {
    if (!isWrapper(b) || !is(a.valueOf(), b.valueOf())) return false;
  } else if (a instanceof Promise || a instanceof WeakMap || a instanceof WeakSet || a instanceof WeakRef) {
    return false;
  }
  return alikeProperties(a, b, strict, open);
}

function isWrapper(value) {
  return value instanceof Number || value instanceof String || value instanceof Boolean ||
    value instanceof BigInt || value instanceof Symbol;
}

function alikeProperties(a, b, strict, open) {
  const keys = keysOf(a, strict), others = keysOf(b, strict);
  if (keys.length !== others.length) return false;
  const known = new Set(others);
  return keys.every((key) => known.has(key) && alike(a[key], b[key], strict, open));
}

function keysOf(object, strict) {
  return ownKeys(object).filter(
    (key) => propertyIsEnumerable.call(object, key) && (strict || object[key] !== undefined),
  );
}

function alikeBytes(a, b) {
  const bytes = (value) =>
    isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
  const left = bytes(a), right = bytes(b);
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function alikeMaps(a, b, strict, open) {
  if (a.size !== b.size) return false;
  const rest = [];
  for (const [key, value] of a) {
    if (b.has(key)) {
      if (!alike(value, b.get(key), strict, open)) return false;
    } else {
      rest.push([key, value]);
    }
  }
  const others = [...b].filter(([key]) => !a.has(key));
  return matched(rest, others, ([key, value], [otherKey, otherValue]) =>
    alike(key, otherKey, strict, open) && alike(value, otherValue, strict, open));
}

function alikeSets(a, b, strict, open) {
  if (a.size !== b.size) return false;
  const rest = [...a].filter((item) => !b.has(item)), others = [...b].filter((item) => !a.has(item));
  return matched(rest, others, (item, other) => alike(item, other, strict, open));
}

/** Whether each of `items` has one of `others` of its own. Primitives had their chance. */
function matched(items, others, same) {
  return items.every((item) => {
    const index = others.findIndex((other) => same(item, other));
    if (index >= 0) others.splice(index, 1);
    return index >= 0;
  });
}
