// node:string_decoder: bytes that come in pieces, as text.

import { codedTypeError, invalidArgument } from "./errors.js";

const ENCODINGS = {
  utf8: "utf8", "utf-8": "utf8", utf16le: "utf16le", "utf-16le": "utf16le", ucs2: "utf16le", "ucs-2": "utf16le",
  base64: "base64", base64url: "base64url", hex: "hex", latin1: "latin1", binary: "latin1", ascii: "ascii",
};

export class StringDecoder {
  #decoder = null;
  /** Bytes that are not a whole unit yet. */
  #rest = new Uint8Array(0);

  constructor(encoding = "utf8") {
    const name = ENCODINGS[String(encoding).toLowerCase()];
    if (name === undefined) throw codedTypeError("ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
    this.encoding = name;
    if (name === "utf8") this.#decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    if (name === "utf16le") this.#decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
  }

  write(chunk) {
    if (typeof chunk === "string") return chunk;
    if (!ArrayBuffer.isView(chunk)) throw invalidArgument("buf", "an instance of Buffer, TypedArray, or DataView", chunk);
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#decoder !== null) return this.#decoder.decode(bytes, { stream: true });
    const unit = this.encoding.startsWith("base64") ? 3 : 1;
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const whole = all.length - (all.length % unit);
    this.#rest = all.slice(whole);
    return this.#text(all.subarray(0, whole));
  }

  end(chunk = undefined) {
    let text = chunk === undefined ? "" : this.write(chunk);
    if (this.#decoder !== null) text += this.#decoder.decode();
    else {
      text += this.#text(this.#rest);
      this.#rest = new Uint8Array(0);
    }
    return text;
  }

  #text(bytes) {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(this.encoding === "ascii" ? byte & 127 : byte);
    switch (this.encoding) {
      case "base64":
        return btoa(binary);
      case "base64url":
        return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
      case "hex":
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
      default:
        return binary;
    }
  }
}

export const exports = { StringDecoder };
