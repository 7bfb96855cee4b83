// CompressionStream and DecompressionStream: Compression Standard. The codecs are in
// native/apis/src/compression.rs.

import { checkFormat, compressor, decompressor, finish, pull, push } from "native:compression";
import { createTransform, sidesOf } from "./streams/internal.js";
import { isBufferSource } from "./streams/views.js";
import { exposeInterface, requireArguments } from "./webidl.js";

/**
 * Hand on what the codec makes of its input, a chunk whenever somebody wants one: of an
 * input that becomes very much there is never more than that.
 */
async function drain(codec, transform) {
  const { controller } = transform;
  for (let chunk = pull(codec); chunk !== undefined; ) {
    controller.enqueue(chunk);
    chunk = pull(codec);
    // The last one is not waited for: it leaves no more than that.
    if (chunk === undefined) return;
    while (transform.backpressure && transform.readable.state === "readable") {
      await transform.backpressureChange.promise;
    }
    if (transform.readable.state !== "readable") return;
  }
}

/** @returns {{ readable: ReadableStream, writable: WritableStream }} */
function streamsOf(what, format, make) {
  checkFormat(format, what);
  let codec = null;
  const { transform } = createTransform({
    transform(chunk) {
      if (!isBufferSource(chunk)) throw new TypeError(`${what}: a chunk is neither an ArrayBuffer nor a view`);
      codec ??= make(format);
      push(codec, chunk);
      return drain(codec, transform);
    },
    flush() {
      codec ??= make(format);
      finish(codec);
      return drain(codec, transform);
    },
  });
  return sidesOf(transform);
}

export class CompressionStream {
  #sides;
  constructor(format) {
    requireArguments(arguments.length, 1, "CompressionStream constructor");
    this.#sides = streamsOf("CompressionStream", `${format}`, compressor);
  }
  get readable() {
    return this.#sides.readable;
  }
  get writable() {
    return this.#sides.writable;
  }
}
exposeInterface(CompressionStream);

export class DecompressionStream {
  #sides;
  constructor(format) {
    requireArguments(arguments.length, 1, "DecompressionStream constructor");
    this.#sides = streamsOf("DecompressionStream", `${format}`, decompressor);
  }
  get readable() {
    return this.#sides.readable;
  }
  get writable() {
    return this.#sides.writable;
  }
}
exposeInterface(DecompressionStream);
