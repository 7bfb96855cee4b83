// Events and their targets: DOM Standard, section 2.
//
// For other modules of this folder:
//
// - `dispatch(event, target)`: an event of the platform's own (set `trust(event)`
//   before where it is trusted); `fire(target, type, init, Interface)`: "fire an event".
// - `admitTargets(isTarget, hooks)`: let objects that do not come from the constructor
//   below be event targets: wrappers of native objects, the global object. `hooks` tell how
//   their events travel, each of them optional:
//   - `parent(target, event)`: "get the parent", null for none.
//   - `path(target, event)`: the whole event path, where a tree retargets (shadow trees):
//     the structs of the standard, `{ target, adjusted, related, touch, inShadowTree,
//     closedRoot, closedSlot }`, as `step` makes them; the first is the target itself.
//     Without it the path follows `parent`.
//   - `activation(target, event, path)`: the object with an activation behavior that the
//     event sets off, as functions that are called with the event: `before`
//     (legacy-pre-activation), `run`, `canceled` (legacy-canceled-activation).
//   - `passive(target, type)`: the default passive value.
//   - `added(target, type)`, `removed(target, type)`: after a listener came or went.
// - `setHooks(target, hooks)`: the same for one target that has been constructed.
// - `createUninitialized(Interface)`: what `document.createEvent` answers.
// - `currentEvent()`: the event of the listener that runs (`window.event`).

import { report, watchErrors } from "native:errors";
import { AT_TARGET, BUBBLING_PHASE, CAPTURING_PHASE, Event, isEvent, NONE, NO_PATH, stateOf, trust } from "./event.js";
import { Stamped } from "./stamp.js";
import { exposeInterface, requireArguments, toDOMString } from "./webidl.js";

export {
  cancel,
  createUninitialized,
  CustomEvent,
  Event,
  initialize,
  isEvent,
  relatedTargetOf,
  setRelatedTarget,
  trust,
} from "./event.js";

const { apply } = Reflect;

/** Without Object.prototype, where a script may have put setters. */
class TargetState {
  constructor(hooks) {
    /** Type => listeners in order. */
    this.listeners = null;
    /** Type => event handler (event_handlers.js). */
    this.handlers = null;
    this.hooks = hooks;
  }
}
Object.setPrototypeOf(TargetState.prototype, null);

/** Kinds of objects that are event targets without the constructor below. */
const admitted = [];

class Admitted extends Stamped {
  #state;
  constructor(object, hooks) {
    super(object);
    this.#state = new TargetState(hooks);
  }
  /** @returns {TargetState | undefined} */
  static stateOf(object) {
    if (#state in object) return object.#state;
    for (const { isTarget, hooks } of admitted) {
      if (isTarget(object)) return new Admitted(object, hooks).#state;
    }
    return undefined;
  }
}

/** @type {(object: unknown) => TargetState | undefined} */
let targetState;

/**
 * Let objects that `isTarget` knows be event targets too.
 * @param {(object: object) => boolean} isTarget
 * @param {object} [hooks] see the head of this file
 */
export function admitTargets(isTarget, hooks = null) {
  admitted.push({ isTarget, hooks });
}

export function setHooks(target, hooks) {
  targetState(target).hooks = hooks;
}

/** @returns {boolean} whether events can be dispatched to it */
export function isEventTarget(object) {
  return targetState(object) !== undefined;
}

/** Web IDL: `this` of an operation, the global object where there is none. */
function checkTarget(object) {
  const state = targetState(object);
  if (state === undefined) throw new TypeError("Illegal invocation: not an EventTarget");
  return state;
}

/** A target's place for its event handlers, by type: for event_handlers.js. */
export function handlersOf(target) {
  return (checkTarget(target).handlers ??= new Map());
}

/** Who knows AbortSignals: abort.js, which imports this file. */
let signals = { isSignal: (_) => false, isAborted: (_) => false, whenAborted: (_, __) => null };

export function admitSignals(knower) {
  signals = knower;
}

export class EventTarget {
  #state = new TargetState(null);

  static {
    targetState = (object) => {
      if ((typeof object !== "object" && typeof object !== "function") || object === null) return undefined;
      return #state in object ? object.#state : Admitted.stateOf(object);
    };
  }

