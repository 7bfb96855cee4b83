// Event and CustomEvent: DOM Standard, 2.2 and 2.4. Import them from "./events.js".

import { now } from "native:performance";
import { defineConstants, exposeInterface, requireArguments, toDictionary, toDOMString } from "./webidl.js";

const { defineProperty, getOwnPropertyDescriptor } = Object;

export const NONE = 0;
export const CAPTURING_PHASE = 1;
export const AT_TARGET = 2;
export const BUBBLING_PHASE = 3;

/** @type {(event: Event) => EventState} throws where it is none */
let read;
/** @type {(value: unknown) => boolean} */
let isEventObject;

export const NO_PATH = [];

export class EventState {
  target = null;
  relatedTarget = null;
  currentTarget = null;
  phase = NONE;
  path = NO_PATH;
  trusted = false;
  initialized = true;
  stopped = false;
  stoppedImmediately = false;
  canceled = false;
  inPassiveListener = false;
  dispatching = false;

  constructor(type, bubbles, cancelable, composed) {
    this.type = type;
    this.bubbles = bubbles;
    this.cancelable = cancelable;
    this.composed = composed;
    this.timeStamp = now();
  }

  /** "Set the canceled flag". */
  cancel() {
    if (this.cancelable && !this.inPassiveListener) this.canceled = true;
  }

  /** "Initialize". */
  initialize(type, bubbles, cancelable) {
    this.initialized = true;
    this.stopped = this.stoppedImmediately = this.canceled = this.trusted = false;
    this.target = null;
    this.type = type;
    this.bubbles = bubbles;
    this.cancelable = cancelable;
  }
}

export class Event {
  #state;

  static {
    read = (event) => event.#state;
    isEventObject = (value) => typeof value === "object" && value !== null && #state in value;
  }

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "Event constructor");
    type = toDOMString(type);
    if (init === undefined) {
      this.#state = new EventState(type, false, false, false);
    } else {
      const { bubbles, cancelable, composed } = toDictionary(init, "Event constructor");
      this.#state = new EventState(type, !!bubbles, !!cancelable, !!composed);
    }
    defineProperty(this, "isTrusted", isTrusted);
  }

  get type() {
    return this.#state.type;
  }
  get target() {
    return this.#state.target;
  }
  get srcElement() {
    return this.#state.target;
  }
  get currentTarget() {
    return this.#state.currentTarget;
  }
  composedPath() {
    return visiblePath(this.#state);
  }
  get eventPhase() {
    return this.#state.phase;
  }
  stopPropagation() {
    this.#state.stopped = true;
  }
  get cancelBubble() {
    return this.#state.stopped;
  }
  set cancelBubble(value) {
    const state = this.#state;
    if (value) state.stopped = true;
  }
  stopImmediatePropagation() {
    const state = this.#state;
    state.stopped = state.stoppedImmediately = true;
  }
  get bubbles() {
    return this.#state.bubbles;
  }
  get cancelable() {
    return this.#state.cancelable;
  }
  get returnValue() {
    return !this.#state.canceled;
  }
  set returnValue(value) {
    const state = this.#state;
    if (!value) state.cancel();
  }
  preventDefault() {
    this.#state.cancel();
  }
  get defaultPrevented() {
    return this.#state.canceled;
  }
  get composed() {
    return this.#state.composed;
  }
  get timeStamp() {
    return this.#state.timeStamp;
  }
  initEvent(type, bubbles = false, cancelable = false) {
    const state = this.#state;
    requireArguments(arguments.length, 1, "Event.initEvent");
    type = toDOMString(type);
    if (!state.dispatching) state.initialize(type, !!bubbles, !!cancelable);
  }
}
exposeInterface(Event);
defineConstants(Event, { NONE, CAPTURING_PHASE, AT_TARGET, BUBBLING_PHASE });

/** [LegacyUnforgeable]: on each event itself, all with one getter. */
const isTrusted = {
  ...getOwnPropertyDescriptor(
    {
      get isTrusted() {
        return read(this).trusted;
      },
    },
    "isTrusted",
  ),
  configurable: false,
};

/**
 * What the dispatch keeps of an event.
 * @param {Event} event
 * @returns {EventState}
 */
export function stateOf(event) {
  return read(event);
}

/**
 * @param {unknown} value
 * @returns {boolean} whether it is an Event
 */
export function isEvent(value) {
  return isEventObject(value);
}

/**
 * Have the event count as the platform's own.
 * @template {Event} E
 * @param {E} event
 * @returns {E}
 */
export function trust(event) {
  stateOf(event).trusted = true;
  return event;
}

/** "Set the canceled flag", as an event handler does that returns false. */
export function cancel(event) {
  stateOf(event).cancel();
}

/**
 * The initialization of an event that is not dispatched right now.
 * @returns {boolean} whether that was so
 */
export function initialize(event, type, bubbles, cancelable) {
  const state = stateOf(event);
  if (state.dispatching) return false;
  state.initialize(type, bubbles, cancelable);
  return true;
}

/** For `document.createEvent`: an event that must be initialized before it is dispatched. */
export function createUninitialized(Interface) {
  const event = new Interface("");
  stateOf(event).initialized = false;
  return event;
}

/** Set the event's relatedTarget, for an interface that has one. */
export function setRelatedTarget(event, relatedTarget) {
  stateOf(event).relatedTarget = relatedTarget;
}

export function relatedTargetOf(event) {
  return stateOf(event).relatedTarget;
}

export class CustomEvent extends Event {
  #detail = null;
  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "CustomEvent constructor");
    super(type, init);
    const detail = init?.detail;
    if (detail !== undefined) this.#detail = detail;
  }
  get detail() {
    return this.#detail;
  }
  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    // The brand check comes first.
    this.#detail;
    requireArguments(arguments.length, 1, "CustomEvent.initCustomEvent");
    if (initialize(this, toDOMString(type), !!bubbles, !!cancelable)) this.#detail = detail;
  }
}
exposeInterface(CustomEvent);

/** The steps of `composedPath`: what closed shadow trees hide is left out. */
function visiblePath({ path, currentTarget }) {
  if (path.length === 0) return [];
  const composed = [currentTarget];
  let currentIndex = 0, currentLevel = 0;
  for (let index = path.length - 1; index >= 0; index--) {
    if (path[index].closedRoot) currentLevel++;
    if (path[index].target === currentTarget) {
      currentIndex = index;
      break;
    }
    if (path[index].closedSlot) currentLevel--;
  }
  let level = currentLevel, max = currentLevel;
  for (let index = currentIndex - 1; index >= 0; index--) {
    if (path[index].closedRoot) level++;
    if (level <= max) composed.unshift(path[index].target);
    if (path[index].closedSlot && --level < max) max = level;
  }
  level = max = currentLevel;
  for (let index = currentIndex + 1; index < path.length; index++) {
    if (path[index].closedSlot) level++;
    if (level <= max) composed.push(path[index].target);
    if (path[index].closedRoot && --level < max) max = level;
  }
  return composed;
}
