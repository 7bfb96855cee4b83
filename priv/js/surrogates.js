// Strings of JavaScript as strings that have a UTF-8 form: the BEAM stores them, and
// gets them back unchanged, lone surrogates included.

const ESCAPE = "\u{10FFFF}";
const escaped = /\u{10FFFF}|[\uD800-\uDFFF]/gu;
const escapes = /\u{10FFFF}(\.|[0-9a-f]{4})/gu;
const { replace, includes, isWellFormed, charCodeAt } = String.prototype;

/** @param {string} text */
export function escapeSurrogates(text) {
  if (isWellFormed.call(text) && !includes.call(text, ESCAPE)) return text;
  return replace.call(text, escaped, (match) =>
    match === ESCAPE ? `${ESCAPE}.` : ESCAPE + charCodeAt.call(match, 0).toString(16),
  );
}

/** @param {string} text what `escapeSurrogates` gave */
export function unescapeSurrogates(text) {
  if (!includes.call(text, ESCAPE)) return text;
  return replace.call(text, escapes, (_, code) =>
    code === "." ? ESCAPE : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
