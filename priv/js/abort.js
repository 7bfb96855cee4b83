// AbortController and AbortSignal: DOM Standard, section 3.
//
// For other modules of this folder: `isAbortSignal`, `createSignal`, `createDependentSignal`,
// `signalAbort(signal, reason)`, `isAborted`, `reasonOf`, `whenAborted(signal, steps)` (the
// standard's "add an algorithm"; what it returns removes it). None of them runs code that a
// script could have put in their way.

import { admitSignals, EventTarget, fire, hasListeners, setHooks } from "./events.js";
import { defineEventHandlers } from "./event_handlers.js";
import { exposeInterface, requireArguments, toEnforcedUnsigned, toSequence } from "./webidl.js";

const { setTimeout } = globalThis;

/** What a script cannot pass to the constructor. */
const token = Symbol();

/** @type {(signal: AbortSignal) => SignalState} throws where it is none */
let read;
/** @type {(value: unknown) => boolean} */
let isSignal;

class SignalState {
  aborted = false;
  reason = undefined;
  /** Abort algorithms, in order. */
  algorithms = new Set();
  /** For `any`: signals that this one depends on, weakly; null for one that does not. */
  sources = null;
  /** Signals that depend on this one, weakly. */
  dependents = [];
  /** Those of them that somebody waits for: they live as long as this one. */
  awaited = null;
}

export class AbortSignal extends EventTarget {
  #state = new SignalState();

  static {
    read = (signal) => signal.#state;
    isSignal = (value) => typeof value === "object" && value !== null && #state in value;
  }

  constructor() {
    if (arguments[0] !== token) throw new TypeError("Illegal constructor");
    super();
  }

  static abort(reason = undefined) {
    const signal = createSignal();
    const state = read(signal);
    state.aborted = true;
    state.reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  static timeout(milliseconds) {
    requireArguments(arguments.length, 1, "AbortSignal.timeout");
    const left = toEnforcedUnsigned(milliseconds, "AbortSignal.timeout");
    const signal = createSignal();
    waitFor(signal, left);
    return signal;
  }

  static any(signals) {
    requireArguments(arguments.length, 1, "AbortSignal.any");
    return createDependentSignal(toSequence(signals, "AbortSignal.any: signals", toSignal));
  }

  get aborted() {
    return this.#state.aborted;
  }

  get reason() {
    return this.#state.reason;
  }

  throwIfAborted() {
    const { aborted, reason } = this.#state;
    if (aborted) throw reason;
  }
}
exposeInterface(AbortSignal);
defineEventHandlers(AbortSignal.prototype, ["abort"], isAbortSignal);

export class AbortController {
  #signal = createSignal();

  get signal() {
    return this.#signal;
  }

  abort(reason = undefined) {
    signalAbort(this.#signal, reason);
  }
}
exposeInterface(AbortController);

admitSignals({ isSignal: isAbortSignal, isAborted, whenAborted });

function abortError() {
  return new DOMException("The operation was aborted", "AbortError");
}

function toSignal(value) {
  if (!isSignal(value)) throw new TypeError("AbortSignal.any: one of the signals is not an AbortSignal");
  return value;
}

/** The longest delay that `setTimeout` knows. */
const LONGEST = 2 ** 31 - 1;

function waitFor(signal, left) {
  if (left > LONGEST) {
    setTimeout(() => waitFor(signal, left - LONGEST), LONGEST);
  } else {
    const expire = () => signalAbort(signal, new DOMException("The operation timed out", "TimeoutError"));
    setTimeout(expire, left);
  }
}

/** @returns {boolean} */
export function isAbortSignal(value) {
  return isSignal(value);
}

/** @returns {boolean} */
export function isAborted(signal) {
  return read(signal).aborted;
}

export function reasonOf(signal) {
  return read(signal).reason;
}

/** A signal that only `signalAbort` aborts. */
export function createSignal() {
  return new AbortSignal(token);
}

/**
 * "Create a dependent abort signal".
 * @param {AbortSignal[]} signals
 */
export function createDependentSignal(signals) {
  const result = createSignal();
  const state = read(result);
  // 2.
  for (const signal of signals) {
    const { aborted, reason } = read(signal);
    if (aborted) {
      state.aborted = true;
      state.reason = reason;
      return result;
    }
  }
  // 3. and 4. Of one that depends on others itself, those.
  const sources = new Set();
  for (const signal of signals) {
    const own = read(signal).sources;
    if (own === null) sources.add(signal);
    else for (const source of own) {
      const alive = source.deref();
      if (alive !== undefined) sources.add(alive);
    }
  }
  const weak = new WeakRef(result);
  state.sources = [];
  for (const source of sources) {
    state.sources.push(new WeakRef(source));
    addDependent(read(source), weak);
  }
  setHooks(result, { added: keepWhileAwaited, removed: keepWhileAwaited });
  return result;
}

function addDependent(state, weak) {
  const { dependents } = state;
  dependents.push(weak);
  // Now and then, those that are gone leave.
  const count = dependents.length;
  if (count >= 32 && (count & (count - 1)) === 0) {
    state.dependents = dependents.filter((dependent) => dependent.deref() !== undefined);
  }
}

/** A dependent signal lives as long as its sources while somebody listens to it. */
function keepWhileAwaited(signal) {
  const { sources, algorithms, aborted } = read(signal);
  if (sources === null) return;
  const awaited = !aborted && (algorithms.size > 0 || hasListeners(signal, "abort"));
  for (const source of sources) {
    const alive = source.deref();
    if (alive === undefined) continue;
    const state = read(alive);
    if (awaited) (state.awaited ??= new Set()).add(signal);
    else state.awaited?.delete(signal);
  }
}

/**
 * "Signal abort". Without a reason, it is a new AbortError.
 * @param {AbortSignal} signal
 * @param {unknown} [reason]
 */
export function signalAbort(signal, reason = undefined) {
  const state = read(signal);
  // 1.
  if (state.aborted) return;
  // 2.
  state.aborted = true;
  state.reason = reason === undefined ? abortError() : reason;
  // 3. and 4.
  const toAbort = [];
  for (const weak of state.dependents) {
    const dependent = weak.deref();
    if (dependent === undefined) continue;
    const own = read(dependent);
    if (own.aborted) continue;
    own.aborted = true;
    own.reason = state.reason;
    toAbort.push(dependent);
  }
  state.dependents = [];
  // 5. and 6.
  runAbortSteps(signal);
  toAbort.forEach(runAbortSteps);
  state.awaited = null;
}

function runAbortSteps(signal) {
  const { algorithms } = read(signal);
  for (const steps of algorithms) steps();
  algorithms.clear();
  if (hasListeners(signal, "abort")) fire(signal, "abort");
  keepWhileAwaited(signal);
}

/**
 * "Add an algorithm": run `steps` when the signal is aborted, once; never where it already is.
 * @param {AbortSignal} signal
 * @param {() => void} steps
 * @returns {() => void} what takes them back
 */
export function whenAborted(signal, steps) {
  const state = read(signal);
  if (state.aborted) return () => {};
  // A function of its own, so that the same steps can be added twice.
  const algorithm = () => steps();
  state.algorithms.add(algorithm);
  keepWhileAwaited(signal);
  return () => {
    state.algorithms.delete(algorithm);
    keepWhileAwaited(signal);
  };
}
