// EventSource: HTML, 9.2.

import { parseUrl } from "native:network";
import { defineEventHandlers } from "./event_handlers.js";
import { ErrorEvent, MessageEvent } from "./event_types.js";
import { dispatch, EventTarget, fire, trust } from "./events.js";
import { Control } from "./fetch/control.js";
import { fetchHttp } from "./fetch/http.js";
import { defineConstants, exposeInterface, requireArguments, toDictionary, toUSVString } from "./webidl.js";

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** Milliseconds, until a stream says otherwise by `retry`. */
const RECONNECTION_TIME = 2_000;
/** What repeated failures lengthen it to at most. */
const LONGEST = 60_000;

/** To try again would not help. */
const FUTILE = ["ERR_NETWORK_REFUSED", "ERR_NETWORK_URL", "ERR_NETWORK_PORT"];

const { setTimeout, clearTimeout, TextDecoder, TextEncoder } = globalThis;

export class EventSource extends EventTarget {
  #url;
  #withCredentials;
  #state = CONNECTING;
  #control = null;
  #timer = undefined;
  #reconnectionTime = RECONNECTION_TIME;
  #failures = 0;
  #lastEventId = "";

  constructor(url, init = undefined) {
    requireArguments(arguments.length, 1, "EventSource constructor");
    super();
    url = toUSVString(url);
    const { withCredentials } = toDictionary(init, "EventSource constructor");
    const parsed = parseUrl(url);
    if (parsed === null) throw new DOMException(`EventSource: ${url} is not a URL`, "SyntaxError");
    this.#url = parsed;
    this.#withCredentials = !!withCredentials;
    this.#connect();
  }

  get url() {
    return this.#url.href;
  }
  get withCredentials() {
    return this.#withCredentials;
  }
  get readyState() {
    return this.#state;
  }

  close() {
    this.#state = CLOSED;
    clearTimeout(this.#timer);
    this.#control?.abort(undefined);
  }

  async #connect() {
    const control = new Control();
    this.#control = control;
    try {
      const response = await fetchHttp(this.#request(), control);
      if (control.aborted) return;
      const refusal = refusalOf(response);
      if (refusal !== null) {
        response.body.cancel();
        return this.#fail(refusal);
      }
      this.#announce();
      await this.#listen(response);
      if (!control.aborted) this.#reestablish("the stream has ended");
    } catch (error) {
      if (control.aborted) return;
      if (FUTILE.includes(error?.code)) this.#fail(error.message);
      else this.#reestablish(error?.message ?? `${error}`);
    }
  }

  /** @returns {import("./fetch/http.js").Request} */
  #request() {
    const headers = [
      ["accept", "text/event-stream"],
    ];
    if (this.#lastEventId !== "") headers.push(["last-event-id", utf8ByteString(this.#lastEventId)]);
    return { method: "GET", url: this.#url, headers, body: null, redirect: "follow", cache: "no-store" };
  }

  /** "Announce the connection". */
  #announce() {
    if (this.#state === CLOSED) return;
    this.#failures = 0;
    this.#state = OPEN;
    fire(this, "open");
  }

  /** "Reestablish the connection". */
  #reestablish(message) {
    if (this.#state === CLOSED) return;
    this.#state = CONNECTING;
    fire(this, "error", { message }, ErrorEvent);
    if (this.#state !== CONNECTING) return;
    const delay = Math.min(this.#reconnectionTime * 2 ** this.#failures, Math.max(LONGEST, this.#reconnectionTime));
    this.#failures++;
    this.#timer = setTimeout(() => {
      if (this.#state === CONNECTING) this.#connect();
    }, delay);
  }

  /** "Fail the connection". */
  #fail(message) {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    fire(this, "error", { message: `EventSource of ${this.#url.href} failed: ${message}` }, ErrorEvent);
  }

  async #listen({ body, urls }) {
    const { origin } = parseUrl(urls.at(-1));
    const parser = new Parser(this.#lastEventId, {
      message: (type, data, lastEventId) => {
        this.#lastEventId = lastEventId;
        if (data === null || this.#state === CLOSED) return;
        dispatch(trust(new MessageEvent(type, { data, origin, lastEventId })), this);
      },
      retry: (milliseconds) => {
        this.#reconnectionTime = milliseconds;
      },
    });
    for (;;) {
      const bytes = await body.read();
      if (bytes === null) return;
      parser.push(bytes);
    }
  }

  static {
    defineEventHandlers(EventSource.prototype, ["open", "message", "error"], (object) => #url in object);
  }
}
defineConstants(EventSource, { CONNECTING, OPEN, CLOSED });
exposeInterface(EventSource);

/** Why a response is no event stream, else null. */
function refusalOf({ status, headers }) {
  if (status !== 200) return `the status is ${status}`;
  const type = headers.find(([name]) => name === "content-type")?.[1] ?? "";
  const [essence] = type.split(";");
  return essence.trim().toLowerCase() === "text/event-stream" ? null : `the type is ${JSON.stringify(type)}`;
}

/** Header values are strings of bytes. */
function utf8ByteString(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}

/** "Interpreting an event stream", 9.2.6. */
class Parser {
  #decoder = new TextDecoder();
  /** What of the last line is there. */
  #rest = "";
  /** The last character was a CR: an LF after it is part of the same line end. */
  #afterCR = false;
  #data = null;
  #type = "";
  #lastEventId;
  #told;

  constructor(lastEventId, told) {
    this.#lastEventId = lastEventId;
    this.#told = told;
  }

  push(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return;
    if (this.#afterCR && text[0] === "\n") text = text.slice(1);
    this.#afterCR = bytes.at(-1) === 0x0d;
    const lines = text.split(/\r\n|\n|\r/);
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line);
  }

  #line(line) {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value[0] === " ") value = value.slice(1);
    switch (name) {
      case "event":
        this.#type = value;
        break;
      case "data":
        this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
        break;
      case "id":
        if (!value.includes("\0")) this.#lastEventId = value;
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#told.retry(+value);
        break;
    }
  }

  #dispatch() {
    const data = this.#data;
    const type = this.#type === "" ? "message" : this.#type;
    this.#data = null;
    this.#type = "";
    this.#told.message(type, data, this.#lastEventId);
  }
}
