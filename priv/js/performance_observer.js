// PerformanceObserver: Performance Timeline, sections 4 and 6.

import { entriesOfType, inOrder, select, watchEntries } from "./user_timing.js";
import { report } from "native:errors";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toSequence } from "./webidl.js";

const { setTimeout } = globalThis;
const { apply } = Reflect;

const SUPPORTED = Object.freeze(["mark", "measure"]);

/** What lets a constructor that scripts cannot call run. */
const INTERNAL = Symbol("internal");

export class PerformanceObserverEntryList {
  #entries;
  constructor(internal = undefined, entries = undefined) {
    if (internal !== INTERNAL) throw new TypeError("Illegal constructor");
    this.#entries = inOrder(entries);
  }
  getEntries() {
    return [...this.#entries];
  }
  getEntriesByName(name, type = undefined) {
    const entries = this.#entries;
    requireArguments(arguments.length, 1, "PerformanceObserverEntryList.getEntriesByName");
    return select(entries, toDOMString(name), type === undefined ? undefined : toDOMString(type));
  }
  getEntriesByType(type) {
    const entries = this.#entries;
    requireArguments(arguments.length, 1, "PerformanceObserverEntryList.getEntriesByType");
    return select(entries, undefined, toDOMString(type));
  }
}
exposeInterface(PerformanceObserverEntryList);

/** Observers that observe, in the order in which they began. */
const observers = new Set();
let isQueued = false;

/** "Queue the PerformanceObserver task". */
function queueTask() {
  if (isQueued) return;
  isQueued = true;
  setTimeout(() => {
    isQueued = false;
    for (const observer of [...observers]) notify(observer);
  }, 0);
}

/** @type {(observer: PerformanceObserver) => void} */
let notify;
/** @type {(observer: PerformanceObserver, entry: any) => boolean} whether it wants it */
let offer;

watchEntries((entry) => {
  for (const observer of observers) if (offer(observer, entry)) queueTask();
});

export class PerformanceObserver {
  #callback;
  /** "multiple": by `entryTypes`; "single": by `type`. */
  #kind = null;
  #types = new Set();
  #buffer = [];

  static {
    offer = (observer, entry) => {
      if (!observer.#types.has(entry.entryType)) return false;
      observer.#buffer.push(entry);
      return true;
    };
    notify = (observer) => {
      if (observer.#buffer.length === 0) return;
      const list = new PerformanceObserverEntryList(INTERNAL, observer.takeRecords());
      try {
        // Nothing is dropped here that an observer could ask for.
        apply(observer.#callback, observer, [list, observer, { droppedEntriesCount: 0 }]);
      } catch (error) {
        report(error);
      }
    };
  }

  constructor(callback) {
    requireArguments(arguments.length, 1, "PerformanceObserver constructor");
    if (typeof callback !== "function") throw new TypeError("PerformanceObserver constructor: not a function");
    this.#callback = callback;
  }

  observe(options = undefined) {
    this.#kind;
    const given = toDictionary(options, "PerformanceObserver.observe");
    const { buffered } = given;
    let { entryTypes } = given;
    if (entryTypes !== undefined) {
      entryTypes = toSequence(entryTypes, "PerformanceObserver.observe: entryTypes", toDOMString);
    }
    const type = given.type === undefined ? undefined : toDOMString(given.type);
    // 3. and 4.
    if (entryTypes === undefined && type === undefined) {
      throw new TypeError("PerformanceObserver.observe: neither entryTypes nor type");
    }
    if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
      throw new TypeError("PerformanceObserver.observe: entryTypes beside other options");
    }
    // 5. to 7.
    const kind = entryTypes !== undefined ? "multiple" : "single";
    this.#kind ??= kind;
    if (this.#kind !== kind) {
      throw new DOMException("PerformanceObserver.observe: entryTypes and type of one observer", "InvalidModificationError");
    }
    // 8. and 9.
    const wanted = (entryTypes ?? [type]).filter((name) => SUPPORTED.includes(name));
    if (wanted.length === 0) return;
    if (kind === "multiple") this.#types = new Set(wanted);
    else this.#types.add(type);
    observers.add(this);
    if (buffered) {
      for (const entry of entriesOfType(type)) this.#buffer.push(entry);
      if (this.#buffer.length > 0) queueTask();
    }
  }

  disconnect() {
    this.#buffer = [];
    this.#types = new Set();
    this.#kind = null;
    observers.delete(this);
  }

  takeRecords() {
    const records = this.#buffer;
    this.#buffer = [];
    return records;
  }

  static get supportedEntryTypes() {
    return SUPPORTED;
  }
}
exposeInterface(PerformanceObserver);
