// Request: Fetch Standard, 5.4.

import { create as createHeaders, fields, fill, get, put, setGuard, toInit } from "native:headers";
import { parseUrl } from "native:network";
import { blobFromURL } from "../blob.js";
import { createDependentSignal, isAbortSignal } from "../abort.js";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toEnum, toUSVString } from "../webidl.js";
import { extractBody, includeBody, toBodyInit } from "./body.js";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

const CACHES = ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"];
const CREDENTIALS = ["omit", "same-origin", "include"];
const DUPLEXES = ["half"];
const MODES = ["navigate", "same-origin", "no-cors", "cors"];
const PRIORITIES = ["high", "low", "auto"];
const REDIRECTS = ["follow", "error", "manual"];
const REFERRER_POLICIES = [
  "",
  "no-referrer",
  "no-referrer-when-downgrade",
  "same-origin",
  "origin",
  "strict-origin",
  "origin-when-cross-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
];

/** ByteString that is the name of a method. */
function toMethod(value) {
  const method = toDOMString(value);
  if (!TOKEN.test(method)) throw new TypeError(`Request: ${JSON.stringify(method)} is not a method`);
  const upper = method.toUpperCase();
  if (["CONNECT", "TRACE", "TRACK"].includes(upper)) throw new TypeError(`Request: the method ${method} is forbidden`);
  return ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"].includes(upper) ? upper : method;
}

function toSignal(value) {
  if (value !== null && !isAbortSignal(value)) throw new TypeError("Request: the signal is not an AbortSignal");
  return value;
}

const oneOf = (name, values) => (value) => toEnum(value, values, `Request: ${name}`);

/** RequestInit: its members in the order they are read, and their conversions. */
const MEMBERS = [
  ["body", toBodyInit],
  ["cache", oneOf("cache", CACHES)],
  ["credentials", oneOf("credentials", CREDENTIALS)],
  ["duplex", oneOf("duplex", DUPLEXES)],
  ["headers", toInit],
  ["integrity", toDOMString],
  ["keepalive", Boolean],
  ["method", toDOMString],
  ["mode", oneOf("mode", MODES)],
  ["priority", oneOf("priority", PRIORITIES)],
  ["redirect", oneOf("redirect", REDIRECTS)],
  ["referrer", toUSVString],
  ["referrerPolicy", oneOf("referrerPolicy", REFERRER_POLICIES)],
  ["signal", toSignal],
  ["window", (value) => value],
];

function toRequestInit(value) {
  const dictionary = toDictionary(value, "Request constructor");
  const init = { __proto__: null };
  for (const [name, convert] of MEMBERS) {
    const member = dictionary[name];
    if (member !== undefined) init[name] = convert(member);
  }
  return init;
}

/** What a request is, beside its headers, body and signal. */
const DEFAULTS = {
  method: "GET",
  mode: "cors",
  credentials: "same-origin",
  cache: "default",
  redirect: "follow",
  referrer: "about:client",
  referrerPolicy: "",
  integrity: "",
  keepalive: false,
};

/** @type {(object: unknown) => object | undefined} */
let stateIn;

function stateOf(object) {
  const state = stateIn(object);
  if (state === undefined) throw new TypeError("Illegal invocation: not a Request");
  return state;
}

const CLONE = Symbol();

export class Request {
  #state;

