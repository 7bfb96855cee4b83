// Events and their targets: DOM Standard, section 2.

import { now } from "native:performance";
import { defineConstants, exposeInterface, requireArguments, toDOMString, toDictionary } from "./webidl.js";

const NONE = 0, CAPTURING_PHASE = 1, AT_TARGET = 2, BUBBLING_PHASE = 3;

/** The state of an event that only this file writes. */
const states = new WeakMap();

function stateOf(event) {
  const state = states.get(event);
  if (state === undefined) throw new TypeError("Illegal invocation: not an Event");
  return state;
}

const isTrusted = {
  get isTrusted() {
    return stateOf(this).trusted;
  },
};

export class Event {
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "Event constructor");
    type = toDOMString(type);
    const { bubbles, cancelable, composed } = toDictionary(init, "Event constructor");
    states.set(this, {
      type,
      bubbles: !!bubbles,
      cancelable: !!cancelable,
      composed: !!composed,
      trusted: false,
      target: null,
      currentTarget: null,
      phase: NONE,
      path: [],
      timeStamp: now(),
      stopped: false,
      stoppedImmediately: false,
      canceled: false,
      inPassiveListener: false,
      dispatching: false,
    });
    // [LegacyUnforgeable]
    Object.defineProperty(this, "isTrusted", Object.getOwnPropertyDescriptor(isTrusted, "isTrusted"));
  }

  get type() {
    return stateOf(this).type;
  }
  get target() {
    return stateOf(this).target;
  }
  get srcElement() {
    return stateOf(this).target;
  }
  get currentTarget() {
    return stateOf(this).currentTarget;
  }
  composedPath() {
    const { path, currentTarget } = stateOf(this);
    return currentTarget === null ? [] : path.map(({ target }) => target);
  }
  get eventPhase() {
    return stateOf(this).phase;
  }
  stopPropagation() {
    stateOf(this).stopped = true;
  }
  get cancelBubble() {
    return stateOf(this).stopped;
  }
  set cancelBubble(value) {
    if (value) stateOf(this).stopped = true;
  }
  stopImmediatePropagation() {
    const state = stateOf(this);
    state.stopped = state.stoppedImmediately = true;
  }
  get bubbles() {
    return stateOf(this).bubbles;
  }
  get cancelable() {
    return stateOf(this).cancelable;
  }
  get returnValue() {
    return !stateOf(this).canceled;
  }
  set returnValue(value) {
    if (!value) cancel(stateOf(this));
  }
  preventDefault() {
    cancel(stateOf(this));
  }
  get defaultPrevented() {
    return stateOf(this).canceled;
  }
  get composed() {
    return stateOf(this).composed;
  }
  get timeStamp() {
    return stateOf(this).timeStamp;
  }
  initEvent(type, bubbles = false, cancelable = false) {
    requireArguments(arguments.length, 1, "Event.initEvent");
    const state = stateOf(this);
    type = toDOMString(type);
    if (state.dispatching) return;
    Object.assign(state, {
      type,
      bubbles: !!bubbles,
      cancelable: !!cancelable,
      stopped: false,
      stoppedImmediately: false,
      canceled: false,
      trusted: false,
      target: null,
    });
  }
}
exposeInterface(Event);
defineConstants(Event, { NONE, CAPTURING_PHASE, AT_TARGET, BUBBLING_PHASE });

function cancel(state) {
  if (state.cancelable && !state.inPassiveListener) state.canceled = true;
}

export class CustomEvent extends Event {
  #detail;
  constructor(type, init = undefined) {
    super(type, init);
    this.#detail = init?.detail ?? null;
  }
  get detail() {
    return this.#detail;
  }
  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    if (stateOf(this).dispatching) return;
    this.initEvent(type, bubbles, cancelable);
    this.#detail = detail;
  }
}
exposeInterface(CustomEvent);

/** Target => its listeners, in order. */
const listenersOf = new WeakMap();

/** What makes an object an event target beside the constructor below. */
const nativeTargets = [(object) => object === globalThis];

/**
 * Let objects that `isTarget` knows be event targets too (nodes of a document).
 * @param {(object: object) => boolean} isTarget
 */
export function admitTargets(isTarget) {
  nativeTargets.push(isTarget);
}

function listenersFor(target) {
  // Web IDL: the global object where `this` is none.
  const object = target ?? globalThis;
  const listeners = listenersOf.get(object);
  if (listeners !== undefined) return listeners;
  if (typeof object !== "object" || !nativeTargets.some((isTarget) => isTarget(object))) {
    throw new TypeError("Illegal invocation: not an EventTarget");
  }
  const fresh = [];
  listenersOf.set(object, fresh);
  return fresh;
}

