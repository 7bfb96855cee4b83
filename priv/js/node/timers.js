// node:timers and node:timers/promises.

import { codedError } from "./errors.js";

const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;

export function setImmediate(callback, ...args) {
  return setTimeout(callback, 0, ...args);
}

export const clearImmediate = clearTimeout;

function aborted(signal) {
  const error = codedError("ABORT_ERR", "The operation was aborted");
  error.name = "AbortError";
  error.cause = signal.reason;
  return error;
}

function after(delay, value, options) {
  const signal = options?.signal;
  if (signal?.aborted) return Promise.reject(aborted(signal));
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(value);
    }, delay);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

export const promises = {
  setTimeout: (delay = 1, value = undefined, options = undefined) => after(delay, value, options),
  setImmediate: (value = undefined, options = undefined) => after(0, value, options),
  async *setInterval(delay = 1, value = undefined, options = undefined) {
    for (;;) yield await after(delay, value, options);
  },
  scheduler: {
    wait: (delay, options = undefined) => after(delay, undefined, options),
    yield: () => after(0),
  },
};

export const exports = { clearImmediate, clearInterval, clearTimeout, promises, setImmediate, setInterval, setTimeout };
