// node:events: EventEmitter.

import { codedError, invalidArgument, outOfRange } from "./errors.js";
import { inspect } from "./inspect.js";

const { apply, ownKeys } = Reflect;
export const captureRejectionSymbol = Symbol.for("nodejs.rejection");
export const errorMonitor = Symbol("events.errorMonitor");
const kCapture = Symbol("kCapture");

let defaultMaxListeners = 10;
/** Of EventTargets: they warn of nothing, but remember. */
const targetLimits = new WeakMap();

function checkListener(listener) {
  if (typeof listener !== "function") throw invalidArgument("listener", "of type function", listener);
}

function checkCount(value, name) {
  if (typeof value !== "number") throw invalidArgument(name, "of type number", value);
  if (!(value >= 0)) throw outOfRange(name, ">= 0", value);
}

function checkFlag(value, name) {
  if (typeof value !== "boolean") throw invalidArgument(name, "of type boolean", value);
}

// A function, not a class: `EventEmitter.call(this)` and util.inherits want that.
export function EventEmitter(options) {
  EventEmitter.init.call(this, options);
}
EventEmitter.prototype._events = undefined;
EventEmitter.prototype._eventsCount = 0;
EventEmitter.prototype._maxListeners = undefined;

/** @this {any} */
EventEmitter.init = function (options) {
  if (this._events === undefined || this._events === Object.getPrototypeOf(this)._events) {
    this._events = { __proto__: null };
    this._eventsCount = 0;
  }
  this._maxListeners ||= undefined;
  if (options?.captureRejections) {
    checkFlag(options.captureRejections, "options.captureRejections");
    this[kCapture] = true;
  } else this[kCapture] = EventEmitter.prototype[kCapture];
};
// Of emitters whose constructor did not call this one, too.
Object.defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true });

function add(target, type, listener, prepend) {
  checkListener(listener);
  target._events ??= { __proto__: null };
  // Before it is there, so that a listener to newListener does not hear of itself.
  if (target._events.newListener !== undefined) target.emit("newListener", type, listener.listener ?? listener);
  const events = target._events;
  const existing = events[type];
  if (existing === undefined) {
    events[type] = listener;
    target._eventsCount = (target._eventsCount ?? 0) + 1;
    return target;
  }
  const list = typeof existing === "function" ? [existing] : existing;
  events[type] = list;
  if (prepend) list.unshift(listener);
  else list.push(listener);
  const max = target.getMaxListeners?.() ?? defaultMaxListeners;
  if (max > 0 && list.length > max && !list.warned) {
    list.warned = true;
    globalThis.process?.emitWarning?.(
      `Possible EventEmitter memory leak detected. ${list.length} ${String(type)} listeners added to ${inspect(target, { depth: -1 })}. MaxListeners is ${max}. Use emitter.setMaxListeners() to increase limit`,
      "MaxListenersExceededWarning",
    );
  }
  return target;
}

function onceWrapper(target, type, listener) {
  let fired = false;
  function wrapper(...args) {
    if (fired) return undefined;
    fired = true;
    target.removeListener(type, wrapper);
    return apply(listener, target, args);
  }
  wrapper.listener = listener;
  return wrapper;
}

function captured(target, type, promise, args) {
  const { then } = promise;
  if (typeof then !== "function") return;
  then.call(promise, undefined, (error) => {
    queueMicrotask(() => {
      const handler = target[captureRejectionSymbol];
      if (typeof handler === "function") {
        handler.call(target, error, type, ...args);
        return;
      }
      // What the listener to "error" throws is not captured again.
      const before = target[kCapture];
      target[kCapture] = false;
      try {
        target.emit("error", error);
      } finally {
        target[kCapture] = before;
      }
    });
  });
}

/** What is thrown may be anything; also what throws where it is looked at. */
function described(value) {
  try {
    return inspect(value);
  } catch {
    return value;
  }
}

