// WorkerLocation: HTML, 10.3.1: the URL of a worker's script.

import { parseURL } from "native:url";
import { exposeInterface } from "./webidl.js";

/** What lets a constructor that scripts cannot call run. */
const INTERNAL = Symbol("internal");

const TUPLE_ORIGINS = ["ftp", "http", "https", "ws", "wss"];

export class WorkerLocation {
  #href;
  #parts;
  constructor() {
    if (arguments[0] !== INTERNAL) throw new TypeError("Illegal constructor");
    this.#href = arguments[1];
    this.#parts = parseURL(this.#href) ?? parseURL("about:blank");
  }
  get href() {
    return this.#href;
  }
  toString() {
    return this.#href;
  }
  get origin() {
    const { protocol } = this.#parts;
    return TUPLE_ORIGINS.includes(protocol) ? `${protocol}://${this.host}` : "null";
  }
  get protocol() {
    return `${this.#parts.protocol}:`;
  }
  get host() {
    const { hostname, port } = this.#parts;
    return port === "" ? hostname : `${hostname}:${port}`;
  }
  get hostname() {
    return this.#parts.hostname;
  }
  get port() {
    return this.#parts.port;
  }
  get pathname() {
    return this.#parts.pathname;
  }
  get search() {
    const { search } = this.#parts;
    return search === "" ? "" : `?${search}`;
  }
  get hash() {
    const { hash } = this.#parts;
    return hash === "" ? "" : `#${hash}`;
  }
}
exposeInterface(WorkerLocation);

/** @param {string} url */
export function createLocation(url) {
  return new WorkerLocation(INTERNAL, url);
}
