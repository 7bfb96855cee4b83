// Intl.RelativeTimeFormat: ECMA-402, section 17, in English.

import { toDecimal } from "./decimal.js";
import {
  canonicalizeLocaleList, coerceOptions, defineService, joinParts, localeMatcher, resolveFormatted, stringOption,
} from "./locale.js";
import { numberParts, resolveNumberFormat } from "./number_format.js";
import { toDOMString } from "../webidl.js";

/** Unit => before, now, next; short and narrow forms, of one and of more. */
const UNITS = {
  __proto__: null,
  second: [[, "now"], " sec.", " sec.", "s"],
  minute: [[, "this minute"], " min.", " min.", "m"],
  hour: [[, "this hour"], " hr.", " hr.", "h"],
  day: [["yesterday", "today", "tomorrow"], " day", " days", "d"],
  week: [["last week", "this week", "next week"], " wk.", " wk.", "w"],
  month: [["last month", "this month", "next month"], " mo.", " mo.", "mo"],
  quarter: [["last quarter", "this quarter", "next quarter"], " qtr.", " qtrs.", "q"],
  year: [["last year", "this year", "next year"], " yr.", " yr.", "y"],
};

/** Those that the short and narrow styles name otherwise. */
const BRIEF = { hour: "this hour", week: "wk.", month: "mo.", quarter: "qtr.", year: "yr." };

export class RelativeTimeFormat {
  #slots;

  constructor(locales = undefined, options = undefined) {
    const requested = canonicalizeLocaleList(locales);
    options = coerceOptions(options);
    localeMatcher(options);
    stringOption(options, "numberingSystem");
    const style = stringOption(options, "style", ["long", "short", "narrow"], "long");
    const numeric = stringOption(options, "numeric", ["always", "auto"], "always");
    const locale = resolveFormatted(requested);
    this.#slots = { locale, style, numeric, numbers: resolveNumberFormat(locale, undefined) };
  }

  #parts(value, unit) {
    const { style, numeric, numbers } = this.#slots;
    const number = +value;
    const name = toDOMString(unit).replace(/s$/, "");
    const forms = UNITS[name];
    if (forms === undefined) throw new RangeError(`Invalid unit argument for format() '${unit}'`);
    if (!Number.isFinite(number)) throw new RangeError("Invalid time value");
    if (numeric === "auto" && (number === 0 || Math.abs(number) === 1)) {
      const text = forms[0][number + 1];
      if (text !== undefined) return [{ type: "literal", value: brief(text, name, style) }];
    }
    const isPast = number < 0 || Object.is(number, -0);
    const parts = numberParts(numbers, toDecimal(Math.abs(number))).map((part) => ({ ...part, unit: name }));
    const isOne = Math.abs(number) === 1;
    const text = {
      long: ` ${name}${isOne ? "" : "s"}`,
      short: isOne ? forms[1] : forms[2],
      narrow: forms[3],
    }[style];
    return isPast
      ? [...parts, { type: "literal", value: `${text} ago` }]
      : [{ type: "literal", value: "in " }, ...parts, { type: "literal", value: text }];
  }

  format(value, unit) {
    return joinParts(this.#parts(value, unit));
  }

  formatToParts(value, unit) {
    return this.#parts(value, unit);
  }

  resolvedOptions() {
    const { locale, style, numeric } = this.#slots;
    return { locale, style, numeric, numberingSystem: "latn" };
  }
}
defineService(RelativeTimeFormat, "Intl.RelativeTimeFormat", false);

function brief(text, name, style) {
  return style === "long" || !(name in BRIEF) ? text : text.replace(name, name === "hour" ? "hour" : BRIEF[name]);
}