const methods = {
  setMaxListeners(n) {
    checkCount(n, "setMaxListeners");
    this._maxListeners = n;
    return this;
  },
  getMaxListeners() {
    return this._maxListeners ?? defaultMaxListeners;
  },
  emit(type, ...args) {
    const events = this._events;
    if (type === "error") {
      if (events?.[errorMonitor] !== undefined) this.emit(errorMonitor, ...args);
      if (events?.error === undefined) {
        const [error] = args;
        if (error instanceof Error) throw error;
        const unhandled = codedError("ERR_UNHANDLED_ERROR", `Unhandled error. (${described(error)})`);
        unhandled.context = error;
        throw unhandled;
      }
    }
    const handler = events?.[type];
    if (handler === undefined) return false;
    const listeners = typeof handler === "function" ? [handler] : [...handler];
    for (const listener of listeners) {
      const result = apply(listener, this, args);
      if (result !== undefined && result !== null && this[kCapture]) captured(this, type, result, args);
    }
    return true;
  },
  addListener(type, listener) {
    return add(this, type, listener, false);
  },
  prependListener(type, listener) {
    return add(this, type, listener, true);
  },
  once(type, listener) {
    checkListener(listener);
    return this.on(type, onceWrapper(this, type, listener));
  },
  prependOnceListener(type, listener) {
    checkListener(listener);
    return this.prependListener(type, onceWrapper(this, type, listener));
  },
  removeListener(type, listener) {
    checkListener(listener);
    const events = this._events;
    const handler = events?.[type];
    if (handler === undefined) return this;
    const list = typeof handler === "function" ? [handler] : [...handler];
    const at = list.findLastIndex((one) => one === listener || one.listener === listener);
    if (at < 0) return this;
    const [removed] = list.splice(at, 1);
    if (list.length === 0) {
      delete events[type];
      this._eventsCount--;
    } else {
      events[type] = list.length === 1 ? list[0] : Object.assign(list, { warned: handler.warned });
    }
    if (events.removeListener !== undefined) this.emit("removeListener", type, removed.listener ?? listener);
    return this;
  },
  removeAllListeners(type) {
    const events = this._events;
    if (events === undefined) return this;
    if (events.removeListener === undefined) {
      if (arguments.length === 0) {
        this._events = { __proto__: null };
        this._eventsCount = 0;
      } else if (events[type] !== undefined) {
        delete events[type];
        this._eventsCount--;
      }
      return this;
    }
    if (arguments.length === 0) {
      for (const key of ownKeys(events)) if (key !== "removeListener") this.removeAllListeners(key);
      this.removeAllListeners("removeListener");
      return this;
    }
    for (const listener of this.rawListeners(type).reverse()) this.removeListener(type, listener);
    return this;
  },
  listeners(type) {
    return this.rawListeners(type).map((listener) => listener.listener ?? listener);
  },
  rawListeners(type) {
    const handler = this._events?.[type];
    if (handler === undefined) return [];
    return typeof handler === "function" ? [handler] : [...handler];
  },
  listenerCount(type, listener = undefined) {
    const all = this.rawListeners(type);
    return listener === undefined ? all.length : all.filter((one) => one === listener || one.listener === listener).length;
  },
  eventNames() {
    return this._eventsCount > 0 ? ownKeys(this._events) : [];
  },
};
for (const [name, method] of Object.entries(methods)) {
  EventEmitter.prototype[name] = method;
}
EventEmitter.prototype.on = EventEmitter.prototype.addListener;
EventEmitter.prototype.off = EventEmitter.prototype.removeListener;

/** events.once(emitter, name): a promise of the arguments of the next one. */
export function once(emitter, name, options = undefined) {
  const signal = options?.signal;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const isTarget = typeof emitter.addEventListener === "function" && typeof emitter.on !== "function";
    const clean = () => {
      if (isTarget) emitter.removeEventListener(name, resolver);
      else {
        emitter.removeListener(name, resolver);
        emitter.removeListener("error", rejecter);
      }
      signal?.removeEventListener("abort", aborted);
    };
    const resolver = (...args) => {
      clean();
      resolve(args);
    };
    const rejecter = (error) => {
      clean();
      reject(error);
    };
    const aborted = () => {
      clean();
      reject(abortError(signal));
    };
    if (isTarget) emitter.addEventListener(name, resolver, { once: true });
    else {
      emitter.once(name, resolver);
      if (name !== "error") emitter.once("error", rejecter);
    }
    signal?.addEventListener("abort", aborted, { once: true });
  });
}

