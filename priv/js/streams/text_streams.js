// TextEncoderStream and TextDecoderStream: Encoding Standard, 7.3 to 7.5.

import { exposeInterface, toDOMString } from "../webidl.js";
import { rejectedWith } from "./promises.js";
import { readableOf } from "./readable_stream.js";
import { attach, check, isolate } from "./slots.js";
import { TransformState } from "./transform_state.js";
import { isBufferSource } from "./views.js";
import { writableOf } from "./writable_stream.js";

const { TextDecoder, TextEncoder } = globalThis;
const { apply } = Reflect;
const { getOwnPropertyDescriptor } = Object;

const { encode } = TextEncoder.prototype;
const { decode } = TextDecoder.prototype;
const encoder = new TextEncoder();
const attributes = {};
for (const name of ["encoding", "fatal", "ignoreBOM"]) {
  attributes[name] = getOwnPropertyDescriptor(TextDecoder.prototype, name).get;
}

/** A GenericTransformStream mixed in: the state of one of the two below. */
class TextState {
  constructor(kind, transform, flush) {
    this.kind = kind;
    this.object = null;
    /** @type {TextDecoder | null} */
    this.decoder = null;
    const stream = (this.transform = new TransformState(1, null, 0, null));
    const { controller } = stream;
    const run = (steps) => (chunk) => {
      try {
        steps(controller, chunk);
        return undefined;
      } catch (error) {
        return rejectedWith(error);
      }
    };
    controller.transform = run(transform);
    controller.flush = run(flush);
    stream.start(undefined);
  }
}
isolate(TextState);

/** The last code unit of text, where it is the first half of a surrogate pair. */
function endsInHalf(text) {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

const ENCODER = "TextEncoderStream";
const DECODER = "TextDecoderStream";

export class TextEncoderStream {
  constructor() {
    /** A half of a pair that waits for the other. */
    let half = "";
    attach(
      this,
      new TextState(
        ENCODER,
        (controller, chunk) => {
          let text = half + toDOMString(chunk);
          half = "";
          if (endsInHalf(text)) {
            half = text.slice(-1);
            text = text.slice(0, -1);
          }
          if (text !== "") controller.enqueue(apply(encode, encoder, [text]));
        },
        (controller) => {
          if (half !== "") controller.enqueue(apply(encode, encoder, [half]));
        },
      ),
    );
  }

  get encoding() {
    check(this, ENCODER);
    return "utf-8";
  }
  get readable() {
    return readableOf(check(this, ENCODER).transform.readable);
  }
  get writable() {
    return writableOf(check(this, ENCODER).transform.writable);
  }
}
exposeInterface(TextEncoderStream);

const STREAM = { stream: true };

export class TextDecoderStream {
  constructor(label = undefined, options = undefined) {
    const decoder = new TextDecoder(label, options);
    const state = new TextState(
      DECODER,
      (controller, chunk) => {
        if (!isBufferSource(chunk)) throw new TypeError("TextDecoderStream: a chunk is no buffer and no view of one");
        const text = apply(decode, decoder, [chunk, STREAM]);
        if (text !== "") controller.enqueue(text);
      },
      (controller) => {
        const text = apply(decode, decoder, []);
        if (text !== "") controller.enqueue(text);
      },
    );
    state.decoder = decoder;
    attach(this, state);
  }

  get encoding() {
    return attributeOf(this, "encoding");
  }
  get fatal() {
    return attributeOf(this, "fatal");
  }
  get ignoreBOM() {
    return attributeOf(this, "ignoreBOM");
  }
  get readable() {
    return readableOf(check(this, DECODER).transform.readable);
  }
  get writable() {
    return writableOf(check(this, DECODER).transform.writable);
  }
}
exposeInterface(TextDecoderStream);

function attributeOf(object, name) {
  return apply(attributes[name], check(object, DECODER).decoder, []);
}