/** Target => the object that its events go to next: "get the parent". */
const parentGetters = new WeakMap();

export class EventTarget {
  constructor() {
    listenersOf.set(this, []);
  }

  addEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, "EventTarget.addEventListener");
    const listeners = listenersFor(this);
    type = toDOMString(type);
    checkCallback(callback);
    const { capture, once, passive, signal } = flattenMore(options);
    if (signal !== undefined && signal.aborted) return;
    if (callback === null || callback === undefined) return;
    if (find(listeners, type, callback, capture) !== undefined) return;
    const listener = { type, callback, capture, once, passive, removed: false };
    listeners.push(listener);
    signal?.addEventListener("abort", () => remove(listeners, listener), { once: true });
  }

  removeEventListener(type, callback, options = undefined) {
    requireArguments(arguments.length, 2, "EventTarget.removeEventListener");
    const listeners = listenersFor(this);
    type = toDOMString(type);
    checkCallback(callback);
    const capture = flatten(options);
    const found = find(listeners, type, callback, capture);
    if (found !== undefined) remove(listeners, found);
  }

  dispatchEvent(event) {
    requireArguments(arguments.length, 1, "EventTarget.dispatchEvent");
    listenersFor(this);
    const state = states.get(event);
    if (state === undefined) {
      throw new TypeError("EventTarget.dispatchEvent: not an Event");
    }
    if (state.dispatching) {
      throw new DOMException("The event is being dispatched already", "InvalidStateError");
    }
    state.trusted = false;
    return dispatch(event, this ?? globalThis);
  }
}
exposeInterface(EventTarget);

function checkCallback(callback) {
  const kind = typeof callback;
  if (callback !== null && callback !== undefined && kind !== "object" && kind !== "function") {
    throw new TypeError("An event listener must be a function, an object or null");
  }
}

function flatten(options) {
  return typeof options === "object" && options !== null ? !!options.capture : !!options;
}

function flattenMore(options) {
  const capture = flatten(options);
  if (typeof options !== "object" || options === null) {
    return { capture, once: false, passive: false, signal: undefined };
  }
  const { once, passive, signal } = options;
  return { capture, once: !!once, passive: !!passive, signal };
}

function find(listeners, type, callback, capture) {
  return listeners.find(
    (listener) => listener.type === type && listener.callback === callback && listener.capture === capture,
  );
}

function remove(listeners, listener) {
  listener.removed = true;
  const index = listeners.indexOf(listener);
  if (index >= 0) listeners.splice(index, 1);
}

/**
 * DOM Standard, "dispatch", for an event of whatever origin.
 * @returns {boolean} whether it was not canceled
 */
export function dispatch(event, target) {
  const state = stateOf(event);
  state.dispatching = true;
  state.target = target;
  state.path = pathFrom(target, event);
  const { path } = state;
  for (let index = path.length - 1; index >= 0; index--) {
    state.phase = path[index].target === target ? AT_TARGET : CAPTURING_PHASE;
    invoke(path[index].target, event, state, true);
  }
  for (const { target: current } of path) {
    if (current === target) state.phase = AT_TARGET;
    else if (state.bubbles) state.phase = BUBBLING_PHASE;
    else continue;
    invoke(current, event, state, false);
  }
  state.phase = NONE;
  state.currentTarget = null;
  state.path = [];
  state.dispatching = state.stopped = state.stoppedImmediately = false;
  return !state.canceled;
}

function pathFrom(target, event) {
  const path = [];
  for (let next = target; next; next = parentGetters.get(next)?.(event) ?? null) {
    path.push({ target: next });
  }
  return path;
}

function invoke(target, event, state, capturing) {
  if (state.stopped) return;
  const listeners = listenersOf.get(target);
  if (listeners === undefined || listeners.length === 0) return;
  state.currentTarget = target;
  for (const listener of [...listeners]) {
    if (listener.removed || listener.type !== state.type || listener.capture !== capturing) continue;
    if (listener.once) remove(listeners, listener);
    state.inPassiveListener = listener.passive;
    try {
      call(listener.callback, target, event);
    } catch (error) {
      reportError(error);
    }
    state.inPassiveListener = false;
    if (state.stoppedImmediately) return;
  }
}

function call(callback, target, event) {
  if (typeof callback === "function") {
    callback.call(target, event);
    return;
  }
  const { handleEvent } = callback;
  if (typeof handleEvent !== "function") {
    throw new TypeError("The listener's handleEvent is not a function");
  }
  handleEvent.call(callback, event);
}
