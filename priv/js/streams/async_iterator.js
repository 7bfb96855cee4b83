// The asynchronous iterator of a ReadableStream: Streams, 4.2.5; Web IDL, 3.7.10.

import { deferred, reacting, rejectedWith } from "./promises.js";
import { cancelStream, read, releaseReader } from "./readable_state.js";
import { illegal, isolate, stateOf } from "./slots.js";

const KIND = "ReadableStream AsyncIterator";

export class AsyncIteratorState {
  constructor(reader, preventCancel) {
    this.kind = KIND;
    this.object = null;
    this.reader = reader;
    this.preventCancel = preventCancel;
    this.ongoing = null;
    /** Results that have been asked for and are not there. */
    this.waiting = 0;
    this.finished = false;
  }

  /** Run `steps` after what has been asked for before. */
  enqueue(steps) {
    this.waiting++;
    this.ongoing = this.ongoing === null ? steps() : reacting(this.ongoing, steps, steps);
    return this.ongoing;
  }

  /** A result is there. */
  settle() {
    if (--this.waiting === 0) this.ongoing = null;
  }

  /** "Get the next iteration result", and what Web IDL does when it is there. */
  next() {
    if (this.finished) return resolvedResult(undefined, true);
    const { promise, resolve, reject } = deferred();
    read(this.reader, {
      chunk: (value) => resolve({ value, done: false }),
      close: () => {
        this.finish();
        resolve({ value: undefined, done: true });
      },
      error: (reason) => {
        this.finish();
        reject(reason);
      },
    });
    return reacting(
      promise,
      (result) => {
        this.settle();
        return result;
      },
      (reason) => {
        this.settle();
        throw reason;
      },
    );
  }

  /** "Asynchronous iterator return" */
  return(value) {
    if (this.finished) return resolvedResult(value, true);
    this.finished = true;
    const { reader, preventCancel } = this;
    if (preventCancel) {
      releaseReader(reader);
      return resolvedResult(value, true);
    }
    const canceled = cancelStream(reader.stream, value);
    releaseReader(reader);
    return reacting(canceled, () => ({ value, done: true }));
  }

  finish() {
    this.finished = true;
    releaseReader(this.reader);
  }
}
isolate(AsyncIteratorState);

function resolvedResult(value, done) {
  const { promise, resolve } = deferred();
  resolve({ value, done });
  return promise;
}

const AsyncIteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf(async function* () {}.prototype));

export const iteratorPrototype = {
  __proto__: AsyncIteratorPrototype,
  next() {
    const iterator = stateOf(this, KIND);
    if (iterator === undefined) return rejectedWith(illegal(KIND));
    return iterator.enqueue(() => iterator.next());
  },
  return(value) {
    const iterator = stateOf(this, KIND);
    if (iterator === undefined) return rejectedWith(illegal(KIND));
    return iterator.enqueue(() => iterator.return(value));
  },
};
Object.defineProperty(iteratorPrototype, Symbol.toStringTag, { value: KIND, configurable: true });
