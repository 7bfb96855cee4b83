// Web Locks: https://w3c.github.io/web-locks/. The queues are those of
// lib/quickbeam/apis/locks.ex, for all contexts of the node.

import { call, cast, onEvent } from "beam:locks";
import { isAborted, isAbortSignal, reasonOf, whenAborted } from "./abort.js";
import { escapeSurrogates, unescapeSurrogates } from "./surrogates.js";
import { exposeInterface, requireArguments, toDictionary, toDOMString, toEnum } from "./webidl.js";

/** Requests of a context that may wait or be held at once. */
const REQUESTS_MAX = 10_000;
const MODES = ["shared", "exclusive"];
const error = (message, name) => new DOMException(message, name);

/** Proof that a constructor is called from here. */
const inside = Symbol();

export class Lock {
  #name;
  #mode;
  constructor(proof, name, mode) {
    if (proof !== inside) throw new TypeError("Illegal constructor");
    this.#name = name;
    this.#mode = mode;
  }
  get name() {
    return this.#name;
  }
  get mode() {
    return this.#mode;
  }
}
exposeInterface(Lock);
Object.defineProperty(Lock, "length", { value: 0, configurable: true });

/** Requests that wait, and locks that are held, by the number the BEAM knows them by. */
const requests = new Map();
let lastId = 0;

export class LockManager {
  /** Only to have `this` checked. */
  #brand;
  constructor(proof) {
    if (proof !== inside) throw new TypeError("Illegal constructor");
  }

  async request(name, ...rest) {
    this.#brand;
    requireArguments(arguments.length, 2, "LockManager.request");
    name = toDOMString(name);
    const { mode, ifAvailable, steal, signal } = toLockOptions(rest.length > 1 ? rest[0] : undefined);
    const callback = rest.length > 1 ? rest[1] : rest[0];
    if (typeof callback !== "function") {
      throw new TypeError("LockManager.request: the callback is not a function");
    }
    if (name.startsWith("-")) {
      throw error('The name of a lock must not begin with "-"', "NotSupportedError");
    }
    if (steal && ifAvailable) {
      throw error("steal and ifAvailable exclude each other", "NotSupportedError");
    }
    if (steal && mode !== "exclusive") {
      throw error("Only an exclusive lock can be stolen", "NotSupportedError");
    }
    if (signal !== undefined && (steal || ifAvailable)) {
      throw error("signal goes neither with steal nor with ifAvailable", "NotSupportedError");
    }
    if (signal !== undefined && isAborted(signal)) throw reasonOf(signal);
    if (requests.size >= REQUESTS_MAX) {
      throw error(`${REQUESTS_MAX} locks are held or waited for already`, "QuotaExceededError");
    }
    return await enqueue(name, { mode, ifAvailable, steal, signal }, callback);
  }

  async query() {
    this.#brand;
    const snapshot = await call("query");
    for (const list of Object.values(snapshot)) {
      for (const info of list) info.name = unescapeSurrogates(info.name);
    }
    return snapshot;
  }
}
exposeInterface(LockManager);
Object.defineProperty(LockManager.prototype.request, "length", { value: 2, configurable: true });
Object.defineProperty(LockManager, "length", { value: 0, configurable: true });

/** The dictionary LockOptions; members are read in the order of their names. */
function toLockOptions(value) {
  const dictionary = toDictionary(value, "LockManager.request");
  const ifAvailable = !!dictionary.ifAvailable;
  const mode = dictionary.mode === undefined ? "exclusive" : toEnum(dictionary.mode, MODES, "LockManager.request: mode");
  const { signal } = dictionary;
  if (signal !== undefined && !isAbortSignal(signal)) {
    throw new TypeError("LockManager.request: signal is not an AbortSignal");
  }
  return { ifAvailable, mode, signal, steal: !!dictionary.steal };
}

/** "Request a lock": the promise of the whole. */
function enqueue(name, { mode, ifAvailable, steal, signal }, callback) {
  const id = ++lastId;
  const { promise, resolve, reject } = Promise.withResolvers();
  const abort = () => {
    requests.delete(id);
    cast("abort", id);
    reject(reasonOf(signal));
  };
  const forgetSignal = signal === undefined ? () => {} : whenAborted(signal, abort);
  requests.set(id, { name, mode, callback, resolve, reject, forgetSignal });
  cast("request", id, escapeSurrogates(name), mode, ifAvailable, steal);
  return promise;
}

onEvent(([what, id]) => {
  const request = requests.get(id);
  if (request === undefined) {
    // Aborted while the answer was under way.
    if (what === "granted") cast("release", id);
    return;
  }
  request.forgetSignal();
  if (what === "granted") {
    hold(id, request);
  } else if (what === "unavailable") {
    requests.delete(id);
    request.resolve(invoke(request.callback, null));
  } else {
    // Stolen: the callback goes on, without the lock.
    requests.delete(id);
    request.reject(error(`The lock "${request.name}" was stolen`, "AbortError"));
  }
});

function hold(id, { name, mode, callback, resolve }) {
  const waiting = invoke(callback, new Lock(inside, name, mode));
  const release = () => {
    if (requests.delete(id)) cast("release", id);
    resolve(waiting);
  };
  waiting.then(release, release);
}

/** Web IDL: what a callback that returns a promise throws is a rejection. */
function invoke(callback, lock) {
  try {
    return Promise.resolve(callback(lock));
  } catch (thrown) {
    return Promise.reject(thrown);
  }
}

export const locks = new LockManager(inside);
