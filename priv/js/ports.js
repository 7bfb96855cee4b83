// MessageChannel and MessagePort: HTML, 9.4 "Channel messaging". The channels are those
// of native/apis/src/ports.rs.
//
// For other modules of this folder: `createPorts()` gives two entangled ports;
// `postThrough(port, value, transfer)`; `receiveFrom(port, receiver)` for messages that are
// no events; `takeHandle(port)` and `portOf(handle)` for one that goes elsewhere by other
// means than a message.

import { stamp } from "./clone.js";
import { defineEventHandlers } from "./event_handlers.js";
import { MessageEvent, admitKind } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { attach, close, create, listen, post, start } from "native:ports";
import { exposeInterface, requireArguments, toDictionary, toSequence } from "./webidl.js";

/** What a script cannot pass to the constructor. */
const token = Symbol();

/** Number => port, weakly: one that nobody can reach any more is collected, and so closed. */
const ports = new Map();
const collected = new FinalizationRegistry((id) => ports.delete(id));

/**
 * Ports that live on without a reference: started ones with the other end elsewhere, from
 * where messages may come, and those to which a message is under way.
 */
const kept = new Set();

/** @type {(value: unknown) => boolean} */
let isPort;
/** @type {(port: MessagePort) => PortState} */
let read;

class PortState {
  handle;
  id;
  started = false;
  /** The other end, where it is in this heap: they keep each other alive. */
  peer = null;
  /** Messages that wait for a started port. */
  waiting = 0;
  /** Whose events its messages are, if not the port's own. */
  target = null;
  /** Gets what comes ("message", "messageerror", "close") instead of listeners to events. */
  receiver = null;
  /** Has been transferred, or closed. */
  gone = false;
}

export class MessagePort extends EventTarget {
  #state = new PortState();

  static {
    read = (port) => port.#state;
    isPort = (value) => typeof value === "object" && value !== null && #state in value;
  }

  constructor() {
    if (arguments[0] !== token) throw new TypeError("Illegal constructor");
    super();
  }

  postMessage(message, options = undefined) {
    const state = this.#state;
    requireArguments(arguments.length, 1, "MessagePort.postMessage");
    const transfer = toTransfer(options, "MessagePort.postMessage");
    if (transfer.includes(this)) {
      throw new DOMException("A port cannot be transferred through itself", "DataCloneError");
    }
    send(state, message, transfer);
  }

  start() {
    startPort(this, this.#state);
  }

  close() {
    end(this, this.#state);
  }
}
exposeInterface(MessagePort);
defineEventHandlers(MessagePort.prototype, ["message", "messageerror", "close"], isPort);
startWithHandler(MessagePort.prototype);
admitKind("MessagePort", isPort);

/** Setting `onmessage` starts a port. */
function startWithHandler(prototype) {
  const { get, set, ...rest } = Object.getOwnPropertyDescriptor(prototype, "onmessage");
  const accessor = {
    /** @this {any} */
    set onmessage(value) {
      set.call(this, value);
      startPort(this, read(this));
    },
  };
  const { set: starting } = Object.getOwnPropertyDescriptor(accessor, "onmessage");
  Object.defineProperty(prototype, "onmessage", { get, set: starting, ...rest });
}

export class MessageChannel {
  #port1;
  #port2;
  constructor() {
    [this.#port1, this.#port2] = createPorts();
  }
  get port1() {
    return this.#port1;
  }
  get port2() {
    return this.#port2;
  }
}
exposeInterface(MessageChannel);

export function createPorts() {
  const pair = create().map(portOf);
  const [one, two] = pair.map(read);
  [one.peer, two.peer] = [pair[1], pair[0]];
  return pair;
}

/** A port for a handle that has come here. */
export function portOf(handle) {
  const port = new MessagePort(token);
  const state = read(port);
  state.handle = handle;
  state.id = attach(handle);
  ports.set(state.id, new WeakRef(port));
  collected.register(port, state.id);
  stamp(port, portKind);
  return port;
}

/** The handle of a port that leaves this heap; the port is detached. */
export function takeHandle(port) {
  const state = read(port);
  if (state.gone) throw new DOMException("The port is detached", "DataCloneError");
  leave(port, state);
  return state.handle;
}

/** Let the messages of a port be events of `target`: the port of a worker. */
export function lend(port, target) {
  read(port).target = target;
  startPort(port);
}

/** @param {(what: "message" | "messageerror" | "close", data: any) => void} receiver */
export function receiveFrom(port, receiver) {
  read(port).receiver = receiver;
  startPort(port);
}

export function closePort(port) {
  end(port, read(port));
}

export function postThrough(port, message, transfer) {
  send(read(port), message, transfer);
}

function send(state, message, transfer) {
  const aboard = transfer.filter(isPort).map((port) => read(port).handle);
  post(state.handle, message, transfer, aboard);
  const { peer } = state;
  if (peer === null) return;
  const other = read(peer);
  if (other.started && !other.gone) {
    other.waiting++;
    kept.add(peer);
  }
}

export function startPort(port, state = read(port)) {
  if (state.started || state.gone) return;
  state.started = true;
  state.waiting = start(state.handle);
  keep(port, state);
}

function keep(port, state) {
  const needed = state.started && !state.gone && (state.peer === null || state.waiting > 0);
  if (needed) kept.add(port);
  else kept.delete(port);
}

function end(port, state) {
  if (state.gone) return;
  leave(port, state);
  close(state.handle);
}

/** The port is no longer the end of a channel here. */
function leave(port, state) {
  state.gone = true;
  kept.delete(port);
  ports.delete(state.id);
  const { peer } = state;
  if (peer === null) return;
  state.peer = null;
  const other = read(peer);
  other.peer = null;
  keep(peer, other);
}

listen((id, what, data, transferred) => {
  const port = ports.get(id)?.deref();
  if (port === undefined) return;
  const state = read(port);
  if (what === "close") {
    leave(port, state);
    close(state.handle);
    if (state.receiver !== null) state.receiver(what);
    else fire(state.target ?? port, "close");
    return;
  }
  if (state.waiting > 0) state.waiting--;
  keep(port, state);
  if (state.receiver !== null) {
    state.receiver(what, data);
    return;
  }
  const init = what === "message" ? { data, ports: transferred.filter(isPort) } : {};
  fire(state.target ?? port, what, init, MessageEvent);
});

/** Transfer steps: the data of a port is its handle, which the clone algorithm knows. */
export const portKind = {
  interface: "MessagePort",
  module: "ports.js",
  export: "portKind",
  transfer: (port) => ({ data: takeHandle(port), transfer: [] }),
  receive: portOf,
};

/**
 * The second argument of a postMessage: a list of objects to transfer, or options.
 * @returns {object[]}
 */
export function toTransfer(options, what) {
  const toObject = (value) => {
    if (typeof value === "function" || (typeof value === "object" && value !== null)) return value;
    throw new TypeError(`${what}: one of the transfer list is not an object`);
  };
  const isObject = typeof options === "function" || (typeof options === "object" && options !== null);
  if (isObject && options[Symbol.iterator] !== undefined && options[Symbol.iterator] !== null) {
    return toSequence(options, what, toObject);
  }
  const { transfer } = toDictionary(options, what);
  return transfer === undefined ? [] : toSequence(transfer, `${what}: transfer`, toObject);
}
