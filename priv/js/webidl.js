// What Web IDL says of interfaces, dictionaries and conversions.

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { ownKeys } = Reflect;

/**
 * Make the members of a class as Web IDL has those of an interface: enumerable, and
 * its name as the tag of its objects.
 * @param {Function} constructor
 * @param {string} [tag]
 */
export function exposeInterface(constructor, tag = constructor.name) {
  exposeMembers(constructor.prototype, ["constructor"]);
  exposeMembers(constructor, ["length", "name", "prototype"]);
  defineProperty(constructor.prototype, Symbol.toStringTag, { value: tag, configurable: true });
}

function exposeMembers(object, hidden) {
  for (const key of ownKeys(object)) {
    if (typeof key !== "string" || hidden.includes(key)) continue;
    const descriptor = getOwnPropertyDescriptor(object, key);
    if (descriptor.configurable) defineProperty(object, key, { ...descriptor, enumerable: true });
  }
}

/**
 * Constants of an interface, on the constructor and on the prototype.
 * @param {Function} constructor
 * @param {Record<string, number>} constants
 */
export function defineConstants(constructor, constants) {
  for (const [name, value] of Object.entries(constants)) {
    defineProperty(constructor, name, { value, enumerable: true });
    defineProperty(constructor.prototype, name, { value, enumerable: true });
  }
}

/** Refuse a call with fewer arguments than the operation must have. */
export function requireArguments(given, count, operation) {
  if (given < count) {
    const plural = count === 1 ? "" : "s";
    throw new TypeError(`${operation}: ${count} argument${plural} required, but only ${given} present`);
  }
}

/** A dictionary argument: undefined and null are an empty one. */
export function toDictionary(value, operation) {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" && typeof value !== "function") {
    throw new TypeError(`${operation}: the options are not an object`);
  }
  return value;
}

/** DOMString. */
export function toDOMString(value) {
  if (typeof value === "symbol") throw new TypeError("Cannot convert a symbol to a string");
  return `${value}`;
}

/** USVString: lone surrogates become U+FFFD. */
export function toUSVString(value) {
  return toDOMString(value).toWellFormed();
}
