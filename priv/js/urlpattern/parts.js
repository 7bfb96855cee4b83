// URL Pattern Standard, "patterns": from their text to parts, and from those to a
// regular expression and to text again.

import { isNameCodePoint, tokenize } from "./tokenizer.js";

/**
 * @typedef {{ type: "fixed-text" | "regexp" | "segment-wildcard" | "full-wildcard",
 *   value: string, modifier: "" | "?" | "*" | "+", name: string, prefix: string,
 *   suffix: string }} Part
 * @typedef {{ delimiter: string, prefix: string, ignoreCase: boolean }} Options
 */

const FULL_WILDCARD = ".*";
const NUMERIC = /^[0-9]/;

const escapeRegexp = (text) => text.replace(/[.+*?^${}()[\]|/\\]/g, "\\$&");
export const escapePattern = (text) => text.replace(/[+*?:{}()\\]/g, "\\$&");
const segmentWildcard = ({ delimiter }) => `[^${escapeRegexp(delimiter)}]+?`;

/**
 * "Parse a pattern string"
 * @param {(text: string) => string} encode
 * @returns {Part[]}
 */
export function parse(input, options, encode) {
  const tokens = tokenize([...input], true);
  const segment = segmentWildcard(options);
  const names = new Set();
  const parts = [];
  let index = 0;
  let pending = "";
  let nextNumber = 0;

  const take = (type) => (tokens[index].type === type ? tokens[index++] : null);
  const takeModifier = () => take("other-modifier") ?? take("asterisk");
  const takeGroup = (name) => take("regexp") ?? (name === null ? take("asterisk") : null);
  const takeText = () => {
    let text = "";
    for (let token; (token = take("char") ?? take("escaped-char")) !== null; ) text += token.value;
    return text;
  };
  const require = (type) => {
    if (take(type) !== null) return;
    const { index: at, value } = tokens[index];
    throw new TypeError(`URLPattern: "${value}" at ${at} of "${input}" is not expected there`);
  };
  const addPending = () => {
    if (pending === "") return;
    const value = encode(pending);
    pending = "";
    parts.push({ type: "fixed-text", value, modifier: "", name: "", prefix: "", suffix: "" });
  };
  const add = (prefix, name, group, suffix, modifierToken) => {
    const modifier = modifierToken?.value ?? "";
    if (name === null && group === null && modifier === "") {
      pending += prefix;
      return;
    }
    addPending();
    if (name === null && group === null) {
      if (prefix === "") return;
      parts.push({ type: "fixed-text", value: encode(prefix), modifier, name: "", prefix: "", suffix: "" });
      return;
    }
    let value = group === null ? segment : group.type === "asterisk" ? FULL_WILDCARD : group.value;
    let type = "regexp";
    if (value === segment) type = "segment-wildcard";
    else if (value === FULL_WILDCARD) type = "full-wildcard";
    if (type !== "regexp") value = "";
    const called = name !== null ? name.value : `${nextNumber++}`;
    if (names.has(called)) throw new TypeError(`URLPattern: the name "${called}" is there twice in "${input}"`);
    names.add(called);
    parts.push({ type, value, modifier, name: called, prefix: encode(prefix), suffix: encode(suffix) });
  };

  while (index < tokens.length) {
    const char = take("char");
    let name = take("name");
    let group = takeGroup(name);
    if (name !== null || group !== null) {
      let prefix = char?.value ?? "";
      if (prefix !== "" && prefix !== options.prefix) {
        pending += prefix;
        prefix = "";
      }
      addPending();
      add(prefix, name, group, "", takeModifier());
      continue;
    }
    const fixed = char ?? take("escaped-char");
    if (fixed !== null) {
      pending += fixed.value;
      continue;
    }
    if (take("open") !== null) {
      const prefix = takeText();
      name = take("name");
      group = takeGroup(name);
      const suffix = takeText();
      require("close");
      add(prefix, name, group, suffix, takeModifier());
      continue;
    }
    addPending();
    require("end");
  }
  return parts;
}

