// Web Storage: HTML, section 12.2.

import { callSync, onEvent } from "beam:storage";
import { StorageEvent, admitKind } from "./event_types.js";
import { fire } from "./events.js";
import { escapeSurrogates, unescapeSurrogates } from "./surrogates.js";
import { exposeInterface, requireArguments, toDOMString } from "./webidl.js";

/** UTF-16 code units of all keys and values of an area. */
const QUOTA = 5 * 1024 * 1024;

const quotaExceeded = () =>
  new DOMException(`The storage is full: it holds ${QUOTA} characters`, "QuotaExceededError");

/** An area of this context alone. Its keys keep the order in which they came. */
class PrivateArea {
  #items = new Map();
  #used = 0;

  get length() {
    return this.#items.size;
  }
  keys() {
    return [...this.#items.keys()];
  }
  has(key) {
    return this.#items.has(key);
  }
  get(key) {
    return this.#items.get(key) ?? null;
  }
  set(key, value) {
    const old = this.#items.get(key);
    const used = this.#used + value.length + (old === undefined ? key.length : -old.length);
    if (used > QUOTA) throw quotaExceeded();
    this.#items.set(key, value);
    this.#used = used;
  }
  remove(key) {
    const old = this.#items.get(key);
    if (old === undefined) return;
    this.#items.delete(key);
    this.#used -= key.length + old.length;
  }
  clear() {
    this.#items.clear();
    this.#used = 0;
  }
}

/** An area that contexts of this node share, in ETS. Its keys are sorted. */
class SharedArea {
  get length() {
    return callSync("length");
  }
  keys() {
    return callSync("keys").map(unescapeSurrogates);
  }
  key(index) {
    const key = callSync("key", index);
    return key === null ? null : unescapeSurrogates(key);
  }
  has(key) {
    return callSync("has", escapeSurrogates(key));
  }
  get(key) {
    const value = callSync("get", escapeSurrogates(key));
    return value === null ? null : unescapeSurrogates(value);
  }
  set(key, value) {
    const size = key.length + value.length;
    if (size > QUOTA || !callSync("set", escapeSurrogates(key), escapeSurrogates(value), size, QUOTA)) {
      throw quotaExceeded();
    }
  }
  remove(key) {
    callSync("remove", escapeSurrogates(key));
  }
  clear() {
    callSync("clear");
  }
}

/** Storage object => its area. */
const areas = new WeakMap();

function areaOf(storage) {
  const area = areas.get(storage);
  if (area === undefined) throw new TypeError("Illegal invocation: not a Storage");
  return area;
}

export class Storage {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get length() {
    return areaOf(this).length;
  }
  key(index) {
    const area = areaOf(this);
    requireArguments(arguments.length, 1, "Storage.key");
    index = index >>> 0;
    return area.key ? area.key(index) : (area.keys()[index] ?? null);
  }
  getItem(key) {
    const area = areaOf(this);
    requireArguments(arguments.length, 1, "Storage.getItem");
    return area.get(toDOMString(key));
  }
  setItem(key, value) {
    const area = areaOf(this);
    requireArguments(arguments.length, 2, "Storage.setItem");
    key = toDOMString(key);
    area.set(key, toDOMString(value));
  }
  removeItem(key) {
    const area = areaOf(this);
    requireArguments(arguments.length, 1, "Storage.removeItem");
    area.remove(toDOMString(key));
  }
  clear() {
    areaOf(this).clear();
  }
}
exposeInterface(Storage);
admitKind("Storage", (value) => areas.has(/** @type {object} */ (value)));

const { get, set, has, getOwnPropertyDescriptor, defineProperty, deleteProperty, ownKeys } = Reflect;

/** Web IDL, 3.9 "Legacy platform objects": named properties, below those of the interface. */
function storageObject(area) {
  const visible = (target, key) => typeof key === "string" && !has(target, key) && area.has(key);
  const named = (target, key) => {
    if (typeof key !== "string" || has(target, key)) return undefined;
    return area.get(key) ?? undefined;
  };
  const storage = new Proxy(Object.create(Storage.prototype), {
    get(target, key, receiver) {
      return named(target, key) ?? get(target, key, receiver);
    },
    set(target, key, value, receiver) {
      if (typeof key === "string" && receiver === storage) {
        area.set(key, toDOMString(value));
        return true;
      }
      return set(target, key, value, receiver);
    },
    has(target, key) {
      return has(target, key) || (typeof key === "string" && area.has(key));
    },
    deleteProperty(target, key) {
      if (!visible(target, key)) return deleteProperty(target, key);
      area.remove(key);
      return true;
    },
    getOwnPropertyDescriptor(target, key) {
      const value = named(target, key);
      if (value === undefined) return getOwnPropertyDescriptor(target, key);
      return { value, writable: true, enumerable: true, configurable: true };
    },
    defineProperty(target, key, descriptor) {
      if (typeof key !== "string" || getOwnPropertyDescriptor(target, key)) {
        return defineProperty(target, key, descriptor);
      }
      if ("get" in descriptor || "set" in descriptor) return false;
      area.set(key, toDOMString(descriptor.value));
      return true;
    },
    ownKeys(target) {
      return [...area.keys().filter((key) => !has(target, key)), ...ownKeys(target)];
    },
    preventExtensions() {
      return false;
    },
  });
  areas.set(storage, area);
  return storage;
}

export const localStorage = storageObject(callSync("shared") ? new SharedArea() : new PrivateArea());
export const sessionStorage = storageObject(new PrivateArea());

onEvent(([key, oldValue, newValue]) => {
  const text = (value) => (value === null ? null : unescapeSurrogates(value));
  const init = { key: text(key), oldValue: text(oldValue), newValue: text(newValue), storageArea: localStorage };
  fire(globalThis, "storage", init, StorageEvent);
});
