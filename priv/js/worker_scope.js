// The global scope of a dedicated worker: HTML, 10.2.1. Runs in a context that is a worker,
// before its script.

import { callSync, cast, onEvent } from "beam:worker_scope";
import { defineEventHandlers } from "./event_handlers.js";
import { EventTarget } from "./events.js";
import { FileReaderSync } from "./file_reader_sync.js";
import { lend, portOf, postThrough, receiveFrom, toTransfer } from "./ports.js";
import { setLastResort } from "./global_events.js";
import { adopt, evaluate } from "native:workers";
import { createLocation, WorkerLocation } from "./worker_location.js";
import { sourceOf } from "./worker_source.js";
import { exposeInterface, requireArguments, toDOMString, toUSVString } from "./webidl.js";

const { clearTimeout, setTimeout } = globalThis;
const isScope = (value) => value === globalThis;

/** @type {import("./ports.js").MessagePort | undefined} */
let inside;
let closing = false;
let scopeName = "";
/** Of the script. */
let scopeUrl = "about:blank";
/** @type {import("./worker_location.js").WorkerLocation | undefined} */
let scopeLocation;
/** What the global `navigator` was. */
let scopeNavigator;
let isModule = false;

function check(object) {
  // Web IDL: the global object where `this` is none.
  if ((object ?? globalThis) !== globalThis) throw new TypeError("Illegal invocation");
}

export class WorkerGlobalScope extends EventTarget {
  // @ts-expect-error: a constructor that throws need not call super().
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get self() {
    check(this);
    return globalThis;
  }
  get location() {
    check(this);
    return (scopeLocation ??= createLocation(scopeUrl));
  }
  importScripts(...urls) {
    check(this);
    urls = urls.map(toUSVString);
    if (isModule) throw new TypeError("importScripts: not in a module worker");
    for (const { code, filename } of urls.map(fetchScript)) evaluate(code, filename);
  }
}
exposeInterface(WorkerGlobalScope);
defineEventHandlers(
  WorkerGlobalScope.prototype,
  ["error", "languagechange", "offline", "online", "rejectionhandled", "unhandledrejection"],
  isScope,
);

export class DedicatedWorkerGlobalScope extends WorkerGlobalScope {
  get name() {
    check(this);
    return scopeName;
  }
  postMessage(message, options = undefined) {
    check(this);
    requireArguments(arguments.length, 1, "postMessage");
    postThrough(inside, message, toTransfer(options, "postMessage"));
  }
  close() {
    check(this);
    if (closing) return;
    closing = true;
    // What runs goes on to its end, and what it says is heard; nothing begins after it.
    receiveFrom(inside, () => {});
    dropTimers();
    setTimeout(() => {
      dropTimers();
      cast("close");
    }, 0);
  }
}
exposeInterface(DedicatedWorkerGlobalScope);
defineEventHandlers(DedicatedWorkerGlobalScope.prototype, ["message", "messageerror"], isScope);

/** All that have been set: their numbers go up. */
function dropTimers() {
  for (let id = setTimeout(() => {}, 0); id > 0; id--) clearTimeout(id);
}

function fetchScript(url) {
  const { kind, text, filename } = sourceOf(url, "importScripts", false);
  if (kind === "code") return { code: text, filename };
  const answer = callSync("read", kind, text);
  if (answer.error) throw new DOMException(`importScripts: ${answer.error}`, "NetworkError");
  return answer;
}

onEvent(([what, ticket, name, type, url]) => {
  if (what === "start") {
    if (inside !== undefined) lend(inside, globalThis);
    return;
  }
  const handle = adopt(ticket);
  if (handle === null) {
    // Whoever made the worker is gone, or was reset.
    cast("close");
    return;
  }
  inside = portOf(handle);
  scopeName = toDOMString(name);
  scopeUrl = toDOMString(url);
  isModule = type === "module";
  expose();
  setLastResort((message, filename, lineno, colno) => {
    cast("error", { message, filename, lineno, colno });
    return true;
  });
});

/** The members of the scope, inherited by the global object. */
function expose() {
  // Then they are those of the prototypes.
  for (const name of [Symbol.toStringTag, "self", "onerror", "onrejectionhandled", "onunhandledrejection"]) {
    delete globalThis[name];
  }
  Object.setPrototypeOf(globalThis, DedicatedWorkerGlobalScope.prototype);
  const own = { WorkerGlobalScope, DedicatedWorkerGlobalScope, WorkerLocation };
  if ("FileReader" in globalThis) own.FileReaderSync = FileReaderSync;
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
  if (Object.hasOwn(globalThis, "navigator")) exposeNavigator();
}

/** The interface of a navigator has another name here: HTML, 10.3.2. */
function exposeNavigator() {
  const { Navigator, navigator } = /** @type {any} */ (globalThis);
  const name = { value: "WorkerNavigator", configurable: true };
  Object.defineProperty(Navigator, "name", name);
  Object.defineProperty(Navigator.prototype, Symbol.toStringTag, name);
  delete globalThis.Navigator;
  delete globalThis.navigator;
  Object.defineProperty(globalThis, "WorkerNavigator", { value: Navigator, writable: true, configurable: true });
  scopeNavigator = navigator;
  const { get } = Object.getOwnPropertyDescriptor(WITH_NAVIGATOR, "navigator");
  Object.defineProperty(WorkerGlobalScope.prototype, "navigator", { get, enumerable: true, configurable: true });
}

const WITH_NAVIGATOR = {
  get navigator() {
    check(this);
    return scopeNavigator;
  },
};
