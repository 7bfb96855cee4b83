// FileReader: File API, 6.

import { blobBytes, blobSize, blobType, isBlob } from "./blob.js";
import { PACKAGE } from "./blob_package.js";
import { defineEventHandlers } from "./event_handlers.js";
import { ProgressEvent } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { defineConstants, exposeInterface, requireArguments, toDOMString } from "./webidl.js";

const { setTimeout } = globalThis;

const EMPTY = 0, LOADING = 1, DONE = 2;

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

  /**
   * "Read operation". A task for each event, so that what waits for one by a promise runs
   * before the next, as it does where events are dispatched from outside of any script.
   */
  #read(blob, form, label) {
    if (!isBlob(blob)) throw new TypeError("FileReader: not a Blob");
    if (this.#state === LOADING) throw new DOMException("The reader is reading already", "InvalidStateError");
    this.#state = LOADING;
    this.#result = null;
    this.#error = null;
    const reading = (this.#reading = {});
    const size = blobSize(blob);
    const steps = [
      () => this.#fire("loadstart", 0, size),
      ...(size > 0 ? [() => this.#fire("progress", size, size)] : []),
      () => this.#finish(blob, form, label, size),
      () => this.#fire("loadend", size, size),
    ];
    const next = () => {
      // It has been aborted, or a handler has begun another.
      if (this.#reading !== reading) return;
      steps.shift()();
      if (steps.length > 0) setTimeout(next, 0);
    };
    setTimeout(next, 0);
  }

  #finish(blob, form, label, size) {
    this.#state = DONE;
    try {
      this.#result = PACKAGE[form](blobBytes(blob), blobType(blob), label);
    } catch (error) {
      this.#error = error;
    }
    this.#fire(this.#error === null ? "load" : "error", size, size);
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
