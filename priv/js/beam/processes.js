// Beam's functions that touch live processes and nodes: lib/quickbeam/apis/processes.ex.
// A pid or reference is an opaque object that a script can only have been given.

import { call, callSync, onEvent } from "beam:processes";
import { requireArguments, toDOMString } from "../webidl.js";

/** Number => callback of a monitor. */
const monitors = new Map();
/** The reference of a monitor => its number. */
const numbers = new WeakMap();
let last = 0;

/** Names of this node and of those it is connected to. */
export function nodes() {
  return callSync("nodes");
}

/**
 * A promise of what the function `fun` of the context that is registered as `name` on
 * `node` returns.
 */
export async function rpc(node, name, fun, ...args) {
  requireArguments(arguments.length, 3, "Beam.rpc");
  return call("rpc", toDOMString(node), typeof name === "object" ? name : toDOMString(name), toDOMString(fun), args);
}

/**
 * Start a context of its own on the same pool and have it run `source`: its pid, at once.
 * As a process that another spawns it is not linked to this one: it lives on where this
 * context ends, however it does, until it is stopped or the owner of both ends.
 */
export function spawn(source) {
  requireArguments(arguments.length, 1, "Beam.spawn");
  return callSync("spawn", toDOMString(source));
}

/** Give this context a name; false where another process has it. */
export function register(name) {
  requireArguments(arguments.length, 1, "Beam.register");
  return callSync("register", toDOMString(name));
}

/** The pid of that name, or null. */
export function whereis(name) {
  requireArguments(arguments.length, 1, "Beam.whereis");
  return callSync("whereis", toDOMString(name));
}

/** Link this context with a process: if one of them crashes, so does the other. */
export function link(pid) {
  requireArguments(arguments.length, 1, "Beam.link");
  return callSync("link", pid);
}

export function unlink(pid) {
  requireArguments(arguments.length, 1, "Beam.unlink");
  return callSync("unlink", pid);
}

/** Have `callback(reason)` called when the process ends, or now if it has. */
export function monitor(pid, callback) {
  requireArguments(arguments.length, 2, "Beam.monitor");
  if (typeof callback !== "function") throw new TypeError("Beam.monitor: the callback is not a function");
  const id = ++last;
  const reference = callSync("monitor", id, pid);
  monitors.set(id, callback);
  numbers.set(reference, id);
  return reference;
}

/** Take a monitor back; false where it has fired or is none. */
export function demonitor(reference) {
  requireArguments(arguments.length, 1, "Beam.demonitor");
  const id = numbers.get(reference);
  if (id === undefined || !monitors.delete(id)) return false;
  return callSync("demonitor", id);
}

onEvent(([id, reason]) => {
  const callback = monitors.get(id);
  if (callback === undefined) return;
  monitors.delete(id);
  callback(reason);
});