  constructor(input, init = undefined) {
    if (input === CLONE) {
      this.#state = init;
      return;
    }
    requireArguments(arguments.length, 1, "Request constructor");
    const source = stateIn(input);
    if (source === undefined) input = toUSVString(input);
    init = toRequestInit(init);
    // 5. and 6.
    const state = source === undefined ? { ...DEFAULTS, ...toUrl(input) } : { ...source };
    // 10.
    if (init.window !== undefined && init.window !== null) throw new TypeError("Request: window is not null");
    // 13.
    if (Object.keys(init).length > 0) {
      if (state.mode === "navigate") state.mode = "same-origin";
      state.referrer = DEFAULTS.referrer;
      state.referrerPolicy = "";
    }
    // 14. and 15.
    if (init.referrer !== undefined) state.referrer = toReferrer(init.referrer);
    if (init.referrerPolicy !== undefined) state.referrerPolicy = init.referrerPolicy;
    // 16. to 23.
    if (init.mode === "navigate") throw new TypeError("Request: the mode cannot be navigate");
    for (const name of ["mode", "credentials", "cache", "redirect", "integrity", "keepalive"]) {
      if (init[name] !== undefined) state[name] = init[name];
    }
    if (state.cache === "only-if-cached" && state.mode !== "same-origin") {
      throw new TypeError("Request: the cache mode only-if-cached needs the mode same-origin");
    }
    // 25.
    if (init.method !== undefined) state.method = toMethod(init.method);
    // 26. to 30.
    const signal = init.signal !== undefined ? init.signal : (source?.signal ?? null);
    state.signal = createDependentSignal(signal === null ? [] : [signal]);
    // 31. and 32.
    state.headers = createHeaders("request");
    if (state.mode === "no-cors") {
      if (!["GET", "HEAD", "POST"].includes(state.method)) {
        throw new TypeError(`Request: the mode no-cors does not allow the method ${state.method}`);
      }
      setGuard(state.headers, "request-no-cors");
    }
    // 33.
    if (init.headers !== undefined) fill(state.headers, init.headers);
    else if (source !== undefined) for (const [name, value] of fields(source.headers)) put(state.headers, name, value);
    // 34. and 35.
    const inputBody = source?.body ?? null;
    const initBody = init.body ?? null;
    const isBodiless = state.method === "GET" || state.method === "HEAD";
    if (isBodiless && (initBody !== null || inputBody !== null)) {
      throw new TypeError(`Request: a ${state.method} request cannot have a body`);
    }
    // 36. to 41.
    state.body = null;
    if (initBody !== null) {
      const { body, type } = extractBody(initBody, state.keepalive);
      state.body = body;
      if (type !== null && get(state.headers, "content-type") === null) put(state.headers, "content-type", type);
      if (body.bytes === null) {
        if (init.duplex === undefined) throw new TypeError("Request: a body that is a stream needs duplex: \"half\"");
        if (state.mode !== "same-origin" && state.mode !== "cors") {
          throw new TypeError(`Request: the mode ${state.mode} does not allow a stream as the body`);
        }
      }
    } else if (inputBody !== null) {
      if (inputBody.isUnusable) throw new TypeError("Request: the body of the input is used or locked");
      state.body = inputBody.proxy();
    }
    this.#state = state;
  }

  get method() {
    return stateOf(this).method;
  }
  get url() {
    return stateOf(this).url.href;
  }
  get headers() {
    return stateOf(this).headers;
  }
  get destination() {
    stateOf(this);
    return "";
  }
  get referrer() {
    return stateOf(this).referrer;
  }
  get referrerPolicy() {
    return stateOf(this).referrerPolicy;
  }
  get mode() {
    return stateOf(this).mode;
  }
  get credentials() {
    return stateOf(this).credentials;
  }
  get cache() {
    return stateOf(this).cache;
  }
  get redirect() {
    return stateOf(this).redirect;
  }
  get integrity() {
    return stateOf(this).integrity;
  }
  get keepalive() {
    return stateOf(this).keepalive;
  }
  get isReloadNavigation() {
    stateOf(this);
    return false;
  }
  get isHistoryNavigation() {
    stateOf(this);
    return false;
  }
  get signal() {
    return stateOf(this).signal;
  }
  get duplex() {
    stateOf(this);
    return "half";
  }

  clone() {
    const state = stateOf(this);
    if (state.body?.isUnusable) throw new TypeError("Request.clone: the body is used or locked");
    const headers = createHeaders("none");
    for (const [name, value] of fields(state.headers)) put(headers, name, value);
    setGuard(headers, state.mode === "no-cors" ? "request-no-cors" : "request");
    const signal = createDependentSignal([state.signal]);
    return new Request(CLONE, { ...state, headers, signal, body: state.body?.clone() ?? null });
  }

  static {
    stateIn = (object) =>
      typeof object === "object" && object !== null && #state in object ? object.#state : undefined;
  }
}
includeBody(Request, (request) => {
  const { body, headers } = stateOf(request);
  return { body, contentType: get(headers, "content-type") };
});
exposeInterface(Request);

function toUrl(text) {
  const url = parseUrl(text);
  if (url === null) throw new TypeError(`Request: ${JSON.stringify(text)} is not a URL`);
  if (url.hasCredentials) throw new TypeError("Request: the URL has a user or a password");
  // "Blob URL entry": what the URL stands for now.
  return { url, blob: url.protocol === "blob:" ? blobFromURL(url.href) : undefined };
}

/** 14. One of another origin is not told, nor any where there is no document. */
function toReferrer(text) {
  if (text === "") return "";
  const referrer = parseUrl(text);
  if (referrer === null) throw new TypeError(`Request: the referrer ${JSON.stringify(text)} is not a URL`);
  if (referrer.href === DEFAULTS.referrer) return DEFAULTS.referrer;
  const own = parseUrl("");
  return own !== null && own.origin === referrer.origin && own.origin !== "null" ? referrer.href : DEFAULTS.referrer;
}

/** What `fetch` wants to know of a Request. */
export function requestState(request) {
  return stateOf(request);
}
