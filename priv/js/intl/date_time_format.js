// Intl.DateTimeFormat: ECMA-402, section 11, in English and the Gregorian calendar.

import { systemZone } from "native:intl";
import {
  adoptMembers, booleanOption, canonicalizeLocaleList, coerceOptions, createFrom, defineService, extension, joinParts,
  localeMatcher, numberOption, resolveFormatted, stringOption,
} from "./locale.js";
import { pattern } from "./date_patterns.js";
import { offsetAt, toTimeZone, zoneName } from "./time_zone.js";

const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
  "December",
];
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const STYLES = ["full", "long", "medium", "short"];
const NAMES = ["narrow", "short", "long"];
const NUMBERS = ["2-digit", "numeric"];

/** The components, in the order in which they are read: name, values. */
const COMPONENTS = [
  ["weekday", NAMES],
  ["era", NAMES],
  ["year", NUMBERS],
  ["month", [...NUMBERS, ...NAMES]],
  ["day", NUMBERS],
  ["dayPeriod", NAMES],
  ["hour", NUMBERS],
  ["minute", NUMBERS],
  ["second", NUMBERS],
];
const ZONE_NAMES = ["short", "long", "shortOffset", "longOffset", "shortGeneric", "longGeneric"];
const DATE_PARTS = ["weekday", "year", "month", "day"];
const TIME_PARTS = ["dayPeriod", "hour", "minute", "second", "fractionalSecondDigits"];

/** DateTimeFormat => what it has resolved. */
const formats = new WeakMap();

export function DateTimeFormat(locales = undefined, options = undefined) {
  const format = createFrom(new.target, DateTimeFormat);
  formats.set(format, resolveDateTimeFormat(locales, options, "any", "date"));
  return format;
}
Object.defineProperty(DateTimeFormat, "length", { value: 0, configurable: true });

function slotsOf(format) {
  const slots = formats.get(format);
  if (slots === undefined) throw new TypeError("Illegal invocation: not an Intl.DateTimeFormat");
  return slots;
}

adoptMembers(DateTimeFormat, class {
  get format() {
    const slots = slotsOf(this);
    slots.bound ??= Object.defineProperty((date) => joinParts(dateParts(slots, toTime(date))), "name", { value: "" });
    return slots.bound;
  }
  formatToParts(date) {
    return dateParts(slotsOf(this), toTime(date));
  }
  formatRange(start, end) {
    return joinParts(rangeParts(slotsOf(this), start, end));
  }
  formatRangeToParts(start, end) {
    return rangeParts(slotsOf(this), start, end);
  }
  resolvedOptions() {
    const { bound, ...resolved } = slotsOf(this);
    return resolved;
  }
});
defineService(DateTimeFormat, "Intl.DateTimeFormat", false);

/** A time value: now where none is given. */
function toTime(date) {
  return date === undefined ? Date.now() : timeClip(+date);
}

function timeClip(time) {
  if (!(Math.abs(time) <= 8.64e15)) throw new RangeError("Invalid time value");
  return Math.trunc(time) + 0;
}

/**
 * CreateDateTimeFormat.
 * @param {"date" | "time" | "any"} required of which components there must be one
 * @param {"date" | "time" | "all"} defaults which are added where there is none
 */
export function resolveDateTimeFormat(locales, options, required, defaults) {
  const requested = canonicalizeLocaleList(locales);
  options = coerceOptions(options);
  localeMatcher(options);
  for (const name of ["calendar", "numberingSystem"]) {
    const value = stringOption(options, name);
    if (value !== undefined && !/^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i.test(value)) throw new RangeError(`Invalid ${name}: ${value}`);
  }
  const hour12 = booleanOption(options, "hour12", undefined);
  let hourCycle = stringOption(options, "hourCycle", ["h11", "h12", "h23", "h24"]);
  const { timeZone } = options;
  const slots = {
    locale: resolveFormatted(requested),
    calendar: "gregory",
    numberingSystem: "latn",
    timeZone: timeZone === undefined ? toTimeZone(systemZone()) : toTimeZone(`${timeZone}`),
  };
  const components = {};
  for (const [name, values] of COMPONENTS) components[name] = stringOption(options, name, values);
  components.fractionalSecondDigits = numberOption(options, "fractionalSecondDigits", 1, 3, undefined);
  components.timeZoneName = stringOption(options, "timeZoneName", ZONE_NAMES);
  stringOption(options, "formatMatcher", ["basic", "best fit"], "best fit");
  const dateStyle = stringOption(options, "dateStyle", STYLES);
  const timeStyle = stringOption(options, "timeStyle", STYLES);
  const given = Object.keys(components).filter((name) => components[name] !== undefined);
  if (dateStyle !== undefined || timeStyle !== undefined) {
    if (given.length > 0) throw new TypeError(`Can't set option ${given[0]} when ${dateStyle ? "dateStyle" : "timeStyle"} is used`);
    if (required === "date" && timeStyle !== undefined) throw new TypeError("Invalid option: timeStyle");
    if (required === "time" && dateStyle !== undefined) throw new TypeError("Invalid option: dateStyle");
  } else {
    addDefaults(components, given, required, defaults);
  }
  if (components.hour !== undefined || timeStyle !== undefined) {
    const preferred = extension(requested[0], "hc");
    if (hour12 !== undefined) hourCycle = hour12 ? "h12" : "h23";
    else hourCycle ??= ["h11", "h12", "h23", "h24"].includes(preferred) ? preferred : "h12";
    Object.assign(slots, { hourCycle, hour12: hourCycle === "h11" || hourCycle === "h12" });
  }
  // Below an hour, and beside a 24-hour one, both digits are written.
  if (components.minute !== undefined && (components.hour !== undefined || components.second !== undefined)) components.minute = "2-digit";
  if (components.second !== undefined && components.minute !== undefined) components.second = "2-digit";
  if (components.hour !== undefined && !slots.hour12) components.hour = "2-digit";
  for (const [name, value] of Object.entries(components)) if (value !== undefined) slots[name] = value;
  if (dateStyle !== undefined) slots.dateStyle = dateStyle;
  if (timeStyle !== undefined) slots.timeStyle = timeStyle;
  return slots;
}

