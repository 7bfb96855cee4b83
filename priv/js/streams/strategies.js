// Queuing strategies: Streams, 7; underlying sources, sinks and transformers as Web IDL
// takes them.

import { exposeInterface, requireArguments } from "../webidl.js";
import { rejectedWith, resolvedWith } from "./promises.js";
import { attach, check, isolate } from "./slots.js";

const { apply } = Reflect;

class StrategyState {
  object = null;
  constructor(kind, highWaterMark) {
    this.kind = kind;
    this.highWaterMark = highWaterMark;
  }
}
isolate(StrategyState);

/** One function for all strategies of a kind, without a prototype property. */
const { size: byteLengthSize } = { size: (chunk) => chunk.byteLength };
const { size: countSize } = { size: () => 1 };

export class ByteLengthQueuingStrategy {
  constructor(init) {
    requireArguments(arguments.length, 1, "ByteLengthQueuingStrategy constructor");
    attach(this, new StrategyState("ByteLengthQueuingStrategy", toHighWaterMark(init)));
  }
  get highWaterMark() {
    return check(this, "ByteLengthQueuingStrategy").highWaterMark;
  }
  get size() {
    check(this, "ByteLengthQueuingStrategy");
    return byteLengthSize;
  }
}
exposeInterface(ByteLengthQueuingStrategy);

export class CountQueuingStrategy {
  constructor(init) {
    requireArguments(arguments.length, 1, "CountQueuingStrategy constructor");
    attach(this, new StrategyState("CountQueuingStrategy", toHighWaterMark(init)));
  }
  get highWaterMark() {
    return check(this, "CountQueuingStrategy").highWaterMark;
  }
  get size() {
    check(this, "CountQueuingStrategy");
    return countSize;
  }
}
exposeInterface(CountQueuingStrategy);

/** QueuingStrategyInit: its member is required, an unrestricted double. */
function toHighWaterMark(init) {
  const { highWaterMark } = toOptions(init, "A queuing strategy's init");
  if (highWaterMark === undefined) throw new TypeError("A queuing strategy needs a highWaterMark");
  return +highWaterMark;
}

export function toOptions(value, what) {
  if (value === undefined || value === null) return NONE;
  if (typeof value !== "object" && typeof value !== "function") throw new TypeError(`${what} must be an object`);
  return value;
}

/**
 * A dictionary without members.
 * @type {any}
 */
export const NONE = { __proto__: null };

/**
 * A QueuingStrategy.
 * @returns {{ highWaterMark: number | undefined, size: Function | undefined }}
 */
export function toStrategy(value) {
  let { highWaterMark, size } = toOptions(value, "A queuing strategy");
  if (highWaterMark !== undefined) highWaterMark = +highWaterMark;
  if (size !== undefined && typeof size !== "function") {
    throw new TypeError("A queuing strategy's size must be a function");
  }
  return { highWaterMark, size };
}

/** "ExtractHighWaterMark" */
export function highWaterMarkOf(strategy, otherwise) {
  const { highWaterMark } = strategy;
  if (highWaterMark === undefined) return otherwise;
  if (!(highWaterMark >= 0)) throw new RangeError("The highWaterMark must be a non-negative number");
  return highWaterMark;
}

/**
 * "ExtractSizeAlgorithm"; null where every chunk counts one.
 * @returns {((chunk: unknown) => number) | null}
 */
export function sizeOf({ size }) {
  // Counting needs no call into the script's function.
  if (size === undefined || size === countSize) return null;
  return (chunk) => +apply(size, undefined, [chunk]);
}

/** `optional object`: undefined where it is missing. */
export function toOptionalObject(value, what) {
  if (value !== undefined && ((typeof value !== "object" && typeof value !== "function") || value === null)) {
    throw new TypeError(`${what} must be an object`);
  }
  return value;
}

/** The member `name` of an underlying source, sink or transformer: a function or undefined. */
export function toCallback(object, name) {
  const callback = object[name];
  if (callback !== undefined && typeof callback !== "function") {
    throw new TypeError(`${name} must be a function`);
  }
  return callback;
}

/**
 * Invoke a callback that returns a promise: what it throws is a rejection; undefined where
 * it returned nothing to wait for.
 * @returns {Promise<unknown> | undefined}
 */
export function invoke(callback, object, args) {
  try {
    const result = apply(callback, object, args);
    return result === undefined ? undefined : resolvedWith(result);
  } catch (error) {
    return rejectedWith(error);
  }
}

/** What `start` returned, as something to wait for. It may throw. */
export function startWith(start, object, controller) {
  const result = apply(start, object, [controller]);
  return result === undefined ? undefined : resolvedWith(result);
}
