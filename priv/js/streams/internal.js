// Streams for other modules of this folder's parent (bodies, blobs, compression). Nothing in
// here runs code that a script could have put in its way, but the callbacks of streams that a
// script itself has made.
//
// Making streams; `pull` and `cancel` return nothing, or a promise to wait for:
// - `createReadable({ pull, cancel, highWaterMark })`: `{ stream, controller }`, of any chunks.
// - `createReadableBytes({ pull, cancel, highWaterMark, autoAllocateChunkSize })`: the same, of
//   bytes, for default and BYOB readers.
//   Both controllers have `enqueue(chunk)`, `close()`, `error(reason)`, `desiredSize()` and
//   `canCloseOrEnqueue()`; of bytes, `enqueue` takes over the buffer of a view (detaches it).
// - `createWritable({ write, close, abort, highWaterMark })`: `{ stream, controller }`.
// - `createTransform({ transform, flush, cancel })`: `{ transform, controller }`; the steps get
//   (chunk, controller) and (controller), what they throw errors the stream. `sidesOf(transform)`
//   gives `{ readable, writable }`.
//
// Asking about objects of scripts:
// - `isReadable(object)`, `isWritable(object)`; `isLocked(stream)`, `isDisturbed(stream)`,
//   `isErrored(stream)`, `stateOfReadable(stream)` ("readable", "closed", "errored").
//
// Using them (each takes the stream's object):
// - `readAll(stream)`: a promise of `{ bytes }`, one Uint8Array of all its bytes; a TypeError
//   for a chunk that is no Uint8Array. `readAll(stream, onBytes)` tells of each chunk instead.
// - `getReader(stream)`: a reader with `read({ chunk, close, error })`, `cancel(reason)`,
//   `release()`; locks the stream.
// - `cancel(stream, reason)`, `tee(stream)` (with copies for the second branch where
//   `clone` is given), `pipeTo(readable, writable, options)`, `pipeThrough(readable, sides,
//   options)`.
// - `react`, `markHandled`, `deferred`, `resolvedWith`, `rejectedWith` for their promises.

import { ByteControllerState } from "./byte_controller_state.js";
import { pipe } from "./pipe.js";
import { deferred, markHandled, rejectedWith } from "./promises.js";
import { DefaultControllerState } from "./readable_default_controller.js";
import { acquireReader, cancelStream, read, ReadableState, releaseReader } from "./readable_state.js";
import { readableOf } from "./readable_stream.js";
import { check, stateOf } from "./slots.js";
import { tee as teeStates } from "./tee.js";
import { TransformState } from "./transform_state.js";
import { isUint8Array, viewOf } from "./views.js";
import { WritableControllerState, WritableState } from "./writable_state.js";
import { writableOf } from "./writable_stream.js";

export { deferred, markHandled, react, rejectedWith, resolvedWith } from "./promises.js";

const { apply } = Reflect;
const Bytes = Uint8Array;
const { set } = Object.getPrototypeOf(Bytes.prototype);

/** What steps return, as something to wait for; what they throw as a rejection. */
function guarded(steps) {
  if (steps === undefined) return null;
  return (a, b) => {
    try {
      return steps(a, b);
    } catch (error) {
      return rejectedWith(error);
    }
  };
}

/** @param {{ pull?: Function, cancel?: Function, highWaterMark?: number }} source */
export function createReadable({ pull, cancel, highWaterMark = 1 }) {
  const state = new ReadableState();
  const controller = new DefaultControllerState(state, highWaterMark, null);
  controller.pull = guarded(pull);
  controller.cancel = guarded(cancel);
  controller.start(undefined);
  return { stream: readableOf(state), controller };
}

/** @param {{ pull?: Function, cancel?: Function, highWaterMark?: number, autoAllocateChunkSize?: number }} source */
export function createReadableBytes({ pull, cancel, highWaterMark = 0, autoAllocateChunkSize }) {
  const state = new ReadableState();
  const controller = new ByteControllerState(state, highWaterMark, autoAllocateChunkSize);
  controller.pull = guarded(pull);
  controller.cancel = guarded(cancel);
  controller.start(undefined);
  return { stream: readableOf(state), controller };
}

/** @param {{ write?: Function, close?: Function, abort?: Function, highWaterMark?: number }} sink */
export function createWritable({ write, close, abort, highWaterMark = 1 }) {
  const state = new WritableState();
  const controller = new WritableControllerState(state, highWaterMark, null);
  controller.sinkWrite = guarded(write);
  controller.sinkClose = guarded(close);
  controller.sinkAbort = guarded(abort);
  controller.start(undefined);
  return { stream: writableOf(state), controller };
}

