// Bodies, and the mixin that Request and Response share: Fetch Standard, 5.2 and 5.3.

import { blobBytes, blobFromBytes, blobType, isBlob } from "../blob.js";
import {
  createReadableBytes,
  getReader,
  isDisturbed,
  isLocked,
  isReadable,
  markHandled,
  readAll,
  tee,
} from "../streams/internal.js";
import { toUSVString } from "../webidl.js";
import { FormData, isForm } from "./form_data.js";
import { extractMimeType, serializeMimeType } from "./mime.js";
import { decodeForm, encodeForm } from "./multipart.js";

const { TextDecoder, TextEncoder, URLSearchParams, structuredClone } = globalThis;
const { apply } = Reflect;
const { isView } = ArrayBuffer;
const { get: byteLengthOf } = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength");
const { toString: serializeParams } = URLSearchParams.prototype;

/**
 * A body: bytes that are there, a source of them (transport.js), or a stream of a script.
 * As long as no script looks at it as a stream, there is none.
 */
export class Body {
  #bytes;
  #source;
  #stream;
  /** Read to its end, or about to be, without a stream. */
  #consumed = false;

  /**
   * @param {{ bytes?: Uint8Array, source?: object, stream?: ReadableStream }} content
   */
  constructor({ bytes = null, source = null, stream = null }) {
    this.#bytes = bytes;
    this.#source = source;
    this.#stream = stream;
  }

  /** "Source" is not null: it can be sent again. */
  get bytes() {
    return this.#bytes;
  }

  get isUsed() {
    return this.#consumed || (this.#stream !== null && isDisturbed(this.#stream));
  }

  /** "Unusable". */
  get isUnusable() {
    return this.#consumed || (this.#stream !== null && (isDisturbed(this.#stream) || isLocked(this.#stream)));
  }

