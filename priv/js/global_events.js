// Errors that nobody catches, as events of the global object: HTML, "report an exception"
// and "unhandled promise rejections". native/apis/src/errors.rs calls these, once somebody
// listens; what they leave alone goes to the console.

import { dispatch, fire, hasListeners, trust } from "./events.js";
import { ErrorEvent, PromiseRejectionEvent } from "./event_types.js";
import { getHandler, setHandler } from "./event_handlers.js";
import { watchErrors, watchHandled } from "native:errors";

/** An error of a listener to errors is not told to listeners. */
let reporting = false;

/** @type {null | ((message: string, filename: string, lineno: number, colno: number) => boolean)} */
let lastResort = null;

/** Who is told of an error that no listener has dealt with: of a worker, its parent. */
export function setLastResort(report) {
  lastResort = report;
  watchErrors();
}

/**
 * @param {unknown} error
 * @returns {boolean} whether a listener has dealt with it
 */
export function reportException(error, message, filename, lineno, colno) {
  if (reporting) return lastResort !== null && lastResort(message, filename, lineno, colno);
  if (!(lastResort || hasListeners(globalThis, "error"))) return false;
  reporting = true;
  try {
    const init = { cancelable: true, error, message, filename, lineno, colno };
    if (!fire(globalThis, "error", init, ErrorEvent)) return true;
    return lastResort !== null && lastResort(message, filename, lineno, colno);
  } finally {
    reporting = false;
  }
}

/** Promises that have been told as unhandled; weak, as the standard wants. */
const outstanding = new WeakSet();

/** @returns {boolean} whether a listener has dealt with it */
export function reportRejection(promise, reason) {
  let canceled = false;
  if (hasListeners(globalThis, "unhandledrejection")) {
    const event = new PromiseRejectionEvent("unhandledrejection", { cancelable: true, promise, reason });
    canceled = !dispatch(trust(event), globalThis);
  }
  outstanding.add(promise);
  watchHandled();
  return canceled;
}

/** A promise that was rejected got its first handler. */
export function reportHandled(promise, reason) {
  if (!outstanding.delete(promise)) return;
  if (hasListeners(globalThis, "rejectionhandled")) {
    fire(globalThis, "rejectionhandled", { promise, reason }, PromiseRejectionEvent);
  }
}

/** For the event handler attributes of the global object. */
export function getGlobalHandler(type) {
  return getHandler(globalThis, type);
}

export function setGlobalHandler(type, value) {
  setHandler(globalThis, type, value);
}
