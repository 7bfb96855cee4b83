// Intl.Segmenter: ECMA-402, section 18, by the Unicode rules that hold for all languages.

import { breaks } from "native:intl";
import { canonicalizeLocaleList, defineService, getOptionsObject, localeMatcher, resolveAny, stringOption } from "./locale.js";
import { toDOMString } from "../webidl.js";

export class Segmenter {
  #locale;
  #granularity;

  constructor(locales = undefined, options = undefined) {
    const requested = canonicalizeLocaleList(locales);
    options = getOptionsObject(options);
    localeMatcher(options);
    this.#locale = resolveAny(requested);
    this.#granularity = stringOption(options, "granularity", ["grapheme", "word", "sentence"], "grapheme");
  }

  segment(string) {
    const granularity = this.#granularity;
    return makeSegments(toDOMString(string), granularity);
  }

  resolvedOptions() {
    return { locale: this.#locale, granularity: this.#granularity };
  }
}
defineService(Segmenter, "Intl.Segmenter", true);

/** %Segments% => its string, granularity and ends. */
const segmentsOf = new WeakMap();

const SegmentsPrototype = {
  containing(index) {
    const segments = slotsOf(this);
    const at = Math.trunc(+index) || 0;
    if (at < 0 || at >= segments.string.length) return undefined;
    // The first that ends behind it.
    const { ends } = segments;
    let low = 0, high = ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Math.floor(ends[middle] / 2) > at) high = middle;
      else low = middle + 1;
    }
    return segmentAt(segments, low);
  },
  [Symbol.iterator]() {
    const iterator = Object.create(SegmentIteratorPrototype);
    iterators.set(iterator, { segments: slotsOf(this), next: 0 });
    return iterator;
  },
};
hide(SegmentsPrototype);

const iterators = new WeakMap();
const IteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const SegmentIteratorPrototype = Object.setPrototypeOf({
  next() {
    const state = iterators.get(this);
    if (state === undefined) throw new TypeError("Illegal invocation: not a Segmenter String Iterator");
    if (state.next >= state.segments.ends.length) return { value: undefined, done: true };
    return { value: segmentAt(state.segments, state.next++), done: false };
  },
}, IteratorPrototype);
hide(SegmentIteratorPrototype);
Object.defineProperty(SegmentIteratorPrototype, Symbol.toStringTag, {
  value: "Segmenter String Iterator",
  configurable: true,
});

function hide(object) {
  for (const key of Reflect.ownKeys(object)) Object.defineProperty(object, key, { enumerable: false });
}

function makeSegments(string, granularity) {
  const segments = Object.create(SegmentsPrototype);
  segmentsOf.set(segments, { string, granularity, ends: breaks(string, granularity) });
  return segments;
}

function slotsOf(segments) {
  const slots = segmentsOf.get(segments);
  if (slots === undefined) throw new TypeError("Illegal invocation: not a %Segments%");
  return slots;
}

function segmentAt({ string, granularity, ends }, at) {
  const index = at === 0 ? 0 : Math.floor(ends[at - 1] / 2);
  const segment = string.slice(index, Math.floor(ends[at] / 2));
  const result = { segment, index, input: string };
  if (granularity === "word") result.isWordLike = ends[at] % 2 === 1;
  return result;
}
