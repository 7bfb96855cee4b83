// "ReadableStreamTee": Streams, 4.9.1.

import { ByteControllerState } from "./byte_controller_state.js";
import { deferred, react } from "./promises.js";
import { DefaultControllerState } from "./readable_default_controller.js";
import { acquireReader, cancelStream, read, ReadableState, readInto, releaseReader } from "./readable_state.js";
import { isolate } from "./slots.js";
import { cloneAsUint8Array } from "./views.js";

const { queueMicrotask } = globalThis;

/** @returns {ReadableState[]} the states of the two branches */
export function tee(stream, cloneForBranch2 = null) {
  return stream.controller.kind === "ReadableByteStreamController"
    ? byteTee(stream)
    : defaultTee(stream, cloneForBranch2);
}

/** What both kinds share: canceling is done when both branches have been canceled. */
class Tee {
  constructor(stream) {
    this.stream = stream;
    this.reading = false;
    this.canceled = [false, false];
    this.reasons = [undefined, undefined];
    this.cancelPromise = deferred();
  }

  cancel(branch, reason) {
    this.canceled[branch] = true;
    this.reasons[branch] = reason;
    if (this.canceled[1 - branch]) this.cancelPromise.resolve(cancelStream(this.stream, this.reasons));
    return this.cancelPromise.promise;
  }

  /** Where both branches have come to an end, nothing is left to cancel. */
  ended() {
    if (!this.canceled[0] || !this.canceled[1]) this.cancelPromise.resolve(undefined);
  }
}
isolate(Tee);

/** "ReadableStreamDefaultTee" */
function defaultTee(stream, cloneForBranch2) {
  const shared = new Tee(stream);
  const reader = acquireReader(stream);
  let readAgain = false;
  const request = {
    chunk(chunk) {
      queueMicrotask(() => {
        readAgain = false;
        let chunk2 = chunk;
        if (!shared.canceled[1] && cloneForBranch2 !== null) {
          try {
            chunk2 = cloneForBranch2(chunk);
          } catch (error) {
            branches[0].error(error);
            branches[1].error(error);
            shared.cancelPromise.resolve(cancelStream(stream, error));
            return;
          }
        }
        if (!shared.canceled[0]) branches[0].enqueue(chunk);
        if (!shared.canceled[1]) branches[1].enqueue(chunk2);
        shared.reading = false;
        if (readAgain) pull();
      });
    },
    close() {
      shared.reading = false;
      if (!shared.canceled[0]) branches[0].close();
      if (!shared.canceled[1]) branches[1].close();
      shared.ended();
    },
    error() {
      shared.reading = false;
    },
  };
  function pull() {
    if (shared.reading) {
      readAgain = true;
    } else {
      shared.reading = true;
      read(reader, request);
    }
    return undefined;
  }
  const branches = [0, 1].map((branch) => {
    const controller = new DefaultControllerState(new ReadableState(), 1, null);
    controller.pull = pull;
    controller.cancel = (reason) => shared.cancel(branch, reason);
    return controller;
  });
  branches.forEach((controller) => controller.start(undefined));
  react(reader.closed.promise, undefined, (error) => {
    branches[0].error(error);
    branches[1].error(error);
    shared.ended();
  });
  return [branches[0].stream, branches[1].stream];
}

/** "ReadableByteStreamTee" */
function byteTee(stream) {
  const shared = new Tee(stream);
  const { canceled } = shared;
  const again = [false, false];
  let reader = acquireReader(stream);

  const branches = [0, 1].map((branch) => {
    const controller = new ByteControllerState(new ReadableState(), 0, undefined);
    controller.pull = () => pull(branch);
    controller.cancel = (reason) => shared.cancel(branch, reason);
    return controller;
  });

  function forwardReaderError(thisReader) {
    react(thisReader.closed.promise, undefined, (error) => {
      if (thisReader !== reader) return;
      branches[0].error(error);
      branches[1].error(error);
      shared.ended();
    });
  }

  function cloneFailed(error) {
    branches[0].error(error);
    branches[1].error(error);
    shared.cancelPromise.resolve(cancelStream(stream, error));
  }

  function next() {
    shared.reading = false;
    if (again[0]) pull(0);
    else if (again[1]) pull(1);
  }

  function pull(branch) {
    if (shared.reading) {
      again[branch] = true;
      return;
    }
    shared.reading = true;
    const request = branches[branch].getByobRequest();
    if (request === null) pullWithDefaultReader();
    else pullWithByobReader(request.view, branch);
  }

  const request = {
    chunk(chunk) {
      queueMicrotask(() => {
        again[0] = again[1] = false;
        let chunk2 = chunk;
        if (!canceled[0] && !canceled[1]) {
          try {
            chunk2 = cloneAsUint8Array(chunk);
          } catch (error) {
            cloneFailed(error);
            return;
          }
        }
        if (!canceled[0]) branches[0].enqueue(chunk);
        if (!canceled[1]) branches[1].enqueue(chunk2);
        next();
      });
    },
    close() {
      shared.reading = false;
      for (const branch of [0, 1]) if (!canceled[branch]) branches[branch].close();
      for (const controller of branches) if (controller.pendingPullIntos.length > 0) controller.respond(0);
      shared.ended();
    },
    error() {
      shared.reading = false;
    },
  };

  function switchTo(kind) {
    releaseReader(reader);
    reader = acquireReader(stream, kind);
    forwardReaderError(reader);
  }

  function pullWithDefaultReader() {
    if (reader.isByob) switchTo("ReadableStreamDefaultReader");
    read(reader, request);
  }

  function pullWithByobReader(view, branch) {
    if (!reader.isByob) switchTo("ReadableStreamBYOBReader");
    const byob = branches[branch], other = branches[1 - branch];
    readInto(reader, view, 1, {
      chunk(chunk) {
        queueMicrotask(() => {
          again[0] = again[1] = false;
          if (!canceled[1 - branch]) {
            let clone;
            try {
              clone = cloneAsUint8Array(chunk);
            } catch (error) {
              cloneFailed(error);
              return;
            }
            if (!canceled[branch]) byob.respondWithNewView(chunk);
            other.enqueue(clone);
          } else if (!canceled[branch]) {
            byob.respondWithNewView(chunk);
          }
          next();
        });
      },
      close(chunk) {
        shared.reading = false;
        if (!canceled[branch]) byob.close();
        if (!canceled[1 - branch]) other.close();
        if (chunk !== undefined) {
          if (!canceled[branch]) byob.respondWithNewView(chunk);
          if (!canceled[1 - branch] && other.pendingPullIntos.length > 0) other.respond(0);
        }
        shared.ended();
      },
      error() {
        shared.reading = false;
      },
    });
  }

  branches.forEach((controller) => controller.start(undefined));
  forwardReaderError(reader);
  return [branches[0].stream, branches[1].stream];
}
