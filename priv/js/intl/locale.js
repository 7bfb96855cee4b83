// Locales and options: ECMA-402, sections 9.2 and 9.3.

import { canonicalLocale } from "native:intl";
import { toDOMString } from "../webidl.js";

const { defineProperty } = Object;

/** What is formatted in; whoever asks for another language gets this. */
export const DEFAULT_LOCALE = "en-US";
const FORMATTED = ["en", "en-US"];

function canonicalizeTag(tag) {
  if (typeof tag !== "string" && (typeof tag !== "object" || tag === null)) {
    throw new TypeError("A locale is neither a string nor an object");
  }
  const text = toDOMString(tag);
  const canonical = canonicalLocale(text);
  if (canonical === undefined) throw new RangeError(`Incorrect locale information provided: ${text}`);
  return canonical;
}

/** CanonicalizeLocaleList. */
export function canonicalizeLocaleList(locales) {
  if (locales === undefined) return [];
  if (locales === null) throw new TypeError("null is no list of locales");
  const given = typeof locales === "string" ? [locales] : Object(locales);
  const length = Math.min(Math.max(Math.trunc(+given.length) || 0, 0), Number.MAX_SAFE_INTEGER);
  const seen = [];
  for (let index = 0; index < length; index++) {
    if (!(index in given)) continue;
    const tag = canonicalizeTag(given[index]);
    if (!seen.includes(tag)) seen.push(tag);
  }
  return seen;
}

/** `Intl.getCanonicalLocales`: a method, so without a prototype of its own. */
export const getCanonicalLocales = {
  getCanonicalLocales(locales) {
    return canonicalizeLocaleList(locales);
  },
}.getCanonicalLocales;

/** A locale without its extensions. */
function base(tag) {
  return tag.replace(/-[a-z0-9]-.*$/, "");
}

function formatted(tag) {
  const name = base(tag);
  if (FORMATTED.includes(name)) return name;
  return name.startsWith("en-") ? "en" : undefined;
}

/** The first of the requested locales that is formatted in, or the default. */
export function resolveFormatted(requested) {
  for (const tag of requested) {
    const found = formatted(tag);
    if (found !== undefined) return found;
  }
  return DEFAULT_LOCALE;
}

/** The first of the requested locales, whatever it is, or the default. */
export function resolveAny(requested) {
  return requested.length === 0 ? DEFAULT_LOCALE : base(requested[0]);
}

/** The value of a Unicode extension keyword of a tag: "true" where it has none. */
export function extension(tag, key) {
  const match = /-u((?:-[a-z0-9]{2,8})*)/.exec(tag ?? "");
  const words = match === null ? [] : match[1].split("-").slice(1);
  const at = words.indexOf(key);
  if (at < 0) return undefined;
  const next = words[at + 1];
  return next !== undefined && next.length > 2 ? next : "true";
}

/** GetOptionsObject. */
export function getOptionsObject(options) {
  if (options === undefined) return { __proto__: null };
  if ((typeof options === "object" && options !== null) || typeof options === "function") return options;
  throw new TypeError("The options are not an object");
}

/** CoerceOptionsToObject. */
export function coerceOptions(options) {
  return options === undefined ? { __proto__: null } : Object(options);
}

/** GetOption of a string: one of `values`, where there are any. */
export function stringOption(options, name, values, fallback) {
  const value = options[name];
  if (value === undefined) return fallback;
  const text = toDOMString(value);
  if (values !== undefined && !values.includes(text)) {
    throw new RangeError(`Value ${text} out of range for Intl options property ${name}`);
  }
  return text;
}

/** GetOption of a boolean. */
export function booleanOption(options, name, fallback) {
  const value = options[name];
  return value === undefined ? fallback : !!value;
}

/** DefaultNumberOption. */
export function defaultNumber(value, minimum, maximum, fallback, name) {
  if (value === undefined) return fallback;
  const number = +value;
  if (!(number >= minimum && number <= maximum)) throw new RangeError(`${name} value is out of range`);
  return Math.floor(number);
}

/** GetNumberOption. */
export function numberOption(options, name, minimum, maximum, fallback) {
  return defaultNumber(options[name], minimum, maximum, fallback, name);
}

export function localeMatcher(options) {
  return stringOption(options, "localeMatcher", ["lookup", "best fit"], "best fit");
}

/**
 * What every service constructor has: the tag of its objects and supportedLocalesOf.
 * `any`: whether it does something for every locale.
 */
export function defineService(constructor, name, any) {
  const supportedLocalesOf = {
    supportedLocalesOf(locales, options = undefined) {
      const requested = canonicalizeLocaleList(locales);
      localeMatcher(coerceOptions(options));
      return any ? requested : requested.filter((tag) => formatted(tag) !== undefined);
    },
  }.supportedLocalesOf;
  defineProperty(constructor, "supportedLocalesOf", { value: supportedLocalesOf, writable: true, configurable: true });
  defineProperty(constructor.prototype, Symbol.toStringTag, { value: name, configurable: true });
}

/** Give a constructor that may be called without `new` the members of a class. */
export function adoptMembers(constructor, members) {
  for (const key of Reflect.ownKeys(members.prototype)) {
    if (key === "constructor") continue;
    defineProperty(constructor.prototype, key, Object.getOwnPropertyDescriptor(members.prototype, key));
  }
  defineProperty(constructor, "prototype", { writable: false });
}

/** The prototype that `new target` asks for: of a function constructor's object. */
export function createFrom(target, constructor) {
  const prototype = (target ?? constructor).prototype;
  return Object.create(typeof prototype === "object" && prototype !== null ? prototype : constructor.prototype);
}

/** [{ type, value }] as one string. */
export function joinParts(parts) {
  let text = "";
  for (const { value } of parts) text += value;
  return text;
}
