// url.parse, url.format and url.resolve: Node's parser of before the URL Standard, by its documentation
// ("Legacy URL API"). It takes addresses apart leniently, and knows relative ones.

import { checkString, codedTypeError, invalidArgument } from "./errors.js";
import { parse as parseQuery, stringify as stringifyQuery } from "./querystring.js";
import { domainToUnicode } from "native:node";

const SLASHED = new Set(["http", "https", "ftp", "gopher", "file", "ws", "wss"].flatMap((name) => [name, `${name}:`]));
/** Of these nothing is a host, and nothing is escaped. */
const HOSTLESS = new Set(["javascript", "javascript:"]);

const FIELDS = ["protocol", "slashes", "auth", "host", "port", "hostname", "hash", "search", "query", "pathname", "path", "href"];
const FORBIDDEN_IN_HOST = /[\0\t\n\r #%/:<>?@[\\\]^|]/;
const FORBIDDEN_IN_IPV6 = /[\0\t\n\r #%/<>?@\\^|]/;
const NOT_HOST_CHARACTER = /[/\\#?:]/;
const TO_ESCAPE = /[\t\n\r "'<>\\^`{|}]/g;

const percent = (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
const isSlashed = (protocol) => SLASHED.has(protocol);
const joinPath = (url) => `${url.pathname || ""}${url.search || ""}`;

function invalidUrl(input) {
  return Object.assign(codedTypeError("ERR_INVALID_URL", "Invalid URL"), { input });
}

/** Blanks around it go; before the query, backslashes are slashes. */
function tidy(text) {
  const trimmed = text.replace(/^[\0-\x20\xa0\ufeff]+|[\0-\x20\xa0\ufeff]+$/g, "");
  const end = trimmed.search(/[?#]/);
  return end < 0 ? trimmed.replaceAll("\\", "/") : trimmed.slice(0, end).replaceAll("\\", "/") + trimmed.slice(end);
}

// A function, not a class: `Url.prototype.parse.call(object, …)` is what older packages do.
/** @this {any} */
export function Url() {
  for (const field of FIELDS) this[field] = null;
}

const methods = {
  parse(text, parseQueryString = false, slashesDenoteHost = false) {
    checkString(text, "url");
    let rest = tidy(text);
    if (!slashesDenoteHost && !/#|^[^?]*@/.test(rest)) {
      const simple = /^(\/\/?(?!\/)[^?\s]*)(\?[^\s]*)?$/.exec(rest);
      if (simple) {
        this.path = this.href = rest;
        this.pathname = simple[1];
        setQuery(this, simple[2], parseQueryString);
        return this;
      }
    }
    const scheme = /^[a-z0-9.+-]+:/i.exec(rest)?.[0];
    if (scheme !== undefined) {
      this.protocol = scheme.toLowerCase();
      rest = rest.slice(scheme.length);
    }
    const hostless = HOSTLESS.has(this.protocol);
    let slashes = false;
    if (slashesDenoteHost || scheme !== undefined || /^\/\/[^@/]+@[^@/]+/.test(rest)) {
      slashes = rest.startsWith("//");
      if (slashes && !hostless) {
        rest = rest.slice(2);
        this.slashes = true;
      }
    }
    if (!hostless && (slashes || (scheme !== undefined && !isSlashed(this.protocol)))) rest = takeHost(this, rest, text);
    if (!hostless) rest = rest.replace(TO_ESCAPE, percent);

    const hashAt = rest.indexOf("#");
    if (hashAt >= 0) this.hash = rest.slice(hashAt);
    const before = hashAt >= 0 ? rest.slice(0, hashAt) : rest;
    const queryAt = before.indexOf("?");
    setQuery(this, queryAt >= 0 ? before.slice(queryAt) : undefined, parseQueryString);
    const path = queryAt >= 0 ? before.slice(0, queryAt) : before;
    if (path !== "") this.pathname = path;
    if (isSlashed(this.protocol) && this.hostname && !this.pathname) this.pathname = "/";
    if (this.pathname || this.search) this.path = joinPath(this);
    this.href = this.format();
    return this;
  },

  format() {
    let { protocol, pathname, hash, slashes, auth } = this;
    [protocol, pathname, hash] = [protocol || "", pathname || "", hash || ""];
    const user = auth ? `${encodeURIComponent(auth).replaceAll("%3A", ":")}@` : "";
    let host = "";
    if (this.host) host = user + this.host;
    else if (this.hostname) {
      const { hostname, port } = this;
      const bare = hostname.includes(":") && !/^\[.*\]$/s.test(hostname);
      host = `${user}${bare ? `[${hostname}]` : hostname}${port ? `:${port}` : ""}`;
    }
    const query = this.query !== null && typeof this.query === "object" ? stringifyQuery(this.query) : "";
    let search = this.search || (query && `?${query}`) || "";
    if (protocol && !protocol.endsWith(":")) protocol += ":";
    pathname = pathname.replace(/[?#]/g, percent);
    if (slashes || isSlashed(protocol)) {
      if (slashes || host) {
        if (pathname && pathname[0] !== "/") pathname = `/${pathname}`;
        host = `//${host}`;
      } else if (protocol.startsWith("file")) host = "//";
    }
    search = search.replaceAll("#", "%23");
    if (hash && hash[0] !== "#") hash = `#${hash}`;
    if (search && search[0] !== "?") search = `?${search}`;
    return `${protocol}${host}${pathname}${search}${hash}`;
  },

  parseHost() {
    let { host } = this;
    const port = /:[0-9]*$/.exec(host)?.[0];
    if (port !== undefined) {
      if (port !== ":") this.port = port.slice(1);
      host = host.slice(0, host.length - port.length);
    }
    if (host) this.hostname = host;
  },

  resolve(relative) {
    return this.resolveObject(parse(relative, false, true)).format();
  },

  resolveObject(relative) {
    return resolveUrl(this, typeof relative === "string" ? parse(relative, false, true) : relative);
  },
};
for (const [name, method] of Object.entries(methods)) Url.prototype[name] = method;

function setQuery(url, search, parseQueryString) {
  if (search !== undefined) {
    url.search = search;
    url.query = parseQueryString ? parseQuery(search.slice(1)) : search.slice(1);
  } else if (parseQueryString) {
    url.search = null;
    url.query = { __proto__: null };
  }
}

/** Takes user, host and port off the front of `rest`; answers what is behind them. */
function takeHost(url, rest, input) {
  const end = rest.search(/[/?#]/);
  let front = (end < 0 ? rest : rest.slice(0, end)).replace(/[\t\n\r]/g, "");
  let behind = end < 0 ? "" : rest.slice(end);
  const at = front.lastIndexOf("@");
  if (at >= 0) {
    url.auth = decodeURIComponent(front.slice(0, at));
    front = front.slice(at + 1);
  }
  const odd = front.search(/[ "%';<>\\^`{|}]/);
  if (odd >= 0) {
    behind = front.slice(odd) + behind;
    front = front.slice(0, odd);
  }
  url.host = front;
  url.parseHost();
  url.hostname ??= "";
  const isIpv6 = /^\[.*\]$/s.test(url.hostname);
  if (!isIpv6) {
    const invalid = url.hostname.search(NOT_HOST_CHARACTER);
    if (invalid >= 0) {
      behind = `/${url.hostname.slice(invalid)}${behind}`;
      url.hostname = url.hostname.slice(0, invalid);
    }
  }
  url.hostname = url.hostname.length > 255 ? "" : url.hostname.toLowerCase();
  if (url.hostname !== "") {
    if (isIpv6) {
      if (FORBIDDEN_IN_IPV6.test(url.hostname)) throw invalidUrl(input);
    } else {
      url.hostname = toASCII(url.hostname);
      if (url.hostname === "" || FORBIDDEN_IN_HOST.test(url.hostname)) throw invalidUrl(input);
    }
  }
  url.host = `${url.hostname}${url.port ? `:${url.port}` : ""}`;
  if (isIpv6) {
    url.hostname = url.hostname.slice(1, -1);
    if (behind[0] !== "/") behind = `/${behind}`;
  }
  return behind;
}

/** As the URL Standard's host parser has it, but that a number is no address. */
function toASCII(hostname) {
  if (/^[\0-\x7f]*$/.test(hostname)) return hostname;
  return URL.canParse(`ws://${hostname}`) ? new URL(`ws://${hostname}`).hostname : "";
}

export function parse(url, parseQueryString = false, slashesDenoteHost = false) {
  if (url instanceof Url) return url;
  return new /** @type {any} */ (Url)().parse(url, parseQueryString, slashesDenoteHost);
}

export function resolve(from, to) {
  return parse(from, false, true).resolve(to);
}

export function format(url, options = undefined) {
  if (typeof url === "string") return parse(url).format();
  if (typeof url !== "object" || url === null) throw invalidArgument("urlObject", "one of type object or string", url);
  if (!(url instanceof URL)) return Url.prototype.format.call(url);
  if (options !== undefined && (typeof options !== "object" || options === null)) throw invalidArgument("options", "of type object", options);
  const { fragment = true, search = true, auth = true, unicode = false } = options ?? {};
  const copy = new URL(url.href);
  if (!fragment) copy.hash = "";
  if (!search) copy.search = "";
  if (!auth) copy.username = copy.password = "";
  return unicode ? copy.href.replace(copy.hostname, domainToUnicode(copy.hostname)) : copy.href;
}

/** `target` as it is meant from `source`: RFC 1808 and what browsers made of it. */
function resolveUrl(source, target) {
  const result = Object.assign(new /** @type {any} */ (Url)(), source);
  const done = () => {
    result.href = result.format();
    return result;
  };
  const take = (...fields) => {
    for (const field of fields) result[field] = target[field];
  };
  result.hash = target.hash;
  if (target.href === "") return done();
  if (target.slashes && !target.protocol) {
    take(...FIELDS.filter((field) => field !== "protocol" && field !== "href"));
    if (isSlashed(result.protocol) && result.hostname && !result.pathname) result.path = result.pathname = "/";
    return done();
  }
  if (target.protocol && target.protocol !== result.protocol) {
    if (!isSlashed(target.protocol)) {
      Object.assign(result, target);
      return done();
    }
    return otherProtocol(result, target, take, done);
  }
  return samePlace(result, target, take, done);
}

function otherProtocol(result, target, take, done) {
  result.protocol = target.protocol;
  let { host, hostname, pathname } = target;
  if (!host && !/^file:?$/.test(target.protocol)) {
    // `http:path`: its first part is the host.
    const parts = (pathname || "").split("/");
    while (parts.length > 0 && !host) host = parts.shift();
    host ||= "";
    hostname ||= "";
    if (parts[0] !== "") parts.unshift("");
    if (parts.length < 2) parts.unshift("");
    pathname = parts.join("/");
  }
  take("search", "query", "auth", "port");
  result.pathname = pathname;
  result.host = host || "";
  result.hostname = hostname || host;
  if (result.pathname || result.search) result.path = joinPath(result);
  result.slashes ||= target.slashes;
  return done();
}

/** `user@host`, where a first part of a path became the host. */
function setHost(result, host) {
  result.hostname = result.host = host;
  const at = host ? host.indexOf("@") : -1;
  if (at > 0) {
    result.auth = host.slice(0, at);
    result.host = result.hostname = host.slice(at + 1);
  }
}

function samePlace(result, target, take, done) {
  const isAbsolutePath = (path) => Boolean(path) && path[0] === "/";
  const targetIsAbsolute = target.host || isAbsolutePath(target.pathname);
  let mustEndAbsolute = targetIsAbsolute || isAbsolutePath(result.pathname) || (result.host && target.pathname);
  const removeAllDots = mustEndAbsolute;
  let path = (result.pathname && result.pathname.split("/")) || [];
  const more = (target.pathname && target.pathname.split("/")) || [];
  // Of an unknown protocol, the host is a part of the path.
  const noSlashes = result.protocol && !isSlashed(result.protocol);
  let { host, hostname, port } = target;
  if (noSlashes) {
    result.hostname = "";
    result.port = null;
    if (result.host) {
      if (path[0] === "") path[0] = result.host;
      else path.unshift(result.host);
    }
    result.host = "";
    if (target.protocol) {
      result.auth = null;
      if (host) {
        if (more[0] === "") more[0] = host;
        else more.unshift(host);
      }
      [host, hostname, port] = [null, null, null];
    }
    mustEndAbsolute &&= more[0] === "" || path[0] === "";
  }
  if (targetIsAbsolute) {
    if (host || host === "") {
      if (result.host !== host) result.auth = null;
      result.host = host;
      result.port = port;
    }
    if (hostname || hostname === "") {
      if (result.hostname !== hostname) result.auth = null;
      result.hostname = hostname;
    }
    take("search", "query");
    path = more;
  } else if (more.length > 0) {
    path.pop();
    path = path.concat(more);
    take("search", "query");
  } else if (target.search !== null && target.search !== undefined) {
    if (noSlashes) setHost(result, path.shift());
    take("search", "query");
    if (result.pathname !== null || result.search !== null) result.path = joinPath(result);
    return done();
  }
  if (path.length === 0) {
    result.pathname = null;
    result.path = result.search ? `/${result.search}` : null;
    return done();
  }
  const last = path.at(-1);
  const isDots = last === "." || last === "..";
  const endsInSlash = ((result.host || host || path.length > 1) && isDots) || last === "";
  let up = 0;
  for (let at = path.length - 1; at >= 0; at--) {
    if (path[at] === ".") path.splice(at, 1);
    else if (path[at] === "..") {
      path.splice(at, 1);
      up++;
    } else if (up > 0) {
      path.splice(at, 1);
      up--;
    }
  }
  if (!mustEndAbsolute && !removeAllDots) path.unshift(...Array(up).fill(".."));
  if (mustEndAbsolute && path[0] !== "" && (!path[0] || path[0][0] !== "/")) path.unshift("");
  if (endsInSlash && !path.join("/").endsWith("/")) path.push("");
  const isAbsolute = path[0] === "" || isAbsolutePath(path[0]);
  if (noSlashes) setHost(result, isAbsolute ? "" : (path.shift() ?? ""));
  mustEndAbsolute ||= result.host && path.length > 0;
  if (mustEndAbsolute && !isAbsolute) path.unshift("");
  result.pathname = path.length > 0 ? path.join("/") : null;
  if (path.length === 0) result.path = null;
  if (result.pathname !== null || result.search !== null) result.path = joinPath(result);
  result.auth = target.auth || result.auth;
  result.slashes ||= target.slashes;
  return done();
}
