// node:path, for POSIX and Windows.

import { checkString, invalidArgument } from "./errors.js";

/** Resolve "." and ".." in the part of a path behind its root. */
function normalizeParts(path, isSeparator, separator, absolute) {
  const out = [];
  let up = 0;
  for (const part of split(path, isSeparator)) {
    if (part === "" || part === ".") continue;
    if (part !== "..") out.push(part);
    else if (out.length > up) out.pop();
    else if (!absolute) {
      out.push("..");
      up++;
    }
  }
  return out.join(separator);
}

function split(path, isSeparator) {
  const parts = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at === path.length || isSeparator(path.charCodeAt(at))) {
      parts.push(path.slice(start, at));
      start = at + 1;
    }
  }
  return parts;
}

const SLASH = 47;
const BACKSLASH = 92;
const isSlash = (code) => code === SLASH;
const isEither = (code) => code === SLASH || code === BACKSLASH;
const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);

/**
 * What both kinds have in common. `rootLength` counts the whole root of a path, `driveLength` only
 * what `basename` and `extname` skip.
 */
function common(isSeparator, separator, rootLength, driveLength) {
  /** Where the last part begins and ends, without separators behind it; end is -1 where there is none. */
  function last(path, from) {
    let end = path.length;
    while (end > from && isSeparator(path.charCodeAt(end - 1))) end--;
    if (end === from) return { start: from, end: -1 };
    let start = end;
    while (start > from && !isSeparator(path.charCodeAt(start - 1))) start--;
    return { start, end };
  }

  function extensionStart(base) {
    const dot = base.lastIndexOf(".");
    return dot <= 0 || base === ".." ? base.length : dot;
  }

  function baseOf(path) {
    const { start, end } = last(path, driveLength(path));
    return end === -1 ? "" : path.slice(start, end);
  }

  return {
    basename(path, suffix = undefined) {
      if (suffix !== undefined) checkString(suffix, "suffix");
      checkString(path, "path");
      const base = baseOf(path);
      if (suffix === undefined || suffix === "" || suffix.length > path.length) return base;
      if (suffix === path) return "";
      if (base === "") return path.slice(driveLength(path));
      return base !== suffix && base.endsWith(suffix) ? base.slice(0, base.length - suffix.length) : base;
    },

    dirname(path) {
      checkString(path, "path");
      const root = rootLength(path);
      const { start, end } = last(path, root);
      if (end === -1 || start === root) return root === 0 ? "." : path.slice(0, root);
      // POSIX leaves the meaning of exactly two slashes to the system; Node keeps them.
      if (separator === "/" && start === 2 && root === 1) return "//";
      return path.slice(0, start - 1);
    },

    extname(path) {
      checkString(path, "path");
      const base = baseOf(path);
      return base.slice(extensionStart(base));
    },

    format(parts) {
      if (parts === null || typeof parts !== "object") {
        throw invalidArgument("pathObject", "of type object", parts);
      }
      const dir = parts.dir || parts.root;
      const ext = parts.ext ? `${parts.ext[0] === "." ? "" : "."}${parts.ext}` : "";
      const base = parts.base || `${parts.name || ""}${ext}`;
      if (!dir) return base;
      return dir === parts.root ? `${dir}${base}` : `${dir}${separator}${base}`;
    },

    join(...paths) {
      paths.forEach((path) => checkString(path, "path"));
      const joined = paths.filter((path) => path !== "").join(separator);
      return joined === "" ? "." : this.normalize(joined);
    },

    parse(path) {
      checkString(path, "path");
      const length = rootLength(path);
      const { start, end } = last(path, length);
      const root = path.slice(0, length);
      const base = end === -1 ? "" : path.slice(start, end);
      const dot = extensionStart(base);
      return { root, dir: start > length ? path.slice(0, start - 1) : root, base, ext: base.slice(dot), name: base.slice(0, dot) };
    },

    matchesGlob(path, pattern) {
      checkString(path, "path");
      checkString(pattern, "pattern");
      return globToRegExp(pattern).test(split(path, isSeparator).join("/"));
    },

    toNamespacedPath: (path) => path,
  };
}

function globToRegExp(pattern) {
  const source = pattern.replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[!?[^\]]*\]|[.+^$()|\\/]/g, (part) => {
    if (part === "**/") return "(?:[^/]+/)*";
    if (part === "**") return ".*";
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    if (part[0] === "{") return `(?:${part.slice(1, -1).split(",").map((item) => globToRegExp(item).source.slice(1, -1)).join("|")})`;
    if (part[0] === "[") return part.replace("[!", "[^");
    return `\\${part}`;
  });
  return new RegExp(`^${source}$`);
}

const lower = (text) => text.toLowerCase();
/** `server` of `\\\\server\\share`. */
const serverOf = (device) => (device.startsWith("\\\\") ? lower(device.split("\\")[2]) : device);
const cwd = () => globalThis.process?.cwd?.() ?? "/";