function abortError(signal) {
  const error = codedError("ABORT_ERR", "The operation was aborted");
  error.name = "AbortError";
  error.cause = signal.reason;
  return error;
}

/** events.on(emitter, name): an async iterator of the arguments of all to come. */
export function on(emitter, name, options = undefined) {
  const signal = options?.signal;
  if (signal?.aborted) throw abortError(signal);
  const waiting = [];
  const ready = [];
  let failure = null;
  let done = false;
  const push = (...args) => {
    if (waiting.length > 0) waiting.shift().resolve({ value: args, done: false });
    else ready.push(args);
  };
  const fail = (error) => {
    const next = waiting.shift();
    if (next) next.reject(error);
    else failure = { error };
    iterator.return();
  };
  const abort = () => fail(abortError(signal));
  const iterator = {
    next() {
      if (ready.length > 0) return Promise.resolve({ value: ready.shift(), done: false });
      if (failure !== null) {
        const { error } = failure;
        failure = null;
        return Promise.reject(error);
      }
      if (done) return Promise.resolve({ value: undefined, done: true });
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    },
    return() {
      done = true;
      emitter.removeListener(name, push);
      emitter.removeListener("error", fail);
      signal?.removeEventListener("abort", abort);
      for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true });
      return Promise.resolve({ value: undefined, done: true });
    },
    throw(error) {
      fail(error);
      return Promise.resolve({ value: undefined, done: true });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  emitter.on(name, push);
  if (name !== "error") emitter.on("error", fail);
  signal?.addEventListener("abort", abort, { once: true });
  return iterator;
}

Object.assign(EventEmitter, {
  EventEmitter,
  captureRejectionSymbol,
  errorMonitor,
  on,
  once,
  getEventListeners: (emitter, type) => emitter.listeners(type),
  getMaxListeners(emitter) {
    if (typeof emitter?.getMaxListeners === "function") return emitter.getMaxListeners();
    if (emitter instanceof EventTarget) return targetLimits.get(emitter) ?? defaultMaxListeners;
    throw invalidArgument("emitter", "an instance of EventEmitter or EventTarget", emitter);
  },
  listenerCount: (emitter, type) => emitter.listenerCount(type),
  setMaxListeners(n = defaultMaxListeners, ...emitters) {
    checkCount(n, "setMaxListeners");
    if (emitters.length === 0) defaultMaxListeners = n;
    for (const emitter of emitters) {
      if (emitter instanceof EventTarget) targetLimits.set(emitter, n);
      else if (typeof emitter.setMaxListeners === "function") emitter.setMaxListeners(n);
      else throw invalidArgument("eventTargets", "an instance of EventEmitter or EventTarget", emitter);
    }
  },
  addAbortListener(signal, listener) {
    signal.addEventListener("abort", listener, { once: true });
    return { [Symbol.dispose ?? Symbol.for("dispose")]: () => signal.removeEventListener("abort", listener) };
  },
});
Object.defineProperty(EventEmitter, "defaultMaxListeners", {
  enumerable: true,
  get: () => defaultMaxListeners,
  set(value) {
    checkCount(value, "defaultMaxListeners");
    defaultMaxListeners = value;
  },
});
Object.defineProperty(EventEmitter, "captureRejections", {
  enumerable: true,
  get: () => EventEmitter.prototype[kCapture],
  set(value) {
    checkFlag(value, "EventEmitter.captureRejections");
    EventEmitter.prototype[kCapture] = value;
  },
});
EventEmitter.usingDomains = false;
EventEmitter.EventEmitterAsyncResource = class EventEmitterAsyncResource extends EventEmitter {};
