// Events with data: HTML (MessageEvent, ErrorEvent, PromiseRejectionEvent, StorageEvent),
// WebSockets (CloseEvent), XMLHttpRequest (ProgressEvent).
//
// Each takes its dictionary's members in the order of Web IDL: those of EventInit, then its
// own by name.

import { Event, initialize } from "./events.js";
import { exposeInterface, requireArguments, toDOMString, toDouble, toSequence, toUnsigned, toUSVString } from "./webidl.js";

const { freeze } = Object;

const NO_INIT = { __proto__: null };

/** `value` unless it is missing. */
function given(value, convert, otherwise) {
  return value === undefined ? otherwise : convert(value);
}

function nullable(convert) {
  return (value) => (value === null ? null : convert(value));
}

const toNullableDOMString = nullable(toDOMString);

/** Interfaces of modules that import this one: whether an object is of it. */
const kinds = { MessagePort: (_) => false, Storage: (_) => false };

/**
 * Tell who knows the objects of an interface that events carry.
 * @param {"MessagePort" | "Storage"} name
 * @param {(object: unknown) => boolean} isOne
 */
export function admitKind(name, isOne) {
  kinds[name] = isOne;
}

function toKind(name, what) {
  return (value) => {
    if (!kinds[name](value)) throw new TypeError(`${what} is not a ${name}`);
    return value;
  };
}

const toPort = toKind("MessagePort", "MessageEvent: a port");
const toPortSource = toKind("MessagePort", "MessageEvent: the source");
/** A MessagePort, or the window. */
const toSource = nullable((value) => (value === globalThis ? value : toPortSource(value)));
const toStorage = nullable(toKind("Storage", "StorageEvent: the storageArea"));
const toPorts = (value) => toSequence(value, "MessageEvent: ports", toPort);

export class MessageEvent extends Event {
  #data = null;
  #origin = "";
  #lastEventId = "";
  #source = null;
  #ports;

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "MessageEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    const { data } = from;
    if (data !== undefined) this.#data = data;
    this.#lastEventId = given(from.lastEventId, toDOMString, "");
    this.#origin = given(from.origin, toUSVString, "");
    this.#ports = freeze(given(from.ports, toPorts, []));
    this.#source = given(from.source, toSource, null);
  }

  get data() {
    return this.#data;
  }
  get origin() {
    return this.#origin;
  }
  get lastEventId() {
    return this.#lastEventId;
  }
  get source() {
    return this.#source;
  }
  get ports() {
    return this.#ports;
  }
  initMessageEvent(
    type,
    bubbles = false,
    cancelable = false,
    data = null,
    origin = "",
    lastEventId = "",
    source = null,
    ports = [],
  ) {
    // The brand check comes first.
    this.#ports;
    requireArguments(arguments.length, 1, "MessageEvent.initMessageEvent");
    type = toDOMString(type);
    origin = toUSVString(origin);
    lastEventId = toDOMString(lastEventId);
    source = given(source, toSource, null);
    ports = toPorts(ports);
    if (!initialize(this, type, !!bubbles, !!cancelable)) return;
    this.#data = data;
    this.#origin = origin;
    this.#lastEventId = lastEventId;
    this.#source = source;
    this.#ports = freeze(ports);
  }
}
exposeInterface(MessageEvent);

export class CloseEvent extends Event {
  #code;
  #reason;
  #wasClean;

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "CloseEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    this.#code = given(from.code, (code) => toUnsigned(code, 2 ** 16), 0);
    this.#reason = given(from.reason, toUSVString, "");
    this.#wasClean = !!from.wasClean;
  }

  get wasClean() {
    return this.#wasClean;
  }
  get code() {
    return this.#code;
  }
  get reason() {
    return this.#reason;
  }
}
exposeInterface(CloseEvent);

/** @type {(event: Event) => boolean} */
let isError;

/** Whether an event is an ErrorEvent. */
export function isErrorEvent(event) {
  return isError(event);
}

export class ErrorEvent extends Event {
  #message;
  static {
    isError = (value) => #message in value;
  }
  #filename;
  #lineno;
  #colno;
  #error;

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "ErrorEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    this.#colno = given(from.colno, (number) => toUnsigned(number, 2 ** 32), 0);
    this.#error = from.error;
    this.#filename = given(from.filename, toUSVString, "");
    this.#lineno = given(from.lineno, (number) => toUnsigned(number, 2 ** 32), 0);
    this.#message = given(from.message, toDOMString, "");
  }

  get message() {
    return this.#message;
  }
  get filename() {
    return this.#filename;
  }
  get lineno() {
    return this.#lineno;
  }
  get colno() {
    return this.#colno;
  }
  get error() {
    return this.#error;
  }
}
exposeInterface(ErrorEvent);

export class PromiseRejectionEvent extends Event {
  #promise;
  #reason;

  constructor(type, init) {
    requireArguments(arguments.length, 2, "PromiseRejectionEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    const { promise } = from;
    if ((typeof promise !== "object" && typeof promise !== "function") || promise === null) {
      throw new TypeError("PromiseRejectionEvent constructor: the promise is not an object");
    }
    this.#promise = promise;
    this.#reason = from.reason;
  }

  get promise() {
    return this.#promise;
  }
  get reason() {
    return this.#reason;
  }
}
exposeInterface(PromiseRejectionEvent);

export class ProgressEvent extends Event {
  #lengthComputable;
  #loaded;
  #total;

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "ProgressEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    this.#lengthComputable = !!from.lengthComputable;
    this.#loaded = given(from.loaded, (value) => toDouble(value, "ProgressEvent: loaded"), 0);
    this.#total = given(from.total, (value) => toDouble(value, "ProgressEvent: total"), 0);
  }

  get lengthComputable() {
    return this.#lengthComputable;
  }
  get loaded() {
    return this.#loaded;
  }
  get total() {
    return this.#total;
  }
}
exposeInterface(ProgressEvent);

export class StorageEvent extends Event {
  #key;
  #oldValue;
  #newValue;
  #url;
  #storageArea;

  constructor(type, init = undefined) {
    requireArguments(arguments.length, 1, "StorageEvent constructor");
    super(type, init);
    const from = init ?? NO_INIT;
    this.#key = given(from.key, toNullableDOMString, null);
    this.#newValue = given(from.newValue, toNullableDOMString, null);
    this.#oldValue = given(from.oldValue, toNullableDOMString, null);
    this.#storageArea = given(from.storageArea, toStorage, null);
    this.#url = given(from.url, toUSVString, "");
  }

  get key() {
    return this.#key;
  }
  get oldValue() {
    return this.#oldValue;
  }
  get newValue() {
    return this.#newValue;
  }
  get url() {
    return this.#url;
  }
  get storageArea() {
    return this.#storageArea;
  }
  initStorageEvent(
    type,
    bubbles = false,
    cancelable = false,
    key = null,
    oldValue = null,
    newValue = null,
    url = "",
    storageArea = null,
  ) {
    // The brand check comes first.
    this.#key;
    requireArguments(arguments.length, 1, "StorageEvent.initStorageEvent");
    type = toDOMString(type);
    key = toNullableDOMString(key);
    oldValue = toNullableDOMString(oldValue);
    newValue = toNullableDOMString(newValue);
    url = toUSVString(url);
    storageArea = toStorage(storageArea);
    if (!initialize(this, type, !!bubbles, !!cancelable)) return;
    this.#key = key;
    this.#oldValue = oldValue;
    this.#newValue = newValue;
    this.#url = url;
    this.#storageArea = storageArea;
  }
}
exposeInterface(StorageEvent);
