// Intl.NumberFormat: ECMA-402, section 15, in English.

import { ROUNDING_MODES, roundFraction, roundSignificant, scaled, split, toDecimal } from "./decimal.js";
import {
  adoptMembers, canonicalizeLocaleList, coerceOptions, createFrom, defaultNumber, defineService, joinParts,
  localeMatcher, numberOption, resolveFormatted, stringOption,
} from "./locale.js";
import { COMPACT, CURRENCY_DIGITS, CURRENCY_NAMES, CURRENCY_SYMBOLS, unitPattern } from "./number_data.js";

/** NumberFormat => what it has resolved. */
const formats = new WeakMap();

export function NumberFormat(locales = undefined, options = undefined) {
  const format = createFrom(new.target, NumberFormat);
  formats.set(format, resolveNumberFormat(locales, options));
  return format;
}
Object.defineProperty(NumberFormat, "length", { value: 0, configurable: true });

function slotsOf(format) {
  const slots = formats.get(format);
  if (slots === undefined) throw new TypeError("Illegal invocation: not an Intl.NumberFormat");
  return slots;
}

adoptMembers(NumberFormat, class {
  get format() {
    const slots = slotsOf(this);
    slots.bound ??= Object.defineProperty((value) => joinParts(numberParts(slots, toDecimal(value))), "name", { value: "" });
    return slots.bound;
  }
  formatToParts(value) {
    return numberParts(slotsOf(this), toDecimal(value));
  }
  formatRange(start, end) {
    return joinParts(rangeParts(slotsOf(this), start, end));
  }
  formatRangeToParts(start, end) {
    return rangeParts(slotsOf(this), start, end);
  }
  resolvedOptions() {
    const { bound, rounding, ...resolved } = slotsOf(this);
    return resolved;
  }
});
defineService(NumberFormat, "Intl.NumberFormat", false);

/** The slots of a NumberFormat, in the order in which resolvedOptions lists them. */
export function resolveNumberFormat(locales, options) {
  const requested = canonicalizeLocaleList(locales);
  options = coerceOptions(options);
  localeMatcher(options);
  const numberingSystem = stringOption(options, "numberingSystem");
  if (numberingSystem !== undefined && !/^[a-z0-9]{3,8}(-[a-z0-9]{3,8})*$/i.test(numberingSystem)) {
    throw new RangeError(`Invalid numberingSystem: ${numberingSystem}`);
  }
  const slots = { locale: resolveFormatted(requested), numberingSystem: "latn" };
  const { style } = Object.assign(slots, unitOptions(options));
  const notation = stringOption(options, "notation", ["standard", "scientific", "engineering", "compact"], "standard");
  const isMoney = style === "currency" && notation === "standard";
  const minimum = isMoney ? (CURRENCY_DIGITS[slots.currency] ?? 2) : 0;
  const maximum = isMoney ? minimum : style === "percent" ? 0 : 3;
  const digits = digitOptions(options, minimum, maximum, notation);
  const { roundingMode, roundingIncrement, trailingZeroDisplay, roundingPriority, ...counts } = digits.resolved;
  const compactDisplay = stringOption(options, "compactDisplay", ["short", "long"], "short");
  const useGrouping = groupingOption(options, notation === "compact" ? "min2" : "auto");
  const signDisplay = stringOption(
    options, "signDisplay", ["auto", "never", "always", "exceptZero", "negative"], "auto",
  );
  return {
    ...slots,
    ...counts,
    useGrouping,
    notation,
    ...(notation === "compact" ? { compactDisplay } : {}),
    signDisplay,
    roundingIncrement,
    roundingMode,
    roundingPriority,
    trailingZeroDisplay,
    rounding: digits.rounding,
  };
}

