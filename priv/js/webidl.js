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

/**
 * ConvertToInt of an unsigned integer type without an extended attribute.
 * @param {unknown} value
 * @param {number} modulus 2 to the power of its bits, 53 bits at most
 */
export function toUnsigned(value, modulus) {
  const number = Math.trunc(+value);
  if (!Number.isFinite(number)) return 0;
  const rest = number % modulus;
  // +0 for -0.
  return rest < 0 ? rest + modulus : rest + 0;
}

/**
 * [EnforceRange] unsigned long long (by its safe integers), or a smaller type.
 * @param {unknown} value
 * @param {string} what names it in the error message
 * @param {number} [max]
 */
export function toEnforcedUnsigned(value, what, max = Number.MAX_SAFE_INTEGER) {
  const number = Math.trunc(+value);
  if (!(number >= 0 && number <= max)) {
    throw new TypeError(`${what}: ${value} is out of range`);
  }
  return number + 0;
}

/** double: a finite number. */
export function toDouble(value, what) {
  const number = +value;
  if (!Number.isFinite(number)) throw new TypeError(`${what} is not a finite number`);
  return number;
}

/**
 * sequence<T>: what an object's iterator yields.
 * @param {unknown} value
 * @param {string} what names it in the error message
 * @param {(item: any) => any} convert
 */
export function toSequence(value, what, convert) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    throw new TypeError(`${what} is not a sequence`);
  }
  const method = value[Symbol.iterator];
  if (typeof method !== "function") throw new TypeError(`${what} is not iterable`);
  const iterator = method.call(value);
  if ((typeof iterator !== "object" && typeof iterator !== "function") || iterator === null) {
    throw new TypeError(`${what}: its iterator is not an object`);
  }
  const { next } = iterator;
  const items = [];
  for (;;) {
    const result = next.call(iterator);
    if ((typeof result !== "object" && typeof result !== "function") || result === null) {
      throw new TypeError(`${what}: an iterator's result is not an object`);
    }
    if (result.done) return items;
    items.push(convert(result.value));
  }
}

/** USVString: lone surrogates become U+FFFD. */
export function toUSVString(value) {
  return toDOMString(value).toWellFormed();
}

/** A value of an enumeration. */
export function toEnum(value, values, what) {
  const text = toDOMString(value);
  if (!values.includes(text)) throw new TypeError(`${what}: ${JSON.stringify(text)} is none of ${values.join(", ")}`);
  return text;
}
