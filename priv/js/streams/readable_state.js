// The state of a ReadableStream and the operations on it: Streams, 4.9.1 to 4.9.3.
//
// Read requests are objects with `chunk(value)`, `close()` and `error(reason)`; read-into
// requests the same, where `close` gets a view or undefined.

import { LazyPromise, reacting, rejectedWith, resolvedWith } from "./promises.js";
import { Queue } from "./queues.js";
import { isolate } from "./slots.js";

export class ReadableState {
  constructor() {
    this.kind = "ReadableStream";
    this.object = null;
    /** "readable", "closed" or "errored" */
    this.state = "readable";
    /** @type {ReaderState | null} */
    this.reader = null;
    this.storedError = undefined;
    this.disturbed = false;
    /** With `cancelSteps`, `pullSteps` and `releaseSteps`. */
    this.controller = null;
  }
}
isolate(ReadableState);

export class ReaderState {
  constructor(kind, stream) {
    this.kind = kind;
    this.object = null;
    /** @type {ReadableState | null} */
    this.stream = stream;
    /** Read requests, or read-into requests. */
    this.requests = new Queue();
    this.isByob = kind === "ReadableStreamBYOBReader";
    // "ReadableStreamReaderGenericInitialize"
    if (stream.state === "readable") this.closed = new LazyPromise();
    else if (stream.state === "closed") this.closed = LazyPromise.resolved();
    else this.closed = LazyPromise.rejected(stream.storedError);
    stream.reader = this;
  }
}
isolate(ReaderState);

/** "SetUpReadableStreamDefaultReader" and "SetUpReadableStreamBYOBReader", but for the object. */
export function acquireReader(stream, kind = "ReadableStreamDefaultReader") {
  if (stream.reader !== null) throw new TypeError("The stream is locked to a reader");
  if (kind === "ReadableStreamBYOBReader" && stream.controller.kind !== "ReadableByteStreamController") {
    throw new TypeError("Only a stream of bytes has BYOB readers");
  }
  return new ReaderState(kind, stream);
}

/** "ReadableStreamCancel" */
export function cancelStream(stream, reason) {
  stream.disturbed = true;
  if (stream.state === "closed") return resolvedWith(undefined);
  if (stream.state === "errored") return rejectedWith(stream.storedError);
  closeStream(stream);
  const { reader } = stream;
  if (reader !== null && reader.isByob) {
    for (const request of reader.requests.drain()) request.close(undefined);
  }
  return reacting(stream.controller.cancelSteps(reason), () => undefined);
}

/** "ReadableStreamClose" */
export function closeStream(stream) {
  stream.state = "closed";
  const { reader } = stream;
  if (reader === null) return;
  reader.closed.resolve();
  if (reader.isByob) return;
  for (const request of reader.requests.drain()) request.close();
}

/** "ReadableStreamError" */
export function errorStream(stream, error) {
  stream.state = "errored";
  stream.storedError = error;
  const { reader } = stream;
  if (reader === null) return;
  reader.closed.reject(error);
  errorRequests(reader, error);
}

/** "ReadableStreamDefaultReaderErrorReadRequests" and its like */
function errorRequests(reader, error) {
  for (const request of reader.requests.drain()) request.error(error);
}

/** "ReadableStreamFulfillReadRequest" */
export function fulfillReadRequest(stream, chunk, done) {
  const request = stream.reader.requests.shift();
  if (done) request.close();
  else request.chunk(chunk);
}

/** "ReadableStreamFulfillReadIntoRequest" */
export function fulfillReadIntoRequest(stream, chunk, done) {
  const request = stream.reader.requests.shift();
  if (done) request.close(chunk);
  else request.chunk(chunk);
}

/** How many read requests wait: "ReadableStreamGetNumReadRequests" */
export function waitingReads(stream) {
  const { reader } = stream;
  return reader !== null && !reader.isByob ? reader.requests.length : 0;
}

/** "ReadableStreamGetNumReadIntoRequests" */
export function waitingReadIntos(stream) {
  const { reader } = stream;
  return reader !== null && reader.isByob ? reader.requests.length : 0;
}

/** "ReadableStreamDefaultReaderRead" */
export function read(reader, request) {
  const { stream } = reader;
  stream.disturbed = true;
  if (stream.state === "readable") stream.controller.pullSteps(request);
  else if (stream.state === "closed") request.close();
  else request.error(stream.storedError);
}

/** "ReadableStreamBYOBReaderRead" */
export function readInto(reader, view, min, request) {
  const { stream } = reader;
  stream.disturbed = true;
  if (stream.state === "errored") request.error(stream.storedError);
  else stream.controller.pullInto(view, min, request);
}

/** "ReadableStreamDefaultReaderRelease" and "ReadableStreamBYOBReaderRelease" */
export function releaseReader(reader) {
  const { stream } = reader;
  const released = new TypeError("The reader has been released");
  if (stream.state === "readable") reader.closed.reject(released);
  else reader.closed = LazyPromise.rejected(released);
  stream.controller.releaseSteps();
  stream.reader = null;
  reader.stream = null;
  errorRequests(reader, new TypeError("The reader has been released"));
}