/** SetNumberFormatUnitOptions. */
function unitOptions(options) {
  const style = stringOption(options, "style", ["decimal", "percent", "currency", "unit"], "decimal");
  const currency = stringOption(options, "currency");
  if (currency !== undefined && !/^[a-z]{3}$/i.test(currency)) throw new RangeError(`Invalid currency code: ${currency}`);
  if (style === "currency" && currency === undefined) throw new TypeError("Currency code is required with currency style");
  const currencyDisplay = stringOption(options, "currencyDisplay", ["code", "symbol", "narrowSymbol", "name"], "symbol");
  const currencySign = stringOption(options, "currencySign", ["standard", "accounting"], "standard");
  const unit = stringOption(options, "unit");
  if (unit !== undefined && unitPattern(unit, "short") === undefined) throw new RangeError(`Invalid unit argument: ${unit}`);
  if (style === "unit" && unit === undefined) throw new TypeError("Unit is required with unit style");
  const unitDisplay = stringOption(options, "unitDisplay", ["short", "narrow", "long"], "short");
  if (style === "currency") return { style, currency: currency.toUpperCase(), currencyDisplay, currencySign };
  return style === "unit" ? { style, unit, unitDisplay } : { style };
}

function groupingOption(options, fallback) {
  const value = options.useGrouping;
  if (value === undefined) return fallback;
  if (value === true) return "always";
  if (!value) return false;
  const text = `${value}`;
  if (text === "true" || text === "false") return fallback;
  if (!["min2", "auto", "always"].includes(text)) throw new RangeError(`Invalid useGrouping: ${text}`);
  return text;
}

const INCREMENTS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000];

/** SetNumberFormatDigitOptions: what is resolved, and how to round. */
export function digitOptions(options, minimumDefault, maximumDefault, notation) {
  const minimumIntegerDigits = numberOption(options, "minimumIntegerDigits", 1, 21, 1);
  const { minimumFractionDigits, maximumFractionDigits, minimumSignificantDigits, maximumSignificantDigits } = options;
  const roundingIncrement = numberOption(options, "roundingIncrement", 1, 5000, 1);
  if (!INCREMENTS.includes(roundingIncrement)) throw new RangeError("roundingIncrement value is out of range");
  const roundingMode = stringOption(options, "roundingMode", ROUNDING_MODES, "halfExpand");
  let roundingPriority = stringOption(options, "roundingPriority", ["auto", "morePrecision", "lessPrecision"], "auto");
  const trailingZeroDisplay = stringOption(options, "trailingZeroDisplay", ["auto", "stripIfInteger"], "auto");
  const hasSignificant = minimumSignificantDigits !== undefined || maximumSignificantDigits !== undefined;
  const hasFraction = minimumFractionDigits !== undefined || maximumFractionDigits !== undefined;
  const isAuto = roundingPriority === "auto";
  const needsSignificant = !isAuto || hasSignificant;
  const needsFraction = !isAuto || !(hasSignificant || (!hasFraction && notation === "compact"));
  const resolved = { minimumIntegerDigits };
  const rounding = { mode: roundingMode, increment: roundingIncrement, strip: trailingZeroDisplay === "stripIfInteger" };
  if (roundingIncrement !== 1) maximumDefault = minimumDefault;
  let fraction, significant;
  if (needsSignificant) {
    const min = defaultNumber(minimumSignificantDigits, 1, 21, 1, "minimumSignificantDigits");
    significant = [min, defaultNumber(maximumSignificantDigits, min, 21, 21, "maximumSignificantDigits")];
  }
  if (needsFraction) {
    let min = defaultNumber(minimumFractionDigits, 0, 100, undefined, "minimumFractionDigits");
    let max = defaultNumber(maximumFractionDigits, 0, 100, undefined, "maximumFractionDigits");
    if (min === undefined) min = Math.min(minimumDefault, max ?? minimumDefault);
    else if (max === undefined) max = Math.max(maximumDefault, min);
    else if (min > max) throw new RangeError("maximumFractionDigits value is out of range");
    fraction = [min, max ?? Math.max(maximumDefault, min)];
  }
  if (fraction === undefined && significant === undefined) {
    fraction = [0, 0];
    significant = [1, 2];
    roundingPriority = "morePrecision";
  }
  if (roundingIncrement !== 1) {
    if (significant !== undefined) throw new TypeError("roundingIncrement needs fraction digits");
    if (fraction[0] !== fraction[1]) throw new RangeError("roundingIncrement needs equal fraction digits");
  }
  if (fraction !== undefined) {
    [resolved.minimumFractionDigits, resolved.maximumFractionDigits] = fraction;
  }
  if (significant !== undefined) {
    [resolved.minimumSignificantDigits, resolved.maximumSignificantDigits] = significant;
  }
  Object.assign(rounding, { fraction, significant, priority: roundingPriority });
  return { resolved: { ...resolved, roundingIncrement, roundingMode, roundingPriority, trailingZeroDisplay }, rounding };
}

