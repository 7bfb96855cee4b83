// Events of user interfaces: UI Events, Pointer Events, and those of HTML that nodes have.
//
// Each interface is a table: member => [conversion, default].

import {
  createUninitialized,
  CustomEvent,
  Event,
  initialize,
  relatedTargetOf,
  setRelatedTarget,
} from "../events.js";
import { defineConstants, exposeInterface, requireArguments, toDOMString } from "../webidl.js";

const { assign, defineProperty, getOwnPropertyDescriptor, keys } = Object;

/** Event => the values of its members, those that it shows and those of its modifier keys. */
const values = new WeakMap();

function valueOf(event, member) {
  const own = values.get(event);
  if (own === undefined || !(member in own)) throw new TypeError(`Illegal invocation: no ${member} here`);
  return own[member];
}

const toBoolean = (value) => !!value;
const toLong = (value) => value | 0;
const toNumber = (value) => {
  const number = Number(value);
  if (!Number.isFinite(number)) throw new TypeError("a finite number is expected");
  return number;
};
const toAnything = (value) => value;
const toNullableString = (value) => (value === null ? null : toDOMString(value));
const toView = (value) => {
  if (value !== null && value !== globalThis) throw new TypeError("the view is not a Window");
  return value;
};

const LONG = [toLong, 0];
const NUMBER = [toNumber, 0];
const STRING = [toDOMString, ""];
const FLAG = [toBoolean, false];
const OBJECT = [toAnything, null];

/**
 * Make an interface of events.
 * @param {string} name
 * @param {typeof Event} Parent
 * @param {Record<string, any[]>} members [conversion, default], in the order of their names
 * @param {object} [extra] further members of the prototype
 * @param {Record<string, any[]>} [hidden] what its dictionary has and it does not show
 */
function define(name, Parent, members, extra = {}, hidden = {}) {
  const all = { ...hidden, ...members };
  const names = keys(all);
  const { [name]: Interface } = {
    [name]: class extends Parent {
      constructor(type, init = undefined) {
        super(type, init);
        let own = values.get(this);
        if (own === undefined) values.set(this, (own = { __proto__: null }));
        for (const member of names) {
          const [convert, otherwise] = all[member];
          const given = init?.[member];
          own[member] = given === undefined ? otherwise : convert(given);
        }
        if (own.relatedTarget !== undefined) setRelatedTarget(this, own.relatedTarget);
      }
    },
  };
  defineProperty(Interface, "length", { value: 1, configurable: true });
  for (const member of keys(members)) {
    const accessor = {
      get [member]() {
        return valueOf(this, member);
      },
    };
    defineProperty(Interface.prototype, member, getOwnPropertyDescriptor(accessor, member));
  }
  for (const key of keys(extra)) {
    defineProperty(Interface.prototype, key, getOwnPropertyDescriptor(extra, key));
  }
  exposeInterface(Interface, name);
  return Interface;
}

/** What the `init…Event` methods do. */
function reinitialize(event, type, bubbles, cancelable, given) {
  type = toDOMString(type);
  if (!initialize(event, type, !!bubbles, !!cancelable)) return;
  assign(values.get(event), given);
  if (given.relatedTarget !== undefined) setRelatedTarget(event, given.relatedTarget);
}

export const UIEvent = define("UIEvent", Event, { detail: LONG, view: [toView, null], which: LONG }, {
  initUIEvent(type, bubbles = false, cancelable = false, view = null, detail = 0) {
    requireArguments(arguments.length, 1, "UIEvent.initUIEvent");
    reinitialize(this, type, bubbles, cancelable, { view: toView(view), detail: toLong(detail) });
  },
});

/** Shadow trees change what it is while an event travels. */
function relatedTarget(event) {
  valueOf(event, "relatedTarget");
  return relatedTargetOf(event);
}
const HIDDEN_RELATED = { relatedTarget: OBJECT };

