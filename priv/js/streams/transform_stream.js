// TransformStream and TransformStreamDefaultController: Streams, 6.

import { exposeInterface } from "../webidl.js";
import { readableOf } from "./readable_stream.js";
import { attach, check, checkToken, objectOf, TOKEN } from "./slots.js";
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
import { TransformState } from "./transform_state.js";
import { writableOf } from "./writable_stream.js";

const STREAM = "TransformStream";
const CONTROLLER = "TransformStreamDefaultController";

export class TransformStream {
  constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
    if (transformer === TOKEN) return;
    toOptionalObject(transformer, "TransformStream constructor: the transformer");
    writableStrategy = toStrategy(writableStrategy);
    readableStrategy = toStrategy(readableStrategy);
    const { cancel, flush, start, transform } = toTransformer(transformer);
    const readableHighWaterMark = highWaterMarkOf(readableStrategy, 0);
    const readableSize = sizeOf(readableStrategy);
    const writableHighWaterMark = highWaterMarkOf(writableStrategy, 1);
    const writableSize = sizeOf(writableStrategy);
    const stream = new TransformState(writableHighWaterMark, writableSize, readableHighWaterMark, readableSize);
    attach(this, stream);
    const { controller } = stream;
    const object = objectOf(controller, TransformStreamDefaultController);
    if (transform !== undefined) controller.transform = (chunk) => invoke(transform, transformer, [chunk, object]);
    if (flush !== undefined) controller.flush = () => invoke(flush, transformer, [object]);
    if (cancel !== undefined) controller.cancel = (reason) => invoke(cancel, transformer, [reason]);
    stream.start(start === undefined ? undefined : startWith(start, transformer, object));
  }

  get readable() {
    return readableOf(check(this, STREAM).readable);
  }
  get writable() {
    return writableOf(check(this, STREAM).writable);
  }
}
exposeInterface(TransformStream);

/** A Transformer; its members in the order of Web IDL. */
function toTransformer(object) {
  if (object === undefined) return NONE;
  const cancel = toCallback(object, "cancel");
  const flush = toCallback(object, "flush");
  if (object.readableType !== undefined) throw new RangeError("The transformer's readableType is reserved");
  const start = toCallback(object, "start");
  const transform = toCallback(object, "transform");
  if (object.writableType !== undefined) throw new RangeError("The transformer's writableType is reserved");
  return { cancel, flush, start, transform };
}

export class TransformStreamDefaultController {
  constructor() {
    checkToken(arguments[0]);
  }

  get desiredSize() {
    return check(this, CONTROLLER).stream.readable.controller.desiredSize();
  }
  enqueue(chunk = undefined) {
    check(this, CONTROLLER).enqueue(chunk);
  }
  error(reason = undefined) {
    check(this, CONTROLLER).stream.error(reason);
  }
  terminate() {
    check(this, CONTROLLER).terminate();
  }
}
exposeInterface(TransformStreamDefaultController);
