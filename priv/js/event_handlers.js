// Event handlers, `onload` and the like: HTML, 8.1.8.1.
//
//     defineEventHandlers(WebSocket.prototype, ["open", "message"], (object) => #url in object);

import { cancel, handlersOf, isEventTarget, listen } from "./events.js";
import { isErrorEvent } from "./event_types.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;

/**
 * Give an interface the event handler IDL attributes `on…` of these types.
 * @param {object} prototype the interface's prototype object; or the global object
 * @param {string[]} types of the events
 * @param {(object: any) => boolean} isOne whether an object implements the interface
 */
export function defineEventHandlers(prototype, types, isOne = isEventTarget) {
  for (const type of types) {
    const name = `on${type}`;
    const accessor = {
      get [name]() {
        return getHandler(checked(this, isOne), type);
      },
      set [name](value) {
        setHandler(checked(this, isOne), type, value);
      },
    };
    const { get, set } = getOwnPropertyDescriptor(accessor, name);
    defineProperty(prototype, name, { get, set, enumerable: true, configurable: true });
  }
}

function checked(object, isOne) {
  // Web IDL: the global object where `this` is none.
  const target = object ?? globalThis;
  if (typeof target !== "object" || !isOne(target)) throw new TypeError("Illegal invocation");
  return target;
}

/** The value of an event handler: an object or null. */
export function getHandler(target, type) {
  return handlersOf(target).get(type)?.value ?? null;
}

/**
 * Set an event handler. [LegacyTreatNonObjectAsNull]: what is no object is null. One that
 * was null gets its place among the listeners now; another value takes over the place.
 */
export function setHandler(target, type, value) {
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) value = null;
  const handlers = handlersOf(target);
  const handler = handlers.get(type);
  if (handler === undefined) {
    if (value !== null) handlers.set(type, activate(target, type, value));
  } else if (value === null) {
    handlers.delete(type);
    handler.value = null;
    handler.deactivate();
  } else {
    handler.value = value;
  }
}

function activate(target, type, value) {
  const handler = { value, deactivate: null };
  handler.deactivate = listen(target, type, (event) => run(target, handler, event));
  return handler;
}

/** "The event handler processing algorithm". */
function run(target, handler, event) {
  const callback = handler.value;
  // What is an object but cannot be called does nothing.
  if (typeof callback !== "function") return;
  if (target === globalThis && event.type === "error" && isErrorEvent(event)) {
    const { message, filename, lineno, colno, error } = event;
    if (apply(callback, target, [message, filename, lineno, colno, error]) === true) cancel(event);
  } else if (apply(callback, target, [event]) === false) {
    cancel(event);
  }
}
