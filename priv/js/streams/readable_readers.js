// ReadableStreamDefaultReader and ReadableStreamBYOBReader: Streams, 4.3 to 4.5.

import { exposeInterface, requireArguments, toEnforcedUnsigned } from "../webidl.js";
import { deferred, rejectedWith } from "./promises.js";
import { acquireReader, cancelStream, read, readInto, releaseReader } from "./readable_state.js";
import { attach, check, illegal, isolate, stateOf } from "./slots.js";
import { toOptions } from "./strategies.js";
import { checkView, isDetached, lengthOf, viewOf } from "./views.js";

const DEFAULT = "ReadableStreamDefaultReader";
const BYOB = "ReadableStreamBYOBReader";

/** The promise of a `read`. */
class ReadRequest {
  constructor() {
    const { promise, resolve, reject } = deferred();
    this.promise = promise;
    this.resolve = resolve;
    this.reject = reject;
  }
  chunk(value) {
    this.resolve({ value, done: false });
  }
  close(value = undefined) {
    this.resolve({ value, done: true });
  }
  error(reason) {
    this.reject(reason);
  }
}
isolate(ReadRequest);

function released() {
  return rejectedWith(new TypeError("The reader has been released"));
}

function closedOf(object, kind) {
  const reader = stateOf(object, kind);
  return reader === undefined ? rejectedWith(illegal(kind)) : reader.closed.promise;
}

function cancel(object, kind, reason) {
  const reader = stateOf(object, kind);
  if (reader === undefined) return rejectedWith(illegal(kind));
  return reader.stream === null ? released() : cancelStream(reader.stream, reason);
}

function release(object, kind) {
  const reader = check(object, kind);
  if (reader.stream !== null) releaseReader(reader);
}

/** A reader's object for a stream's state; no script sees how. */
export function getReader(stream, kind) {
  const reader = acquireReader(stream, kind);
  attach(Object.create((kind === BYOB ? ReadableStreamBYOBReader : ReadableStreamDefaultReader).prototype), reader);
  return reader.object;
}

export class ReadableStreamDefaultReader {
  constructor(stream) {
    requireArguments(arguments.length, 1, `${DEFAULT} constructor`);
    attach(this, acquireReader(check(stream, "ReadableStream"), DEFAULT));
  }

  get closed() {
    return closedOf(this, DEFAULT);
  }
  cancel(reason = undefined) {
    return cancel(this, DEFAULT, reason);
  }
  read() {
    const reader = stateOf(this, DEFAULT);
    if (reader === undefined) return rejectedWith(illegal(DEFAULT));
    if (reader.stream === null) return released();
    const request = new ReadRequest();
    read(reader, request);
    return request.promise;
  }
  releaseLock() {
    release(this, DEFAULT);
  }
}
exposeInterface(ReadableStreamDefaultReader);

export class ReadableStreamBYOBReader {
  constructor(stream) {
    requireArguments(arguments.length, 1, `${BYOB} constructor`);
    attach(this, acquireReader(check(stream, "ReadableStream"), BYOB));
  }

  get closed() {
    return closedOf(this, BYOB);
  }
  cancel(reason = undefined) {
    return cancel(this, BYOB, reason);
  }
  read(view, options = undefined) {
    try {
      const reader = check(this, BYOB);
      requireArguments(arguments.length, 1, `${BYOB}.read`);
      checkView(view, `${BYOB}.read: the view`);
      let { min = 1 } = toOptions(options, `${BYOB}.read: the options`);
      min = toEnforcedUnsigned(min, `${BYOB}.read: min`);
      const { buffer, byteLength, bufferByteLength } = viewOf(view);
      if (byteLength === 0) throw new TypeError("The view is empty");
      if (bufferByteLength === 0) throw new TypeError("The view's buffer is empty");
      if (isDetached(buffer)) throw new TypeError("The view's buffer is detached");
      if (min === 0) throw new TypeError("min is 0");
      if (min > lengthOf(view)) throw new RangeError("min is larger than the view");
      if (reader.stream === null) return released();
      const request = new ReadRequest();
      readInto(reader, view, min, request);
      return request.promise;
    } catch (error) {
      return rejectedWith(error);
    }
  }
  releaseLock() {
    release(this, BYOB);
  }
}
exposeInterface(ReadableStreamBYOBReader);
