// Decimal numbers of any size, and how they are rounded: ECMA-402, 15.5.

const EXPONENT_MAX = 10000;

/**
 * A number, BigInt or numeric string as `{ negative, special, digits, point }`: its
 * value is 0.DIGITS × 10^point, or what `special` says ("nan", "infinity").
 */
export function toDecimal(value) {
  if (typeof value === "object" && value !== null) value = toPrimitive(value);
  if (typeof value === "bigint") return parse(value.toString());
  if (typeof value === "string") {
    const text = value.trim();
    const match = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/.exec(text);
    if (match !== null && Math.abs(+(match[1] ?? 0)) <= EXPONENT_MAX) return parse(text);
    value = +value;
  } else {
    value = +value;
  }
  const negative = value < 0 || Object.is(value, -0);
  if (Number.isNaN(value)) return { negative: false, special: "nan", digits: "", point: 0 };
  if (!Number.isFinite(value)) return { negative, special: "infinity", digits: "", point: 0 };
  return { ...parse(String(Math.abs(value))), negative };
}

function toPrimitive(value) {
  const convert = value[Symbol.toPrimitive];
  if (convert !== undefined && convert !== null) return convert.call(value, "number");
  const number = value.valueOf();
  return typeof number === "object" && number !== null ? `${value}` : number;
}

function parse(text) {
  const [, sign, whole, fraction = "", exponent = "0"] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const all = whole + fraction;
  const digits = all.replace(/^0+/, "");
  const point = digits === "" ? 0 : whole.length - (all.length - digits.length) + +exponent;
  return { negative: sign === "-", special: undefined, digits: digits.replace(/0+$/, ""), point };
}

/** The same, `by` powers of ten larger. */
export function scaled(decimal, by) {
  return decimal.digits === "" ? decimal : { ...decimal, point: decimal.point + by };
}

const isUp = {
  __proto__: null,
  ceil: (negative) => !negative,
  floor: (negative) => negative,
  expand: () => true,
  trunc: () => false,
  halfCeil: (negative, half) => half > 0 || (half === 0 && !negative),
  halfFloor: (negative, half) => half > 0 || (half === 0 && negative),
  halfExpand: (_, half) => half >= 0,
  halfTrunc: (_, half) => half > 0,
  halfEven: (_, half, last) => half > 0 || (half === 0 && last % 2 === 1),
};

export const ROUNDING_MODES = Object.keys(isUp);

/** `decimal` with its first `count` digits only, rounded; `count` may be negative. */
function roundDigits(decimal, count, mode) {
  const { negative, digits, point } = decimal;
  if (digits.length <= count) return decimal;
  const rest = count < 0 ? "0" + digits : digits.slice(count);
  const half = rest[0] === "5" && rest.length === 1 ? 0 : rest[0] >= "5" ? 1 : -1;
  const kept = count > 0 ? digits.slice(0, count) : "";
  if (!isUp[mode](negative, half, +(kept.at(-1) ?? 0))) {
    const left = kept.replace(/0+$/, "");
    return { ...decimal, digits: left, point: left === "" ? 0 : point };
  }
  if (kept === "") return { ...decimal, digits: "1", point: point - count + 1 };
  const next = (BigInt(kept) + 1n).toString();
  return { ...decimal, digits: next.replace(/0+$/, ""), point: point + next.length - kept.length };
}

/** Rounded to so many digits after the point. */
export function roundFraction(decimal, digits, mode) {
  return decimal.digits === "" ? decimal : roundDigits(decimal, decimal.point + digits, mode);
}

/** Rounded to so many significant digits. */
export function roundSignificant(decimal, digits, mode) {
  return roundDigits(decimal, digits, mode);
}

/** Digits before and after the point, at least so many. */
export function split(decimal, integerDigits, fractionDigits) {
  const { digits, point } = decimal;
  const padded = point > 0 ? digits.padEnd(point, "0") : digits;
  const integer = point > 0 ? padded.slice(0, point) : "";
  const fraction = point > 0 ? padded.slice(point) : digits === "" ? "" : "0".repeat(-point) + digits;
  return [integer.padStart(integerDigits, "0"), fraction.padEnd(fractionDigits, "0")];
}
