// MIME types: MIME Sniffing Standard, section 4, and "extract a MIME type" of the Fetch
// Standard.

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const QUOTABLE = /^[\t\x20-\x7e\x80-\xff]*$/;
const trim = (text) => text.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "");

/**
 * @typedef {object} MimeType
 * @property {string} essence
 * @property {Map<string, string>} parameters
 */

/**
 * "Parse a MIME type".
 * @param {string} input
 * @returns {MimeType | null}
 */
export function parseMimeType(input) {
  const text = trim(input);
  const slash = text.indexOf("/");
  if (slash < 0) return null;
  const type = text.slice(0, slash);
  const semicolon = text.indexOf(";", slash);
  const subtype = text.slice(slash + 1, semicolon < 0 ? text.length : semicolon).replace(/[\t\n\r ]+$/, "");
  if (!TOKEN.test(type) || !TOKEN.test(subtype)) return null;
  const parameters = new Map();
  let at = semicolon < 0 ? text.length : semicolon;
  while (at < text.length) {
    // 11.1. Past the ";" and white space.
    at++;
    while (at < text.length && "\t\n\r ".includes(text[at])) at++;
    let end = at;
    while (end < text.length && text[end] !== ";" && text[end] !== "=") end++;
    const name = text.slice(at, end).toLowerCase();
    at = end;
    if (at >= text.length) break;
    if (text[at] === ";") continue;
    at++;
    if (at >= text.length) break;
    let value;
    if (text[at] === '"') {
      [value, at] = quotedString(text, at);
      while (at < text.length && text[at] !== ";") at++;
    } else {
      end = text.indexOf(";", at);
      if (end < 0) end = text.length;
      value = text.slice(at, end).replace(/[\t\n\r ]+$/, "");
      at = end;
      if (value === "") continue;
    }
    if (TOKEN.test(name) && QUOTABLE.test(value) && !parameters.has(name)) parameters.set(name, value);
  }
  return { essence: `${type}/${subtype}`.toLowerCase(), parameters };
}

/** "Collect an HTTP quoted string", its value: the text and where it ends. */
function quotedString(text, start) {
  let value = "";
  let at = start + 1;
  for (; at < text.length; at++) {
    if (text[at] === '"') return [value, at + 1];
    if (text[at] === "\\" && at + 1 < text.length) at++;
    value += text[at];
  }
  return [value, at];
}

/**
 * "Serialize a MIME type".
 * @param {MimeType} type
 */
export function serializeMimeType({ essence, parameters }) {
  let text = essence;
  for (const [name, value] of parameters) {
    const quoted = TOKEN.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
    text += `;${name}=${quoted}`;
  }
  return text;
}

/**
 * "Extract a MIME type" from the combined value of Content-Type.
 * @param {string | null} header
 * @returns {MimeType | null}
 */
export function extractMimeType(header) {
  if (header === null) return null;
  let charset = null;
  let essence = null;
  let found = null;
  for (const value of splitHeader(header)) {
    const type = parseMimeType(value);
    if (type === null || type.essence === "*/*") continue;
    found = type;
    if (type.essence !== essence) {
      charset = type.parameters.get("charset") ?? null;
      essence = type.essence;
    } else if (!type.parameters.has("charset") && charset !== null) {
      type.parameters.set("charset", charset);
    }
  }
  return found;
}

/** "Get, decode, and split": at commas outside of quotes. */
function splitHeader(header) {
  const values = [];
  let start = 0;
  for (let at = 0; at <= header.length; ) {
    if (header[at] === '"') {
      [, at] = quotedString(header, at);
    } else if (at === header.length || header[at] === ",") {
      values.push(header.slice(start, at));
      start = ++at;
    } else {
      at++;
    }
  }
  return values;
}
