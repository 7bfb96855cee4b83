// WritableStream, WritableStreamDefaultWriter and WritableStreamDefaultController:
// Streams, 5.1 to 5.4.

import { exposeInterface, requireArguments } from "../webidl.js";
import { deferred, rejectedWith } from "./promises.js";
import { attach, check, checkToken, illegal, objectOf, stateOf, TOKEN } from "./slots.js";
import {
  highWaterMarkOf,
  invoke,
  NONE,
  sizeOf,
  startWith,
  toCallback,
  toOptionalObject,
  toStrategy,
} from "./strategies.js";
import { WritableControllerState, WritableState, WriterState } from "./writable_state.js";

const STREAM = "WritableStream";
const WRITER = "WritableStreamDefaultWriter";
const CONTROLLER = "WritableStreamDefaultController";

export class WritableStream {
  constructor(underlyingSink = undefined, strategy = undefined) {
    if (underlyingSink === TOKEN) return;
    toOptionalObject(underlyingSink, "WritableStream constructor: the underlying sink");
    strategy = toStrategy(strategy);
    const sink = toSink(underlyingSink);
    const stream = new WritableState();
    attach(this, stream);
    const size = sizeOf(strategy);
    setUp(stream, underlyingSink, sink, highWaterMarkOf(strategy, 1), size);
  }

  get locked() {
    return check(this, STREAM).writer !== null;
  }
  abort(reason = undefined) {
    const stream = stateOf(this, STREAM);
    if (stream === undefined) return rejectedWith(illegal(STREAM));
    return stream.writer === null ? stream.abort(reason) : rejectedWith(locked());
  }
  close() {
    const stream = stateOf(this, STREAM);
    if (stream === undefined) return rejectedWith(illegal(STREAM));
    if (stream.writer !== null) return rejectedWith(locked());
    return stream.isClosing() ? rejectedWith(closing()) : stream.close();
  }
  getWriter() {
    const writer = new WriterState(check(this, STREAM));
    attach(Object.create(WritableStreamDefaultWriter.prototype), writer);
    return writer.object;
  }
}
exposeInterface(WritableStream);

/** The object of a stream that no script has constructed. */
export function writableOf(stream) {
  if (stream.object === null) attach(new WritableStream(TOKEN), stream);
  return stream.object;
}

function locked() {
  return new TypeError("The stream is locked to a writer");
}

function closing() {
  return new TypeError("The stream is closed, or is about to be");
}

/** An UnderlyingSink; its members in the order of Web IDL. */
function toSink(object) {
  if (object === undefined) return NONE;
  const abort = toCallback(object, "abort");
  const close = toCallback(object, "close");
  const start = toCallback(object, "start");
  if (object.type !== undefined) throw new RangeError("WritableStream constructor: the sink's type is reserved");
  return { abort, close, start, write: toCallback(object, "write") };
}

/** "SetUpWritableStreamDefaultControllerFromUnderlyingSink" */
function setUp(stream, sink, { abort, close, start, write }, highWaterMark, size) {
  const controller = new WritableControllerState(stream, highWaterMark, size);
  const object = objectOf(controller, WritableStreamDefaultController);
  if (write !== undefined) controller.sinkWrite = (chunk) => invoke(write, sink, [chunk, object]);
  if (close !== undefined) controller.sinkClose = () => invoke(close, sink, []);
  if (abort !== undefined) controller.sinkAbort = (reason) => invoke(abort, sink, [reason]);
  controller.start(start === undefined ? undefined : () => startWith(start, sink, object));
}

function writerReleased() {
  return rejectedWith(new TypeError("The writer has been released"));
}

export class WritableStreamDefaultWriter {
  constructor(stream) {
    requireArguments(arguments.length, 1, `${WRITER} constructor`);
    attach(this, new WriterState(check(stream, STREAM)));
  }

  get closed() {
    const writer = stateOf(this, WRITER);
    return writer === undefined ? rejectedWith(illegal(WRITER)) : writer.closed.promise;
  }
  get desiredSize() {
    const writer = check(this, WRITER);
    if (writer.stream === null) throw new TypeError("The writer has been released");
    return writer.desiredSize();
  }
  get ready() {
    const writer = stateOf(this, WRITER);
    return writer === undefined ? rejectedWith(illegal(WRITER)) : writer.ready.promise;
  }
  abort(reason = undefined) {
    const writer = stateOf(this, WRITER);
    if (writer === undefined) return rejectedWith(illegal(WRITER));
    return writer.stream === null ? writerReleased() : writer.stream.abort(reason);
  }
  close() {
    const writer = stateOf(this, WRITER);
    if (writer === undefined) return rejectedWith(illegal(WRITER));
    const { stream } = writer;
    if (stream === null) return writerReleased();
    return stream.isClosing() ? rejectedWith(closing()) : stream.close();
  }
  releaseLock() {
    const writer = check(this, WRITER);
    if (writer.stream !== null) writer.release();
  }
  write(chunk = undefined) {
    const writer = stateOf(this, WRITER);
    if (writer === undefined) return rejectedWith(illegal(WRITER));
    if (writer.stream === null) return writerReleased();
    const request = deferred();
    writer.write(chunk, request);
    return request.promise;
  }
}
exposeInterface(WritableStreamDefaultWriter);

export class WritableStreamDefaultController {
  constructor() {
    checkToken(arguments[0]);
  }

  get signal() {
    return check(this, CONTROLLER).getSignal();
  }
  error(error = undefined) {
    const controller = check(this, CONTROLLER);
    if (controller.stream.state === "writable") controller.error(error);
  }
}
exposeInterface(WritableStreamDefaultController);
