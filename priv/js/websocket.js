// WebSocket: WebSockets Standard, section 3.

import { blobBytes, blobFromBytes, blobSize, isBlob } from "./blob.js";
import { defineEventHandlers } from "./event_handlers.js";
import { CloseEvent, ErrorEvent, MessageEvent } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { close, connect, parseUrl, sendBinary, sendText } from "native:network";
import {
  defineConstants,
  exposeInterface,
  requireArguments,
  toDOMString,
  toSequence,
  toUSVString,
} from "./webidl.js";

const CONNECTING = 0;
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

const { isView } = ArrayBuffer;

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

function syntaxError(message) {
  return new DOMException(message, "SyntaxError");
}

/** Steps 1 to 6 of the constructor. */
function toUrl(text) {
  const url = parseUrl(text);
  if (url === null) throw syntaxError(`WebSocket: ${text} is not a URL`);
  let { href, protocol, host } = url;
  if (protocol === "http:" || protocol === "https:") {
    protocol = protocol === "http:" ? "ws:" : "wss:";
    href = protocol + href.slice(href.indexOf("//"));
  }
  if (protocol !== "ws:" && protocol !== "wss:") {
    throw syntaxError(`WebSocket: the scheme of ${href} is not ws, wss, http or https`);
  }
  if (href.includes("#")) throw syntaxError(`WebSocket: ${href} has a fragment`);
  return { href, origin: `${protocol}//${host}` };
}

function toProtocols(value) {
  if (value === undefined) return [];
  const iterable = (typeof value === "object" || typeof value === "function") && value !== null;
  const protocols =
    iterable && value[Symbol.iterator] !== undefined && value[Symbol.iterator] !== null
      ? toSequence(value, "WebSocket: protocols", toDOMString)
      : [toDOMString(value)];
  const seen = new Set();
  for (const protocol of protocols) {
    const folded = protocol.toLowerCase();
    if (!TOKEN.test(protocol) || seen.has(folded)) {
      throw syntaxError(`WebSocket: ${JSON.stringify(protocol)} is no subprotocol, or named twice`);
    }
    seen.add(folded);
  }
  return protocols;
}

/** The length of a string in UTF-8. */
function utf8Length(text) {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) length++;
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) length++;
  }
  return length;
}

export class WebSocket extends EventTarget {
  #url;
  #origin;
  #state = CONNECTING;
  #protocol = "";
  #buffered = 0;
  #binaryType = "blob";
  #failure = null;
  #handle;

  constructor(url, protocols = undefined) {
    requireArguments(arguments.length, 1, "WebSocket constructor");
    super();
    url = toUSVString(url);
    const iterable = toProtocols(protocols);
    const { href, origin } = toUrl(url);
    this.#url = href;
    this.#origin = origin;
    this.#handle = connect(href, iterable, (kind, first, second, third) => {
      this.#hear(kind, first, second, third);
    });
  }

  get url() {
    return this.#url;
  }
  get readyState() {
    return this.#state;
  }
  get bufferedAmount() {
    return this.#buffered;
  }
  get extensions() {
    this.#state;
    return "";
  }
  get protocol() {
    return this.#protocol;
  }

  close(code = undefined, reason = undefined) {
    this.#state;
    if (code !== undefined) {
      // [Clamp] unsigned short
      const number = Math.min(Math.max(+code || 0, 0), 65535);
      const floor = Math.floor(number);
      const half = number - floor;
      code = half < 0.5 || (half === 0.5 && floor % 2 === 0) ? floor : floor + 1;
    }
    reason = reason === undefined ? "" : toUSVString(reason);
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`WebSocket.close: ${code} is neither 1000 nor from 3000 to 4999`, "InvalidAccessError");
    }
    if (utf8Length(reason) > 123) {
      throw syntaxError("WebSocket.close: the reason is longer than 123 bytes");
    }
    if (this.#state === CLOSING || this.#state === CLOSED) return;
    this.#state = CLOSING;
    // RFC 6455, 5.5.1: no reason without a code.
    if (code === undefined && reason !== "") code = 1000;
    close(this.#handle, code, reason);
  }

  get binaryType() {
    return this.#binaryType;
  }
  set binaryType(value) {
    this.#state;
    value = toDOMString(value);
    if (value === "blob" || value === "arraybuffer") this.#binaryType = value;
  }

  send(data) {
    this.#state;
    requireArguments(arguments.length, 1, "WebSocket.send");
    const isBytes = data instanceof ArrayBuffer || isView(data);
    const blob = !isBytes && isBlob(data);
    if (!isBytes && !blob) data = toUSVString(data);
    if (this.#state === CONNECTING) {
      throw new DOMException("WebSocket.send: the connection is not open yet", "InvalidStateError");
    }
    if (this.#state !== OPEN) {
      this.#buffered += blob ? blobSize(data) : isBytes ? data.byteLength : utf8Length(data);
    } else if (blob) {
      this.#buffered += sendBinary(this.#handle, blobBytes(data));
    } else {
      this.#buffered += isBytes ? sendBinary(this.#handle, data) : sendText(this.#handle, data);
    }
  }

  #hear(kind, first, second, third) {
    switch (kind) {
      case "open":
        if (this.#state !== CONNECTING) return;
        this.#state = OPEN;
        this.#protocol = first;
        fire(this, "open");
        break;
      case "text":
        this.#receive(first);
        break;
      case "binary":
        this.#receive(this.#binaryType === "blob" ? blobFromBytes(first) : first);
        break;
      case "sent":
        this.#buffered -= first;
        break;
      case "closing":
        this.#state = CLOSING;
        break;
      case "failed":
        this.#failure = first;
        break;
      case "closed":
        this.#state = CLOSED;
        if (this.#failure !== null) {
          const message = `WebSocket connection to ${this.#url} failed: ${this.#failure}`;
          fire(this, "error", { message }, ErrorEvent);
        }
        fire(this, "close", { code: first, reason: second, wasClean: third }, CloseEvent);
        break;
    }
  }

  #receive(data) {
    if (this.#state === OPEN) fire(this, "message", { data, origin: this.#origin }, MessageEvent);
  }

  static {
    defineEventHandlers(WebSocket.prototype, ["open", "error", "close", "message"], (object) => #url in object);
  }
}
defineConstants(WebSocket, { CONNECTING, OPEN, CLOSING, CLOSED });
exposeInterface(WebSocket);