  get stream() {
    return (this.#stream ??= this.#makeStream());
  }

  #makeStream() {
    if (this.#consumed) {
      const { stream, controller } = createReadableBytes({});
      const reader = getReader(stream);
      controller.close();
      markHandled(reader.cancel(undefined));
      return stream;
    }
    if (this.#source !== null) return streamOf(this.#source);
    const { stream, controller } = createReadableBytes({});
    if (this.#bytes.byteLength > 0) controller.enqueue(this.#bytes.slice());
    controller.close();
    return stream;
  }

  /** Why it cannot be read any more, as soon as its fetch is aborted; else null. */
  get failure() {
    if (this.#stream !== null && isLocked(this.#stream)) return null;
    return this.#source?.failure ?? null;
  }

  /**
   * All bytes, the caller's own; a promise of `{ bytes }`. That has no prototype, so that
   * nobody is asked whether it can be waited for.
   * @returns {Promise<{ bytes: Uint8Array }>}
   */
  async readAll() {
    if (this.#stream !== null) return readAll(this.#stream);
    this.#consumed = true;
    if (this.#source !== null) return readSource(this.#source);
    return boxed(this.#bytes.slice());
  }

  /** What transport.js sends: bytes or a source. The body is used by that. */
  toContent() {
    this.#consumed = true;
    const source = this.#stream === null ? this.#source : sourceOf(getReader(this.#stream));
    return { bytes: this.#bytes, source };
  }

  /** "Clone". */
  clone() {
    if (this.#bytes !== null && this.#stream === null) return new Body({ bytes: this.#bytes });
    const [mine, other] = tee(this.stream, structuredClone);
    this.#stream = mine;
    return new Body({ bytes: this.#bytes, stream: other });
  }

  /** Move what is left into another body: "create a proxy". */
  proxy() {
    if (this.#stream === null) {
      this.#consumed = true;
      return new Body({ bytes: this.#bytes, source: this.#source });
    }
    // What is piped is disturbed from the start.
    this.#consumed = true;
    const source = sourceOf(getReader(this.#stream));
    return new Body({ bytes: this.#bytes, stream: streamOf(source) });
  }

  /** Nobody wants it. */
  cancel(reason) {
    if (this.#stream !== null) {
      if (!isLocked(this.#stream)) markHandled(getReader(this.#stream).cancel(reason));
    } else {
      this.#consumed = true;
      this.#source?.cancel(reason);
    }
  }
}

const boxed = (bytes) => ({ __proto__: null, bytes });

/** The stream of a source; where the source is stopped, it hears of it by `onError`. */
function streamOf(source) {
  const { stream, controller } = createReadableBytes({
    async pull() {
      const bytes = await source.read();
      if (!controller.canCloseOrEnqueue()) return;
      if (bytes === null) controller.close();
      else controller.enqueue(bytes);
    },
    cancel: (reason) => source.cancel(reason),
  });
  source.onError?.((error) => controller.error(error));
  return stream;
}

async function readSource(source) {
  const chunks = [];
  let total = 0;
  for (;;) {
    const bytes = await source.read();
    if (bytes === null) break;
    total += bytes.byteLength;
    chunks.push(bytes);
  }
  if (chunks.length === 1) return boxed(chunks[0]);
  const all = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return boxed(all);
}

/** A reader of streams/internal.js as a source of transport.js. */
function sourceOf(reader) {
  return {
    read() {
      return new Promise((resolve, reject) => {
        reader.read({
          chunk(chunk) {
            if (isBytes(chunk)) {
              resolve(chunk);
            } else {
              const error = new TypeError("A chunk of the body is no Uint8Array");
              markHandled(reader.cancel(error));
              reject(error);
            }
          },
          close: () => resolve(null),
          error: reject,
        });
      });
    },
    cancel: (reason) => markHandled(reader.cancel(reason)),
  };
}

const { get: tagOf } = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
);

function isBytes(value) {
  return apply(tagOf, value, []) === "Uint8Array";
}

function isArrayBuffer(value) {
  try {
    apply(byteLengthOf, value, []);
    return true;
  } catch {
    return false;
  }
}

/** The text of a URLSearchParams, null for anything else. */
function paramsText(value) {
  try {
    return apply(serializeParams, value, []);
  } catch {
    return null;
  }
}

/**
 * BodyInit: what is no object of the platform becomes a string.
 * @returns {unknown}
 */
export function toBodyInit(value) {
  if (value === null || value === undefined) return null;
  if ((typeof value === "object" || typeof value === "function") && isPlatformBody(value)) return value;
  return toUSVString(value);
}

function isPlatformBody(value) {
  return (
    isReadable(value) ||
    isBlob(value) ||
    isView(value) ||
    isArrayBuffer(value) ||
    isForm(value) ||
    paramsText(value) !== null
  );
}

/**
 * "Safely extract" and "extract": of what `toBodyInit` has given.
 * @returns {{ body: Body, type: string | null }}
 */
export function extractBody(value, keepalive = false) {
  if (typeof value === "string") {
    return { body: new Body({ bytes: new TextEncoder().encode(value) }), type: "text/plain;charset=UTF-8" };
  }
  if (isReadable(value)) {
    if (keepalive) throw new TypeError("The body of a request with keepalive cannot be a stream");
    if (isDisturbed(value) || isLocked(value)) throw new TypeError("The stream of the body is used or locked");
    return { body: new Body({ stream: value }), type: null };
  }
  if (isBlob(value)) {
    return { body: new Body({ bytes: blobBytes(value) }), type: blobType(value) || null };
  }
  if (isForm(value)) {
    const { bytes, type } = encodeForm(value);
    return { body: new Body({ bytes }), type };
  }
  if (isView(value) || isArrayBuffer(value)) {
    const view = isView(value)
      ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
      : new Uint8Array(value);
    return { body: new Body({ bytes: view.slice() }), type: null };
  }
  const bytes = new TextEncoder().encode(paramsText(value));
  return { body: new Body({ bytes }), type: "application/x-www-form-urlencoded;charset=UTF-8" };
}

/** "Parse JSON from bytes"; "UTF-8 decode". */
const decode = (bytes) => new TextDecoder().decode(bytes);

/** "Parse" of application/x-www-form-urlencoded, which keeps a BOM. */
function parseUrlencoded(bytes) {
  const form = new FormData();
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  new URLSearchParams(`?${text}`).forEach((value, key) => form.append(key, value));
  return form;
}

/**
 * The members of the mixin, for an interface.
 * @param {string} name
 * @param {(object: object) => { body: Body | null, contentType: string | null }} of throws for
 *   what does not implement the interface
 */
function mixinOf(name, of) {
  /** "Consume body": a promise, rejected from the start where nothing is read. */
  function consume(object, convert) {
    try {
      const { body, contentType } = of(object);
      if (body === null) return Promise.resolve(convert(new Uint8Array(0), contentType));
      const { failure } = body;
      if (failure !== null) throw failure.reason;
      if (body.isUnusable) throw new TypeError(`The body of the ${name} is used or locked`);
      return finish(body, contentType, convert);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async function finish(body, contentType, convert) {
    const { bytes } = await body.readAll();
    return convert(bytes, contentType);
  }
  return {
    get body() {
      return of(this).body?.stream ?? null;
    },
    get bodyUsed() {
      return of(this).body?.isUsed ?? false;
    },
    arrayBuffer() {
      return consume(this, (bytes) => bytes.buffer);
    },
    blob() {
      return consume(this, (bytes, contentType) => {
        const type = extractMimeType(contentType);
        return blobFromBytes(bytes, type === null ? "" : serializeMimeType(type));
      });
    },
    bytes() {
      return consume(this, (bytes) => bytes);
    },
    formData() {
      return consume(this, (bytes, contentType) => {
        const type = extractMimeType(contentType);
        switch (type?.essence) {
          case "multipart/form-data":
            return decodeForm(bytes, type.parameters.get("boundary"));
          case "application/x-www-form-urlencoded":
            return parseUrlencoded(bytes);
        }
        throw new TypeError(`The body of the ${name} is no form`);
      });
    },
    json() {
      return consume(this, (bytes) => JSON.parse(decode(bytes)));
    },
    text() {
      return consume(this, decode);
    },
  };
}

/** Give an interface the members of the mixin. */
export function includeBody(Interface, of) {
  const members = Object.getOwnPropertyDescriptors(mixinOf(Interface.name, of));
  Object.defineProperties(Interface.prototype, members);
}
