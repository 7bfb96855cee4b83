// Intl.ListFormat: ECMA-402, section 13, in English.

import {
  canonicalizeLocaleList, defineService, getOptionsObject, joinParts, localeMatcher, resolveFormatted, stringOption,
} from "./locale.js";

/** Between two of two, between two of more, and before the last of more. */
const SEPARATORS = {
  conjunction: { long: [" and ", ", ", ", and "], short: [" & ", ", ", ", & "], narrow: [", ", ", ", ", "] },
  disjunction: { long: [" or ", ", ", ", or "], short: [" or ", ", ", ", or "], narrow: [" or ", ", ", ", or "] },
  unit: { long: [", ", ", ", ", "], short: [", ", ", ", ", "], narrow: [" ", " ", " "] },
};

export class ListFormat {
  #locale;
  #type;
  #style;

  constructor(locales = undefined, options = undefined) {
    const requested = canonicalizeLocaleList(locales);
    options = getOptionsObject(options);
    localeMatcher(options);
    this.#locale = resolveFormatted(requested);
    this.#type = stringOption(options, "type", ["conjunction", "disjunction", "unit"], "conjunction");
    this.#style = stringOption(options, "style", ["long", "short", "narrow"], "long");
  }

  #parts(list) {
    const [two, between, last] = SEPARATORS[this.#type][this.#style];
    const items = [];
    for (const item of list ?? []) {
      if (typeof item !== "string") throw new TypeError("Iterable yielded a value that is not a string");
      items.push(item);
    }
    return items.flatMap((value, index) => {
      const element = { type: "element", value };
      if (index === 0) return [element];
      const isLast = index === items.length - 1;
      return [{ type: "literal", value: items.length === 2 ? two : isLast ? last : between }, element];
    });
  }

  format(list) {
    return joinParts(this.#parts(list));
  }

  formatToParts(list) {
    return this.#parts(list);
  }

  resolvedOptions() {
    return { locale: this.#locale, type: this.#type, style: this.#style };
  }
}
defineService(ListFormat, "Intl.ListFormat", false);
