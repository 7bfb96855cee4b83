// "Fetch controller": what stops a fetch.

import { markHandled } from "native:promises";

/** One fetch, and whoever is to hear that it is stopped. */
export class Control {
  #steps = new Set();
  aborted = false;
  reason = undefined;

  /** Stop it; everybody hears why. */
  abort(reason) {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const steps = [...this.#steps];
    this.#steps.clear();
    for (const step of steps) step(reason);
  }

  /**
   * Run `step` when it is stopped.
   * @param {(reason: unknown) => void} step
   * @returns {() => void} what takes it back
   */
  onAbort(step) {
    this.#steps.add(step);
    return () => void this.#steps.delete(step);
  }

  /**
   * What a promise gives, or the reason as soon as it is stopped.
   * @template T
   * @param {Promise<T>} promise
   * @returns {Promise<T>}
   */
  race(promise) {
    if (this.aborted) {
      // Nobody else waits for it.
      markHandled(promise);
      return Promise.reject(this.reason);
    }
    return new Promise((resolve, reject) => {
      const forget = this.onAbort(reject);
      promise.then(
        (value) => {
          forget();
          resolve(value);
        },
        (error) => {
          forget();
          reject(error);
        },
      );
    });
  }
}
