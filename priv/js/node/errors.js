// Errors as Node makes them: with a code; and those of the system with errno and syscall.

import { coded, received } from "../buffer/errors.js";

export { invalidValue, outOfRange } from "../buffer/errors.js";

export function codedError(code, message) {
  return coded(Error, code, message);
}

export function codedTypeError(code, message) {
  return coded(TypeError, code, message);
}

export function codedRangeError(code, message) {
  return coded(RangeError, code, message);
}

export function invalidArgument(name, expected, value) {
  const kind = name.includes(".") ? "property" : "argument";
  return codedTypeError("ERR_INVALID_ARG_TYPE", `The "${name}" ${kind} must be ${expected}. ${received(value)}`);
}

export function checkString(value, name) {
  if (typeof value !== "string") throw invalidArgument(name, "of type string", value);
}

export function checkFunction(value, name) {
  if (typeof value !== "function") throw invalidArgument(name, "of type function", value);
}

export function checkBoolean(value, name) {
  if (typeof value !== "boolean") throw invalidArgument(name, "of type boolean", value);
}

/** Code => number on Linux and text, of those that the BEAM gives. */
const SYSTEM = {
  E2BIG: [7, "argument list too long"],
  EACCES: [13, "permission denied"],
  EAGAIN: [11, "resource temporarily unavailable"],
  EBADF: [9, "bad file descriptor"],
  EBUSY: [16, "resource busy or locked"],
  EEXIST: [17, "file already exists"],
  EFBIG: [27, "file too large"],
  EINVAL: [22, "invalid argument"],
  EIO: [5, "i/o error"],
  EISDIR: [21, "illegal operation on a directory"],
  ELOOP: [40, "too many symbolic links encountered"],
  EMFILE: [24, "too many open files"],
  EMLINK: [31, "too many links"],
  ENAMETOOLONG: [36, "name too long"],
  ENFILE: [23, "file table overflow"],
  ENODEV: [19, "no such device"],
  ENOENT: [2, "no such file or directory"],
  ENOMEM: [12, "not enough memory"],
  ENOSPC: [28, "no space left on device"],
  ENOTDIR: [20, "not a directory"],
  ENOTEMPTY: [39, "directory not empty"],
  ENOTSUP: [95, "operation not supported on socket"],
  EPERM: [1, "operation not permitted"],
  EPIPE: [32, "broken pipe"],
  EROFS: [30, "read-only file system"],
  ESPIPE: [29, "invalid seek"],
  ESRCH: [3, "no such process"],
  EXDEV: [18, "cross-device link not permitted"],
};

export const errnos = Object.fromEntries(Object.entries(SYSTEM).map(([code, [number]]) => [code, number]));

/** What the system says of an error of that code. */
export function systemText(code) {
  return (SYSTEM[code] ?? [0, "unknown error"])[1];
}

/** @param {{ path?: string, dest?: string }} more */
export function systemError(code, syscall, more = {}) {
  const [number, text] = SYSTEM[code] ?? [0, "unknown error"];
  const places = [more.path, more.dest].filter((place) => place !== undefined).map((place) => `'${place}'`);
  const error = new Error(`${code}: ${text}, ${syscall}${places.length ? ` ${places.join(" -> ")}` : ""}`);
  return Object.assign(error, { errno: -number, code, syscall, ...more });
}
