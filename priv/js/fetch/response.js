// Response: Fetch Standard, 5.5.

import { create as createHeaders, fields, fill, get, put, setGuard, toInit } from "native:headers";
import { parseUrl } from "native:network";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toUnsigned, toUSVString } from "../webidl.js";
import { Body, extractBody, includeBody, toBodyInit } from "./body.js";
import { NULL_BODY_STATUSES, REDIRECTS } from "./http.js";

const { TextEncoder } = globalThis;

/** RFC 9112, 4: "reason-phrase", and so a ByteString. */
const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;

function toResponseInit(value, operation) {
  const dictionary = toDictionary(value, operation);
  const { headers } = dictionary;
  const init = { headers: headers === undefined ? undefined : toInit(headers), status: 200, statusText: "" };
  const { status, statusText } = dictionary;
  if (status !== undefined) init.status = toUnsigned(status, 2 ** 16);
  if (statusText !== undefined) init.statusText = toDOMString(statusText);
  return init;
}

/** "Initialize a response". */
function initialize({ status, statusText, headers }, content) {
  if (status < 200 || status > 599) throw new RangeError(`Response: the status ${status} is not from 200 to 599`);
  if (!REASON_PHRASE.test(statusText)) throw new TypeError("Response: the statusText is not a reason phrase");
  const state = {
    type: "default",
    urls: [],
    status,
    statusText,
    headers: createHeaders("response"),
    body: null,
  };
  if (headers !== undefined) fill(state.headers, headers);
  if (content !== null) {
    if (NULL_BODY_STATUSES.includes(status)) throw new TypeError(`Response: status ${status} has no body`);
    state.body = content.body;
    if (content.type !== null && get(state.headers, "content-type") === null) {
      put(state.headers, "content-type", content.type);
    }
  }
  return state;
}

/** @type {(object: unknown) => object | undefined} */
let stateIn;

function stateOf(object) {
  const state = stateIn(object);
  if (state === undefined) throw new TypeError("Illegal invocation: not a Response");
  return state;
}

const INTERNAL = Symbol();

export class Response {
  #state;

  constructor(body = null, init = undefined) {
    if (body === INTERNAL) {
      this.#state = init;
      return;
    }
    body = toBodyInit(body);
    init = toResponseInit(init, "Response constructor");
    this.#state = initialize(init, body === null ? null : extractBody(body));
  }

  static error() {
    return createResponse({
      type: "error",
      urls: [],
      status: 0,
      statusText: "",
      headers: createHeaders("immutable"),
      body: null,
    });
  }

  static redirect(url, status = 302) {
    requireArguments(arguments.length, 1, "Response.redirect");
    url = toUSVString(url);
    status = toUnsigned(status, 2 ** 16);
    const parsed = parseUrl(url);
    if (parsed === null) throw new TypeError(`Response.redirect: ${JSON.stringify(url)} is not a URL`);
    if (!REDIRECTS.includes(status)) throw new RangeError(`Response.redirect: ${status} is not a redirect status`);
    const state = initialize({ status, statusText: "", headers: undefined }, null);
    put(state.headers, "location", byteString(parsed.href));
    setGuard(state.headers, "immutable");
    return createResponse(state);
  }

  static json(data, init = undefined) {
    requireArguments(arguments.length, 1, "Response.json");
    init = toResponseInit(init, "Response.json");
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Response.json: the data is nothing that JSON knows");
    const body = new Body({ bytes: new TextEncoder().encode(text) });
    return createResponse(initialize(init, { body, type: "application/json" }));
  }

  get type() {
    return stateOf(this).type;
  }
  get url() {
    const { urls } = stateOf(this);
    return urls.length === 0 ? "" : urls[urls.length - 1].replace(/#.*$/s, "");
  }
  get redirected() {
    return stateOf(this).urls.length > 1;
  }
  get status() {
    return stateOf(this).status;
  }
  get ok() {
    const { status } = stateOf(this);
    return status >= 200 && status <= 299;
  }
  get statusText() {
    return stateOf(this).statusText;
  }
  get headers() {
    return stateOf(this).headers;
  }

  clone() {
    const state = stateOf(this);
    if (state.body?.isUnusable) throw new TypeError("Response.clone: the body is used or locked");
    const headers = createHeaders("none");
    for (const [name, value] of fields(state.headers)) put(headers, name, value);
    if (state.type !== "default") setGuard(headers, "immutable");
    return createResponse({ ...state, headers, body: state.body?.clone() ?? null });
  }

  static {
    stateIn = (object) =>
      typeof object === "object" && object !== null && #state in object ? object.#state : undefined;
  }
}
includeBody(Response, (response) => {
  const { body, headers } = stateOf(response);
  return { body, contentType: get(headers, "content-type") };
});
exposeInterface(Response);

/** A URL is ASCII but for its fragment in old parsers; a header is bytes. */
function byteString(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** A Response of this state. */
export function createResponse(state) {
  return new Response(INTERNAL, state);
}
