// "ReadableStreamFromIterable": Streams, 4.9.1.

import { reacting, rejectedWith, resolvedWith } from "./promises.js";

const { apply } = Reflect;

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/**
 * The pull and cancel steps of a stream of what an object yields.
 * @param {any} iterable
 */
export function sourceFrom(iterable) {
  const iterator = getAsyncIterator(iterable);
  const { next } = iterator;
  return {
    pull(controller) {
      let result;
      try {
        result = resolvedWith(apply(next, iterator, []));
      } catch (error) {
        return rejectedWith(error);
      }
      return reacting(result, (result) => {
        if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
        if (result.done) controller.close();
        else controller.enqueue(result.value);
      });
    },
    cancel(reason) {
      let result;
      try {
        const method = iterator.return;
        if (method === undefined || method === null) return undefined;
        if (typeof method !== "function") throw new TypeError("The iterator's return is not a function");
        result = resolvedWith(apply(method, iterator, [reason]));
      } catch (error) {
        return rejectedWith(error);
      }
      return reacting(result, (result) => {
        if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
      });
    },
  };
}

/** GetIterator(iterable, async) */
function getAsyncIterator(iterable) {
  if (iterable === undefined || iterable === null) throw new TypeError("ReadableStream.from: not iterable");
  let method = iterable[Symbol.asyncIterator];
  if (method !== undefined && method !== null) return callForIterator(method, iterable);
  method = iterable[Symbol.iterator];
  const iterator = callForIterator(method, iterable);
  const { next } = iterator;
  return {
    next: () => settle(apply(next, iterator, []), iterator, true),
    return(reason) {
      const method = iterator.return;
      if (method === undefined || method === null) return { value: reason, done: true };
      if (typeof method !== "function") throw new TypeError("The iterator's return is not a function");
      return settle(apply(method, iterator, [reason]), iterator, false);
    },
  };
}

/** AsyncFromSyncIteratorContinuation */
function settle(result, iterator, closes) {
  if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
  const { done, value } = result;
  if (!isObject(value)) return { done, value };
  let promise;
  try {
    promise = resolvedWith(value);
  } catch (error) {
    if (!done && closes) close(iterator);
    throw error;
  }
  return reacting(
    promise,
    (value) => ({ done, value }),
    (reason) => {
      if (!done && closes) close(iterator);
      throw reason;
    },
  );
}

/** IteratorClose after an error, which goes first. */
function close(iterator) {
  try {
    const method = iterator.return;
    if (typeof method === "function") apply(method, iterator, []);
  } catch {
    // The first error is the one to be told.
  }
}

function callForIterator(method, iterable) {
  if (typeof method !== "function") throw new TypeError("ReadableStream.from: not iterable");
  const iterator = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError("ReadableStream.from: the iterator is not an object");
  return iterator;
}
