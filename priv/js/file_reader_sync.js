// FileReaderSync: File API, 6.5. For workers alone.

import { blobBytes, blobType, isBlob } from "./blob.js";
import { PACKAGE } from "./blob_package.js";
import { exposeInterface, requireArguments, toDOMString } from "./webidl.js";

export class FileReaderSync {
  #brand;

  readAsArrayBuffer(blob) {
    return this.#read("readAsArrayBuffer", arguments.length, blob, "buffer");
  }
  readAsBinaryString(blob) {
    return this.#read("readAsBinaryString", arguments.length, blob, "binary");
  }
  readAsText(blob, encoding = undefined) {
    return this.#read("readAsText", arguments.length, blob, "text", encoding);
  }
  readAsDataURL(blob) {
    return this.#read("readAsDataURL", arguments.length, blob, "url");
  }

  #read(operation, given, blob, form, label = undefined) {
    this.#brand;
    requireArguments(given, 1, `FileReaderSync.${operation}`);
    if (!isBlob(blob)) throw new TypeError(`FileReaderSync.${operation}: not a Blob`);
    if (label !== undefined) label = toDOMString(label);
    return PACKAGE[form](blobBytes(blob), blobType(blob), label);
  }
}
exposeInterface(FileReaderSync);
