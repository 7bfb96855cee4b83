// FileReader: File API, 6.

import { blobBytes, blobSize, blobType, isBlob } from "./blob.js";
import { defineEventHandlers } from "./event_handlers.js";
import { ProgressEvent } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { defineConstants, exposeInterface, requireArguments, toDOMString } from "./webidl.js";

const { TextDecoder, btoa, setTimeout } = globalThis;
const { apply } = Reflect;
const { decode } = TextDecoder.prototype;
const decoderEncoding = Object.getOwnPropertyDescriptor(TextDecoder.prototype, "encoding").get;

const EMPTY = 0, LOADING = 1, DONE = 2;

/** "Get an encoding" of a label, or undefined. */
function encodingOf(label) {
  try {
    return label === undefined ? undefined : apply(decoderEncoding, new TextDecoder(label), []);
  } catch {
    return undefined;
  }
}

/** "Package data" */
const PACKAGE = {
  buffer: (bytes) => bytes.buffer,
  binary: (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return text;
  },
  text: (bytes, type, label) => {
    const charset = /;\s*charset=\s*"?([^\s;"]+)/i.exec(type)?.[1];
    const encoding = encodingOf(label) ?? encodingOf(charset) ?? "utf-8";
    return apply(decode, new TextDecoder(encoding), [bytes]);
  },
  url: (bytes, type) => {
    return `data:${type || "application/octet-stream"};base64,${btoa(PACKAGE.binary(bytes))}`;
  },
};

let isFileReader;

export class FileReader extends EventTarget {
  static {
    isFileReader = (object) => #state in object;
  }

  #state = EMPTY;
  #result = null;
  #error = null;
  /** What is under way; another object once it has been aborted. */
  #reading = null;

  get readyState() {
    return this.#state;
  }
  get result() {
    return this.#result;
  }
  get error() {
    return this.#error;
  }

  readAsArrayBuffer(blob) {
    requireArguments(arguments.length, 1, "FileReader.readAsArrayBuffer");
    this.#read(blob, "buffer");
  }
  readAsBinaryString(blob) {
    requireArguments(arguments.length, 1, "FileReader.readAsBinaryString");
    this.#read(blob, "binary");
  }
  readAsText(blob, encoding = undefined) {
    requireArguments(arguments.length, 1, "FileReader.readAsText");
    this.#read(blob, "text", encoding === undefined ? undefined : toDOMString(encoding));
  }
  readAsDataURL(blob) {
    requireArguments(arguments.length, 1, "FileReader.readAsDataURL");
    this.#read(blob, "url");
  }

  abort() {
    if (this.#state !== LOADING) {
      this.#result = null;
      return;
    }
    this.#state = DONE;
    this.#result = null;
    this.#reading = null;
    this.#fire("abort", 0, 0);
    if (this.#reading === null) this.#fire("loadend", 0, 0);
  }

  /** "Read operation"; a task each for its start and its end. */
  #read(blob, form, label) {
    if (!isBlob(blob)) throw new TypeError("FileReader: not a Blob");
    if (this.#state === LOADING) throw new DOMException("The reader is reading already", "InvalidStateError");
    this.#state = LOADING;
    this.#result = null;
    this.#error = null;
    const reading = (this.#reading = {});
    const size = blobSize(blob);
    setTimeout(() => {
      if (this.#reading !== reading) return;
      this.#fire("loadstart", 0, size);
      setTimeout(() => this.#finish(reading, blob, form, label, size), 0);
    }, 0);
  }

  #finish(reading, blob, form, label, size) {
    if (this.#reading !== reading) return;
    if (size > 0) this.#fire("progress", size, size);
    if (this.#reading !== reading) return;
    this.#state = DONE;
    try {
      this.#result = PACKAGE[form](blobBytes(blob), blobType(blob), label);
    } catch (error) {
      this.#error = error;
    }
    this.#fire(this.#error === null ? "load" : "error", size, size);
    // A handler may have begun another.
    if (this.#state !== LOADING) this.#fire("loadend", size, size);
  }

  #fire(type, loaded, total) {
    fire(this, type, { lengthComputable: true, loaded, total }, ProgressEvent);
  }
}
exposeInterface(FileReader);
defineConstants(FileReader, { EMPTY, LOADING, DONE });
defineEventHandlers(
  FileReader.prototype,
  ["loadstart", "progress", "load", "abort", "error", "loadend"],
  (object) => isFileReader(object),
);