/**
 * A decimal rounded, as [decimal, digits after the point at least].
 * @param {any} decimal
 * @param {{ fraction?: any, significant?: any, priority?: any, mode: any, increment: any, strip: any }} rounding
 */
export function rounded(decimal, { fraction, significant, priority, mode, increment, strip }) {
  let result;
  if (significant === undefined || (fraction !== undefined && byFraction(decimal, fraction, significant, priority))) {
    result = [increment === 1 ? roundFraction(decimal, fraction[1], mode) : byIncrement(decimal, fraction[1], increment, mode), fraction[0]];
  } else {
    const value = roundSignificant(decimal, significant[1], mode);
    const point = value.digits === "" ? 1 : value.point;
    result = [value, Math.max(0, significant[0] - point)];
  }
  if (strip && result[0].digits.length <= result[0].point) result[1] = 0;
  return result;
}

/** Whether the fraction digits decide, where both kinds are given. */
function byFraction(decimal, fraction, significant, priority) {
  const point = decimal.digits === "" ? 1 : decimal.point;
  const fractionIsFiner = fraction[1] > significant[1] - point;
  return priority === "morePrecision" ? fractionIsFiner : !fractionIsFiner;
}

function byIncrement(decimal, digits, increment, mode) {
  const quotient = toDecimal(String(Number(split(scaled(decimal, digits), 1, 0).join(".")) / increment));
  const steps = roundFraction({ ...quotient, negative: decimal.negative }, 0, mode);
  const product = toDecimal(BigInt(split(steps, 1, 0)[0]) * BigInt(increment));
  return { ...scaled(product, -digits), negative: decimal.negative };
}

/** The parts of a number: PartitionNumberPattern. */
export function numberParts(slots, decimal) {
  const { style, notation } = slots;
  const value = style === "percent" ? scaled(decimal, 2) : decimal;
  const number = [];
  let isZero = false, isOne = false;
  if (value.special === "nan") number.push({ type: "nan", value: "NaN" });
  else if (value.special === "infinity") number.push({ type: "infinity", value: "∞" });
  else {
    const { digits, fractionDigits, exponent } = withExponent(slots, value);
    isZero = digits.digits === "";
    const [integer, fraction] = split(digits, slots.minimumIntegerDigits, fractionDigits);
    pushGrouped(number, integer, slots.useGrouping);
    if (fraction !== "") number.push({ type: "decimal", value: "." }, { type: "fraction", value: fraction });
    isOne = integer === "1" && fraction === "" && exponent === 0;
    if (notation === "compact" && exponent > 0) {
      const isLong = slots.compactDisplay === "long";
      if (isLong) number.push({ type: "literal", value: " " });
      number.push({ type: "compact", value: COMPACT[isLong ? "long" : "short"][exponent] });
    } else if (notation === "scientific" || notation === "engineering") {
      number.push({ type: "exponentSeparator", value: "E" });
      if (exponent < 0) number.push({ type: "exponentMinusSign", value: "-" });
      number.push({ type: "exponentInteger", value: String(Math.abs(exponent)) });
    }
  }
  const sign = signOf(slots.signDisplay, value, isZero);
  return withAffixes(slots, number, sign, isOne);
}

/** Rounded, in units of the power of ten that the notation takes. */
function withExponent(slots, value) {
  let exponent = exponentOf(slots, value);
  let [digits, fractionDigits] = rounded(scaled(value, -exponent), slots.rounding);
  // 999,999 is not 1,000K.
  const after = exponentOf(slots, scaled(digits, exponent));
  if (after !== exponent && digits.digits !== "") {
    exponent = after;
    [digits, fractionDigits] = rounded(scaled(value, -exponent), slots.rounding);
  }
  return { digits, fractionDigits, exponent };
}