const MODIFIERS = ["altKey", "ctrlKey", "metaKey", "shiftKey"];
const MODIFIER_MEMBERS = { altKey: FLAG, ctrlKey: FLAG, metaKey: FLAG, shiftKey: FLAG };
const HIDDEN_MODIFIERS = {
  modifierAltGraph: FLAG,
  modifierCapsLock: FLAG,
  modifierFn: FLAG,
  modifierFnLock: FLAG,
  modifierHyper: FLAG,
  modifierNumLock: FLAG,
  modifierScrollLock: FLAG,
  modifierSuper: FLAG,
  modifierSymbol: FLAG,
  modifierSymbolLock: FLAG,
};
const KEYS = { Alt: "altKey", Control: "ctrlKey", Meta: "metaKey", Shift: "shiftKey" };

function getModifierState(event, given, key) {
  requireArguments(given, 1, "getModifierState");
  valueOf(event, MODIFIERS[0]);
  key = toDOMString(key);
  return values.get(event)[KEYS[key] ?? `modifier${key}`] ?? false;
}

export const FocusEvent = define(
  "FocusEvent",
  UIEvent,
  {},
  {
    get relatedTarget() {
      return relatedTarget(this);
    },
  },
  HIDDEN_RELATED,
);

export const MouseEvent = define(
  "MouseEvent",
  UIEvent,
  {
    ...MODIFIER_MEMBERS,
    button: LONG,
    buttons: LONG,
    clientX: NUMBER,
    clientY: NUMBER,
    movementX: NUMBER,
    movementY: NUMBER,
    screenX: NUMBER,
    screenY: NUMBER,
  },
  {
    get relatedTarget() {
      return relatedTarget(this);
    },
    getModifierState(key) {
      return getModifierState(this, arguments.length, key);
    },
    // Nothing scrolls and nothing has a place.
    get pageX() {
      return valueOf(this, "clientX");
    },
    get pageY() {
      return valueOf(this, "clientY");
    },
    get x() {
      return valueOf(this, "clientX");
    },
    get y() {
      return valueOf(this, "clientY");
    },
    get offsetX() {
      return valueOf(this, "clientX");
    },
    get offsetY() {
      return valueOf(this, "clientY");
    },
    get layerX() {
      return valueOf(this, "clientX");
    },
    get layerY() {
      return valueOf(this, "clientY");
    },
    initMouseEvent(
      type,
      bubbles = false,
      cancelable = false,
      view = null,
      detail = 0,
      screenX = 0,
      screenY = 0,
      clientX = 0,
      clientY = 0,
      ctrlKey = false,
      altKey = false,
      shiftKey = false,
      metaKey = false,
      button = 0,
      target = null,
    ) {
      requireArguments(arguments.length, 1, "MouseEvent.initMouseEvent");
      reinitialize(this, type, bubbles, cancelable, {
        view: toView(view),
        detail: toLong(detail),
        screenX: toLong(screenX),
        screenY: toLong(screenY),
        clientX: toLong(clientX),
        clientY: toLong(clientY),
        ctrlKey: !!ctrlKey,
        altKey: !!altKey,
        shiftKey: !!shiftKey,
        metaKey: !!metaKey,
        button: toLong(button),
        relatedTarget: target,
      });
    },
  },
  { ...HIDDEN_MODIFIERS, ...HIDDEN_RELATED },
);

export const WheelEvent = define("WheelEvent", MouseEvent, {
  deltaMode: LONG,
  deltaX: NUMBER,
  deltaY: NUMBER,
  deltaZ: NUMBER,
});
defineConstants(WheelEvent, { DOM_DELTA_PIXEL: 0, DOM_DELTA_LINE: 1, DOM_DELTA_PAGE: 2 });

export const PointerEvent = define(
  "PointerEvent",
  MouseEvent,
  {
    altitudeAngle: [toNumber, Math.PI / 2],
    azimuthAngle: NUMBER,
    height: [toNumber, 1],
    isPrimary: FLAG,
    pointerId: LONG,
    pointerType: STRING,
    pressure: NUMBER,
    tangentialPressure: NUMBER,
    tiltX: LONG,
    tiltY: LONG,
    twist: LONG,
    width: [toNumber, 1],
  },
  {
    getCoalescedEvents() {
      valueOf(this, "pointerId");
      return [];
    },
    getPredictedEvents() {
      valueOf(this, "pointerId");
      return [];
    },
  },
);

export const DragEvent = define("DragEvent", MouseEvent, { dataTransfer: OBJECT });

