// URL Pattern Standard, "tokenizing".

const IDENTIFIER_START = /[$_\p{ID_Start}]/u;
const IDENTIFIER_PART = /[$_\u200C\u200D\p{ID_Continue}]/u;

/** A valid name code point. */
export function isNameCodePoint(char, first) {
  return char !== undefined && (first ? IDENTIFIER_START : IDENTIFIER_PART).test(char);
}

const isAscii = (char) => char.codePointAt(0) <= 0x7f;

/**
 * @typedef {{ type: string, index: number, value: string }} Token index in code points
 * @param {string[]} input code points
 * @param {boolean} strict whether what cannot be is an error, and not an "invalid-char"
 * @returns {Token[]}
 */
export function tokenize(input, strict) {
  const tokens = [];
  const { length } = input;
  let index = 0;

  const add = (type, next, start, end = next) => {
    tokens.push({ type, index, value: input.slice(start, end).join("") });
    index = next;
  };
  const fail = (next, start, what) => {
    if (strict) throw new TypeError(`URLPattern: ${what} at ${index} of "${input.join("")}"`);
    add("invalid-char", next, start);
  };

  while (index < length) {
    const char = input[index];
    if (char === "*") add("asterisk", index + 1, index);
    else if (char === "+" || char === "?") add("other-modifier", index + 1, index);
    else if (char === "{") add("open", index + 1, index);
    else if (char === "}") add("close", index + 1, index);
    else if (char === "\\") {
      if (index === length - 1) fail(index + 1, index, "nothing follows a backslash");
      else add("escaped-char", index + 2, index + 1);
    } else if (char === ":") {
      const start = index + 1;
      let end = start;
      while (end < length && isNameCodePoint(input[end], end === start)) end++;
      if (end <= start) fail(start, index, "a name is missing");
      else add("name", end, start);
    } else if (char === "(") {
      const start = index + 1;
      const { end, error } = regexpEnd(input, start);
      if (error !== undefined) fail(start, index, error);
      else add("regexp", end, start, end - 1);
    } else add("char", index + 1, index);
  }
  add("end", index, index);
  return tokens;
}

/** Where the group that begins before `start` ends. */
function regexpEnd(input, start) {
  const { length } = input;
  let depth = 1;
  let at = start;
  while (at < length) {
    const char = input[at];
    if (!isAscii(char)) return { error: "a group holds what is not ASCII" };
    if (at === start && char === "?") return { error: "a group begins with a question mark" };
    if (char === "\\") {
      if (at === length - 1) return { error: "nothing follows a backslash" };
      if (!isAscii(input[at + 1])) return { error: "a group holds what is not ASCII" };
      at += 2;
      continue;
    }
    if (char === ")") {
      depth--;
      if (depth === 0) {
        at++;
        break;
      }
    } else if (char === "(") {
      depth++;
      if (at === length - 1) return { error: "a group has no end" };
      if (input[at + 1] !== "?") return { error: "a group within a group captures" };
    }
    at++;
  }
  if (depth !== 0) return { error: "a group has no end" };
  if (at - start - 1 === 0) return { error: "a group is empty" };
  return { end: at };
}
