// The namespace Intl: ECMA-402, section 8.

import { Collator } from "./collator.js";
import { DateTimeFormat } from "./date_time_format.js";
import { ListFormat } from "./list_format.js";
import { canonicalizeLocaleList } from "./locale.js";
import { NumberFormat } from "./number_format.js";
import { PluralRules } from "./plural_rules.js";
import { RelativeTimeFormat } from "./relative_time_format.js";
import { Segmenter } from "./segmenter.js";

const { getCanonicalLocales } = {
  getCanonicalLocales(locales) {
    return canonicalizeLocaleList(locales);
  },
};

export const Intl = {};
for (const [name, value] of Object.entries({
  Collator, DateTimeFormat, ListFormat, NumberFormat, PluralRules, RelativeTimeFormat, Segmenter, getCanonicalLocales,
})) {
  Object.defineProperty(Intl, name, { value, writable: true, configurable: true });
}
Object.defineProperty(Intl, Symbol.toStringTag, { value: "Intl", configurable: true });
