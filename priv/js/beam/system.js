// What Beam asks of lib/quickbeam/apis/system.ex: the VM, not its processes.

import { call, callSync } from "beam:system";
import { requireArguments, toDOMString, toDictionary } from "../webidl.js";

const { setTimeout } = globalThis;
const { isSafeInteger } = Number;

/** A promise that is fulfilled after `ms` milliseconds, or at a Date. */
export function sleep(ms) {
  requireArguments(arguments.length, 1, "Beam.sleep");
  const delay = ms instanceof Date ? ms.getTime() - Date.now() : +ms;
  if (Number.isNaN(delay)) throw new TypeError("Beam.sleep: ms is not a number");
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, delay)));
}

/** `:erlang.phash2(data)`, or `:erlang.phash2(data, range)`. */
export function hash(data, range = undefined) {
  requireArguments(arguments.length, 1, "Beam.hash");
  if (range === undefined) return callSync("hash", data);
  if (!isSafeInteger(range) || range < 1 || range > 2 ** 32) {
    throw new RangeError("Beam.hash: range is not an integer within 1 to 2^32");
  }
  return callSync("hash", data, range);
}

/** A reference that is unique among all nodes. */
export function makeRef() {
  return callSync("makeRef");
}

/** `System.unique_integer([:positive, :monotonic])`. */
export function uniqueInteger() {
  return callSync("uniqueInteger");
}

/** Where the executable `name` is, or null. */
export function which(name) {
  requireArguments(arguments.length, 1, "Beam.which");
  return callSync("which", toDOMString(name));
}

/** Releases, schedulers, counts and memory of the VM. */
export function systemInfo() {
  return callSync("systemInfo");
}

/** Memory, reductions and mailbox of the context's own process. */
export function processInfo() {
  return callSync("processInfo");
}

export const semver = {
  /** Whether a version fulfils a requirement of Elixir's `Version`, or a range of npm's. */
  satisfies(version, range) {
    requireArguments(arguments.length, 2, "Beam.semver.satisfies");
    return callSync("satisfies", toDOMString(version), toDOMString(range));
  },
  /** -1, 0 or 1; null where one of them is no version. */
  order(a, b) {
    requireArguments(arguments.length, 2, "Beam.semver.order");
    return callSync("order", toDOMString(a), toDOMString(b));
  },
};

export const password = {
  /** A promise of a PHC string of PBKDF2, to be kept; salted anew each time. */
  async hash(password, options = undefined) {
    requireArguments(arguments.length, 1, "Beam.password.hash");
    const { iterations } = toDictionary(options, "Beam.password.hash");
    if (iterations !== undefined && !(isSafeInteger(iterations) && iterations > 0)) {
      throw new RangeError("Beam.password.hash: iterations is not a positive integer");
    }
    return call("passwordHash", toDOMString(password), iterations ?? null);
  },
  /** A promise of whether `hash` is of that password. */
  async verify(password, hash) {
    requireArguments(arguments.length, 2, "Beam.password.verify");
    return call("passwordVerify", toDOMString(password), toDOMString(hash));
  },
};
