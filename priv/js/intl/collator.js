// Intl.Collator: ECMA-402, section 10, by ICU4X's collation of all languages.

import { compare, makeCollator } from "native:intl";
import {
  adoptMembers, booleanOption, canonicalizeLocaleList, coerceOptions, createFrom, defineService, extension,
  localeMatcher, resolveAny, stringOption,
} from "./locale.js";

/** Collator => what it has resolved. */
const collators = new WeakMap();

export function Collator(locales = undefined, options = undefined) {
  const collator = createFrom(new.target, Collator);
  const requested = canonicalizeLocaleList(locales);
  options = coerceOptions(options);
  const usage = stringOption(options, "usage", ["sort", "search"], "sort");
  localeMatcher(options);
  stringOption(options, "collation");
  const numeric = booleanOption(options, "numeric", extension(requested[0], "kn") === "true");
  const givenFirst = extension(requested[0], "kf");
  const caseFirst = stringOption(
    options, "caseFirst", ["upper", "lower", "false"], ["upper", "lower"].includes(givenFirst) ? givenFirst : "false",
  );
  const sensitivity = stringOption(options, "sensitivity", ["base", "accent", "case", "variant"], "variant");
  const ignorePunctuation = booleanOption(options, "ignorePunctuation", resolveAny(requested) === "th");
  const locale = resolveAny(requested);
  const native = makeCollator(`${locale}-u-kf-${caseFirst}-kn-${numeric}`, sensitivity, ignorePunctuation);
  const resolved = { locale, usage, sensitivity, ignorePunctuation, collation: "default", numeric, caseFirst };
  collators.set(collator, { native, resolved, bound: undefined });
  return collator;
}
Object.defineProperty(Collator, "length", { value: 0, configurable: true });

function slotsOf(collator) {
  const slots = collators.get(collator);
  if (slots === undefined) throw new TypeError("Illegal invocation: not an Intl.Collator");
  return slots;
}

adoptMembers(Collator, class {
  get compare() {
    const slots = slotsOf(this);
    slots.bound ??= Object.defineProperty((x, y) => compare(slots.native, `${x}`, `${y}`), "name", { value: "" });
    return slots.bound;
  }
  resolvedOptions() {
    return { ...slotsOf(this).resolved };
  }
});
defineService(Collator, "Intl.Collator", true);
