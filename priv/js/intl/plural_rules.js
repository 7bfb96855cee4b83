// Intl.PluralRules: ECMA-402, section 16, in English.

import {
  canonicalizeLocaleList, coerceOptions, defineService, localeMatcher, resolveFormatted, stringOption,
} from "./locale.js";
import { split, toDecimal } from "./decimal.js";
import { digitOptions, rounded } from "./number_format.js";

export class PluralRules {
  #slots;

  constructor(locales = undefined, options = undefined) {
    const requested = canonicalizeLocaleList(locales);
    options = coerceOptions(options);
    localeMatcher(options);
    const type = stringOption(options, "type", ["cardinal", "ordinal"], "cardinal");
    const { resolved, rounding } = digitOptions(options, 0, 3, "standard");
    this.#slots = { locale: resolveFormatted(requested), type, resolved, rounding };
  }

  select(value) {
    return this.#select(+value);
  }

  selectRange(start, end) {
    if (start === undefined || end === undefined) throw new TypeError("A range needs two numbers");
    const [a, b] = [+start, +end];
    if (Number.isNaN(a) || Number.isNaN(b)) throw new RangeError("A range is not of NaN");
    this.#select(a);
    // English takes the plural of every range.
    return this.#slots.type === "ordinal" ? this.#select(b) : "other";
  }

  #select(number) {
    const { type, resolved, rounding } = this.#slots;
    if (!Number.isFinite(number)) return "other";
    const [decimal, fractionDigits] = rounded(toDecimal(number), rounding);
    const [integer, fraction] = split(decimal, resolved.minimumIntegerDigits, fractionDigits);
    if (fraction !== "") return "other";
    const text = integer.replace(/^0+(?=.)/, "");
    if (type === "cardinal") return text === "1" ? "one" : "other";
    if (/1[123]$/.test(text)) return "other";
    return { 1: "one", 2: "two", 3: "few" }[text.at(-1)] ?? "other";
  }

  resolvedOptions() {
    const { locale, type, resolved } = this.#slots;
    const { roundingIncrement, roundingMode, roundingPriority, trailingZeroDisplay, ...digits } = resolved;
    const pluralCategories = type === "cardinal" ? ["one", "other"] : ["few", "one", "two", "other"];
    return { locale, type, ...digits, pluralCategories, roundingIncrement, roundingMode, roundingPriority, trailingZeroDisplay };
  }
}
defineService(PluralRules, "Intl.PluralRules", false);
