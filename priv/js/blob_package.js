// "Package data": File API, 6.3, for FileReader and FileReaderSync.

const { TextDecoder, btoa } = globalThis;
const { apply } = Reflect;
const { decode } = TextDecoder.prototype;
const decoderEncoding = Object.getOwnPropertyDescriptor(TextDecoder.prototype, "encoding").get;

/** "Get an encoding" of a label, or undefined. */
function encodingOf(label) {
  try {
    return label === undefined ? undefined : apply(decoderEncoding, new TextDecoder(label), []);
  } catch {
    return undefined;
  }
}

/** "BOM sniff": Encoding Standard, 6. */
function sniff([first, second, third]) {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : undefined;
}

function binaryString(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** By the name of what is wanted: a function of the bytes, their type and a label. */
export const PACKAGE = {
  buffer: (bytes) => bytes.buffer,
  binary: binaryString,
  text(bytes, type, label) {
    const charset = /;\s*charset=\s*"?([^\s;"]+)/i.exec(type)?.[1];
    const encoding = sniff(bytes.subarray(0, 3)) ?? encodingOf(label) ?? encodingOf(charset) ?? "utf-8";
    return apply(decode, new TextDecoder(encoding), [bytes]);
  },
  url: (bytes, type) => `data:${type || "application/octet-stream"};base64,${btoa(binaryString(bytes))}`,
};
