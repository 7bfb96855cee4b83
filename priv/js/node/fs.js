// node:fs, in its three forms. Each function prepares a request to
// lib/quickbeam/apis/node/files.ex; it is the same for all forms.

import { call, callSync } from "beam:node";
import { decode, encode, toPath } from "./bytes.js";
import { EventEmitter } from "./events.js";
import { checkFunction, invalidArgument, systemError } from "./errors.js";

export const constants = {
  F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1,
  COPYFILE_EXCL: 1, COPYFILE_FICLONE: 2, COPYFILE_FICLONE_FORCE: 4,
  O_RDONLY: 0, O_WRONLY: 1, O_RDWR: 2, O_CREAT: 64, O_EXCL: 128, O_TRUNC: 512, O_APPEND: 1024,
  S_IFMT: 0o170000, S_IFREG: 0o100000, S_IFDIR: 0o040000, S_IFCHR: 0o020000, S_IFBLK: 0o060000, S_IFIFO: 0o010000, S_IFLNK: 0o120000, S_IFSOCK: 0o140000,
};

export class Stats {
  constructor(fields) {
    Object.assign(this, fields);
    for (const name of ["atime", "mtime", "ctime", "birthtime"]) {
      Object.defineProperty(this, name, { value: new Date(Number(fields[`${name}Ms`])), writable: true, enumerable: true, configurable: true });
    }
  }
}
const isFormat = (stats, format) => (stats.mode & constants.S_IFMT) === format;
const FORMATS = {
  isFile: constants.S_IFREG, isDirectory: constants.S_IFDIR, isSymbolicLink: constants.S_IFLNK, isFIFO: constants.S_IFIFO,
  isSocket: constants.S_IFSOCK, isCharacterDevice: constants.S_IFCHR, isBlockDevice: constants.S_IFBLK,
};

export class Dirent {
  #format;
  constructor(name, parentPath, format) {
    this.name = name;
    this.parentPath = parentPath;
    this.path = parentPath;
    this.#format = format;
  }
  /** @param {Dirent} entry */
  static format(entry) {
    return entry.#format;
  }
}
const { format: direntFormat } = Dirent;
delete Dirent.format;
for (const [name, format] of Object.entries(FORMATS)) {
  const member = (object, value) => Object.defineProperty(object, name, { value, writable: true, configurable: true });
  member(Stats.prototype, { [name]() { return isFormat(this, format); } }[name]);
  member(Dirent.prototype, { [name]() { return direntFormat(/** @type {any} */ (this)) === format; } }[name]);
}

const isOptions = (value) => typeof value === "object" && value !== null;

/** Options that may be an encoding alone. */
function withEncoding(options, defaults) {
  if (options === undefined || options === null) return defaults;
  if (typeof options === "string") return { ...defaults, encoding: options };
  if (!isOptions(options)) throw invalidArgument("options", "of type string or an instance of Object", options);
  return { ...defaults, ...options };
}

function toMode(mode, otherwise) {
  if (mode === undefined || mode === null) return otherwise;
  return typeof mode === "string" ? Number.parseInt(mode, 8) : mode & 0o7777;
}

const toSeconds = (time) => (time instanceof Date ? time.getTime() / 1000 : Number(time));
const nothing = () => undefined;
const FLAGS = ["w", "wx", "xw", "w+", "wx+", "a", "ax", "xa", "a+", "ax+", "r+"];

function writing(flag) {
  return (path, data, options) => {
    const given = withEncoding(options, { encoding: "utf8", flag });
    if (!FLAGS.includes(given.flag)) throw invalidArgument("flag", `one of ${FLAGS.join(", ")}`, given.flag);
    path = toPath(path);
    return { syscall: "open", path, request: ["write", path, encode(data, given.encoding), given.flag, toMode(given.mode, 0o666)], finish: nothing };
  };
}

function status(syscall) {
  return (path, options) => {
    path = toPath(path);
    const finish = (fields) => {
      if (!options?.bigint) return new Stats(fields);
      return new Stats(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, BigInt(Math.trunc(value))])));
    };
    return { syscall, path, request: [syscall, path], finish, missing: options?.throwIfNoEntry === false };
  };
}

function twoPaths(syscall, one = "oldPath", two = "newPath") {
  return (from, to) => {
    [from, to] = [toPath(from, one), toPath(to, two)];
    return { syscall, path: from, dest: to, request: [syscall, from, to], finish: nothing };
  };
}

function onePath(syscall) {
  return (path) => {
    path = toPath(path);
    return { syscall, path, request: [syscall, path], finish: nothing };
  };
}

