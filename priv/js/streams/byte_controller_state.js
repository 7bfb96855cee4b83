// The state of a ReadableByteStreamController and the operations on it: Streams, 4.9.5.

import { upon } from "./promises.js";
import { Queue } from "./queues.js";
import {
  closeStream,
  errorStream,
  fulfillReadIntoRequest,
  fulfillReadRequest,
  waitingReadIntos,
  waitingReads,
} from "./readable_state.js";
import { isolate } from "./slots.js";
import { cloneBuffer, copyBytes, isDetached, transferBuffer, viewOf } from "./views.js";

const Buffer = ArrayBuffer;
const Bytes = Uint8Array;

/** "Pull-into descriptor" */
class PullInto {
  constructor(buffer, byteOffset, byteLength, minimumFill, elementSize, viewConstructor, readerType) {
    this.buffer = buffer;
    this.bufferByteLength = buffer.byteLength;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.bytesFilled = 0;
    this.minimumFill = minimumFill;
    this.elementSize = elementSize;
    this.viewConstructor = viewConstructor;
    /** "default", "byob" or "none" */
    this.readerType = readerType;
  }
}
isolate(PullInto);

export class ByobRequestState {
  constructor(controller, view) {
    this.kind = "ReadableStreamBYOBRequest";
    this.object = null;
    this.controller = controller;
    this.view = view;
  }
}
isolate(ByobRequestState);

export class ByteControllerState {
  constructor(stream, highWaterMark, autoAllocateChunkSize) {
    this.kind = "ReadableByteStreamController";
    this.object = null;
    this.stream = stream;
    /** Entries `{ buffer, byteOffset, byteLength }`. */
    this.queue = new Queue();
    this.total = 0;
    this.highWaterMark = highWaterMark;
    this.autoAllocateChunkSize = autoAllocateChunkSize;
    this.started = false;
    this.closeRequested = false;
    this.pulling = false;
    this.pullAgain = false;
    this.pendingPullIntos = new Queue();
    /** @type {ByobRequestState | null} */
    this.byobRequest = null;
    this.pull = null;
    this.cancel = null;
    this.pulled = null;
    this.failed = null;
    stream.controller = this;
  }

