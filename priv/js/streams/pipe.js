// "ReadableStreamPipeTo": Streams, 4.9.1.

import { isAborted, reasonOf, whenAborted } from "../abort.js";
import { deferred, react, resolvedWith } from "./promises.js";
import { acquireReader, cancelStream, read, releaseReader } from "./readable_state.js";
import { isolate } from "./slots.js";
import { WriterState } from "./writable_state.js";

const { queueMicrotask } = globalThis;

const NO_OPTIONS = /** @type {PipeOptions} */ ({ __proto__: null });

/** @typedef {{ preventClose?: boolean, preventAbort?: boolean, preventCancel?: boolean, signal?: import("../abort.js").AbortSignal }} PipeOptions */

/**
 * @param {import("./readable_state.js").ReadableState} source not locked
 * @param {import("./writable_state.js").WritableState} destination not locked
 * @param {PipeOptions} options
 * @returns {Promise<undefined>}
 */
export function pipe(source, destination, options = NO_OPTIONS) {
  return new Pipe(source, destination, options).start();
}

class Pipe {
  /** @param {PipeOptions} options */
  constructor(source, destination, options) {
    this.source = source;
    this.destination = destination;
    this.preventClose = options.preventClose;
    this.preventAbort = options.preventAbort;
    this.preventCancel = options.preventCancel;
    this.signal = options.signal;
    this.reader = acquireReader(source);
    this.writer = new WriterState(destination);
    source.disturbed = true;
    this.result = deferred();
    this.shuttingDown = false;
    this.forgetSignal = null;
    /** Chunks that have been read and whose writes have not settled. */
    this.writing = 0;
    /** Called once nothing is being written. */
    this.whenWritten = null;
    this.step = () => this.run();
    /** Whether a read answers right now, in `run`. */
    this.inRun = false;
    this.answered = false;
  }

  start() {
    const { signal } = this;
    if (signal !== undefined) {
      const abort = () => this.abort();
      if (isAborted(signal)) {
        abort();
        return this.result.promise;
      }
      this.forgetSignal = whenAborted(signal, abort);
    }
    // What has happened already comes first, in the order of the standard.
    if (this.source.state === "errored") this.sourceErrored();
    else if (this.isDestinationErrored()) this.destinationErrored();
    else if (this.source.state === "closed") this.sourceClosed();
    else if (this.isDestinationClosed()) this.destinationClosed();
    react(this.reader.closed.promise, () => this.sourceClosed(), () => this.sourceErrored());
    react(this.writer.closed.promise, undefined, () => this.destinationErrored());
    if (!this.shuttingDown) this.run();
    return this.result.promise;
  }

  isDestinationErrored() {
    return this.destination.state === "errored";
  }

  isDestinationClosed() {
    return this.destination.isClosing() || this.destination.state === "closed";
  }

  /** Read and write while the destination wants more. */
  run() {
    const { reader, writer, source } = this;
    while (!this.shuttingDown) {
      if (source.state !== "readable" || this.destination.state !== "writable") return;
      if (!(writer.desiredSize() > 0)) {
        react(writer.ready.promise, this.step, noop);
        return;
      }
      this.inRun = true;
      this.answered = false;
      read(reader, this);
      this.inRun = false;
      // The request waits, and goes on when it is answered.
      if (!this.answered) return;
    }
  }

  // The read request.
  chunk(chunk) {
    this.writing++;
    if (this.inRun) {
      this.answered = true;
      this.writer.write(chunk, this);
      return;
    }
    // Not from within `enqueue`, which is a script's.
    queueMicrotask(() => {
      if (this.writer.stream === null) return;
      this.writer.write(chunk, this);
      this.run();
    });
  }
  close() {}
  error() {}

  // The write request.
  resolve() {
    if (--this.writing === 0) this.whenWritten?.();
  }
  reject() {
    this.resolve();
  }

  abort() {
    const error = reasonOf(this.signal);
    const actions = [];
    const { source, destination } = this;
    if (!this.preventAbort) {
      actions.push(() => (destination.state === "writable" ? destination.abort(error) : resolvedWith(undefined)));
    }
    if (!this.preventCancel) {
      actions.push(() => (source.state === "readable" ? cancelStream(source, error) : resolvedWith(undefined)));
    }
    this.shutDown(() => all(actions.map((action) => action())), true, error);
  }

  /** Errors must be propagated forward. */
  sourceErrored() {
    const { storedError } = this.source;
    if (this.preventAbort) this.shutDown(null, true, storedError);
    else this.shutDown(() => this.destination.abort(storedError), true, storedError);
  }

  /** Errors must be propagated backward. */
  destinationErrored() {
    const { storedError } = this.destination;
    if (this.preventCancel) this.shutDown(null, true, storedError);
    else this.shutDown(() => cancelStream(this.source, storedError), true, storedError);
  }

  /** Closing must be propagated forward. */
  sourceClosed() {
    if (this.preventClose) this.shutDown(null);
    else this.shutDown(() => this.writer.closeWithErrorPropagation());
  }

  /** Closing must be propagated backward. */
  destinationClosed() {
    const error = new TypeError("The destination is closed, or is about to be");
    if (this.preventCancel) this.shutDown(null, true, error);
    else this.shutDown(() => cancelStream(this.source, error), true, error);
  }

  /** "Shutdown with an action", or without one. */
  shutDown(action, failed = false, error = undefined) {
    if (this.shuttingDown) return;
    this.shuttingDown = true;
    const act = () => {
      if (action === null) {
        this.finalize(failed, error);
        return;
      }
      react(
        action(),
        () => this.finalize(failed, error),
        (newError) => this.finalize(true, newError),
      );
    };
    const { destination } = this;
    if (destination.state !== "writable" || destination.isClosing()) {
      act();
    } else if (this.writing === 0) {
      queueMicrotask(act);
    } else {
      this.whenWritten = () => {
        this.whenWritten = null;
        queueMicrotask(act);
      };
    }
  }

  finalize(failed, error) {
    this.writer.release();
    releaseReader(this.reader);
    this.forgetSignal?.();
    if (failed) this.result.reject(error);
    else this.result.resolve(undefined);
  }
}
isolate(Pipe);

function noop() {}

/** "A promise to wait for all" */
function all(promises) {
  const { promise, resolve, reject } = deferred();
  let left = promises.length;
  if (left === 0) resolve(undefined);
  for (const one of promises) react(one, () => --left === 0 && resolve(undefined), reject);
  return promise;
}