  addEventListener(type, callback, options = undefined) {
    const target = this ?? globalThis;
    const state = checkTarget(target);
    requireArguments(arguments.length, 2, "EventTarget.addEventListener");
    type = toDOMString(type);
    callback = toListener(callback);
    let capture = false, once = false, passive, signal;
    if (isDictionary(options)) {
      ({ capture, once, passive, signal } = options ?? NO_OPTIONS);
      capture = !!capture;
      once = !!once;
      if (passive !== undefined) passive = !!passive;
      if (signal !== undefined && !signals.isSignal(signal)) {
        throw new TypeError("EventTarget.addEventListener: the signal is not an AbortSignal");
      }
    } else {
      capture = !!options;
    }
    addListener(target, state, type, callback, capture, once, passive, signal);
  }

  removeEventListener(type, callback, options = undefined) {
    const target = this ?? globalThis;
    const state = checkTarget(target);
    requireArguments(arguments.length, 2, "EventTarget.removeEventListener");
    type = toDOMString(type);
    callback = toListener(callback);
    const capture = isDictionary(options) ? !!options?.capture : !!options;
    const found = find(state, type, callback, capture);
    if (found !== undefined) remove(target, state, found);
  }

  dispatchEvent(event) {
    const target = this ?? globalThis;
    checkTarget(target);
    requireArguments(arguments.length, 1, "EventTarget.dispatchEvent");
    if (!isEvent(event)) throw new TypeError("EventTarget.dispatchEvent: not an Event");
    const eventState = stateOf(event);
    if (eventState.dispatching) {
      throw new DOMException("The event is being dispatched already", "InvalidStateError");
    }
    if (!eventState.initialized) {
      throw new DOMException("The event has not been initialized", "InvalidStateError");
    }
    eventState.trusted = false;
    return dispatch(event, target);
  }
}
exposeInterface(EventTarget);

const NO_OPTIONS = { __proto__: null };

/** (SomeDictionary or boolean) */
function isDictionary(options) {
  const kind = typeof options;
  return kind === "object" || kind === "undefined" || kind === "function";
}

/** EventListener? */
function toListener(callback) {
  if (callback === undefined || callback === null) return null;
  if (typeof callback !== "function" && typeof callback !== "object") {
    throw new TypeError("An event listener must be a function, an object or null");
  }
  return callback;
}

function find(state, type, callback, capture) {
  const list = state.listeners?.get(type);
  if (list === undefined) return undefined;
  for (let index = 0; index < list.length; index++) {
    const listener = list[index];
    if (listener.callback === callback && listener.capture === capture) return listener;
  }
  return undefined;
}

/** "Add an event listener". */
function addListener(target, state, type, callback, capture, once, passive, signal) {
  // 2.
  if (signal !== undefined && signals.isAborted(signal)) return;
  // 3.
  if (callback === null) return;
  // 4.
  passive ??= state.hooks?.passive?.(target, type) ?? false;
  // 5.
  if (find(state, type, callback, capture) !== undefined) return;
  const listener = { type, callback, capture, once, passive, removed: false, forget: null };
  const listeners = (state.listeners ??= new Map());
  const list = listeners.get(type);
  if (list === undefined) listeners.set(type, [listener]);
  else list.push(listener);
  state.hooks?.added?.(target, type);
  // 6.
  if (signal !== undefined) {
    listener.forget = signals.whenAborted(signal, () => remove(target, state, listener));
  }
}

/** "Remove an event listener". */
function remove(target, state, listener) {
  if (listener.removed) return;
  listener.removed = true;
  const list = state.listeners.get(listener.type);
  if (list.length === 1) state.listeners.delete(listener.type);
  else list.splice(list.indexOf(listener), 1);
  // The signal is not to keep what has gone.
  listener.forget?.();
  state.hooks?.removed?.(target, listener.type);
}

/**
 * A listener of the platform's own, beside those of scripts.
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: Event) => void} callback
 * @returns {() => void} what removes it
 */
export function listen(target, type, callback) {
  const state = checkTarget(target);
  addListener(target, state, type, callback, false, false, false, undefined);
  return () => {
    const found = find(state, type, callback, false);
    if (found !== undefined) remove(target, state, found);
  };
}

/**
 * Whether an event of that type would find a listener on the target itself: for
 * those who can spare themselves the event.
 */
export function hasListeners(target, type) {
  return targetState(target)?.listeners?.has(type) ?? false;
}

// Dispatch

/**
 * "Fire an event": trusted.
 * @returns {boolean} whether it was not canceled
 */
export function fire(target, type, init = undefined, Interface = Event) {
  return dispatch(trust(new Interface(type, init)), target);
}

/** A struct of an event path. */
export function step(target, adjusted = null, related = null) {
  return { target, adjusted, related, touch: null, inShadowTree: false, closedRoot: false, closedSlot: false };
}

/**
 * "Dispatch".
 * @param {Event} event
 * @param {object} target
 * @param {object} [override] shown as the event's target in its place (a window's document)
 * @returns {boolean} whether it was not canceled
 */
export function dispatch(event, target, override = target) {
  const state = stateOf(event);
  // 1.
  state.dispatching = true;
  // 5. The path; the hooks know what is to be retargeted.
  const targetHooks = targetState(target).hooks;
  const path = (state.path = pathOf(event, target, override, targetHooks));
  const activation = targetHooks?.activation?.(target, event, path) ?? null;
  activation?.before?.(event);
  // 5.13. and 5.14.
  for (let index = path.length - 1; index >= 0; index--) {
    state.phase = path[index].adjusted !== null ? AT_TARGET : CAPTURING_PHASE;
    invoke(event, state, path, index, true);
  }
  for (let index = 0; index < path.length; index++) {
    if (path[index].adjusted !== null) state.phase = AT_TARGET;
    else if (state.bubbles) state.phase = BUBBLING_PHASE;
    else continue;
    invoke(event, state, path, index, false);
  }
  // 6. to 9.
  state.phase = NONE;
  state.currentTarget = null;
  state.path = NO_PATH;
  state.dispatching = state.stopped = state.stoppedImmediately = false;
  // 10. What is inside a shadow tree does not show afterwards.
  if (path[path.length - 1].clear === true) state.target = state.relatedTarget = null;
  // 11.
  if (state.canceled) activation?.canceled?.(event);
  else activation?.run?.(event);
  return !state.canceled;
}

function pathOf(event, target, override, hooks) {
  if (hooks !== null && hooks.path !== undefined) return hooks.path(target, event);
  const path = [step(target, override)];
  let next = hooks;
  while (next !== null && next.parent !== undefined) {
    target = next.parent(target, event);
    if (target === null) break;
    path.push(step(target));
    next = targetState(target).hooks;
  }
  return path;
}

/** "Invoke". */
function invoke(event, state, path, index, capturing) {
  // 1. The nearest struct at or before this one that has a shadow-adjusted target.
  let at = index;
  while (path[at].adjusted === null) at--;
  state.target = path[at].adjusted;
  if (path[index].related !== null) state.relatedTarget = path[index].related;
  // 4.
  if (state.stopped) return;
  const target = path[index].target;
  state.currentTarget = target;
  const targetOwn = targetState(target);
  const list = targetOwn.listeners?.get(state.type);
  if (list === undefined) return;
  // 6. A copy: what is added from now on is not called.
  if (list.length === 1) {
    callListener(event, state, path[index], targetOwn, list[0], capturing);
    return;
  }
  for (const listener of list.slice()) {
    if (!callListener(event, state, path[index], targetOwn, listener, capturing)) return;
  }
}

let current;

/** The event whose listener runs; none in shadow trees (`window.event`). */
export function currentEvent() {
  return current;
}

/**
 * "Inner invoke" for one listener.
 * @returns {boolean} false where none is to follow
 */
function callListener(event, state, { target, inShadowTree }, targetOwn, listener, capturing) {
  if (listener.removed || listener.capture !== capturing) return true;
  if (listener.once) remove(target, targetOwn, listener);
  const outer = current;
  if (!inShadowTree) current = event;
  if (listener.passive) state.inPassiveListener = true;
  const { callback } = listener;
  try {
    // Web IDL, "call a user object's operation".
    if (typeof callback === "function") apply(callback, target, [event]);
    else handle(callback, event);
  } catch (error) {
    report(error);
  }
  state.inPassiveListener = false;
  current = outer;
  return !state.stoppedImmediately;
}

function handle(callback, event) {
  const { handleEvent } = callback;
  if (typeof handleEvent !== "function") {
    throw new TypeError("The listener's handleEvent is not a function");
  }
  apply(handleEvent, callback, [event]);
}

// The global object is a target: errors that nobody catches go there (global_events.js).
const GLOBAL_EVENTS = ["error", "unhandledrejection", "rejectionhandled"];
admitTargets((object) => object === globalThis, {
  added(_, type) {
    if (GLOBAL_EVENTS.includes(type)) watchErrors();
  },
});