  /** The end of "SetUpReadableByteStreamController". */
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
    this.clearPendingPullIntos();
    this.resetQueue();
    const result = this.cancel?.(reason);
    this.clearAlgorithms();
    return result;
  }

  /** [[PullSteps]] */
  pullSteps(request) {
    if (this.total > 0) {
      this.fillReadRequestFromQueue(request);
      return;
    }
    const size = this.autoAllocateChunkSize;
    if (size !== undefined) {
      let buffer;
      try {
        buffer = new Buffer(size);
      } catch (error) {
        request.error(error);
        return;
      }
      this.pendingPullIntos.push(new PullInto(buffer, 0, size, 1, 1, Bytes, "default"));
    }
    this.stream.reader.requests.push(request);
    this.callPullIfNeeded();
  }

  /** [[ReleaseSteps]] */
  releaseSteps() {
    const { pendingPullIntos } = this;
    if (pendingPullIntos.length === 0) return;
    const first = pendingPullIntos.peek();
    first.readerType = "none";
    pendingPullIntos.drain();
    pendingPullIntos.push(first);
  }

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
    const { stream } = this;
    if (stream.state !== "readable" || this.closeRequested || !this.started) return false;
    if (waitingReads(stream) > 0 || waitingReadIntos(stream) > 0) return true;
    return this.highWaterMark - this.total > 0;
  }

  clearAlgorithms() {
    this.pull = this.cancel = null;
  }

  resetQueue() {
    this.queue.drain();
    this.total = 0;
  }

  clearPendingPullIntos() {
    this.invalidateByobRequest();
    this.pendingPullIntos.drain();
  }

  invalidateByobRequest() {
    const request = this.byobRequest;
    if (request === null) return;
    request.controller = null;
    request.view = null;
    this.byobRequest = null;
  }

  /** "ReadableByteStreamControllerGetBYOBRequest" */
  getByobRequest() {
    if (this.byobRequest === null && this.pendingPullIntos.length > 0) {
      const { buffer, byteOffset, byteLength, bytesFilled } = this.pendingPullIntos.peek();
      const view = new Bytes(buffer, byteOffset + bytesFilled, byteLength - bytesFilled);
      this.byobRequest = new ByobRequestState(this, view);
    }
    return this.byobRequest;
  }

  canCloseOrEnqueue() {
    return !this.closeRequested && this.stream.state === "readable";
  }

  desiredSize() {
    const { state } = this.stream;
    if (state === "errored") return null;
    return state === "closed" ? 0 : this.highWaterMark - this.total;
  }

  /** "ReadableByteStreamControllerClose" */
  close() {
    if (!this.canCloseOrEnqueue()) return;
    if (this.total > 0) {
      this.closeRequested = true;
      return;
    }
    const first = this.pendingPullIntos.peek();
    if (first !== undefined && first.bytesFilled % first.elementSize !== 0) {
      const error = new TypeError("The stream is closed in the middle of an element");
      this.error(error);
      throw error;
    }
    this.clearAlgorithms();
    closeStream(this.stream);
  }

  /** "ReadableByteStreamControllerEnqueue" */
  enqueue(chunk) {
    const { stream, pendingPullIntos } = this;
    if (!this.canCloseOrEnqueue()) return;
    const { buffer, byteOffset, byteLength } = viewOf(chunk);
    const transferred = transferBuffer(buffer);
    const first = pendingPullIntos.peek();
    if (first !== undefined) {
      if (isDetached(first.buffer)) throw new TypeError("The buffer of the BYOB request is detached");
      this.invalidateByobRequest();
      first.buffer = transferBuffer(first.buffer);
      if (first.readerType === "none") this.enqueueDetachedPullInto(first);
    }
    const { reader } = stream;
    if (reader !== null && !reader.isByob) {
      this.processReadRequests();
      if (reader.requests.length === 0) {
        this.enqueueChunk(transferred, byteOffset, byteLength);
      } else {
        if (pendingPullIntos.length > 0) pendingPullIntos.shift();
        fulfillReadRequest(stream, new Bytes(transferred, byteOffset, byteLength), false);
      }
    } else {
      this.enqueueChunk(transferred, byteOffset, byteLength);
      if (reader !== null) this.commitAll(this.processPullIntos());
    }
    this.callPullIfNeeded();
  }

  enqueueChunk(buffer, byteOffset, byteLength) {
    this.queue.push({ buffer, byteOffset, byteLength });
    this.total += byteLength;
  }

  /** "ReadableByteStreamControllerEnqueueClonedChunkToQueue" */
  enqueueClone(buffer, byteOffset, byteLength) {
    let clone;
    try {
      clone = cloneBuffer(buffer, byteOffset, byteLength);
    } catch (error) {
      this.error(error);
      throw error;
    }
    this.enqueueChunk(clone, 0, byteLength);
  }

  /** "ReadableByteStreamControllerEnqueueDetachedPullIntoToQueue" */
  enqueueDetachedPullInto({ buffer, byteOffset, bytesFilled }) {
    if (bytesFilled > 0) this.enqueueClone(buffer, byteOffset, bytesFilled);
    this.pendingPullIntos.shift();
  }

  /** "ReadableByteStreamControllerError" */
  error(error) {
    const { stream } = this;
    if (stream.state !== "readable") return;
    this.clearPendingPullIntos();
    this.resetQueue();
    this.clearAlgorithms();
    errorStream(stream, error);
  }

  /**
   * "ReadableByteStreamControllerFillPullIntoDescriptorFromQueue"
   * @returns {boolean} whether it is ready to be committed
   */
  fill(pullInto) {
    const { queue } = this;
    const { byteLength, elementSize, minimumFill, buffer, byteOffset } = pullInto;
    let left = Math.min(this.total, byteLength - pullInto.bytesFilled);
    const filled = pullInto.bytesFilled + left;
    const aligned = filled - (filled % elementSize);
    const ready = aligned >= minimumFill;
    if (ready) left = aligned - pullInto.bytesFilled;
    while (left > 0) {
      const head = queue.peek();
      const count = Math.min(left, head.byteLength);
      copyBytes(buffer, byteOffset + pullInto.bytesFilled, head.buffer, head.byteOffset, count);
      if (head.byteLength === count) {
        queue.shift();
      } else {
        head.byteOffset += count;
        head.byteLength -= count;
      }
      this.total -= count;
      pullInto.bytesFilled += count;
      left -= count;
    }
    return ready;
  }

  /** "ReadableByteStreamControllerFillReadRequestFromQueue" */
  fillReadRequestFromQueue(request) {
    const { buffer, byteOffset, byteLength } = this.queue.shift();
    this.total -= byteLength;
    this.handleQueueDrain();
    request.chunk(new Bytes(buffer, byteOffset, byteLength));
  }

  handleQueueDrain() {
    if (this.total === 0 && this.closeRequested) {
      this.clearAlgorithms();
      closeStream(this.stream);
    } else {
      this.callPullIfNeeded();
    }
  }

  /** "ReadableByteStreamControllerProcessReadRequestsUsingQueue" */
  processReadRequests() {
    const { requests } = this.stream.reader;
    while (requests.length > 0 && this.total > 0) this.fillReadRequestFromQueue(requests.shift());
  }

  /** "ReadableByteStreamControllerProcessPullIntoDescriptorsUsingQueue" */
  processPullIntos() {
    const { pendingPullIntos } = this;
    const filled = [];
    while (pendingPullIntos.length > 0 && this.total > 0) {
      const first = pendingPullIntos.peek();
      if (!this.fill(first)) break;
      filled.push(pendingPullIntos.shift());
    }
    return filled;
  }

  /** "ReadableByteStreamControllerCommitPullIntoDescriptor" for each. */
  commitAll(pullIntos) {
    for (const pullInto of pullIntos) this.commit(pullInto);
  }

  commit(pullInto) {
    const { stream } = this;
    const done = stream.state === "closed";
    const view = convert(pullInto);
    if (pullInto.readerType === "default") fulfillReadRequest(stream, view, done);
    else fulfillReadIntoRequest(stream, view, done);
  }

  /** "ReadableByteStreamControllerPullInto" */
  pullInto(view, min, request) {
    const { stream, pendingPullIntos } = this;
    const { buffer, byteOffset, byteLength, elementSize, viewConstructor } = viewOf(view);
    let transferred;
    try {
      transferred = transferBuffer(buffer);
    } catch (error) {
      request.error(error);
      return;
    }
    const fill = min * elementSize;
    const pullInto = new PullInto(transferred, byteOffset, byteLength, fill, elementSize, viewConstructor, "byob");
    if (pendingPullIntos.length > 0) {
      pendingPullIntos.push(pullInto);
      stream.reader.requests.push(request);
      return;
    }
    if (stream.state === "closed") {
      request.close(new viewConstructor(transferred, byteOffset, 0));
      return;
    }
    if (this.total > 0) {
      if (this.fill(pullInto)) {
        const filled = convert(pullInto);
        this.handleQueueDrain();
        request.chunk(filled);
        return;
      }
      if (this.closeRequested) {
        const error = new TypeError("The stream ends in the middle of an element");
        this.error(error);
        request.error(error);
        return;
      }
    }
    pendingPullIntos.push(pullInto);
    stream.reader.requests.push(request);
    this.callPullIfNeeded();
  }

  /** "ReadableByteStreamControllerRespond" */
  respond(bytesWritten) {
    const first = this.pendingPullIntos.peek();
    if (this.stream.state === "closed") {
      if (bytesWritten !== 0) throw new TypeError("The stream is closed: only 0 bytes can be written");
    } else {
      if (bytesWritten === 0) throw new TypeError("The stream is not closed: 0 bytes are no response");
      if (first.bytesFilled + bytesWritten > first.byteLength) throw new RangeError("More bytes than there is room for");
    }
    first.buffer = transferBuffer(first.buffer);
    this.respondInternal(first, bytesWritten);
  }

  /** "ReadableByteStreamControllerRespondWithNewView" */
  respondWithNewView(view) {
    const first = this.pendingPullIntos.peek();
    const { buffer, byteOffset, byteLength, bufferByteLength } = viewOf(view);
    if (this.stream.state === "closed") {
      if (byteLength !== 0) throw new TypeError("The stream is closed: the view must be empty");
    } else if (byteLength === 0) {
      throw new TypeError("The stream is not closed: an empty view is no response");
    }
    if (first.byteOffset + first.bytesFilled !== byteOffset) throw new RangeError("The view begins at another place");
    if (first.bufferByteLength !== bufferByteLength) throw new RangeError("The view's buffer has another size");
    if (first.bytesFilled + byteLength > first.byteLength) throw new RangeError("The view is too long");
    first.buffer = transferBuffer(buffer);
    this.respondInternal(first, byteLength);
  }

  respondInternal(first, bytesWritten) {
    this.invalidateByobRequest();
    if (this.stream.state === "closed") this.respondInClosedState(first);
    else this.respondInReadableState(first, bytesWritten);
    this.callPullIfNeeded();
  }

  respondInClosedState(first) {
    const { stream, pendingPullIntos } = this;
    if (first.readerType === "none") pendingPullIntos.shift();
    if (stream.reader === null || !stream.reader.isByob) return;
    const filled = [];
    while (filled.length < waitingReadIntos(stream)) filled.push(pendingPullIntos.shift());
    this.commitAll(filled);
  }

  respondInReadableState(first, bytesWritten) {
    first.bytesFilled += bytesWritten;
    if (first.readerType === "none") {
      this.enqueueDetachedPullInto(first);
      this.commitAll(this.processPullIntos());
      return;
    }
    if (first.bytesFilled < first.minimumFill) return;
    this.pendingPullIntos.shift();
    const rest = first.bytesFilled % first.elementSize;
    if (rest > 0) this.enqueueClone(first.buffer, first.byteOffset + first.bytesFilled - rest, rest);
    first.bytesFilled -= rest;
    const filled = this.processPullIntos();
    this.commit(first);
    this.commitAll(filled);
  }
}
isolate(ByteControllerState);

/** "ReadableByteStreamControllerConvertPullIntoDescriptor" */
function convert({ buffer, byteOffset, bytesFilled, elementSize, viewConstructor }) {
  return new viewConstructor(transferBuffer(buffer), byteOffset, bytesFilled / elementSize);
}
