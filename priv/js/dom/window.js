// What a window has besides its document, without anything that shows or loads it:
// location, history, media queries, animation frames.

import { EventTarget, fire } from "../events.js";
import { HashChangeEvent, PopStateEvent } from "./ui_events.js";
import { defineEventHandlers } from "../event_handlers.js";
import { MessageEvent } from "../event_types.js";
import { exposeInterface, requireArguments, toDOMString, toUSVString } from "../webidl.js";
import { documentUrl, resolveUrl, setDocumentUrl } from "native:dom";

const { defineProperty, getOwnPropertyDescriptor } = Object;

/** [scheme:] [//authority] path [?query] [#fragment] */
const URL_PARTS = /^([a-z][a-z0-9+.-]*:)(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/i;

function parts(url = documentUrl()) {
  const [, protocol = "", host = "", pathname = "", search = "", hash = ""] = URL_PARTS.exec(url) ?? [];
  const [, hostname, port = ""] = /^(.*?)(?::(\d*))?$/.exec(host);
  const isTuple = /^(https?|wss?|ftp):$/.test(protocol);
  return {
    protocol,
    host,
    hostname,
    port,
    pathname,
    search: search === "?" ? "" : search,
    hash: hash === "#" ? "" : hash,
    origin: isTuple ? `${protocol}//${host}` : "null",
  };
}

const locations = new WeakSet();

function check(object) {
  if (!locations.has(object)) throw new TypeError("Illegal invocation: not a Location");
}

/**
 * Go to another URL: only the document's URL changes, since nothing is loaded. A new
 * fragment is told, as in a browser.
 */
function goTo(url) {
  const before = documentUrl();
  const after = resolveUrl(before, url);
  if (!URL_PARTS.test(after)) throw new DOMException(`Not a valid URL: ${url}`, "SyntaxError");
  setDocumentUrl(after);
  const onlyHash = before.split("#")[0] === after.split("#")[0];
  if (onlyHash && before !== after) {
    setTimeout(() => fire(globalThis, "hashchange", { oldURL: before, newURL: after }, HashChangeEvent), 0);
  }
}

/** `location = url`. */
export function navigate(url) {
  goTo(toDOMString(url));
}

export class Location {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}
exposeInterface(Location);

/** [LegacyUnforgeable]: all of it stands on the object itself. */
const members = {
  get href() {
    check(this);
    return documentUrl();
  },
  set href(value) {
    check(this);
    goTo(toDOMString(value));
  },
  get origin() {
    check(this);
    return parts().origin;
  },
  get ancestorOrigins() {
    check(this);
    return [];
  },
  assign(url) {
    check(this);
    requireArguments(arguments.length, 1, "Location.assign");
    goTo(toDOMString(url));
  },
  replace(url) {
    check(this);
    requireArguments(arguments.length, 1, "Location.replace");
    goTo(toDOMString(url));
  },
  reload() {
    check(this);
  },
  toString() {
    check(this);
    return documentUrl();
  },
};

const assemble = ({ protocol, host, pathname, search, hash }) =>
  `${protocol}${host === "" ? "" : `//${host}`}${pathname}${search}${hash}`;

const SETTERS = {
  protocol: (all, value) => ({ ...all, protocol: value.endsWith(":") ? value : `${value}:` }),
  host: (all, value) => ({ ...all, host: value }),
  hostname: (all, value) => ({ ...all, host: all.port === "" ? value : `${value}:${all.port}` }),
  port: (all, value) => ({ ...all, host: value === "" ? all.hostname : `${all.hostname}:${value}` }),
  pathname: (all, value) => ({ ...all, pathname: value.startsWith("/") ? value : `/${value}` }),
  search: (all, value) => ({ ...all, search: value === "" || value.startsWith("?") ? value : `?${value}` }),
  hash: (all, value) => ({ ...all, hash: value === "" || value.startsWith("#") ? value : `#${value}` }),
};

for (const name of Object.keys(SETTERS)) {
  const accessor = {
    get [name]() {
      check(this);
      return parts()[name];
    },
    set [name](value) {
      check(this);
      goTo(assemble(SETTERS[name](parts(), toDOMString(value))));
    },
  };
  defineProperty(members, name, getOwnPropertyDescriptor(accessor, name));
}

export const location = Object.create(Location.prototype);
locations.add(location);
for (const name of Object.keys(members)) {
  const descriptor = getOwnPropertyDescriptor(members, name);
  const fixed = "value" in descriptor ? { writable: false } : {};
  defineProperty(location, name, { ...descriptor, ...fixed, configurable: false });
}

// History

const histories = new WeakMap();

function entriesOf(object) {
  const entries = histories.get(object);
  if (entries === undefined) throw new TypeError("Illegal invocation: not a History");
  return entries;
}

function change(object, state, url, push) {
  const entries = entriesOf(object);
  const copy = structuredClone(state);
  if (url !== undefined && url !== null) {
    const after = resolveUrl(documentUrl(), toDOMString(url));
    const [old, now] = [parts(), parts(after)];
    if (old.origin !== now.origin && old.origin !== "null") {
      throw new DOMException("The URL is of another origin", "SecurityError");
    }
    setDocumentUrl(after);
  }
  const entry = { state: copy, url: documentUrl() };
  if (push) {
    entries.list.length = entries.at + 1;
    entries.list.push(entry);
    entries.at++;
  } else {
    entries.list[entries.at] = entry;
  }
}

/** "Traverse the history by a delta": later, with a popstate event. */
function traverse(object, delta) {
  const entries = entriesOf(object);
  if (delta === 0) return;
  setTimeout(() => {
    const entry = entries.list[entries.at + delta];
    if (entry === undefined) return;
    entries.at += delta;
    const before = documentUrl();
    setDocumentUrl(entry.url);
    fire(globalThis, "popstate", { state: entry.state }, PopStateEvent);
    if (before !== entry.url && before.split("#")[0] === entry.url.split("#")[0]) {
      fire(globalThis, "hashchange", { oldURL: before, newURL: entry.url }, HashChangeEvent);
    }
  }, 0);
}

export class History {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get length() {
    return entriesOf(this).list.length;
  }
  get scrollRestoration() {
    entriesOf(this);
    return "auto";
  }
  set scrollRestoration(_) {
    entriesOf(this);
  }
  get state() {
    const { list, at } = entriesOf(this);
    return list[at].state;
  }
  go(delta = 0) {
    traverse(this, delta | 0);
  }
  back() {
    traverse(this, -1);
  }
  forward() {
    traverse(this, 1);
  }
  pushState(data, unused, url = null) {
    requireArguments(arguments.length, 2, "History.pushState");
    change(this, data, url, true);
  }
  replaceState(data, unused, url = null) {
    requireArguments(arguments.length, 2, "History.replaceState");
    change(this, data, url, false);
  }
}
exposeInterface(History);

export const history = Object.create(History.prototype);
histories.set(history, { list: [{ state: null, url: documentUrl() }], at: 0 });

// Media queries: those of a screen of 1024 by 768 that likes light.

const FEATURES = {
  __proto__: null,
  "prefers-color-scheme": "light",
  "prefers-reduced-motion": "no-preference",
  "prefers-contrast": "no-preference",
  orientation: "landscape",
  hover: "hover",
  pointer: "fine",
  "any-hover": "hover",
  "any-pointer": "fine",
};
const LENGTHS = { __proto__: null, width: 1024, height: 768 };

function matchesFeature(text) {
  const [, name, value] = /^\s*([a-z-]+)\s*(?::\s*(.+?))?\s*$/i.exec(text) ?? [];
  if (name === undefined) return false;
  const [, bound, dimension] = /^(?:(min|max)-)?(width|height)$/i.exec(name) ?? [];
  if (dimension !== undefined) {
    const own = LENGTHS[dimension.toLowerCase()];
    if (value === undefined) return true;
    const [, number, unit] = /^(-?[\d.]+)(px|em|rem)?$/i.exec(value) ?? [];
    if (number === undefined) return false;
    const pixels = Number(number) * (unit === undefined || unit === "px" ? 1 : 16);
    return bound === "min" ? own >= pixels : bound === "max" ? own <= pixels : own === pixels;
  }
  const own = FEATURES[name.toLowerCase()];
  return own !== undefined && (value === undefined || own === value.toLowerCase());
}

function matchesQuery(query) {
  let text = query.trim();
  const negated = /^not\s+/i.test(text);
  text = text.replace(/^(not|only)\s+/i, "");
  const all = text.split(/\s+and\s+/i).every((part) => {
    part = part.trim();
    if (part.startsWith("(") && part.endsWith(")")) return matchesFeature(part.slice(1, -1));
    return ["all", "screen", ""].includes(part.toLowerCase());
  });
  return negated ? !all : all;
}

export class MediaQueryList extends EventTarget {
  #media;
  constructor(key, media) {
    if (key !== locations) throw new TypeError("Illegal constructor");
    super();
    this.#media = media;
  }
  get media() {
    return this.#media;
  }
  get matches() {
    return this.#media.split(",").some(matchesQuery);
  }
  addListener(callback) {
    this.#media;
    this.addEventListener("change", callback);
  }
  removeListener(callback) {
    this.#media;
    this.removeEventListener("change", callback);
  }
}
exposeInterface(MediaQueryList);
defineEventHandlers(MediaQueryList.prototype, ["change"], (object) => object instanceof MediaQueryList);

export function matchMedia(query) {
  requireArguments(arguments.length, 1, "matchMedia");
  return new MediaQueryList(locations, toDOMString(query).trim());
}

// Frames: nothing is drawn, but scripts that animate go on, about sixty times a second.

const FRAME_MS = 16;
const frames = new Map();
let lastFrame = 0;
let timer = null;

function runFrames() {
  timer = null;
  const due = [...frames];
  const now = performance.now();
  for (const [id, callback] of due) {
    if (!frames.delete(id)) continue;
    try {
      callback(now);
    } catch (error) {
      reportError(error);
    }
  }
}

export function requestAnimationFrame(callback) {
  requireArguments(arguments.length, 1, "requestAnimationFrame");
  if (typeof callback !== "function") throw new TypeError("requestAnimationFrame: not a function");
  frames.set(++lastFrame, callback);
  timer ??= setTimeout(runFrames, FRAME_MS);
  return lastFrame;
}

export function cancelAnimationFrame(id) {
  frames.delete(id >>> 0);
}

export function requestIdleCallback(callback, options = undefined) {
  requireArguments(arguments.length, 1, "requestIdleCallback");
  if (typeof callback !== "function") throw new TypeError("requestIdleCallback: not a function");
  const start = performance.now();
  return setTimeout(
    () => callback({ didTimeout: false, timeRemaining: () => Math.max(0, 50 - (performance.now() - start)) }),
    options?.timeout === undefined ? 1 : Math.min(1, options.timeout),
  );
}

export function cancelIdleCallback(id) {
  clearTimeout(id);
}

// Messages to oneself: HTML, 9.3.3. There is no other window.

/** `(message, targetOrigin, transfer)` or `(message, options)`. */
export function postMessage(message, options = undefined, transfer = undefined) {
  requireArguments(arguments.length, 1, "postMessage");
  let target = "/";
  if (options === undefined || options === null || typeof options === "object") {
    if (options?.targetOrigin !== undefined) target = toUSVString(options.targetOrigin);
    transfer = options?.transfer;
  } else {
    target = toUSVString(options);
  }
  const { origin } = parts();
  if (target === "/") target = origin;
  else if (target !== "*") target = originOf(target);
  const moved = transfer === undefined ? [] : [...transfer];
  // What is transferred comes along, for the ports among it.
  const [data, list] = structuredClone([message, moved], { transfer: moved });
  const ports = list.filter((one) => typeof MessagePort === "function" && one instanceof MessagePort);
  setTimeout(() => {
    if (target !== "*" && target !== parts().origin) return;
    fire(globalThis, "message", { data, origin, source: globalThis, ports }, MessageEvent);
  }, 0);
}

function originOf(url) {
  if (!URL_PARTS.test(url)) throw new DOMException(`Not a valid origin: ${url}`, "SyntaxError");
  return parts(resolveUrl(url, "")).origin;
}

// Nobody is asked anything.

export function alert() {}

export function confirm() {
  return false;
}

export function prompt() {
  return null;
}

export function scroll() {}
export function scrollTo() {}
export function scrollBy() {}

const screens = new WeakSet();

export class Screen {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
}
for (const [name, value] of Object.entries({
  availHeight: 768,
  availWidth: 1024,
  colorDepth: 24,
  height: 768,
  pixelDepth: 24,
  width: 1024,
})) {
  const accessor = {
    get [name]() {
      if (!screens.has(this)) throw new TypeError("Illegal invocation: not a Screen");
      return value;
    },
  };
  defineProperty(Screen.prototype, name, getOwnPropertyDescriptor(accessor, name));
}
exposeInterface(Screen);

export const screen = Object.create(Screen.prototype);
screens.add(screen);