const preparations = {
  readFile(path, options) {
    const { encoding } = withEncoding(options, {});
    path = toPath(path);
    return { syscall: "open", path, request: ["read", path], finish: (bytes) => decode(bytes, encoding) };
  },
  writeFile: writing("w"),
  appendFile: writing("a"),
  stat: status("stat"),
  lstat: status("lstat"),
  readdir(path, options) {
    const { encoding, withFileTypes, recursive } = withEncoding(options, {});
    path = toPath(path);
    const finish = (entries) =>
      entries.map(([name, parent, format]) => {
        if (withFileTypes) return new Dirent(name, parent === "" ? path : `${path}/${parent}`, format);
        const full = parent === "" ? name : `${parent}/${name}`;
        return encoding === "buffer" ? encode(full) : full;
      });
    return { syscall: "scandir", path, request: ["readdir", path, !!recursive, !!withFileTypes], finish };
  },
  mkdir(path, options) {
    const { recursive, mode } = isOptions(options) ? options : { mode: options };
    path = toPath(path);
    return { syscall: "mkdir", path, request: ["mkdir", path, !!recursive, toMode(mode, 0o777)], finish: (first) => first ?? undefined };
  },
  rm(path, options) {
    path = toPath(path);
    return { syscall: "rm", path, request: ["rm", path, !!options?.recursive, !!options?.force], finish: nothing };
  },
  rmdir: onePath("rmdir"),
  unlink: onePath("unlink"),
  rename: twoPaths("rename"),
  copyFile(from, to, mode = 0) {
    [from, to] = [toPath(from, "src"), toPath(to, "dest")];
    return { syscall: "copyfile", path: from, dest: to, request: ["copy", from, to, (mode & constants.COPYFILE_EXCL) !== 0], finish: nothing };
  },
  cp(from, to, options) {
    [from, to] = [toPath(from, "src"), toPath(to, "dest")];
    return { syscall: "cp", path: from, dest: to, request: ["cp", from, to, !!options?.recursive], finish: nothing };
  },
  access(path, mode = constants.F_OK) {
    path = toPath(path);
    return { syscall: "access", path, request: ["access", path, mode], finish: nothing };
  },
  mkdtemp(prefix, options) {
    const { encoding } = withEncoding(options, {});
    prefix = toPath(prefix, "prefix");
    const finish = (path) => (encoding === "buffer" ? encode(path) : path);
    return { syscall: "mkdtemp", path: `${prefix}XXXXXX`, request: ["mkdtemp", prefix], finish };
  },
  realpath(path) {
    path = toPath(path);
    return { syscall: "realpath", path, request: ["realpath", path], finish: (real) => real };
  },
  readlink(path) {
    path = toPath(path);
    return { syscall: "readlink", path, request: ["readlink", path], finish: (target) => target };
  },
  symlink: twoPaths("symlink", "target", "path"),
  link: twoPaths("link", "existingPath", "newPath"),
  chmod(path, mode) {
    path = toPath(path);
    return { syscall: "chmod", path, request: ["chmod", path, toMode(mode, 0)], finish: nothing };
  },
  utimes(path, atime, mtime) {
    path = toPath(path);
    return { syscall: "utime", path, request: ["utimes", path, Math.trunc(toSeconds(atime)), Math.trunc(toSeconds(mtime))], finish: nothing };
  },
  truncate(path, length = 0) {
    path = toPath(path);
    return { syscall: "open", path, request: ["truncate", path, Math.max(0, length)], finish: nothing };
  },
};

/** @param {{ syscall: string, path: any, dest?: any, finish: (value: any) => any, missing?: boolean }} prepared */
function settle({ syscall, path, dest, finish, missing }, [what, value]) {
  if (what === "ok") return finish(value);
  if (missing && value === "ENOENT") return undefined;
  // Node opens a directory, and fails to read it.
  if (value === "EISDIR" && syscall === "open") throw systemError(value, "read");
  throw systemError(value, syscall, dest === undefined ? { path } : { path, dest });
}

export const promises = { constants };
export const exports = { constants, Dirent, Stats, promises };

for (const [name, prepare] of Object.entries(preparations)) {
  const define = (object, key, value) => {
    object[key] = Object.defineProperty(value, "name", { value: key, configurable: true });
  };
  define(exports, `${name}Sync`, (...args) => {
    const prepared = prepare(...args);
    return settle(prepared, callSync("fs", ...prepared.request));
  });
  define(promises, name, async (...args) => {
    const prepared = prepare(...args);
    return settle(prepared, await call("fs", ...prepared.request));
  });
  define(exports, name, (...args) => {
    const callback = args.pop();
    checkFunction(callback, "cb");
    const prepared = prepare(...args);
    const answered = call("fs", ...prepared.request).then((answer) => settle(prepared, answer));
    // Out of the promise, so that what the callback throws is not a rejection.
    answered.then(
      (value) => setTimeout(() => (value === undefined ? callback(null) : callback(null, value))),
      (error) => setTimeout(() => callback(error)),
    );
  });
}

function exists(path) {
  try {
    exports.accessSync(path);
    return true;
  } catch {
    return false;
  }
}
exports.existsSync = function existsSync(path) {
  return exists(path);
};
exports.exists = function exists(path, callback) {
  checkFunction(callback, "cb");
  promises.access(path).then(
    () => setTimeout(() => callback(true)),
    () => setTimeout(() => callback(false)),
  );
};
Object.assign(exports.realpath, { native: exports.realpath });
Object.assign(exports.realpathSync, { native: exports.realpathSync });

class StatWatcher extends EventEmitter {}
const watched = new Map();

/** Looks at a file every `interval` milliseconds. */
exports.watchFile = function watchFile(path, options, listener) {
  if (typeof options === "function") [options, listener] = [{}, options];
  checkFunction(listener, "listener");
  path = toPath(path);
  const none = () => new Stats({ mode: 0, size: 0, atimeMs: 0, mtimeMs: 0, ctimeMs: 0, birthtimeMs: 0 });
  const look = async () => promises.stat(path).catch(none);
  let watcher = watched.get(path);
  if (watcher === undefined) {
    watcher = new StatWatcher();
    watched.set(path, watcher);
    let before = exists(path) ? exports.statSync(path) : none();
    watcher.timer = setInterval(async () => {
      const now = await look();
      if (now.mtimeMs !== before.mtimeMs || now.size !== before.size) watcher.emit("change", now, before);
      before = now;
    }, options?.interval ?? 5007);
  }
  watcher.on("change", listener);
  return watcher;
};
exports.unwatchFile = function unwatchFile(path, listener = undefined) {
  path = toPath(path);
  const watcher = watched.get(path);
  if (watcher === undefined) return;
  if (listener) watcher.off("change", listener);
  else watcher.removeAllListeners("change");
  if (watcher.listenerCount("change") === 0) {
    clearInterval(watcher.timer);
    watched.delete(path);
  }
};
