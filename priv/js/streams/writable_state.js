// The states of a WritableStream, its writer and its controller, and the operations on them:
// Streams, 5.5.
//
// Write requests are objects with `resolve()` and `reject(reason)`.

import { createSignal, signalAbort } from "../abort.js";
import { deferred, LazyPromise, rejectedWith, resolvedWith, upon } from "./promises.js";
import { Queue, SizedQueue } from "./queues.js";
import { isolate } from "./slots.js";

export class WritableState {
  constructor() {
    this.kind = "WritableStream";
    this.object = null;
    /** "writable", "erroring", "errored" or "closed" */
    this.state = "writable";
    this.storedError = undefined;
    /** @type {WriterState | null} */
    this.writer = null;
    /** @type {WritableControllerState | null} */
    this.controller = null;
    this.backpressure = false;
    this.writeRequests = new Queue();
    this.inFlightWriteRequest = null;
    this.closeRequest = null;
    this.inFlightCloseRequest = null;
    /** @type {{ deferred: object, reason: unknown, wasAlreadyErroring: boolean } | null} */
    this.pendingAbort = null;
  }

  /** "WritableStreamCloseQueuedOrInFlight" */
  isClosing() {
    return this.closeRequest !== null || this.inFlightCloseRequest !== null;
  }

  /** "WritableStreamAbort" */
  abort(reason) {
    if (this.state === "closed" || this.state === "errored") return resolvedWith(undefined);
    this.controller.signalAbort(reason);
    // Listeners to the signal may have done anything.
    if (this.state === "closed" || this.state === "errored") return resolvedWith(undefined);
    if (this.pendingAbort !== null) return this.pendingAbort.deferred.promise;
    const wasAlreadyErroring = this.state === "erroring";
    if (wasAlreadyErroring) reason = undefined;
    const pending = deferred();
    this.pendingAbort = { deferred: pending, reason, wasAlreadyErroring };
    if (!wasAlreadyErroring) this.startErroring(reason);
    return pending.promise;
  }

  /** "WritableStreamClose" */
  close() {
    if (this.state === "closed" || this.state === "errored") {
      return rejectedWith(new TypeError(`The stream is ${this.state}`));
    }
    const { promise } = (this.closeRequest = deferred());
    if (this.writer !== null && this.backpressure && this.state === "writable") this.writer.ready.resolve();
    this.controller.close();
    return promise;
  }

  /** "WritableStreamStartErroring" */
  startErroring(reason) {
    this.state = "erroring";
    this.storedError = reason;
    this.writer?.rejectReady(reason);
    if (!this.isInFlight() && this.controller.started) this.finishErroring();
  }

  /** "WritableStreamHasOperationMarkedInFlight" */
  isInFlight() {
    return this.inFlightWriteRequest !== null || this.inFlightCloseRequest !== null;
  }

  /** "WritableStreamFinishErroring" */
  finishErroring() {
    this.state = "errored";
    this.controller.errorSteps();
    const { storedError, pendingAbort } = this;
    for (const request of this.writeRequests.drain()) request.reject(storedError);
    if (pendingAbort === null) {
      this.rejectCloseAndClosed();
      return;
    }
    this.pendingAbort = null;
    const { resolve, reject } = pendingAbort.deferred;
    if (pendingAbort.wasAlreadyErroring) {
      reject(storedError);
      this.rejectCloseAndClosed();
      return;
    }
    upon(
      this.controller.abortSteps(pendingAbort.reason),
      () => {
        resolve();
        this.rejectCloseAndClosed();
      },
      (reason) => {
        reject(reason);
        this.rejectCloseAndClosed();
      },
    );
  }

  /** "WritableStreamRejectCloseAndClosedPromiseIfNeeded" */
  rejectCloseAndClosed() {
    if (this.closeRequest !== null) {
      this.closeRequest.reject(this.storedError);
      this.closeRequest = null;
    }
    this.writer?.closed.reject(this.storedError);
  }

  /** "WritableStreamDealWithRejection" */
  dealWithRejection(error) {
    if (this.state === "writable") this.startErroring(error);
    else this.finishErroring();
  }

  /** "WritableStreamFinishInFlightWrite" */
  finishInFlightWrite() {
    const request = this.inFlightWriteRequest;
    this.inFlightWriteRequest = null;
    request.resolve();
  }

  finishInFlightWriteWithError(error) {
    const request = this.inFlightWriteRequest;
    this.inFlightWriteRequest = null;
    request.reject(error);
    this.dealWithRejection(error);
  }

