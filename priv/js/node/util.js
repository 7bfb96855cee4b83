// node:util.

import { isDeepStrictEqual } from "./comparisons.js";
import { checkFunction, checkString, codedError, codedTypeError, errnos, invalidArgument, systemText } from "./errors.js";
import { format, formatWithOptions, inspect } from "./inspect.js";
import { kindOf } from "./kinds.js";
import { parseArgs } from "./parse_args.js";

const { defineProperty, getOwnPropertyDescriptors, setPrototypeOf } = Object;
const kPromisify = Symbol.for("nodejs.util.promisify.custom");

export function promisify(original) {
  checkFunction(original, "original");
  const custom = original[kPromisify];
  if (custom !== undefined) {
    checkFunction(custom, "util.promisify.custom");
    return defineProperty(custom, kPromisify, { value: custom, configurable: true });
  }
  /** @this {any} */
  function promisified(...args) {
    return new Promise((resolve, reject) => {
      Reflect.apply(original, this, [...args, (error, ...values) => (error ? reject(error) : resolve(values[0]))]);
    });
  }
  setPrototypeOf(promisified, Object.getPrototypeOf(original));
  defineProperty(promisified, kPromisify, { value: promisified, configurable: true });
  return Object.defineProperties(promisified, getOwnPropertyDescriptors(original));
}
promisify.custom = kPromisify;

export function callbackify(original) {
  checkFunction(original, "original");
  /** @this {any} */
  function callbackified(...args) {
    const callback = args.pop();
    checkFunction(callback, "last argument");
    const later = globalThis.process?.nextTick ?? queueMicrotask;
    Reflect.apply(original, this, args).then(
      (value) => later(() => callback.call(this, null, value)),
      (reason) => later(() => callback.call(this, reason || falsyRejection(reason))),
    );
  }
  const descriptors = getOwnPropertyDescriptors(original);
  if (typeof descriptors.length?.value === "number") descriptors.length.value++;
  if (typeof descriptors.name?.value === "string") descriptors.name.value += "Callbackified";
  return Object.defineProperties(callbackified, descriptors);
}

function falsyRejection(reason) {
  const error = codedError("ERR_FALSY_VALUE_REJECTION", "Promise was rejected with falsy value");
  error.reason = reason;
  return error;
}

export function inherits(constructor, superConstructor) {
  checkFunction(constructor, "ctor");
  if (superConstructor === undefined || superConstructor === null) throw invalidArgument("superCtor", "of type function", superConstructor);
  if (superConstructor.prototype === undefined) {
    throw invalidArgument("superCtor.prototype", "of type object", superConstructor.prototype);
  }
  defineProperty(constructor, "super_", { value: superConstructor, writable: true, configurable: true });
  setPrototypeOf(constructor.prototype, superConstructor.prototype);
}

export function deprecate(fn, message, code = undefined) {
  if (code !== undefined) checkString(code, "code");
  let warned = false;
  /** @this {any} */
  function deprecated(...args) {
    if (!warned) {
      warned = true;
      globalThis.process?.emitWarning?.(message, "DeprecationWarning", code);
    }
    return new.target ? Reflect.construct(fn, args, new.target) : Reflect.apply(fn, this, args);
  }
  setPrototypeOf(deprecated, fn);
  if (fn.prototype) deprecated.prototype = fn.prototype;
  return deprecated;
}

export function debuglog(section) {
  const names = (globalThis.process?.env?.NODE_DEBUG ?? "").split(",").map((name) => name.trim().toUpperCase());
  const enabled = names.includes(String(section).toUpperCase());
  const log = (...args) => {
    if (enabled) console.error(`${String(section).toUpperCase()}: ${format(...args)}`);
  };
  return defineProperty(log, "enabled", { get: () => enabled });
}

const isView = (value) => ArrayBuffer.isView(value) && kindOf(value) !== "DataView";
const typedArray = (name) => (value) => isView(value) && Object.prototype.toString.call(value) === `[object ${name}]`;
const kind = (...kinds) => (value) => kinds.includes(kindOf(value));
const functionText = (value, pattern) => typeof value === "function" && pattern.test(Object.prototype.toString.call(value));

