// "HTTP fetch" and "HTTP-redirect fetch": Fetch Standard, 4.3 and 4.4.

import { isBadPort, parseUrl, userAgent } from "native:network";
import { exchange } from "./transport.js";

export const REDIRECTS = [301, 302, 303, 307, 308];
export const NULL_BODY_STATUSES = [101, 103, 204, 205, 304];
const MOST_REDIRECTS = 20;

/** "Request-body-header name". */
const BODY_HEADERS = ["content-encoding", "content-language", "content-location", "content-type", "content-length"];
/** Not for another origin's eyes: RFC 9110, 15.4, beside the standard's Authorization. */
const SECRET_HEADERS = ["authorization", "cookie", "proxy-authorization"];

export function networkError(message, cause = undefined) {
  return new TypeError(`Network error: ${message}`, cause === undefined ? undefined : { cause });
}

/**
 * @typedef {object} Request
 * @property {string} method
 * @property {object} url as parseUrl gives it
 * @property {string[][]} headers
 * @property {null | { bytes: Uint8Array | null, source: import("./transport.js").Source | null }} body
 *   bytes can be sent again, a source cannot
 * @property {"follow" | "error" | "manual"} redirect
 * @property {string} [cache] the cache mode
 *
 * @typedef {import("./transport.js").Answer & { urls: string[], opaqueRedirect: boolean }} Response
 */

/**
 * Fetch a URL of scheme http or https, redirects followed as the request says.
 * @param {Request} request
 * @param {import("./control.js").Control} control
 * @returns {Promise<Response>}
 */
export async function fetchHttp(request, control) {
  let { method, url, headers, body } = request;
  const urls = [url.href];
  for (let count = 0; ; count++) {
    if (url.port !== "" && isBadPort(url.port)) throw networkError(`port ${url.port} is blocked`);
    const content = body === null ? null : (body.bytes ?? body.source);
    const message = { method, url: withoutFragment(url.href), headers: withDefaults(headers, request.cache), body: content };
    const answer = await exchange(message, control);
    if (!REDIRECTS.includes(answer.status) || request.redirect === "manual") {
      const opaqueRedirect = REDIRECTS.includes(answer.status);
      if (opaqueRedirect) answer.body.cancel();
      return { ...answer, urls, opaqueRedirect };
    }
    if (request.redirect === "error") {
      answer.body.cancel();
      throw networkError(`${url.href} redirects`);
    }
    // "HTTP-redirect fetch". 3. No Location, no redirect.
    const location = locationOf(answer.headers);
    if (location === null) return { ...answer, urls, opaqueRedirect: false };
    await discard(answer);
    // 4. to 6.
    const next = parseUrl(location, url.href);
    if (next === null) throw networkError(`${url.href} redirects to what is no URL`);
    if (next.protocol !== "http:" && next.protocol !== "https:") {
      throw networkError(`${url.href} redirects to the scheme ${next.protocol}`);
    }
    // 7. and 8.
    if (count === MOST_REDIRECTS) throw networkError(`more than ${MOST_REDIRECTS} redirects`);
    // 9. and 10.
    if (next.hasCredentials) throw networkError(`${url.href} redirects to a URL with credentials`);
    // 11. A stream is gone.
    const { status } = answer;
    if (status !== 303 && body !== null && body.bytes === null) {
      throw networkError(`${url.href} redirects, and the body was a stream`);
    }
    // 12.
    if (
      ((status === 301 || status === 302) && method === "POST") ||
      (status === 303 && method !== "GET" && method !== "HEAD")
    ) {
      method = "GET";
      body = null;
      headers = without(headers, BODY_HEADERS);
    }
    // 13.
    if (next.origin !== url.origin) headers = without(headers, SECRET_HEADERS);
    // 17. and 18. The fragment goes on.
    const href = next.hash === "" && url.hash !== "" ? next.href + url.hash : next.href;
    url = href === next.href ? next : parseUrl(href);
    urls.push(url.href);
  }
}

/** What a redirect may say beside its Location, for its connection to be kept. */
const DISCARDED = 8 * 1024;

/** Nobody wants a body: where it is short, it is read, so that its connection is free. */
async function discard({ headers, body }) {
  const length = headers.find(([name]) => name === "content-length")?.[1] ?? Infinity;
  if (!(+length <= DISCARDED)) {
    body.cancel();
    return;
  }
  try {
    while ((await body.read()) !== null);
  } catch {
    // Its connection is none of the next request's business.
  }
}

function withoutFragment(href) {
  const at = href.indexOf("#");
  return at < 0 ? href : href.slice(0, at);
}

function without(headers, names) {
  return headers.filter(([name]) => !names.includes(name));
}

/** "HTTP-network-or-cache fetch", what the user agent adds; and "fetch", 12 and 13. */
function withDefaults(headers, cache) {
  const has = (wanted) => headers.some(([name]) => name === wanted);
  const all = [...headers];
  const add = (name, value) => has(name) || all.push([name, value]);
  add("accept", "*/*");
  add("accept-language", "*");
  add("user-agent", userAgent());
  // There is no cache here, but there may be one on the way.
  if (cache === "no-cache") add("cache-control", "max-age=0");
  if (cache === "no-store" || cache === "reload") {
    add("pragma", "no-cache");
    add("cache-control", "no-cache");
  }
  // A part of what is coded could not be decoded.
  add("accept-encoding", has("range") ? "identity" : "gzip, deflate, br");
  return all;
}

/** "Location URL": its first value. Bytes that are not ASCII are what a URL makes of them. */
function locationOf(headers) {
  const found = headers.filter(([name]) => name === "location");
  if (found.length === 0) return null;
  const [[, value]] = found;
  return value.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}
