// Promises past anything that a script may have put in the place of `then`: what the
// standard calls "a promise resolved with", "upon fulfillment", "set [[PromiseIsHandled]]".
// `react` and `markHandled` are in native/apis/src/promises.rs.

import { markHandled, react } from "native:promises";

export { markHandled, react } from "native:promises";

const { apply } = Reflect;
const NativePromise = Promise;
const { reject, resolve, withResolvers } = Promise;

/** @returns {{ promise: Promise<any>, resolve: (value?: any) => void, reject: (reason: any) => void }} */
export function deferred() {
  return apply(withResolvers, NativePromise, []);
}

/** A new promise resolved with `value`, as Web IDL makes one of what a callback returns. */
export function resolvedWith(value) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    return apply(resolve, NativePromise, [value]);
  }
  const { promise, resolve: settle } = deferred();
  settle(value);
  return promise;
}

export function rejectedWith(reason) {
  return apply(reject, NativePromise, [reason]);
}

/** For steps of the platform's own that have nothing to wait for. No script ever sees it. */
const DONE = resolvedWith(undefined);

/**
 * "Upon fulfillment and rejection" of what an algorithm returned: a promise, or undefined
 * where there is nothing to wait for.
 * @param {Promise<any> | undefined} promise
 * @param {(value: any) => void} fulfilled
 * @param {(reason: any) => void} [rejected]
 */
export function upon(promise, fulfilled, rejected) {
  react(promise ?? DONE, fulfilled, rejected);
}

/** "The result of reacting to promise": a promise of what the steps return. */
export function reacting(promise, fulfilled, rejected) {
  const { promise: result, resolve, reject } = deferred();
  upon(
    promise,
    fulfilled === undefined ? resolve : (value) => settle(resolve, reject, fulfilled, value),
    rejected === undefined ? reject : (reason) => settle(resolve, reject, rejected, reason),
  );
  return result;
}

function settle(resolve, reject, steps, value) {
  try {
    resolve(steps(value));
  } catch (error) {
    reject(error);
  }
}

const PENDING = 0, FULFILLED = 1, REJECTED = 2;

/**
 * A promise that is made when somebody asks for it; rejected, it counts as handled. Such are
 * `closed` and `ready` of readers and writers.
 */
export class LazyPromise {
  #state = PENDING;
  #value = undefined;
  #made = null;

  static resolved() {
    const made = new LazyPromise();
    made.#state = FULFILLED;
    return made;
  }

  static rejected(reason) {
    const made = new LazyPromise();
    made.#state = REJECTED;
    made.#value = reason;
    return made;
  }

  get isPending() {
    return this.#state === PENDING;
  }

  get promise() {
    if (this.#made === null) {
      if (this.#state === PENDING) {
        this.#made = deferred();
      } else if (this.#state === FULFILLED) {
        this.#made = { promise: resolvedWith(undefined) };
      } else {
        this.#made = { promise: rejectedWith(this.#value) };
        markHandled(this.#made.promise);
      }
    }
    return this.#made.promise;
  }

  resolve() {
    if (this.#state !== PENDING) return;
    this.#state = FULFILLED;
    this.#made?.resolve();
  }

  reject(reason) {
    if (this.#state !== PENDING) return;
    this.#state = REJECTED;
    this.#value = reason;
    if (this.#made !== null) {
      this.#made.reject(reason);
      markHandled(this.#made.promise);
    }
  }
}