export const types = {
  isAnyArrayBuffer: kind("ArrayBuffer", "SharedArrayBuffer"),
  isArgumentsObject: (value) => kindOf(value) === "Object" && Object.prototype.toString.call(value) === "[object Arguments]",
  isArrayBuffer: kind("ArrayBuffer"),
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isAsyncFunction: (value) => functionText(value, /^\[object Async/),
  isBigInt64Array: typedArray("BigInt64Array"),
  isBigIntObject: kind("BigInt"),
  isBigUint64Array: typedArray("BigUint64Array"),
  isBooleanObject: kind("Boolean"),
  isBoxedPrimitive: kind("Boolean", "Number", "String", "BigInt", "Symbol"),
  isDataView: kind("DataView"),
  isDate: kind("Date"),
  isExternal: () => false,
  isFloat16Array: typedArray("Float16Array"),
  isFloat32Array: typedArray("Float32Array"),
  isFloat64Array: typedArray("Float64Array"),
  isGeneratorFunction: (value) => functionText(value, /GeneratorFunction\]$/),
  isGeneratorObject: (value) => kindOf(value) === "Generator",
  isInt16Array: typedArray("Int16Array"),
  isInt32Array: typedArray("Int32Array"),
  isInt8Array: typedArray("Int8Array"),
  isMap: kind("Map"),
  isMapIterator: (value) => Object.prototype.toString.call(value) === "[object Map Iterator]",
  isModuleNamespaceObject: (value) => kindOf(value) === "Module",
  isNativeError: kind("Error"),
  isNumberObject: kind("Number"),
  isPromise: kind("Promise"),
  isProxy: kind("Proxy"),
  isRegExp: kind("RegExp"),
  isSet: kind("Set"),
  isSetIterator: (value) => Object.prototype.toString.call(value) === "[object Set Iterator]",
  isSharedArrayBuffer: kind("SharedArrayBuffer"),
  isStringObject: kind("String"),
  isSymbolObject: kind("Symbol"),
  isTypedArray: isView,
  isUint16Array: typedArray("Uint16Array"),
  isUint32Array: typedArray("Uint32Array"),
  isUint8Array: typedArray("Uint8Array"),
  isUint8ClampedArray: typedArray("Uint8ClampedArray"),
  isWeakMap: kind("WeakMap"),
  isWeakSet: kind("WeakSet"),
};

// Colors and other escape sequences of terminals, ECMA-48.
const CONTROL = /[\u001B\u009B][[\]()#;?]*(?:(?:(?:;[-a-zA-Z\d/#&.:=?%@~_]+)*|[a-zA-Z\d]+(?:;[-a-zA-Z\d/#&.:=?%@~_]*)*)?(?:\u0007|\u001B\u005C|\u009C)|(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PR-TZcf-nq-uy=><~])/g;
export function styleText(names, text) {
  if (typeof text !== "string") throw invalidArgument("text", "of type string", text);
  const codes = [names].flat().map((name) => {
    if (!Object.hasOwn(inspect.colors, name)) throw codedTypeError("ERR_INVALID_ARG_VALUE", `The argument 'format' must be one of: ${Object.keys(inspect.colors).join(", ")}`);
    return inspect.colors[name];
  });
  const open = codes.map(([code]) => `\u001b[${code}m`).join("");
  return `${open}${text}${codes.reverse().map(([, code]) => `\u001b[${code}m`).join("")}`;
}

/** Negative number => code and text, of the errors of the system. */
const getSystemErrorMap = () =>
  new Map(Object.entries(errnos).map(([code, number]) => /** @type {const} */ ([-number, [code, systemText(code)]])));

/** The name of a negative error number of the system: `ENOENT` of -2. */
export function getSystemErrorName(number) {
  if (typeof number !== "number") throw invalidArgument("err", "of type number", number);
  return getSystemErrorMap().get(number)?.[0] ?? `Unknown system error ${number}`;
}

export function stripVTControlCharacters(text) {
  if (typeof text !== "string") throw invalidArgument("str", "of type string", text);
  return text.replace(CONTROL, "");
}

export const exports = {
  TextDecoder,
  TextEncoder,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getSystemErrorMap,
  getSystemErrorName,
  inherits,
  inspect,
  isArray: Array.isArray,
  isDeepStrictEqual,
  parseArgs,
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text) => `${text}`.toWellFormed(),
  types,
  aborted: (signal) => new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }))),
};
