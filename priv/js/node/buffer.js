// node:buffer, of what the groups give.

const { Buffer, Blob, File } = globalThis;

export const exports = {
  Blob,
  Buffer,
  File,
  INSPECT_MAX_BYTES: 50,
  SlowBuffer: Buffer,
  atob: globalThis.atob,
  btoa: globalThis.btoa,
  constants: { MAX_LENGTH: 2 ** 53 - 1, MAX_STRING_LENGTH: 2 ** 30 - 1 },
  isAscii: (bytes) => new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset, bytes.byteLength).every((byte) => byte < 128),
  isUtf8(bytes) {
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return true;
    } catch {
      return false;
    }
  },
  kMaxLength: 2 ** 53 - 1,
  kStringMaxLength: 2 ** 30 - 1,
};