export const posix = {
  ...common(isSlash, "/", (path) => (path.charCodeAt(0) === SLASH ? 1 : 0), () => 0),
  sep: "/",
  delimiter: ":",

  isAbsolute(path) {
    checkString(path, "path");
    return path.charCodeAt(0) === SLASH;
  },

  normalize(path) {
    checkString(path, "path");
    if (path === "") return ".";
    const absolute = path.charCodeAt(0) === SLASH;
    const trailing = path.charCodeAt(path.length - 1) === SLASH;
    const body = normalizeParts(path, isSlash, "/", absolute);
    if (body === "") return absolute ? "/" : trailing ? "./" : ".";
    return `${absolute ? "/" : ""}${body}${trailing ? "/" : ""}`;
  },

  resolve(...paths) {
    let resolved = "";
    for (let at = paths.length - 1; at >= -1 && resolved[0] !== "/"; at--) {
      const path = at >= 0 ? paths[at] : cwd();
      checkString(path, `paths[${at}]`);
      if (path !== "") resolved = resolved === "" ? path : `${path}/${resolved}`;
    }
    const absolute = resolved[0] === "/";
    const body = normalizeParts(resolved, isSlash, "/", absolute);
    return absolute ? `/${body}` : body || ".";
  },

  relative(from, to) {
    checkString(from, "from");
    checkString(to, "to");
    return relative(this.resolve(from).split("/"), this.resolve(to).split("/"), "/", (part) => part);
  },
};

function relative(from, to, separator, fold) {
  from = from.filter((part) => part !== "");
  to = to.filter((part) => part !== "");
  let same = 0;
  while (same < from.length && same < to.length && fold(from[same]) === fold(to[same])) same++;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join(separator);
}

const UNC = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/;
const hasDrive = (path) => isLetter(path.charCodeAt(0)) && path[1] === ":";

/** Length of `C:\`, `C:`, `\` or `\\server\share\`. */
function winRootLength(path) {
  if (isEither(path.charCodeAt(0))) {
    const unc = UNC.exec(path);
    return unc ? Math.min(path.length, unc[0].length + 1) : 1;
  }
  if (hasDrive(path)) return isEither(path.charCodeAt(2)) ? 3 : 2;
  return 0;
}

/** `C:` or `\\server\share`. */
function winDevice(path) {
  const unc = UNC.exec(path);
  if (unc) return { device: `\\\\${unc[1]}\\${unc[2]}`, rest: path.slice(unc[0].length), absolute: true };
  if (hasDrive(path)) return { device: path.slice(0, 2), rest: path.slice(2), absolute: isEither(path.charCodeAt(2)) };
  return { device: "", rest: path, absolute: isEither(path.charCodeAt(0)) };
}

export const win32 = {
  ...common(isEither, "\\", winRootLength, (path) => (hasDrive(path) ? 2 : 0)),
  sep: "\\",
  delimiter: ";",

  isAbsolute(path) {
    checkString(path, "path");
    return isEither(path.charCodeAt(0)) || (hasDrive(path) && isEither(path.charCodeAt(2)));
  },

  normalize(path) {
    checkString(path, "path");
    if (path === "") return ".";
    const { device, rest, absolute } = winDevice(path);
    const trailing = rest !== "" && isEither(rest.charCodeAt(rest.length - 1));
    const body = normalizeParts(rest, isEither, "\\", absolute);
    if (body === "") return absolute ? `${device}\\` : `${device}.${trailing ? "\\" : ""}`;
    return `${device}${absolute ? "\\" : ""}${body}${trailing ? "\\" : ""}`;
  },

  join(...paths) {
    paths.forEach((path) => checkString(path, "path"));
    const parts = paths.filter((path) => path !== "");
    if (parts.length === 0) return ".";
    let joined = parts.join("\\");
    // Parts may not make up the two separators that begin a server's name; the first alone may.
    if (!/^[\\/]{2}[^\\/]/.test(parts[0])) joined = joined.replace(/^[\\/]{2,}/, "\\");
    return this.normalize(joined);
  },

  resolve(...paths) {
    let device = "";
    let tail = "";
    let absolute = false;
    for (let at = paths.length - 1; at >= -1 && !(absolute && device !== ""); at--) {
      const path = at >= 0 ? paths[at] : cwd();
      checkString(path, `paths[${at}]`);
      if (path === "") continue;
      const parsed = winDevice(path);
      if (parsed.device !== "") {
        if (device !== "" && device.toLowerCase() !== parsed.device.toLowerCase()) continue;
        device = device || parsed.device;
      }
      if (absolute) continue;
      tail = `${parsed.rest}\\${tail}`;
      absolute = parsed.absolute;
    }
    const body = normalizeParts(tail, isEither, "\\", absolute);
    return `${device}${absolute ? "\\" : ""}${body}` || ".";
  },

  relative(from, to) {
    checkString(from, "from");
    checkString(to, "to");
    const [one, two] = [this.resolve(from), this.resolve(to)];
    const [left, right] = [winDevice(one), winDevice(two)];
    if (left.device.toLowerCase() !== right.device.toLowerCase()) {
      // Servers have no common root above them, shares of one server do.
      return serverOf(left.device) === serverOf(right.device) ? relative(one.split("\\"), two.split("\\"), "\\", lower) : two;
    }
    return relative(one.split("\\"), two.split("\\"), "\\", lower);
  },

  toNamespacedPath(path) {
    if (typeof path !== "string" || path === "") return path;
    const resolved = this.resolve(path);
    if (resolved.length <= 2) return path;
    if (/^[a-z]:\\/i.test(resolved)) return `\\\\?\\${resolved}`;
    if (/^\\\\[^?.]/.test(resolved)) return `\\\\?\\UNC\\${resolved.slice(2)}`;
    return resolved;
  },
};

for (const kind of [posix, win32]) {
  // They are taken apart: `const { join } = require("path")`.
  for (const [name, member] of Object.entries(kind)) {
    if (typeof member === "function") kind[name] = member.bind(kind);
  }
  Object.assign(kind, { posix, win32 });
}
