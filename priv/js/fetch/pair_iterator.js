// Web IDL, "default iterator objects" of a value iterator over pairs.

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, setPrototypeOf } = Object;

/** %IteratorPrototype% */
const IteratorPrototype = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));

/**
 * Give an interface `entries`, `forEach`, `keys`, `values` and `[Symbol.iterator]`.
 * @param {Function} Interface
 * @param {(object: object) => [unknown, unknown][]} pairsOf its pairs at this moment; it
 *   throws for what is no such object
 */
export function definePairIterator(Interface, pairsOf) {
  const { name } = Interface;

  class PairIterator {
    #target;
    #kind;
    #index = 0;
    constructor(target, kind) {
      pairsOf(target);
      this.#target = target;
      this.#kind = kind;
    }
    next() {
      const pairs = pairsOf(this.#target);
      if (this.#index >= pairs.length) return { value: undefined, done: true };
      const [key, value] = pairs[this.#index++];
      const found = this.#kind === "keys" ? key : this.#kind === "values" ? value : [key, value];
      return { value: found, done: false };
    }
  }
  const { prototype } = PairIterator;
  delete prototype.constructor;
  setPrototypeOf(prototype, IteratorPrototype);
  defineProperty(prototype, "next", { enumerable: true });
  defineProperty(prototype, Symbol.toStringTag, { value: `${name} Iterator`, configurable: true });

  const members = {
    entries() {
      return new PairIterator(this, "entries");
    },
    forEach(callback, thisArg = undefined) {
      pairsOf(this);
      if (arguments.length < 1 || typeof callback !== "function") {
        throw new TypeError(`${name}.forEach: the callback is not a function`);
      }
      for (let index = 0; index < pairsOf(this).length; index++) {
        const [key, value] = pairsOf(this)[index];
        Reflect.apply(callback, thisArg, [value, key, this]);
      }
    },
    keys() {
      return new PairIterator(this, "keys");
    },
    values() {
      return new PairIterator(this, "values");
    },
  };
  for (const member of Object.keys(members)) {
    defineProperty(Interface.prototype, member, getOwnPropertyDescriptor(members, member));
  }
  const iterate = { value: members.entries, writable: true, configurable: true };
  defineProperty(Interface.prototype, Symbol.iterator, iterate);
}
