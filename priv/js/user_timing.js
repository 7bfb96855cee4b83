// Marks and measures of `performance`: User Timing Level 3, Performance Timeline.
// native/apis/src/performance.rs puts the operations below on Performance.prototype.

import { isPerformance, now } from "native:performance";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toDouble } from "./webidl.js";

const { structuredClone } = globalThis;

/** In the order in which they were made. */
let entries = [];

/** Who hears of each new entry: performance_observer.js. */
let watcher = (_) => {};

export function watchEntries(watch) {
  watcher = watch;
}

/** "Queue a PerformanceEntry". */
function queue(entry) {
  watcher(entry);
  entries.push(entry);
  return entry;
}

/**
 * Attributes of the PerformanceTiming of a window, which once could be used like marks.
 * Nothing is loaded here, so they are all zero, but that which is the time origin.
 */
const TIMING = [
  "navigationStart", "unloadEventStart", "unloadEventEnd", "redirectStart", "redirectEnd", "fetchStart",
  "domainLookupStart", "domainLookupEnd", "connectStart", "connectEnd", "secureConnectionStart", "requestStart",
  "responseStart", "responseEnd", "domLoading", "domInteractive", "domContentLoadedEventStart",
  "domContentLoadedEventEnd", "domComplete", "loadEventStart", "loadEventEnd",
];
const isTiming = (name) => TIMING.includes(name) && "document" in globalThis;

/** What lets a constructor that scripts cannot call run. */
const INTERNAL = Symbol("internal");