function addDefaults(components, given, required, defaults) {
  const needed = [...(required === "time" ? [] : DATE_PARTS), ...(required === "date" ? [] : TIME_PARTS)];
  if (given.some((name) => needed.includes(name))) return;
  const names = { date: ["year", "month", "day"], time: ["hour", "minute", "second"] };
  for (const name of defaults === "all" ? [...names.date, ...names.time] : names[defaults]) components[name] = "numeric";
}

/** The parts of a time: PartitionDateTimePattern. */
export function dateParts(slots, time) {
  const offset = offsetAt(slots.timeZone, time);
  const local = new Date(time + offset.seconds * 1000);
  const parts = [];
  for (const field of pattern(slots)) {
    const part = typeof field === "string" ? { type: "literal", value: field } : { type: field[0], value: write(field, slots, local, offset, time) };
    const last = parts.at(-1);
    if (part.type === "literal" && last?.type === "literal") last.value += part.value;
    else parts.push(part);
  }
  return parts;
}

const two = (number) => String(number).padStart(2, "0");

function named(names, index, style) {
  const name = names[index];
  return style === "long" ? name : style === "short" ? name.slice(0, 3) : name[0];
}

function write([type, style], slots, local, offset, time) {
  const year = local.getUTCFullYear(), hour = local.getUTCHours();
  const number = (value) => (style === "2-digit" ? two(value) : String(value));
  switch (type) {
    case "era":
      return { long: ["Before Christ", "Anno Domini"], short: ["BC", "AD"], narrow: ["B", "A"] }[style][+(year > 0)];
    case "year": {
      const shown = year > 0 || slots.era === undefined ? year : 1 - year;
      return style === "2-digit" ? two(Math.abs(shown) % 100) : String(shown);
    }
    case "month":
      return NUMBERS.includes(style) ? number(local.getUTCMonth() + 1) : named(MONTHS, local.getUTCMonth(), style);
    case "weekday":
      return named(WEEKDAYS, local.getUTCDay(), style);
    case "day":
      return number(local.getUTCDate());
    case "hour":
      return number({ h11: hour % 12, h12: hour % 12 || 12, h23: hour, h24: hour || 24 }[slots.hourCycle]);
    case "minute":
      return number(local.getUTCMinutes());
    case "second":
      return number(local.getUTCSeconds());
    case "fractionalSecond":
      return String(local.getUTCMilliseconds()).padStart(3, "0").slice(0, style);
    case "dayPeriod":
      return style === undefined ? (hour < 12 ? "AM" : "PM") : dayPeriod(hour, local.getUTCMinutes(), style);
    default:
      return zoneName(slots.timeZone, style, offset);
  }
}

function dayPeriod(hour, minute, style) {
  if (hour === 12 && minute === 0) return style === "narrow" ? "n" : "noon";
  if (hour >= 6 && hour < 12) return "in the morning";
  if (hour >= 12 && hour < 18) return "in the afternoon";
  return hour >= 18 && hour < 21 ? "in the evening" : "at night";
}

function rangeParts(slots, start, end) {
  if (start === undefined || end === undefined) throw new TypeError("A range needs two dates");
  const first = dateParts(slots, timeClip(+start)), last = dateParts(slots, timeClip(+end));
  const mark = (parts, source) => parts.map((part) => ({ ...part, source }));
  if (joinParts(first) === joinParts(last)) return mark(first, "shared");
  return [...mark(first, "startRange"), { type: "literal", value: " – ", source: "shared" }, ...mark(last, "endRange")];
}