/** "Generate a regular expression and name list": its source, and the names. */
export function toRegexp(parts, options) {
  const segment = segmentWildcard(options);
  const names = [];
  let result = "^";
  for (const { type, value, modifier, name, prefix, suffix } of parts) {
    if (type === "fixed-text") {
      result += modifier === "" ? escapeRegexp(value) : `(?:${escapeRegexp(value)})${modifier}`;
      continue;
    }
    names.push(name);
    const inner = type === "segment-wildcard" ? segment : type === "full-wildcard" ? FULL_WILDCARD : value;
    const repeats = modifier === "*" || modifier === "+";
    const [before, after] = [escapeRegexp(prefix), escapeRegexp(suffix)];
    if (prefix === "" && suffix === "") {
      result += repeats ? `((?:${inner})${modifier})` : `(${inner})${modifier}`;
    } else if (!repeats) {
      result += `(?:${before}(${inner})${after})${modifier}`;
    } else {
      result += `(?:${before}((?:${inner})(?:${after}${before}(?:${inner}))*)${after})${modifier === "*" ? "?" : ""}`;
    }
  }
  return { source: `${result}$`, names };
}

/** "Generate a pattern string" */
export function toPattern(parts, options) {
  const segment = segmentWildcard(options);
  let result = "";
  parts.forEach((part, index) => {
    const { type, value, modifier, name, prefix, suffix } = part;
    const previous = parts[index - 1];
    const next = parts[index + 1];
    if (type === "fixed-text") {
      result += modifier === "" ? escapePattern(value) : `{${escapePattern(value)}}${modifier}`;
      return;
    }
    const custom = !NUMERIC.test(name);
    let grouping = suffix !== "" || (prefix !== "" && prefix !== options.prefix);
    if (!grouping && custom && type === "segment-wildcard" && modifier === "" && next?.prefix === "" && next.suffix === "") {
      grouping = next.type === "fixed-text" ? isNameCodePoint([...next.value][0], false) : NUMERIC.test(next.name);
    }
    if (!grouping && prefix === "" && previous?.type === "fixed-text" && options.prefix !== "") {
      grouping = previous.value.endsWith(options.prefix);
    }
    if (grouping) result += "{";
    result += escapePattern(prefix);
    if (custom) result += `:${name}`;
    if (type === "regexp") result += `(${value})`;
    else if (type === "segment-wildcard" && !custom) result += `(${segment})`;
    else if (type === "full-wildcard") {
      const bare =
        !custom &&
        (previous === undefined || previous.type === "fixed-text" || previous.modifier !== "" || grouping || prefix !== "");
      result += bare ? "*" : `(${FULL_WILDCARD})`;
    }
    if (type === "segment-wildcard" && custom && isNameCodePoint([...suffix][0], false)) result += "\\";
    result += escapePattern(suffix);
    if (grouping) result += "}";
    result += modifier;
  });
  return result;
}

/** From what matches most to what matches least. */
const TYPES = ["full-wildcard", "segment-wildcard", "regexp", "fixed-text"];
const MODIFIERS = ["*", "?", "+", ""];
const NOTHING = { type: "fixed-text", value: "", modifier: "", prefix: "", suffix: "" };

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function compareParts(a, b) {
  return (
    order(TYPES.indexOf(a.type), TYPES.indexOf(b.type)) ||
    order(MODIFIERS.indexOf(a.modifier), MODIFIERS.indexOf(b.modifier)) ||
    order(a.prefix, b.prefix) ||
    order(a.value, b.value) ||
    order(a.suffix, b.suffix)
  );
}

/** Which of two lists of parts matches less: 1 where it is the first, -1 the second. */
export function compare(left, right) {
  const count = Math.max(left.length, right.length);
  for (let index = 0; index < count; index++) {
    const found = compareParts(left[index] ?? NOTHING, right[index] ?? NOTHING);
    if (found !== 0) return found;
  }
  return 0;
}
