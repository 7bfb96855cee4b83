// What ElementInternals has in JavaScript: submission values, CustomStateSet (HTML, 4.13.7).

import { isBlob } from "../blob.js";
import { entryListOf, isForm } from "../fetch/form_data.js";
import { exposeInterface, requireArguments, toDOMString, toUSVString } from "../webidl.js";
import { setCustomState } from "native:dom";

const { defineProperty } = Object;

/** `(File or USVString or FormData)?`; of a FormData, a copy of its entries. */
export function toSubmissionValue(value) {
  if (value === null || value === undefined || isBlob(value)) return value ?? null;
  return isForm(value) ? entryListOf(value).map((entry) => [...entry]) : toUSVString(value);
}

const SECRET = {};

export class CustomStateSet {
  #element;
  #states = new Set();

  constructor(key, element) {
    if (key !== SECRET) throw new TypeError("Illegal constructor");
    this.#element = element;
  }
  get size() {
    return this.#states.size;
  }
  add(value) {
    this.#states;
    requireArguments(arguments.length, 1, "CustomStateSet.add");
    const state = toDOMString(value);
    this.#states.add(state);
    setCustomState(this.#element, state, true);
    return this;
  }
  clear() {
    for (const state of this.#states) setCustomState(this.#element, state, false);
    this.#states.clear();
  }
  delete(value) {
    this.#states;
    requireArguments(arguments.length, 1, "CustomStateSet.delete");
    const state = toDOMString(value);
    setCustomState(this.#element, state, false);
    return this.#states.delete(state);
  }
  entries() {
    return this.#states.entries();
  }
  forEach(callback, thisArg = undefined) {
    this.#states;
    requireArguments(arguments.length, 1, "CustomStateSet.forEach");
    this.#states.forEach((state) => callback.call(thisArg, state, state, this));
  }
  has(value) {
    this.#states;
    requireArguments(arguments.length, 1, "CustomStateSet.has");
    return this.#states.has(toDOMString(value));
  }
  values() {
    return this.#states.values();
  }
}
exposeInterface(CustomStateSet);
for (const name of ["keys", Symbol.iterator]) {
  const enumerable = name === "keys";
  defineProperty(CustomStateSet.prototype, name, {
    value: CustomStateSet.prototype.values,
    writable: true,
    enumerable,
    configurable: true,
  });
}

export function newStates(element) {
  return new CustomStateSet(SECRET, element);
}
