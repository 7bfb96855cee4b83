// FormData: XMLHttpRequest Standard, section 4.

import { fileFromBlob, isBlob, isFile } from "../blob.js";
import { exposeInterface, requireArguments, toUSVString } from "../webidl.js";
import { formEntries } from "./forms.js";
import { definePairIterator } from "./pair_iterator.js";

/** "Create an entry": the value. */
function toValue(value, filename) {
  if (!isBlob(value)) return toUSVString(value);
  if (filename !== undefined) return fileFromBlob(value, filename);
  return isFile(value) ? value : fileFromBlob(value, "blob");
}

/** @type {(form: FormData) => [string, string | File][]} */
let entriesOf;
/** @type {(value: unknown) => boolean} */
let isFormData;

export class FormData {
  /** @type {[string, string | File][]} */
  #entries = [];

  constructor(form = undefined, submitter = undefined) {
    // Without a form, a submitter is only checked for being one, which none is here.
    if (form === undefined) {
      if (submitter === undefined || submitter === null) return;
      throw new TypeError("FormData constructor: a submitter needs a form");
    }
    this.#entries = formEntries(form, submitter ?? null, (entries) => {
      const data = new FormData();
      data.#entries = entries;
      return data;
    });
  }

  append(name, value, filename = undefined) {
    this.#entries.push(this.#toEntry("append", arguments.length, name, value, filename));
  }
  delete(name) {
    this.#entries;
    requireArguments(arguments.length, 1, "FormData.delete");
    name = toUSVString(name);
    this.#entries = this.#entries.filter(([own]) => own !== name);
  }
  get(name) {
    this.#entries;
    requireArguments(arguments.length, 1, "FormData.get");
    name = toUSVString(name);
    const found = this.#entries.find(([own]) => own === name);
    return found === undefined ? null : found[1];
  }
  getAll(name) {
    this.#entries;
    requireArguments(arguments.length, 1, "FormData.getAll");
    name = toUSVString(name);
    return this.#entries.filter(([own]) => own === name).map(([, value]) => value);
  }
  has(name) {
    this.#entries;
    requireArguments(arguments.length, 1, "FormData.has");
    name = toUSVString(name);
    return this.#entries.some(([own]) => own === name);
  }
  set(name, value, filename = undefined) {
    const entry = this.#toEntry("set", arguments.length, name, value, filename);
    const at = this.#entries.findIndex(([own]) => own === entry[0]);
    if (at < 0) {
      this.#entries.push(entry);
    } else {
      this.#entries = this.#entries.filter(([own], index) => index <= at || own !== entry[0]);
      this.#entries[at] = entry;
    }
  }

  /** @returns {[string, string | File]} */
  #toEntry(operation, given, name, value, filename) {
    this.#entries;
    requireArguments(given, 2, `FormData.${operation}`);
    if (given >= 3 && !isBlob(value)) throw new TypeError(`FormData.${operation}: the value is not a Blob`);
    name = toUSVString(name);
    if (!isBlob(value)) value = toUSVString(value);
    return [name, toValue(value, filename === undefined ? undefined : toUSVString(filename))];
  }

  static {
    entriesOf = (form) => form.#entries;
    isFormData = (value) => typeof value === "object" && value !== null && #entries in value;
  }
}
definePairIterator(FormData, (form) => entriesOf(form));
exposeInterface(FormData);

/** The entries of a FormData, in order. */
export function entryListOf(form) {
  return entriesOf(form);
}

/** Whether a value is a FormData. */
export function isForm(value) {
  return isFormData(value);
}