  /** "WritableStreamFinishInFlightClose" */
  finishInFlightClose() {
    const request = this.inFlightCloseRequest;
    this.inFlightCloseRequest = null;
    request.resolve();
    if (this.state === "erroring") {
      // The error was too late to do anything.
      this.storedError = undefined;
      if (this.pendingAbort !== null) {
        this.pendingAbort.deferred.resolve();
        this.pendingAbort = null;
      }
    }
    this.state = "closed";
    this.writer?.closed.resolve();
  }

  finishInFlightCloseWithError(error) {
    const request = this.inFlightCloseRequest;
    this.inFlightCloseRequest = null;
    request.reject(error);
    if (this.pendingAbort !== null) {
      this.pendingAbort.deferred.reject(error);
      this.pendingAbort = null;
    }
    this.dealWithRejection(error);
  }

  /** "WritableStreamUpdateBackpressure" */
  updateBackpressure(backpressure) {
    if (this.writer !== null && backpressure !== this.backpressure) {
      if (backpressure) this.writer.ready = new LazyPromise();
      else this.writer.ready.resolve();
    }
    this.backpressure = backpressure;
  }
}
isolate(WritableState);

export class WriterState {
  /** "SetUpWritableStreamDefaultWriter" */
  constructor(stream) {
    if (stream.writer !== null) throw new TypeError("The stream is locked to a writer");
    this.kind = "WritableStreamDefaultWriter";
    this.object = null;
    /** @type {WritableState | null} */
    this.stream = stream;
    stream.writer = this;
    const { state, storedError } = stream;
    if (state === "writable") {
      const waits = !stream.isClosing() && stream.backpressure;
      this.ready = waits ? new LazyPromise() : LazyPromise.resolved();
      this.closed = new LazyPromise();
    } else if (state === "erroring") {
      this.ready = LazyPromise.rejected(storedError);
      this.closed = new LazyPromise();
    } else if (state === "closed") {
      this.ready = LazyPromise.resolved();
      this.closed = LazyPromise.resolved();
    } else {
      this.ready = LazyPromise.rejected(storedError);
      this.closed = LazyPromise.rejected(storedError);
    }
  }

  /** "WritableStreamDefaultWriterEnsureReadyPromiseRejected" */
  rejectReady(error) {
    if (this.ready.isPending) this.ready.reject(error);
    else this.ready = LazyPromise.rejected(error);
  }

  /** "WritableStreamDefaultWriterEnsureClosedPromiseRejected" */
  rejectClosed(error) {
    if (this.closed.isPending) this.closed.reject(error);
    else this.closed = LazyPromise.rejected(error);
  }

  desiredSize() {
    const { state, controller } = this.stream;
    if (state === "errored" || state === "erroring") return null;
    return state === "closed" ? 0 : controller.desiredSize();
  }

  /** "WritableStreamDefaultWriterRelease" */
  release() {
    const { stream } = this;
    const released = new TypeError("The writer has been released");
    this.rejectReady(released);
    this.rejectClosed(released);
    stream.writer = null;
    this.stream = null;
  }

  /** "WritableStreamDefaultWriterWrite", the promise of which is `request`'s. */
  write(chunk, request) {
    const { stream } = this;
    const { controller } = stream;
    const size = controller.sizeOf(chunk);
    if (stream !== this.stream) {
      request.reject(new TypeError("The writer has been released"));
      return;
    }
    const { state } = stream;
    if (state === "errored") {
      request.reject(stream.storedError);
    } else if (stream.isClosing() || state === "closed") {
      request.reject(new TypeError("The stream is closed, or is about to be"));
    } else if (state === "erroring") {
      request.reject(stream.storedError);
    } else {
      stream.writeRequests.push(request);
      controller.write(chunk, size);
    }
  }

  /** "WritableStreamDefaultWriterCloseWithErrorPropagation" */
  closeWithErrorPropagation() {
    const { stream } = this;
    const { state } = stream;
    if (stream.isClosing() || state === "closed") return resolvedWith(undefined);
    return state === "errored" ? rejectedWith(stream.storedError) : stream.close();
  }
}
isolate(WriterState);

