// Worker: HTML, 10.2.6.3 "Dedicated workers and the Worker interface". The worker itself
// is a context of its own, started by lib/quickbeam/apis/worker.ex; worker_scope.js is its
// side. Messages go through a channel between the two.

import { cast, onEvent } from "beam:worker";
import { defineEventHandlers } from "./event_handlers.js";
import { ErrorEvent } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { createPorts, lend, postThrough, takeHandle, toTransfer } from "./ports.js";
import { sourceOf } from "./worker_source.js";
import { report } from "native:errors";
import { offer, ticketOf } from "native:workers";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toEnum, toUSVString } from "./webidl.js";

/** Number => worker, as long as it lives: its events may come. */
const workers = new Map();
let lastId = 0;

/** @type {(value: unknown) => boolean} */
let isWorker;

export class Worker extends EventTarget {
  #id;
  #port;
  /** Owns the other end until the worker has come for it. */
  #offer;

  static {
    isWorker = (value) => typeof value === "object" && value !== null && #id in value;
  }

  constructor(scriptURL, options = undefined) {
    requireArguments(arguments.length, 1, "Worker constructor");
    super();
    const url = toUSVString(scriptURL);
    const { name, type } = toWorkerOptions(options);
    const source = sourceOf(url, "Worker constructor");
    const [outside, inside] = createPorts();
    this.#id = ++lastId;
    this.#port = outside;
    this.#offer = offer(takeHandle(inside));
    workers.set(this.#id, this);
    lend(outside, this);
    cast("start", this.#id, ticketOf(this.#offer), source, name, type);
  }

  postMessage(message, options = undefined) {
    const port = this.#port;
    requireArguments(arguments.length, 1, "Worker.postMessage");
    postThrough(port, message, toTransfer(options, "Worker.postMessage"));
  }

  terminate() {
    const port = this.#port;
    if (!workers.has(this.#id)) return;
    // First what can fail for lack of memory.
    cast("terminate", this.#id);
    workers.delete(this.#id);
    this.#offer = undefined;
    port.close();
  }

  /** It has ended by itself: what it has sent still arrives. */
  static ended(worker) {
    workers.delete(worker.#id);
    worker.#offer = undefined;
  }
}
const { ended } = Worker;
delete Worker.ended;
exposeInterface(Worker);
defineEventHandlers(Worker.prototype, ["message", "messageerror", "error"], (value) => isWorker(value));

const TYPES = ["classic", "module"];
const CREDENTIALS = ["omit", "same-origin", "include"];

/** The dictionary WorkerOptions. */
function toWorkerOptions(value) {
  const { credentials, name, type } = toDictionary(value, "Worker constructor");
  if (credentials !== undefined) toEnum(credentials, CREDENTIALS, "Worker constructor: credentials");
  return {
    name: name === undefined ? "" : toDOMString(name),
    type: type === undefined ? "classic" : toEnum(type, TYPES, "Worker constructor: type"),
  };
}

onEvent(([what, id, error]) => {
  const worker = workers.get(id);
  if (worker === undefined) return;
  if (what === "ended") {
    ended(worker);
    return;
  }
  // "error": an exception that nobody in the worker caught; "failed": it did not start.
  if (what === "failed") ended(worker);
  const { message, filename, lineno, colno } = error;
  const init = { message, filename, lineno: lineno ?? 0, colno: colno ?? 0, error: null, cancelable: true };
  if (fire(worker, "error", init, ErrorEvent)) report(errorOf(init));
});

/** An error of a worker, for who hears of the errors of this context. */
function errorOf({ message, filename, lineno, colno }) {
  const [, name, text] = /^Uncaught (\w+): (.*)$/s.exec(message) ?? [null, "Error", message];
  const error = new Error(text);
  error.name = name;
  error.stack = String(error) + (filename === "" ? "" : `\n    at <worker> (${filename}:${lineno}:${colno})`);
  return error;
}
