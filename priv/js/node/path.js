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

/** What both kinds have in common, by the length of a path's root. */
function common(isSeparator, separator, rootLength) {
  /** Where the last part begins and ends, without separators behind it. */
  function last(path) {
    const root = rootLength(path);
    let end = path.length;
    while (end > root && isSeparator(path.charCodeAt(end - 1))) end--;
    let start = end;
    while (start > root && !isSeparator(path.charCodeAt(start - 1))) start--;
    return { root, start, end };
  }

  function extensionStart(base) {
    const dot = base.lastIndexOf(".");
    return dot <= 0 || base === ".." ? base.length : dot;
  }

  return {
    basename(path, suffix = undefined) {
      if (suffix !== undefined) checkString(suffix, "suffix");
      checkString(path, "path");
      const { start, end } = last(path);
      const base = path.slice(start, end);
      if (suffix !== undefined && base !== suffix && base.endsWith(suffix)) {
        return base.slice(0, base.length - suffix.length);
      }
      return base;
    },

    dirname(path) {
      checkString(path, "path");
      const { root, start } = last(path);
      let end = start;
      while (end > root && isSeparator(path.charCodeAt(end - 1))) end--;
      if (end === 0) return path !== "" && isSeparator(path.charCodeAt(0)) ? path[0] : ".";
      return path.slice(0, end);
    },

    extname(path) {
      checkString(path, "path");
      const { start, end } = last(path);
      const base = path.slice(start, end);
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
      const { root: length, start, end } = last(path);
      const root = path.slice(0, length);
      const base = path.slice(start, end);
      const dot = extensionStart(base);
      let to = start;
      while (to > length && isSeparator(path.charCodeAt(to - 1))) to--;
      return { root, dir: path.slice(0, Math.max(to, length)), base, ext: base.slice(dot), name: base.slice(0, dot) };
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

const cwd = () => globalThis.process?.cwd?.() ?? "/";

export const posix = {
  ...common(isSlash, "/", (path) => (path.charCodeAt(0) === SLASH ? 1 : 0)),
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

/** Length of `C:\`, `C:`, `\` or `\\server\share\`. */
function winRootLength(path) {
  const first = path.charCodeAt(0);
  if (isEither(first)) {
    const unc = /^[\\/]{2}[^\\/]+[\\/]+[^\\/]+[\\/]?/.exec(path);
    return unc ? unc[0].length : 1;
  }
  if (isLetter(first) && path[1] === ":") return isEither(path.charCodeAt(2)) ? 3 : 2;
  return 0;
}

/** `C:` or `\\server\share`. */
function winDevice(path) {
  const unc = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/.exec(path);
  if (unc) return { device: `\\\\${unc[1]}\\${unc[2]}`, rest: path.slice(unc[0].length), absolute: true };
  if (isLetter(path.charCodeAt(0)) && path[1] === ":") {
    return { device: path.slice(0, 2), rest: path.slice(2), absolute: isEither(path.charCodeAt(2)) };
  }
  return { device: "", rest: path, absolute: isEither(path.charCodeAt(0)) };
}

export const win32 = {
  ...common(isEither, "\\", winRootLength),
  sep: "\\",
  delimiter: ";",

  isAbsolute(path) {
    checkString(path, "path");
    return winDevice(path).absolute;
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
      tail = tail === "" ? parsed.rest : `${parsed.rest}\\${tail}`;
      absolute = parsed.absolute;
    }
    const body = normalizeParts(tail, isEither, "\\", absolute);
    return `${device}${absolute ? "\\" : ""}${body}` || ".";
  },

  relative(from, to) {
    checkString(from, "from");
    checkString(to, "to");
    const [one, two] = [this.resolve(from), this.resolve(to)];
    if (winDevice(one).device.toLowerCase() !== winDevice(two).device.toLowerCase()) return two;
    return relative(one.split("\\"), two.split("\\"), "\\", (part) => part.toLowerCase());
  },

  toNamespacedPath(path) {
    if (typeof path !== "string" || path === "") return path;
    const resolved = this.resolve(path);
    if (/^[a-z]:\\/i.test(resolved)) return `\\\\?\\${resolved}`;
    if (/^\\\\[^?.]/.test(resolved)) return `\\\\?\\UNC\\${resolved.slice(2)}`;
    return path;
  },
};

for (const kind of [posix, win32]) {
  // They are taken apart: `const { join } = require("path")`.
  for (const [name, member] of Object.entries(kind)) {
    if (typeof member === "function") kind[name] = member.bind(kind);
  }
  Object.assign(kind, { posix, win32 });
}