export class WritableControllerState {
  constructor(stream, highWaterMark, size) {
    this.kind = "WritableStreamDefaultController";
    this.object = null;
    this.stream = stream;
    this.queue = new SizedQueue(size === null);
    /** The close sentinel: always the last in the queue. */
    this.closeQueued = false;
    this.size = size;
    this.counting = size === null;
    this.highWaterMark = highWaterMark;
    this.started = false;
    this.signal = null;
    this.abortReason = undefined;
    this.aborted = false;
    /** @type {((chunk: unknown, controller: WritableControllerState) => Promise<unknown> | undefined) | null} */
    this.sinkWrite = null;
    /** @type {(() => Promise<unknown> | undefined) | null} */
    this.sinkClose = null;
    /** @type {((reason: unknown) => Promise<unknown> | undefined) | null} */
    this.sinkAbort = null;
    this.written = null;
    this.writeFailed = null;
    stream.controller = this;
  }

  /** The rest of "SetUpWritableStreamDefaultController"; `start` may throw. */
  start(start) {
    const { stream } = this;
    this.written = () => this.finishWrite();
    this.writeFailed = (reason) => {
      if (stream.state === "writable") this.clearAlgorithms();
      stream.finishInFlightWriteWithError(reason);
    };
    stream.updateBackpressure(this.hasBackpressure());
    upon(
      start?.(),
      () => {
        this.started = true;
        this.advanceQueue();
      },
      (reason) => {
        this.started = true;
        stream.dealWithRejection(reason);
      },
    );
  }

  /** The controller's AbortSignal, which few ask for. */
  getSignal() {
    if (this.signal === null) {
      this.signal = createSignal();
      if (this.aborted) signalAbort(this.signal, this.abortReason);
    }
    return this.signal;
  }

  signalAbort(reason) {
    if (this.aborted) return;
    this.aborted = true;
    this.abortReason = reason;
    if (this.signal !== null) signalAbort(this.signal, reason);
  }

  /** [[AbortSteps]] */
  abortSteps(reason) {
    const result = this.sinkAbort?.(reason);
    this.clearAlgorithms();
    return result;
  }

  /** [[ErrorSteps]] */
  errorSteps() {
    this.queue.reset();
    this.closeQueued = false;
  }

  clearAlgorithms() {
    this.sinkWrite = this.sinkClose = this.sinkAbort = this.size = null;
  }

  desiredSize() {
    return this.highWaterMark - this.queue.total;
  }

  hasBackpressure() {
    return this.desiredSize() <= 0;
  }

  /** "WritableStreamDefaultControllerGetChunkSize" */
  sizeOf(chunk) {
    if (this.size === null) return 1;
    try {
      return this.size(chunk);
    } catch (error) {
      this.errorIfNeeded(error);
      return 1;
    }
  }

  errorIfNeeded(error) {
    if (this.stream.state === "writable") this.error(error);
  }

  /** "WritableStreamDefaultControllerError" */
  error(error) {
    this.clearAlgorithms();
    this.stream.startErroring(error);
  }

  /** "WritableStreamDefaultControllerClose" */
  close() {
    this.closeQueued = true;
    this.advanceQueue();
  }

  /** "WritableStreamDefaultControllerWrite" */
  write(chunk, size) {
    const { stream } = this;
    try {
      this.queue.push(chunk, size);
    } catch (error) {
      this.errorIfNeeded(error);
      return;
    }
    if (!stream.isClosing() && stream.state === "writable") stream.updateBackpressure(this.hasBackpressure());
    this.advanceQueue();
  }

  /** "WritableStreamDefaultControllerAdvanceQueueIfNeeded" */
  advanceQueue() {
    const { stream } = this;
    if (!this.started || stream.inFlightWriteRequest !== null) return;
    if (stream.state === "erroring") {
      stream.finishErroring();
    } else if (this.queue.length > 0) {
      stream.inFlightWriteRequest = stream.writeRequests.shift();
      upon(this.sinkWrite?.(this.queue.peek(), this), this.written, this.writeFailed);
    } else if (this.closeQueued) {
      this.processClose();
    }
  }

  finishWrite() {
    const { stream } = this;
    stream.finishInFlightWrite();
    this.queue.shift();
    if (!stream.isClosing() && stream.state === "writable") stream.updateBackpressure(this.hasBackpressure());
    this.advanceQueue();
  }

  /** "WritableStreamDefaultControllerProcessClose" */
  processClose() {
    const { stream } = this;
    stream.inFlightCloseRequest = stream.closeRequest;
    stream.closeRequest = null;
    this.closeQueued = false;
    const closed = this.sinkClose?.();
    this.clearAlgorithms();
    upon(
      closed,
      () => stream.finishInFlightClose(),
      (reason) => stream.finishInFlightCloseWithError(reason),
    );
  }
}
isolate(WritableControllerState);
