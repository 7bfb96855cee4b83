// URL Pattern Standard, "canonicalization" and "URLPatternInit processing".

import { parseURL, setPart } from "native:url";
import { escapePattern } from "./parts.js";

/** The special schemes and their default ports. */
export const SPECIAL_SCHEMES = { __proto__: null, ftp: "21", file: "", http: "80", https: "443", ws: "80", wss: "443" };

export const isSpecial = (protocol) => protocol in SPECIAL_SCHEMES;

const DUMMY = "https://dummy.invalid/";

function set(part, value, url = DUMMY) {
  const result = setPart(url, part, value);
  if (result === undefined) throw new TypeError(`URLPattern: "${value}" is no valid ${part}`);
  return result;
}

export function canonicalizeProtocol(value) {
  if (value === "") return value;
  const url = parseURL(`${value}://dummy.invalid/`);
  if (url === undefined) throw new TypeError(`URLPattern: "${value}" is no valid protocol`);
  return url.protocol;
}

export const canonicalizeUsername = (value) => (value === "" ? "" : set("username", value));
export const canonicalizePassword = (value) => (value === "" ? "" : set("password", value));
export const canonicalizeHostname = (value) => (value === "" ? "" : set("hostname", value));

export function canonicalizeIPv6Hostname(value) {
  if (/[^0-9A-Fa-f[\]:]/.test(value)) throw new TypeError(`URLPattern: "${value}" is no valid IPv6 address`);
  return value.toLowerCase();
}

export function canonicalizePort(value, protocol = "") {
  if (value === "") return "";
  // No scheme has a default port that would be dropped, but for its own.
  return set("port", value, `${isSpecial(protocol) && protocol !== "file" ? protocol : "dummy"}://dummy.invalid/`);
}

export function canonicalizePathname(value) {
  if (value === "") return "";
  if (value.startsWith("/")) return set("pathname", value);
  return set("pathname", `/-${value}`).slice(2);
}

export const canonicalizeOpaquePathname = (value) => (value === "" ? "" : set("opaque", value));
export const canonicalizeSearch = (value) => (value === "" ? "" : set("search", `?${value}`));
export const canonicalizeHash = (value) => (value === "" ? "" : set("hash", `#${value}`));

const withoutFirst = (value, char) => (value.startsWith(char) ? value.slice(1) : value);

function isAbsolutePathname(value, pattern) {
  return value.startsWith("/") || (pattern && (value.startsWith("\\/") || value.startsWith("{/")));
}

/**
 * "Process a URLPatternInit"
 * @param {Record<string, string | undefined>} init
 * @param {boolean} pattern whether its values are patterns, or those of a URL
 */
export function processInit(init, pattern) {
  const result = pattern ? {} : { protocol: "", username: "", password: "", hostname: "", port: "", pathname: "", search: "", hash: "" };
  const given = (...names) => names.some((name) => init[name] !== undefined);
  const fromBase = (value) => (pattern ? escapePattern(value) : value);
  let base;
  if (init.baseURL !== undefined) {
    base = parseURL(init.baseURL);
    if (base === undefined) throw new TypeError(`URLPattern: the base "${init.baseURL}" is no valid URL`);
    const before = [];
    for (const name of ["protocol", "hostname", "port", "pathname", "search", "hash"]) {
      before.push(name);
      if (given(...before)) break;
      result[name] = fromBase(base[name]);
    }
    if (!pattern && !given("protocol", "hostname", "port", "username")) {
      result.username = base.username;
      if (!given("password")) result.password = base.password;
    }
  }
  if (init.protocol !== undefined) {
    const protocol = init.protocol.endsWith(":") ? init.protocol.slice(0, -1) : init.protocol;
    result.protocol = pattern ? protocol : canonicalizeProtocol(protocol);
  }
  const take = (name, canonicalize, strip) => {
    if (init[name] === undefined) return;
    const value = strip === undefined ? init[name] : withoutFirst(init[name], strip);
    result[name] = pattern ? value : canonicalize(value);
  };
  take("username", canonicalizeUsername);
  take("password", canonicalizePassword);
  take("hostname", canonicalizeHostname);
  take("port", (port) => canonicalizePort(port, result.protocol));
  if (init.pathname !== undefined) {
    let { pathname } = init;
    if (base !== undefined && !base.opaque && !isAbsolutePathname(pathname, pattern)) {
      const path = fromBase(base.pathname);
      const slash = path.lastIndexOf("/");
      if (slash >= 0) pathname = path.slice(0, slash + 1) + pathname;
    }
    const protocol = result.protocol ?? "";
    const canonicalize = protocol === "" || isSpecial(protocol) ? canonicalizePathname : canonicalizeOpaquePathname;
    result.pathname = pattern ? pathname : canonicalize(pathname);
  }
  take("search", canonicalizeSearch, "?");
  take("hash", canonicalizeHash, "#");
  return result;
}
