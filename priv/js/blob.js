// Blobs for the other modules in here, past anything that a script may have put into
// their prototypes.

import {
  Blob as NativeBlob,
  File as NativeFile,
  bytesOf,
  fileOf,
  fromBytes,
  fromURL,
  isBlob as isNativeBlob,
  isFile as isNativeFile,
  nameOf,
  sizeOf,
  typeOf,
} from "native:blob";

/** The interfaces that the globals are. */
export const Blob = NativeBlob;
export const File = NativeFile;

/** @type {(value: unknown) => boolean} whether it is a Blob, Files included */
export const isBlob = isNativeBlob;

/** @type {(value: unknown) => boolean} */
export const isFile = isNativeFile;

/** @type {(blob: Blob) => number} */
export const blobSize = sizeOf;

/** @type {(blob: Blob) => string} its media type, "" where there is none */
export const blobType = typeOf;

/** @type {(file: Blob) => string | undefined} the name of a File */
export const fileName = nameOf;

/** @type {(blob: Blob, start?: number, end?: number) => Uint8Array} a copy of its bytes */
export const blobBytes = bytesOf;

/** @type {(bytes: ArrayBuffer | ArrayBufferView, type?: string) => Blob} of a copy */
export const blobFromBytes = fromBytes;

/**
 * A File of the bytes of a Blob, which are shared.
 * @type {(blob: Blob, name: string, type?: string, lastModified?: number) => File}
 */
export const fileFromBlob = fileOf;

/** @type {(url: string) => Blob | undefined} what URL.createObjectURL made a blob URL of */
export const blobFromURL = fromURL;