/** @param {{ transform: Function, flush?: Function, cancel?: Function }} transformer */
export function createTransform({ transform, flush, cancel }) {
  const state = new TransformState(1, null, 0, null);
  const { controller } = state;
  const run = guarded(transform);
  controller.transform = (chunk) => run(chunk, controller);
  if (flush !== undefined) {
    const end = guarded(flush);
    controller.flush = () => end(controller);
  }
  controller.cancel = guarded(cancel);
  state.start(undefined);
  return { transform: state, controller };
}

/** The two sides of a transform that `createTransform` has made. */
export function sidesOf(transform) {
  return { readable: readableOf(transform.readable), writable: writableOf(transform.writable) };
}

/** @returns {boolean} */
export function isReadable(object) {
  return stateOf(object, "ReadableStream") !== undefined;
}

/** @returns {boolean} */
export function isWritable(object) {
  return stateOf(object, "WritableStream") !== undefined;
}

function readable(stream) {
  return check(stream, "ReadableStream");
}

/** @returns {boolean} whether a reader or a writer has it */
export function isLocked(stream) {
  const state = stateOf(stream, "ReadableStream");
  return state === undefined ? check(stream, "WritableStream").writer !== null : state.reader !== null;
}

/** @returns {boolean} whether it was read from or canceled */
export function isDisturbed(stream) {
  return readable(stream).disturbed;
}

/** @returns {boolean} */
export function isErrored(stream) {
  return readable(stream).state === "errored";
}

/** @returns {"readable" | "closed" | "errored"} */
export function stateOfReadable(stream) {
  return readable(stream).state;
}

export function getReader(stream) {
  const reader = acquireReader(readable(stream));
  return {
    read: (request) => read(reader, request),
    cancel: (reason) => cancelStream(reader.stream, reason),
    release: () => releaseReader(reader),
  };
}

/** @returns {Promise<undefined>} */
export function cancel(stream, reason) {
  return cancelStream(readable(stream), reason);
}

/** "Tee"; `clone` makes the second branch's copy of each chunk. */
export function tee(stream, clone = null) {
  return teeStates(readable(stream), clone).map(readableOf);
}

/** @returns {Promise<undefined>} */
export function pipeTo(source, destination, options = undefined) {
  return pipe(readable(source), check(destination, "WritableStream"), options);
}

/** @returns {ReadableStream} the readable side */
export function pipeThrough(source, sides, options = undefined) {
  markHandled(pipeTo(source, sides.writable, options));
  return sides.readable;
}

/**
 * "Read all bytes" of a stream that is not locked, as fast as it answers.
 * @param {ReadableStream} stream
 * @param {(bytes: Uint8Array) => void} [onBytes]
 * @returns {Promise<{ bytes: Uint8Array }>} without bytes where they are told
 */
export function readAll(stream, onBytes = undefined) {
  const { promise, resolve, reject } = deferred();
  const reader = acquireReader(readable(stream));
  const chunks = [];
  let total = 0;
  // One that answers at once is asked again by the loop, not from within the answer: a long
  // queue must not become a deep stack.
  let asking = false, answered = false;
  const request = {
    chunk(chunk) {
      if (!isUint8Array(chunk)) {
        const error = new TypeError("A chunk of the stream is no Uint8Array");
        reject(error);
        markHandled(cancelStream(reader.stream, error));
        return;
      }
      if (onBytes === undefined) {
        total += viewOf(chunk).byteLength;
        chunks.push(chunk);
      } else {
        try {
          onBytes(chunk);
        } catch (error) {
          reject(error);
          markHandled(cancelStream(reader.stream, error));
          return;
        }
      }
      answered = true;
      if (!asking) ask();
    },
    close() {
      // Without a prototype nobody is asked for `then`.
      resolve({ __proto__: null, bytes: onBytes === undefined ? joined(chunks, total) : undefined });
    },
    error: reject,
  };
  function ask() {
    asking = true;
    do {
      answered = false;
      read(reader, request);
    } while (answered);
    asking = false;
  }
  ask();
  return promise;
}

function joined(chunks, total) {
  const bytes = new Bytes(total);
  let offset = 0;
  for (const chunk of chunks) {
    apply(set, bytes, [chunk, offset]);
    offset += viewOf(chunk).byteLength;
  }
  return bytes;
}
