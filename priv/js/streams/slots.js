// What a script sees of streams, and what is behind it: each object of an interface carries
// a state, an object of a class of this folder with a `kind`, the interface's name.

import { recognise } from "../clone.js";
import { Stamped } from "../stamp.js";

class Slot extends Stamped {
  #state;

  constructor(object, state) {
    super(object);
    this.#state = state;
  }

  static read(object) {
    return typeof object === "object" && object !== null && #state in object ? object.#state : undefined;
  }
}

/**
 * Have the objects of a class inherit nothing from Object.prototype, where a script may have
 * put setters that their constructor would call.
 */
export function isolate(State) {
  Object.setPrototypeOf(State.prototype, null);
}

/** Give a fresh object its state, and the state its object. */
export function attach(object, state) {
  new Slot(object, state);
  state.object = object;
}

/** The state of an object of the interface `kind`; undefined for any other value. */
export function stateOf(object, kind) {
  const state = Slot.read(object);
  return state !== undefined && state.kind === kind ? state : undefined;
}

/** The same; a TypeError for any other value. */
export function check(object, kind) {
  const state = stateOf(object, kind);
  if (state === undefined) throw illegal(kind);
  return state;
}

export function illegal(kind) {
  return new TypeError(`Illegal invocation: not a ${kind}`);
}

/** What a script cannot hand to a constructor that is not for scripts. */
export const TOKEN = Symbol();

/** An object of a class whose constructor is not for scripts. */
export function objectOf(state, Interface) {
  if (state.object === null) attach(new Interface(TOKEN), state);
  return state.object;
}

export function checkToken(argument) {
  if (argument !== TOKEN) throw new TypeError("Illegal constructor");
}

/** Those that can be transferred, and where their steps are. */
const KINDS = {
  __proto__: null,
  ReadableStream: { module: "streams/transfer.js", export: "readableKind" },
  TransformStream: { module: "streams/transfer.js", export: "transformKind" },
  WritableStream: { module: "streams/transfer.js", export: "writableKind" },
};
recognise((object) => KINDS[Slot.read(object)?.kind]);
