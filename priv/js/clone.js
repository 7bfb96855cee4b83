// Platform objects of modules in here that can be cloned or transferred: HTML, 2.7
// "Safe passing of structured data". The steps themselves are in native/apis/src/clone.

import { Stamped } from "./stamp.js";

/** Puts a private field on any object: nobody else can see it, copy it or forge it. */
class Stamp extends Stamped {
  #kind;
  constructor(object, kind) {
    super(object);
    this.#kind = kind;
  }
  static of(object) {
    return #kind in object ? object.#kind : undefined;
  }
}

/**
 * Say of an object that is being constructed what becomes of it in a clone. `kind` is an
 * export of the module that `kind.module` names, under the name `kind.export`: that is
 * where the other heap finds it.
 *
 * - `interface`: the name of the global that must be exposed where the object goes
 * - `serialize(object)`: `{ data, transfer }`; `data` is serialized on its own, with
 *   `transfer` (an array, mostly empty) transferred. Throws a DataCloneError where it
 *   may not be cloned.
 * - `deserialize(data, transferred)`: the new object of such data, which was serialized
 *   with `transfer`
 * - `transfer(object)`, `receive(data, transferred)`: the same for transferable objects;
 *   `transfer` detaches the object, or throws a DataCloneError where it is detached.
 *
 * @param {object} object
 * @param {{ interface: string, module: string, export: string, serialize?: Function,
 *   deserialize?: Function, transfer?: Function, receive?: Function }} kind
 */
export function stamp(object, kind) {
  new Stamp(object, kind);
}

/** @type {(object: object) => object | undefined} */
let other = () => undefined;

/**
 * Say what else has a kind: streams, which need no stamp. Of their kinds only `module` and
 * `export` are given, the steps are loaded when they are needed.
 */
export function recognise(kindOfStream) {
  other = kindOfStream;
}

/** Where the kind of an object is, or undefined. */
export function kindOf(object) {
  return Stamp.of(object) ?? other(object);
}