function exponentOf({ notation }, { digits, point }) {
  if (notation === "standard" || digits === "") return 0;
  const magnitude = point - 1;
  if (notation === "scientific") return magnitude;
  const thousands = Math.floor(magnitude / 3) * 3;
  return notation === "engineering" ? thousands : Math.min(Math.max(thousands, 0), 12);
}

function pushGrouped(parts, integer, useGrouping) {
  const isGrouped = useGrouping !== false && integer.length > (useGrouping === "min2" ? 4 : 3);
  if (!isGrouped) {
    parts.push({ type: "integer", value: integer });
    return;
  }
  const first = integer.length % 3 || 3;
  parts.push({ type: "integer", value: integer.slice(0, first) });
  for (let at = first; at < integer.length; at += 3) {
    parts.push({ type: "group", value: "," }, { type: "integer", value: integer.slice(at, at + 3) });
  }
}

function signOf(display, { negative, special }, isZero) {
  const nothing = isZero || special === "nan";
  switch (display) {
    case "never":
      return "";
    case "always":
      return negative ? "-" : "+";
    case "exceptZero":
      return nothing ? "" : negative ? "-" : "+";
    case "negative":
      return negative && !nothing ? "-" : "";
    default:
      return negative ? "-" : "";
  }
}

function withAffixes(slots, number, sign, isOne) {
  const signPart = sign === "" ? [] : [{ type: sign === "-" ? "minusSign" : "plusSign", value: sign }];
  switch (slots.style) {
    case "percent":
      return [...signPart, ...number, { type: "percentSign", value: "%" }];
    case "currency":
      return withCurrency(slots, number, signPart, sign);
    case "unit": {
      const [prefix, space, text] = unitPattern(slots.unit, slots.unitDisplay, isOne);
      const unit = [{ type: slots.unit === "percent" && slots.unitDisplay !== "long" ? "percentSign" : "unit", value: text }];
      const literal = space === "" ? [] : [{ type: "literal", value: space }];
      return prefix ? [...unit, ...literal, ...signPart, ...number] : [...signPart, ...number, ...literal, ...unit];
    }
    default:
      return [...signPart, ...number];
  }
}

function withCurrency({ currency, currencyDisplay, currencySign }, number, signPart, sign) {
  if (currencyDisplay === "name") {
    const isOne = number.length === 1 && number[0].value === "1";
    const [one, other] = CURRENCY_NAMES[currency] ?? [currency, currency];
    return [...signPart, ...number, { type: "literal", value: " " }, { type: "currency", value: isOne ? one : other }];
  }
  const [symbol, narrow] = CURRENCY_SYMBOLS[currency] ?? [currency];
  const value = { code: currency, narrowSymbol: narrow ?? symbol, symbol }[currencyDisplay];
  const money = [{ type: "currency", value }];
  // A letter is kept apart from the digits.
  if (/[A-Za-z]$/.test(value)) money.push({ type: "literal", value: "\u00a0" });
  if (currencySign === "accounting" && sign === "-") {
    return [{ type: "literal", value: "(" }, ...money, ...number, { type: "literal", value: ")" }];
  }
  return [...signPart, ...money, ...number];
}

function rangeParts(slots, start, end) {
  if (start === undefined || end === undefined) throw new TypeError("A range needs two numbers");
  const [a, b] = [toDecimal(start), toDecimal(end)];
  if (a.special === "nan" || b.special === "nan") throw new RangeError("A range is not of NaN");
  const mark = (parts, source) => parts.map((part) => ({ ...part, source }));
  const first = numberParts(slots, a), last = numberParts(slots, b);
  if (joinParts(first) === joinParts(last)) {
    return mark([{ type: "approximatelySign", value: "~" }, ...first], "shared");
  }
  const isPlain = slots.style === "decimal" || slots.style === "percent";
  const separator = { type: "literal", value: isPlain ? "–" : " – " };
  return [...mark(first, "startRange"), ...mark([separator], "shared"), ...mark(last, "endRange")];
}