export class PerformanceEntry {
  #name;
  #entryType;
  #startTime;
  #duration;
  constructor(internal = undefined, name, entryType, startTime, duration) {
    if (internal !== INTERNAL) throw new TypeError("Illegal constructor");
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }
  get name() {
    return this.#name;
  }
  get entryType() {
    return this.#entryType;
  }
  get startTime() {
    return this.#startTime;
  }
  get duration() {
    return this.#duration;
  }
  toJSON() {
    const json = { name: this.#name, entryType: this.#entryType, startTime: this.#startTime, duration: this.#duration };
    const detail = detailOf(this);
    return detail === undefined ? json : { ...json, detail };
  }
}
// Web IDL counts the arguments of a constructor that there is not as none.
Object.defineProperty(PerformanceEntry, "length", { value: 0, configurable: true });

/** @type {(entry: object) => any} */
let markDetail;
/** @type {(entry: object) => any} */
let measureDetail;

function detailOf(entry) {
  const detail = markDetail(entry);
  return detail === undefined ? measureDetail(entry) : detail;
}

/** A copy, so that nobody changes it afterwards; null for nothing. */
function cloned(detail) {
  return detail === undefined || detail === null ? null : structuredClone(detail);
}

export class PerformanceMark extends PerformanceEntry {
  #detail;
  constructor(markName, markOptions = undefined) {
    requireArguments(arguments.length, 1, "PerformanceMark");
    const name = toDOMString(markName);
    if (isTiming(name)) throw new DOMException(`PerformanceMark: ${name} is an attribute of a window's timing`, "SyntaxError");
    const options = toDictionary(markOptions, "PerformanceMark");
    const { detail } = options;
    const { startTime } = options;
    const start = startTime === undefined ? now() : toDouble(startTime, "PerformanceMark: startTime");
    if (start < 0) throw new TypeError("PerformanceMark: startTime is negative");
    super(INTERNAL, name, "mark", start, 0);
    this.#detail = cloned(detail);
  }
  get detail() {
    return this.#detail;
  }
  static {
    markDetail = (entry) => (#detail in entry ? entry.#detail : undefined);
  }
}

export class PerformanceMeasure extends PerformanceEntry {
  #detail;
  constructor(internal = undefined, name, start, end, detail) {
    super(internal, name, "measure", start, end - start);
    this.#detail = detail;
  }
  get detail() {
    return this.#detail;
  }
  static {
    measureDetail = (entry) => (#detail in entry ? entry.#detail : undefined);
  }
}
Object.defineProperty(PerformanceMeasure, "length", { value: 0, configurable: true });

exposeInterface(PerformanceEntry);
exposeInterface(PerformanceMark);
exposeInterface(PerformanceMeasure);

/** A mark by its name, or a time: as Web IDL converts (DOMString or DOMHighResTimeStamp). */
function toMarkOrTime(value, what) {
  return typeof value === "number" ? toDouble(value, what) : toDOMString(value);
}

/** "Convert a mark to a timestamp". */
function timeOf(mark, what) {
  if (typeof mark === "number") {
    if (mark < 0) throw new TypeError(`${what} is negative`);
    return mark;
  }
  if (isTiming(mark)) {
    if (mark === "navigationStart") return 0;
    throw new DOMException(`${what}: ${mark} has not been`, "InvalidAccessError");
  }
  const found = entries.findLast((entry) => markDetail(entry) !== undefined && entry.name === mark);
  if (found === undefined) throw new DOMException(`${what}: there is no mark "${mark}"`, "SyntaxError");
  return found.startTime;
}

/** The members of PerformanceMeasureOptions, in the order in which Web IDL reads them. */
function toMeasureOptions(value) {
  const given = toDictionary(value, "Performance.measure");
  const { detail } = given;
  let { duration } = given;
  if (duration !== undefined) duration = toDouble(duration, "Performance.measure: duration");
  let { end } = given;
  if (end !== undefined) end = toMarkOrTime(end, "Performance.measure: end");
  let { start } = given;
  if (start !== undefined) start = toMarkOrTime(start, "Performance.measure: start");
  return { detail, duration, end, start };
}

function measureTimes({ detail, duration, end, start }, endMark) {
  if ([detail, duration, end, start].some((member) => member !== undefined)) {
    if (endMark !== undefined) throw new TypeError("Performance.measure: an end mark beside options");
    if (start === undefined && end === undefined) throw new TypeError("Performance.measure: neither start nor end");
    if (start !== undefined && duration !== undefined && end !== undefined) {
      throw new TypeError("Performance.measure: start, duration and end at once");
    }
  }
  const startTime = () => timeOf(start, "Performance.measure: start");
  let to;
  if (endMark !== undefined) to = timeOf(endMark, "Performance.measure: the end mark");
  else if (end !== undefined) to = timeOf(end, "Performance.measure: end");
  else if (start !== undefined && duration !== undefined) to = startTime() + duration;
  else to = now();
  if (start !== undefined) return [startTime(), to];
  return [duration !== undefined ? to - duration : 0, to];
}

/** Entries by their start, those of one time in the order in which they were made. */
export function inOrder(list) {
  return [...list].sort((a, b) => a.startTime - b.startTime);
}

/** Those of a list with this name and type, where they are given. */
export function select(list, name, type) {
  return list.filter(
    (entry) => (name === undefined || entry.name === name) && (type === undefined || entry.entryType === type),
  );
}

/** The entries of a type as they were made. */
export function entriesOfType(type) {
  return select(entries, undefined, type);
}

function clear(type, name) {
  entries = entries.filter((entry) => entry.entryType !== type || (name !== undefined && entry.name !== name));
}

function check(performance, count, given, operation) {
  if (!isPerformance(performance)) throw new TypeError("Illegal invocation: not a Performance");
  requireArguments(given, count, `Performance.${operation}`);
}

/** The operations, by their names. */
export const members = {
  clearMarks(markName = undefined) {
    check(this, 0, 0, "clearMarks");
    clear("mark", markName === undefined ? undefined : toDOMString(markName));
  },
  clearMeasures(measureName = undefined) {
    check(this, 0, 0, "clearMeasures");
    clear("measure", measureName === undefined ? undefined : toDOMString(measureName));
  },
  getEntries() {
    check(this, 0, 0, "getEntries");
    return inOrder(entries);
  },
  getEntriesByName(name, type = undefined) {
    check(this, 1, arguments.length, "getEntriesByName");
    const wanted = toDOMString(name);
    const kind = type === undefined ? undefined : toDOMString(type);
    return inOrder(select(entries, wanted, kind));
  },
  getEntriesByType(type) {
    check(this, 1, arguments.length, "getEntriesByType");
    return inOrder(entriesOfType(toDOMString(type)));
  },
  mark(markName, markOptions = undefined) {
    check(this, 1, arguments.length, "mark");
    return queue(new PerformanceMark(markName, markOptions));
  },
  measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
    check(this, 1, arguments.length, "measure");
    const name = toDOMString(measureName);
    const isOptions = startOrMeasureOptions === undefined || ["object", "function"].includes(typeof startOrMeasureOptions);
    /** @type {any} */
    const options = isOptions ? toMeasureOptions(startOrMeasureOptions) : {};
    const start = isOptions ? undefined : toDOMString(startOrMeasureOptions);
    const end = endMark === undefined ? undefined : toDOMString(endMark);
    const [from, to] = isOptions ? measureTimes(options, end) : measureFrom(start, end);
    return queue(new PerformanceMeasure(INTERNAL, name, from, to, cloned(options.detail)));
  },
};

/** From a mark to a mark, or to now. */
function measureFrom(start, end) {
  const to = end === undefined ? now() : timeOf(end, "Performance.measure: the end mark");
  return [timeOf(start, "Performance.measure: the start mark"), to];
}
