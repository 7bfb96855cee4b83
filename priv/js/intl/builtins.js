// What ECMA-402, section 19, makes of ECMAScript's methods that heed the locale.

import { Collator } from "./collator.js";
import { dateParts, resolveDateTimeFormat } from "./date_time_format.js";
import { toDecimal } from "./decimal.js";
import { joinParts } from "./locale.js";
import { numberParts, resolveNumberFormat } from "./number_format.js";

const numberValue = Number.prototype.valueOf;
const bigIntValue = BigInt.prototype.valueOf;
const dateValue = Date.prototype.getTime;

/** Functions of their own names, without a prototype, as built-in methods are. */
const methods = {
  number: {
    toLocaleString(locales = undefined, options = undefined) {
      const value = numberValue.call(this);
      return joinParts(numberParts(resolveNumberFormat(locales, options), toDecimal(value)));
    },
  },
  bigInt: {
    toLocaleString(locales = undefined, options = undefined) {
      const value = bigIntValue.call(this);
      return joinParts(numberParts(resolveNumberFormat(locales, options), toDecimal(value)));
    },
  },
  date: {
    toLocaleString(locales = undefined, options = undefined) {
      return dateText(this, locales, options, "any", "all");
    },
    toLocaleDateString(locales = undefined, options = undefined) {
      return dateText(this, locales, options, "date", "date");
    },
    toLocaleTimeString(locales = undefined, options = undefined) {
      return dateText(this, locales, options, "time", "time");
    },
  },
  string: {
    localeCompare(that) {
      refuseNullish(this, "String.prototype.localeCompare");
      const [text, other] = [`${this}`, `${that}`];
      return new (/** @type {any} */ (Collator))(arguments[1], arguments[2]).compare(text, other);
    },
  },
  array: {
    toLocaleString(locales = undefined, options = undefined) {
      refuseNullish(this, "Array.prototype.toLocaleString");
      const array = Object(this);
      if (open.includes(array)) return "";
      open.push(array);
      try {
        const texts = [];
        const length = Math.min(Math.max(Math.trunc(+array.length) || 0, 0), Number.MAX_SAFE_INTEGER);
        for (let index = 0; index < length; index++) {
          const item = array[index];
          texts.push(item === undefined || item === null ? "" : `${item.toLocaleString(locales, options)}`);
        }
        return texts.join(",");
      } finally {
        open.pop();
      }
    },
  },
};

/** Arrays that are being written. */
const open = [];

function refuseNullish(value, method) {
  if (value === undefined || value === null) throw new TypeError(`${method} called on null or undefined`);
}

function dateText(date, locales, options, required, defaults) {
  const time = dateValue.call(date);
  if (Number.isNaN(time)) return "Invalid Date";
  return joinParts(dateParts(resolveDateTimeFormat(locales, options, required, defaults), time));
}

export const numberToLocaleString = methods.number.toLocaleString;
export const bigIntToLocaleString = methods.bigInt.toLocaleString;
export const dateToLocaleString = methods.date.toLocaleString;
export const dateToLocaleDateString = methods.date.toLocaleDateString;
export const dateToLocaleTimeString = methods.date.toLocaleTimeString;
export const localeCompare = methods.string.localeCompare;
export const arrayToLocaleString = methods.array.toLocaleString;
