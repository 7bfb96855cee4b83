// Streams that go elsewhere by a transfer: Streams, 8.2 "Transferable streams". What stays is
// piped into, or out of, a "cross-realm transform": a stream whose other side is at the other
// end of a message channel. Loaded when the first one goes or comes.

import { closePort, createPorts, postThrough, receiveFrom } from "../ports.js";
import { createReadable, createWritable, isLocked, pipeTo } from "./internal.js";
import { deferred, markHandled, reacting, rejectedWith } from "./promises.js";
import { readableOf } from "./readable_stream.js";
import { attach, check, TOKEN } from "./slots.js";
import { TransformStream } from "./transform_stream.js";
import { writableOf } from "./writable_stream.js";

/** "PackAndPostMessage" */
function send(port, type, value) {
  postThrough(port, { __proto__: null, type, value }, []);
}

/** "PackAndPostMessageHandlingError"; what could not be sent is thrown. */
function sendOrTell(port, type, value) {
  try {
    send(port, type, value);
  } catch (error) {
    sendError(port, error);
    throw error;
  }
}

/** "CrossRealmTransformSendError" */
function sendError(port, error) {
  try {
    send(port, "error", error);
  } catch {
    // Then the other side does not learn why.
  }
}

/**
 * Let `on` have what comes through a port: `chunk`, `close`, `error`, `pull`, by their names.
 * @param {{ pull?: () => void, chunk?: (value: any) => void, close?: () => void, error: (reason: any) => void }} on
 */
function receive(port, on) {
  receiveFrom(port, (what, message) => {
    if (what === "message") {
      const { type, value } = message;
      if (type === "pull") on.pull?.();
      else if (type === "chunk") on.chunk?.(value);
      else if (type === "close") end(on.close);
      else if (type === "error") end(() => on.error(value));
    } else if (what === "messageerror") {
      const error = new DOMException("A chunk cannot be had in this context", "DataCloneError");
      sendError(port, error);
      end(() => on.error(error));
    } else {
      // Beyond the standard, which lets such streams wait for ever.
      on.error(new TypeError("The context at the other end of the stream has ended"));
    }
  });

  function end(steps) {
    steps?.();
    closePort(port);
  }
}

/** "SetUpCrossRealmTransformReadable" */
function readableFrom(port) {
  const { stream, controller } = createReadable({
    pull: () => send(port, "pull", undefined),
    cancel: (reason) => last(port, () => sendOrTell(port, "error", reason)),
    highWaterMark: 0,
  });
  receive(port, {
    chunk: (value) => controller.enqueue(value),
    close: () => controller.close(),
    error: (reason) => controller.error(reason),
  });
  return stream;
}

/** "SetUpCrossRealmTransformWritable" */
function writableTo(port) {
  /** What a write waits for, until the other side has asked for a chunk. */
  let asked = deferred();
  const { stream, controller } = createWritable({
    write: (chunk) =>
      reacting(asked?.promise, () => {
        asked = deferred();
        try {
          sendOrTell(port, "chunk", chunk);
        } catch (error) {
          closePort(port);
          throw error;
        }
      }),
    close: () => last(port, () => send(port, "close", undefined)),
    abort: (reason) => last(port, () => sendOrTell(port, "error", reason)),
  });
  const release = () => {
    asked?.resolve();
    asked = null;
  };
  receive(port, {
    pull: release,
    error(reason) {
      controller.errorIfNeeded(reason);
      release();
    },
  });
  return stream;
}

/** The last message through a port. */
function last(port, post) {
  try {
    post();
  } catch (error) {
    return rejectedWith(error);
  } finally {
    closePort(port);
  }
}

function refuseLocked(locked, kind) {
  if (locked) throw new DOMException(`The ${kind} is locked`, "DataCloneError");
}

/** @param {(port: object) => void} connect what stays to one end of a channel; the other goes */
function through(connect) {
  const [here, there] = createPorts();
  connect(here);
  return { data: there, transfer: [there] };
}

export const readableKind = {
  interface: "ReadableStream",
  module: "streams/transfer.js",
  export: "readableKind",
  transfer(stream) {
    refuseLocked(isLocked(stream), "ReadableStream");
    return through((port) => markHandled(pipeTo(stream, writableTo(port))));
  },
  receive: readableFrom,
};

export const writableKind = {
  interface: "WritableStream",
  module: "streams/transfer.js",
  export: "writableKind",
  transfer(stream) {
    refuseLocked(isLocked(stream), "WritableStream");
    return through((port) => markHandled(pipeTo(readableFrom(port), stream)));
  },
  receive: writableTo,
};

export const transformKind = {
  interface: "TransformStream",
  module: "streams/transfer.js",
  export: "transformKind",
  transfer(stream) {
    const { readable, writable } = check(stream, "TransformStream");
    refuseLocked(readable.reader !== null || writable.writer !== null, "TransformStream");
    const transfer = [readableOf(readable), writableOf(writable)];
    return { data: transfer, transfer };
  },
  receive([readable, writable]) {
    const state = {
      kind: "TransformStream",
      object: null,
      readable: check(readable, "ReadableStream"),
      writable: check(writable, "WritableStream"),
    };
    attach(new TransformStream(TOKEN), state);
    return state.object;
  },
};
