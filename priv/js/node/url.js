// node:url.

import { fileURLToPath } from "./bytes.js";
import { checkString } from "./errors.js";
import { posix } from "./path.js";
import { parse as parseQuery, stringify as stringifyQuery } from "./querystring.js";

/** A path as a file: URL. */
export function pathToFileURL(path) {
  checkString(path, "path");
  let resolved = posix.resolve(path);
  if (path.endsWith("/") && !resolved.endsWith("/")) resolved += "/";
  const encoded = resolved.replace(/[%\\\n\r\t?#]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
  return new URL(`file://${encoded}`);
}

const LEGACY = /^([a-z][a-z0-9+.-]*:)?(\/\/)?(?:([^/?#@]*)@)?([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;
const SLASHED = ["http:", "https:", "ftp:", "file:", "ws:", "wss:"];

export class Url {
  protocol = null;
  slashes = null;
  auth = null;
  host = null;
  port = null;
  hostname = null;
  hash = null;
  search = null;
  query = null;
  pathname = null;
  path = null;
  href = null;
}

/** The old parser: it splits, and resolves nothing. */
export function parse(text, parseQueryString = false, slashesDenoteHost = false) {
  checkString(text, "url");
  const url = new Url();
  const [, protocol, slashes, auth, host, path, search, hash] = LEGACY.exec(text.trim()) ?? [];
  const scheme = protocol?.toLowerCase() ?? null;
  const hasHost = slashes !== undefined && (scheme !== null || slashesDenoteHost);
  let pathname = hasHost || scheme !== null && slashes === undefined && !SLASHED.includes(scheme) ? `${hasHost ? "" : host}${path}` : `${slashes ?? ""}${auth === undefined ? "" : `${auth}@`}${host}${path}`;
  url.protocol = scheme;
  url.slashes = hasHost ? true : null;
  if (hasHost) {
    const [, hostname, port] = /^(.*?)(?::(\d*))?$/s.exec(host);
    url.auth = auth === undefined ? null : decodeURIComponent(auth);
    url.hostname = hostname.toLowerCase();
    url.port = port || null;
    url.host = `${url.hostname}${url.port ? `:${url.port}` : ""}`;
    if (pathname === "" && SLASHED.includes(scheme)) pathname = "/";
  }
  url.hash = hash ?? null;
  url.search = search ?? (parseQueryString ? "" : null);
  url.query = parseQueryString ? parseQuery((search ?? "").slice(1)) : search === undefined ? null : search.slice(1);
  url.pathname = pathname === "" ? null : pathname;
  url.path = pathname === "" && search === undefined ? null : `${pathname}${search ?? ""}`;
  url.href = format(url);
  return url;
}

export function format(url, options = undefined) {
  if (typeof url === "string") return format(parse(url));
  if (url instanceof URL) {
    const copy = new URL(url.href);
    if (options?.fragment === false) copy.hash = "";
    if (options?.search === false) copy.search = "";
    if (options?.auth === false) copy.username = copy.password = "";
    return copy.href;
  }
  const { auth, hash, pathname, slashes, query } = url;
  let protocol = url.protocol ?? "";
  if (protocol !== "" && !protocol.endsWith(":")) protocol += ":";
  let host = url.host ?? (url.hostname ? `${url.hostname.includes(":") ? `[${url.hostname}]` : url.hostname}${url.port ? `:${url.port}` : ""}` : "");
  if (host !== "" && auth) host = `${encodeURIComponent(auth).replace(/%3A/i, ":")}@${host}`;
  let search = url.search ?? (query && typeof query === "object" ? stringifyQuery(query) : "");
  if (search !== "" && search[0] !== "?") search = `?${search}`;
  const needsSlashes = slashes || ((protocol === "" || SLASHED.includes(protocol)) && host !== "");
  const path = needsSlashes && pathname && pathname[0] !== "/" ? `/${pathname}` : (pathname ?? "");
  const fragment = hash ? (hash[0] === "#" ? hash : `#${hash}`) : "";
  return `${protocol}${needsSlashes ? "//" : ""}${host}${path.replace(/[?#]/g, encodeURIComponent)}${search.replaceAll("#", "%23")}${fragment}`;
}

export function resolve(from, to) {
  const base = new URL(from, "resolve://");
  const result = new URL(to, base);
  return result.protocol === "resolve:" ? `${result.pathname}${result.search}${result.hash}` : result.href;
}

export const exports = {
  URL: globalThis.URL,
  URLSearchParams: globalThis.URLSearchParams,
  Url,
  domainToASCII: (domain) => (URL.canParse(`ws://${domain}`) ? new URL(`ws://${domain}`).hostname : ""),
  domainToUnicode: (domain) => (URL.canParse(`ws://${domain}`) ? new URL(`ws://${domain}`).hostname : ""),
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  urlToHttpOptions: ({ protocol, hostname, hash, search, pathname, href, port, username, password }) => ({
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    hash,
    search,
    pathname,
    path: `${pathname || ""}${search || ""}`,
    href,
    ...(port !== "" && { port: Number(port) }),
    ...((username || password) && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  }),
};
