// node:querystring.

// encodeURIComponent leaves these alone, as Node does.
const escapeText = (value) => encodeURIComponent(String(value).toWellFormed());

export function unescape(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    const bytes = [];
    const encoded = new TextEncoder().encode(text);
    for (let at = 0; at < encoded.length; at++) {
      const hex = encoded[at] === 37 ? String.fromCharCode(encoded[at + 1] ?? 0, encoded[at + 2] ?? 0) : "";
      if (/^[0-9a-f]{2}$/i.test(hex)) {
        bytes.push(Number.parseInt(hex, 16));
        at += 2;
      } else bytes.push(encoded[at]);
    }
    return new TextDecoder().decode(Uint8Array.from(bytes));
  }
}

const primitive = (value) => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  return typeof value === "bigint" || typeof value === "boolean" ? String(value) : "";
};

export function stringify(object, separator = "&", equals = "=", options = undefined) {
  if (object === null || typeof object !== "object") return "";
  const encode = options?.encodeURIComponent ?? exports.escape;
  return Object.keys(object)
    .flatMap((key) => [object[key]].flat().map((value) => `${encode(primitive(key))}${equals || "="}${encode(primitive(value))}`))
    .join(separator || "&");
}

export function parse(text, separator = "&", equals = "=", options = undefined) {
  const result = { __proto__: null };
  if (typeof text !== "string" || text === "") return result;
  const max = typeof options?.maxKeys === "number" ? options.maxKeys : 1000;
  const decode = options?.decodeURIComponent ?? exports.unescape;
  let pairs = text.split(separator || "&");
  if (max > 0) pairs = pairs.slice(0, max);
  for (const pair of pairs) {
    if (pair === "") continue;
    const at = pair.indexOf(equals || "=");
    const plus = (part) => decode(part.replaceAll("+", " "));
    const key = plus(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? "" : plus(pair.slice(at + (equals || "=").length));
    if (!(key in result)) result[key] = value;
    else if (Array.isArray(result[key])) result[key].push(value);
    else result[key] = [result[key], value];
  }
  return result;
}

export const exports = { decode: parse, encode: stringify, escape: escapeText, parse, stringify, unescape };
