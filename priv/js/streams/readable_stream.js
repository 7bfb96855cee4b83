// ReadableStream: Streams, 4.2.

import { isAbortSignal } from "../abort.js";
import { exposeInterface, requireArguments, toDOMString, toEnforcedUnsigned } from "../webidl.js";
import { AsyncIteratorState, iteratorPrototype } from "./async_iterator.js";
import { setUpByteController } from "./byte_controller.js";
import { sourceFrom } from "./from.js";
import { pipe } from "./pipe.js";
import { markHandled, rejectedWith } from "./promises.js";
import { DefaultControllerState, setUpDefaultController } from "./readable_default_controller.js";
import { acquireReader, cancelStream, ReadableState } from "./readable_state.js";
import { getReader } from "./readable_readers.js";
import { attach, check, illegal, stateOf, TOKEN } from "./slots.js";
import { highWaterMarkOf, NONE, sizeOf, toCallback, toOptionalObject, toOptions, toStrategy } from "./strategies.js";
import { tee } from "./tee.js";

const STREAM = "ReadableStream";

export class ReadableStream {
  constructor(underlyingSource = undefined, strategy = undefined) {
    if (underlyingSource === TOKEN) return;
    toOptionalObject(underlyingSource, "ReadableStream constructor: the underlying source");
    strategy = toStrategy(strategy);
    const source = toSource(underlyingSource);
    const stream = new ReadableState();
    attach(this, stream);
    if (source.type === "bytes") {
      if (strategy.size !== undefined) throw new RangeError("The strategy of a stream of bytes has no size");
      setUpByteController(stream, underlyingSource, source, highWaterMarkOf(strategy, 0));
    } else {
      const size = sizeOf(strategy);
      setUpDefaultController(stream, underlyingSource, source, highWaterMarkOf(strategy, 1), size);
    }
  }

  static from(asyncIterable) {
    requireArguments(arguments.length, 1, "ReadableStream.from");
    const stream = new ReadableState();
    const { pull, cancel } = sourceFrom(asyncIterable);
    const controller = new DefaultControllerState(stream, 0, null);
    controller.pull = pull;
    controller.cancel = cancel;
    controller.start(undefined);
    return readableOf(stream);
  }

  get locked() {
    return check(this, STREAM).reader !== null;
  }

  cancel(reason = undefined) {
    const stream = stateOf(this, STREAM);
    if (stream === undefined) return rejectedWith(illegal(STREAM));
    return stream.reader === null ? cancelStream(stream, reason) : rejectedWith(locked());
  }

  getReader(options = undefined) {
    const stream = check(this, STREAM);
    const { mode } = toOptions(options, "ReadableStream.getReader: the options");
    if (mode === undefined) return getReader(stream, "ReadableStreamDefaultReader");
    if (toDOMString(mode) !== "byob") throw new TypeError("ReadableStream.getReader: the mode is not byob");
    return getReader(stream, "ReadableStreamBYOBReader");
  }

  pipeThrough(transform, options = undefined) {
    const stream = check(this, STREAM);
    requireArguments(arguments.length, 1, "ReadableStream.pipeThrough");
    const pair = toOptions(transform, "ReadableStream.pipeThrough: the transform");
    // ReadableWritablePair: both are required.
    const { readable } = pair;
    check(readable, STREAM);
    const writable = check(pair.writable, "WritableStream");
    options = toPipeOptions(options);
    if (stream.reader !== null) throw locked();
    if (writable.writer !== null) throw new TypeError("The writable side is locked to a writer");
    markHandled(pipe(stream, writable, options));
    return readable;
  }

  pipeTo(destination, options = undefined) {
    try {
      const stream = check(this, STREAM);
      requireArguments(arguments.length, 1, "ReadableStream.pipeTo");
      const writable = check(destination, "WritableStream");
      options = toPipeOptions(options);
      if (stream.reader !== null) throw locked();
      if (writable.writer !== null) throw new TypeError("The destination is locked to a writer");
      return pipe(stream, writable, options);
    } catch (error) {
      return rejectedWith(error);
    }
  }

  tee() {
    return tee(check(this, STREAM)).map(readableOf);
  }

  values(options = undefined) {
    const stream = check(this, STREAM);
    const { preventCancel } = toOptions(options, "ReadableStream.values: the options");
    const iterator = Object.create(iteratorPrototype);
    attach(iterator, new AsyncIteratorState(acquireReader(stream), !!preventCancel));
    return iterator;
  }
}
exposeInterface(ReadableStream);
Object.defineProperty(ReadableStream.prototype, Symbol.asyncIterator, {
  value: ReadableStream.prototype.values,
  writable: true,
  configurable: true,
});

/** The object of a stream that no script has constructed. */
export function readableOf(stream) {
  if (stream.object === null) attach(new ReadableStream(TOKEN), stream);
  return stream.object;
}

function locked() {
  return new TypeError("The stream is locked to a reader");
}

/** An UnderlyingSource; its members in the order of Web IDL. */
function toSource(object) {
  if (object === undefined) return NONE;
  let { autoAllocateChunkSize } = object;
  if (autoAllocateChunkSize !== undefined) {
    autoAllocateChunkSize = toEnforcedUnsigned(autoAllocateChunkSize, "autoAllocateChunkSize");
  }
  const cancel = toCallback(object, "cancel");
  const pull = toCallback(object, "pull");
  const start = toCallback(object, "start");
  let { type } = object;
  if (type !== undefined && (type = toDOMString(type)) !== "bytes") {
    throw new TypeError(`ReadableStream constructor: the type ${type} is not bytes`);
  }
  return { autoAllocateChunkSize, cancel, pull, start, type };
}

/** StreamPipeOptions */
function toPipeOptions(options) {
  let { preventAbort, preventCancel, preventClose, signal } = toOptions(options, "The options of a pipe");
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new TypeError("The signal of a pipe is not an AbortSignal");
  }
  return { preventAbort: !!preventAbort, preventCancel: !!preventCancel, preventClose: !!preventClose, signal };
}
