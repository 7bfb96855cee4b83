// FileList: File API, 5. Nobody chooses files here, so that every list is empty.

import { exposeInterface, requireArguments, toUnsigned } from "./webidl.js";

const { values } = Array.prototype;

const lists = new WeakSet();

function check(object) {
  if (!lists.has(object)) throw new TypeError("Illegal invocation: not a FileList");
}

export class FileList {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get length() {
    check(this);
    return 0;
  }
  item(index) {
    check(this);
    requireArguments(arguments.length, 1, "FileList.item");
    toUnsigned(index, 2 ** 32);
    return null;
  }
}
exposeInterface(FileList);
Object.defineProperty(FileList.prototype, Symbol.iterator, { value: values, writable: true, configurable: true });

/** That of an input whose type is file. */
export const noFiles = Object.create(FileList.prototype);
lists.add(noFiles);
