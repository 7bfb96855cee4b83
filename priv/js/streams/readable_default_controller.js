// ReadableStreamDefaultController: Streams, 4.6 and 4.9.4.

import { exposeInterface } from "../webidl.js";
import { upon } from "./promises.js";
import { SizedQueue } from "./queues.js";
import { closeStream, errorStream, fulfillReadRequest, waitingReads } from "./readable_state.js";
import { check, checkToken, isolate, objectOf } from "./slots.js";
import { invoke, startWith } from "./strategies.js";

const KIND = "ReadableStreamDefaultController";

export class DefaultControllerState {
  constructor(stream, highWaterMark, size) {
    this.kind = KIND;
    this.object = null;
    this.stream = stream;
    this.queue = new SizedQueue(size === null);
    this.size = size;
    this.highWaterMark = highWaterMark;
    this.started = false;
    this.closeRequested = false;
    this.pulling = false;
    this.pullAgain = false;
    /** @type {((controller: DefaultControllerState) => Promise<unknown> | undefined) | null} */
    this.pull = null;
    /** @type {((reason: unknown) => Promise<unknown> | undefined) | null} */
    this.cancel = null;
    this.pulled = null;
    this.failed = null;
    stream.controller = this;
  }

  /** The end of "SetUpReadableStreamDefaultController". */
  start(startResult) {
    const failed = (this.failed = (error) => this.error(error));
    this.pulled = () => {
      this.pulling = false;
      if (!this.pullAgain) return;
      this.pullAgain = false;
      this.callPullIfNeeded();
    };
    upon(
      startResult,
      () => {
        this.started = true;
        this.callPullIfNeeded();
      },
      failed,
    );
  }

  /** [[CancelSteps]] */
  cancelSteps(reason) {
    this.queue.reset();
    const result = this.cancel?.(reason);
    this.clearAlgorithms();
    return result;
  }

  /** [[PullSteps]] */
  pullSteps(request) {
    const { queue, stream } = this;
    if (queue.length === 0) {
      stream.reader.requests.push(request);
      this.callPullIfNeeded();
      return;
    }
    const chunk = queue.shift();
    if (this.closeRequested && queue.length === 0) {
      this.clearAlgorithms();
      closeStream(stream);
    } else {
      this.callPullIfNeeded();
    }
    request.chunk(chunk);
  }

  /** [[ReleaseSteps]] */
  releaseSteps() {}

  /** "ReadableStreamDefaultControllerCallPullIfNeeded" */
  callPullIfNeeded() {
    if (!this.shouldCallPull()) return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    upon(this.pull?.(this), this.pulled, this.failed);
  }

  shouldCallPull() {
    if (!this.canCloseOrEnqueue() || !this.started) return false;
    if (waitingReads(this.stream) > 0) return true;
    return this.highWaterMark - this.queue.total > 0;
  }

  clearAlgorithms() {
    this.pull = this.cancel = this.size = null;
  }

  canCloseOrEnqueue() {
    return !this.closeRequested && this.stream.state === "readable";
  }

  desiredSize() {
    const { state } = this.stream;
    if (state === "errored") return null;
    return state === "closed" ? 0 : this.highWaterMark - this.queue.total;
  }

  /** "ReadableStreamDefaultControllerClose" */
  close() {
    if (!this.canCloseOrEnqueue()) return;
    this.closeRequested = true;
    if (this.queue.length > 0) return;
    this.clearAlgorithms();
    closeStream(this.stream);
  }

  /** "ReadableStreamDefaultControllerEnqueue" */
  enqueue(chunk) {
    if (!this.canCloseOrEnqueue()) return;
    const { stream } = this;
    if (waitingReads(stream) > 0) {
      fulfillReadRequest(stream, chunk, false);
    } else {
      try {
        this.queue.push(chunk, this.size === null ? 1 : this.size(chunk));
      } catch (error) {
        this.error(error);
        throw error;
      }
    }
    this.callPullIfNeeded();
  }

  /** "ReadableStreamDefaultControllerError" */
  error(error) {
    const { stream } = this;
    if (stream.state !== "readable") return;
    this.queue.reset();
    this.clearAlgorithms();
    errorStream(stream, error);
  }
}
isolate(DefaultControllerState);

export class ReadableStreamDefaultController {
  constructor() {
    checkToken(arguments[0]);
  }

  get desiredSize() {
    return check(this, KIND).desiredSize();
  }
  close() {
    const controller = check(this, KIND);
    if (!controller.canCloseOrEnqueue()) throw new TypeError("The stream is closed, or is about to be");
    controller.close();
  }
  enqueue(chunk = undefined) {
    const controller = check(this, KIND);
    if (!controller.canCloseOrEnqueue()) throw new TypeError("The stream is closed, or is about to be");
    controller.enqueue(chunk);
  }
  error(error = undefined) {
    check(this, KIND).error(error);
  }
}
exposeInterface(ReadableStreamDefaultController);

/** "SetUpReadableStreamDefaultControllerFromUnderlyingSource" */
export function setUpDefaultController(stream, source, { start, pull, cancel }, highWaterMark, size) {
  const controller = new DefaultControllerState(stream, highWaterMark, size);
  const object = objectOf(controller, ReadableStreamDefaultController);
  if (pull !== undefined) controller.pull = () => invoke(pull, source, [object]);
  if (cancel !== undefined) controller.cancel = (reason) => invoke(cancel, source, [reason]);
  controller.start(start === undefined ? undefined : startWith(start, source, object));
}