export const KeyboardEvent = define(
  "KeyboardEvent",
  UIEvent,
  {
    ...MODIFIER_MEMBERS,
    charCode: LONG,
    code: STRING,
    isComposing: FLAG,
    key: STRING,
    keyCode: LONG,
    location: LONG,
    repeat: FLAG,
  },
  {
    getModifierState(key) {
      return getModifierState(this, arguments.length, key);
    },
    initKeyboardEvent(
      type,
      bubbles = false,
      cancelable = false,
      view = null,
      key = "",
      location = 0,
      ctrlKey = false,
      altKey = false,
      shiftKey = false,
      metaKey = false,
    ) {
      requireArguments(arguments.length, 1, "KeyboardEvent.initKeyboardEvent");
      reinitialize(this, type, bubbles, cancelable, {
        view: toView(view),
        key: toDOMString(key),
        location: toLong(location),
        ctrlKey: !!ctrlKey,
        altKey: !!altKey,
        shiftKey: !!shiftKey,
        metaKey: !!metaKey,
      });
    },
  },
  HIDDEN_MODIFIERS,
);
defineConstants(KeyboardEvent, {
  DOM_KEY_LOCATION_STANDARD: 0,
  DOM_KEY_LOCATION_LEFT: 1,
  DOM_KEY_LOCATION_RIGHT: 2,
  DOM_KEY_LOCATION_NUMPAD: 3,
});

export const InputEvent = define(
  "InputEvent",
  UIEvent,
  { data: [toNullableString, null], dataTransfer: OBJECT, inputType: STRING, isComposing: FLAG },
  {
    getTargetRanges() {
      valueOf(this, "inputType");
      return [];
    },
  },
);

export const CompositionEvent = define("CompositionEvent", UIEvent, { data: STRING }, {
  initCompositionEvent(type, bubbles = false, cancelable = false, view = null, data = "") {
    requireArguments(arguments.length, 1, "CompositionEvent.initCompositionEvent");
    reinitialize(this, type, bubbles, cancelable, { view: toView(view), data: toDOMString(data) });
  },
});

const LIST = [toAnything, Object.freeze([])];

export const TouchEvent = define("TouchEvent", UIEvent, {
  ...MODIFIER_MEMBERS,
  changedTouches: LIST,
  targetTouches: LIST,
  touches: LIST,
});

export const AnimationEvent = define("AnimationEvent", Event, {
  animationName: STRING,
  elapsedTime: NUMBER,
  pseudoElement: STRING,
});

export const TransitionEvent = define("TransitionEvent", Event, {
  elapsedTime: NUMBER,
  propertyName: STRING,
  pseudoElement: STRING,
});

export const ClipboardEvent = define("ClipboardEvent", Event, { clipboardData: OBJECT });

export const SubmitEvent = define("SubmitEvent", Event, { submitter: OBJECT });

export const FormDataEvent = define("FormDataEvent", Event, { formData: OBJECT });

export const ToggleEvent = define("ToggleEvent", Event, { newState: STRING, oldState: STRING });

export const PopStateEvent = define("PopStateEvent", Event, { hasUAVisualTransition: FLAG, state: OBJECT });

export const HashChangeEvent = define("HashChangeEvent", Event, { newURL: STRING, oldURL: STRING });

export const PageTransitionEvent = define("PageTransitionEvent", Event, { persisted: FLAG });

export const BeforeUnloadEvent = define("BeforeUnloadEvent", Event, { returnValue: STRING });

/** What `document.createEvent` knows: DOM Standard, 4.5.1. */
const CREATED = {
  __proto__: null,
  beforeunloadevent: BeforeUnloadEvent,
  compositionevent: CompositionEvent,
  customevent: CustomEvent,
  dragevent: DragEvent,
  event: Event,
  events: Event,
  focusevent: FocusEvent,
  hashchangeevent: HashChangeEvent,
  htmlevents: Event,
  keyboardevent: KeyboardEvent,
  mouseevent: MouseEvent,
  mouseevents: MouseEvent,
  svgevents: Event,
  textevent: CompositionEvent,
  touchevent: TouchEvent,
  uievent: UIEvent,
  uievents: UIEvent,
};

export function createEvent(name) {
  const Interface = CREATED[name.toLowerCase()];
  if (Interface === undefined) {
    throw new DOMException("There is no event of that name", "NotSupportedError");
  }
  return createUninitialized(Interface);
}
