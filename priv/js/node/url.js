// node:url.

import { fileURLToPath } from "./bytes.js";
import { checkString } from "./errors.js";
import { format, parse, resolve, Url } from "./legacy_url.js";
import { posix } from "./path.js";
import { domainToUnicode } from "native:node";

/** A path as a file: URL. */
export function pathToFileURL(path) {
  checkString(path, "path");
  let resolved = posix.resolve(path);
  if (path.endsWith("/") && !resolved.endsWith("/")) resolved += "/";
  const encoded = resolved.replace(/[%\\\n\r\t?#]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
  return new URL(`file://${encoded}`);
}

export const exports = {
  URL: globalThis.URL,
  URLSearchParams: globalThis.URLSearchParams,
  Url,
  domainToASCII: (domain) => (URL.canParse(`ws://${domain}`) ? new URL(`ws://${domain}`).hostname : ""),
  domainToUnicode: (domain) => (URL.canParse(`ws://${domain}`) ? domainToUnicode(new URL(`ws://${domain}`).hostname) : ""),
  fileURLToPath,
  format,
  parse,
  pathToFileURL,
  resolve,
  resolveObject: (source, relative) => (source ? parse(source, false, true).resolveObject(relative) : relative),
  urlToHttpOptions(url) {
    const { protocol, hostname, hash, search, pathname, href, port, username, password } = url;
    return {
      __proto__: null,
      ...url, // What else a program put on it.
      protocol,
      hostname: hostname?.replace(/^\[|\]$/g, ""),
      hash,
      search,
      pathname,
      path: `${pathname || ""}${search || ""}`,
      href,
      ...(port !== "" && { port: Number(port) }),
      ...((username || password) && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
    };
  },
};
