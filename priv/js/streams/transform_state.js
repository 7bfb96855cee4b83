// The state of a TransformStream and its controller, and the operations on them:
// Streams, 6.3 and 6.4.

import { deferred, LazyPromise, reacting, rejectedWith, resolvedWith, upon } from "./promises.js";
import { DefaultControllerState } from "./readable_default_controller.js";
import { ReadableState } from "./readable_state.js";
import { isolate } from "./slots.js";
import { WritableControllerState, WritableState } from "./writable_state.js";

export class TransformState {
  /** "InitializeTransformStream", but for the start. */
  constructor(writableHighWaterMark, writableSize, readableHighWaterMark, readableSize) {
    this.kind = "TransformStream";
    this.object = null;
    this.backpressure = true;
    this.backpressureChange = new LazyPromise();
    this.controller = new TransformControllerState(this);

    this.writable = new WritableState();
    const sink = new WritableControllerState(this.writable, writableHighWaterMark, writableSize);
    sink.sinkWrite = (chunk) => this.sinkWrite(chunk);
    sink.sinkAbort = (reason) => this.sinkAbort(reason);
    sink.sinkClose = () => this.sinkClose();

    this.readable = new ReadableState();
    const source = new DefaultControllerState(this.readable, readableHighWaterMark, readableSize);
    source.pull = () => this.sourcePull();
    source.cancel = (reason) => this.sourceCancel(reason);

    // Both sides wait for the transformer's start, whose result is not known yet. They do so
    // as for what a script's start returned: an abort or cancel right now comes before.
    this.started = deferred();
    const started = resolvedWith(this.started.promise);
    sink.start(() => started);
    source.start(started);
  }

  /** With what the transformer's start returned: a promise, or undefined. */
  start(result) {
    this.started.resolve(result);
  }

  /** "TransformStreamError" */
  error(error) {
    this.readable.controller.error(error);
    this.errorWritable(error);
  }

  /** "TransformStreamErrorWritableAndUnblockWrite" */
  errorWritable(error) {
    this.controller.clearAlgorithms();
    this.writable.controller.errorIfNeeded(error);
    this.unblockWrite();
  }

  unblockWrite() {
    if (this.backpressure) this.setBackpressure(false);
  }

  /** "TransformStreamSetBackpressure" */
  setBackpressure(backpressure) {
    this.backpressureChange.resolve();
    this.backpressureChange = new LazyPromise();
    this.backpressure = backpressure;
  }

  /** "TransformStreamDefaultSinkWriteAlgorithm" */
  sinkWrite(chunk) {
    if (!this.backpressure) return this.controller.performTransform(chunk);
    return reacting(this.backpressureChange.promise, () => {
      const { writable } = this;
      if (writable.state === "erroring") throw writable.storedError;
      return this.controller.performTransform(chunk);
    });
  }

  /** "TransformStreamDefaultSinkAbortAlgorithm" */
  sinkAbort(reason) {
    const { controller, readable } = this;
    return controller.finish(
      () => controller.cancel?.(reason),
      ({ resolve, reject }) => {
        if (readable.state === "errored") {
          reject(readable.storedError);
        } else {
          readable.controller.error(reason);
          resolve();
        }
      },
      (error) => readable.controller.error(error),
    );
  }

  /** "TransformStreamDefaultSinkCloseAlgorithm" */
  sinkClose() {
    const { controller, readable } = this;
    return controller.finish(
      () => controller.flush?.(),
      ({ resolve, reject }) => {
        if (readable.state === "errored") {
          reject(readable.storedError);
        } else {
          readable.controller.close();
          resolve();
        }
      },
      (error) => readable.controller.error(error),
    );
  }

  /** "TransformStreamDefaultSourcePullAlgorithm" */
  sourcePull() {
    this.setBackpressure(false);
    return this.backpressureChange.promise;
  }

  /** "TransformStreamDefaultSourceCancelAlgorithm" */
  sourceCancel(reason) {
    const { controller, writable } = this;
    return controller.finish(
      () => controller.cancel?.(reason),
      ({ resolve, reject }) => {
        if (writable.state === "errored") {
          reject(writable.storedError);
        } else {
          writable.controller.errorIfNeeded(reason);
          this.unblockWrite();
          resolve();
        }
      },
      (error) => {
        writable.controller.errorIfNeeded(error);
        this.unblockWrite();
      },
    );
  }
}
isolate(TransformState);

export class TransformControllerState {
  constructor(stream) {
    this.kind = "TransformStreamDefaultController";
    this.object = null;
    this.stream = stream;
    /**
     * Without a transformer's own, chunks go through as they are.
     * @type {((chunk: unknown) => Promise<unknown> | undefined) | null}
     */
    this.transform = (chunk) => passOn(this, chunk);
    /** @type {(() => Promise<unknown> | undefined) | null} */
    this.flush = null;
    /** @type {((reason: unknown) => Promise<unknown> | undefined) | null} */
    this.cancel = null;
    /** [[finishPromise]] */
    this.finishing = null;
    this.transformFailed = (error) => {
      stream.error(error);
      throw error;
    };
  }

  clearAlgorithms() {
    this.transform = this.flush = this.cancel = null;
  }

  /** "TransformStreamDefaultControllerPerformTransform" */
  performTransform(chunk) {
    const result = this.transform(chunk);
    return result === undefined ? undefined : reacting(result, undefined, this.transformFailed);
  }

  /** What the abort, close and cancel algorithms share: the first of them counts. */
  finish(algorithm, fulfilled, rejected) {
    if (this.finishing !== null) return this.finishing.promise;
    const finishing = (this.finishing = deferred());
    const result = algorithm();
    this.clearAlgorithms();
    upon(
      result,
      () => fulfilled(finishing),
      (error) => {
        rejected(error);
        finishing.reject(error);
      },
    );
    return finishing.promise;
  }

  /** "TransformStreamDefaultControllerEnqueue" */
  enqueue(chunk) {
    const { stream } = this;
    const { readable } = stream;
    const source = readable.controller;
    if (!source.canCloseOrEnqueue()) throw new TypeError("The readable side is closed, or is about to be");
    try {
      source.enqueue(chunk);
    } catch (error) {
      stream.errorWritable(error);
      throw readable.storedError;
    }
    const backpressure = !source.shouldCallPull();
    if (backpressure !== stream.backpressure) stream.setBackpressure(true);
  }

  /** "TransformStreamDefaultControllerTerminate" */
  terminate() {
    const { stream } = this;
    stream.readable.controller.close();
    stream.errorWritable(new TypeError("The stream has been terminated"));
  }
}
isolate(TransformControllerState);

function passOn(controller, chunk) {
  try {
    controller.enqueue(chunk);
    return undefined;
  } catch (error) {
    return rejectedWith(error);
  }
}
