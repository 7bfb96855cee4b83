// URLPattern: URL Pattern Standard.

import { parseURL } from "native:url";
import {
  canonicalizeHash,
  canonicalizeHostname,
  canonicalizeIPv6Hostname,
  canonicalizeOpaquePathname,
  canonicalizePassword,
  canonicalizePathname,
  canonicalizePort,
  canonicalizeProtocol,
  canonicalizeSearch,
  canonicalizeUsername,
  isSpecial,
  processInit,
  SPECIAL_SCHEMES,
} from "./urlpattern/canonical.js";
import { parseConstructorString } from "./urlpattern/constructor_string.js";
import { compare, parse, toPattern, toRegexp } from "./urlpattern/parts.js";
import { exposeInterface, requireArguments, toDictionary, toUSVString } from "./webidl.js";

const { apply } = Reflect;
const { exec } = RegExp.prototype;
const { keys } = Object;

const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
/** In the order in which Web IDL reads them. */
const INIT_MEMBERS = ["baseURL", "hash", "hostname", "password", "pathname", "port", "protocol", "search", "username"];

const DEFAULT = { delimiter: "", prefix: "", ignoreCase: false };
const HOSTNAME = { delimiter: ".", prefix: "", ignoreCase: false };
const PATHNAME = { delimiter: "/", prefix: "/", ignoreCase: false };

/** "Compile a component" */
function compile(text, canonicalize, options) {
  const parts = parse(text, options, canonicalize);
  const { source, names } = toRegexp(parts, options);
  let regexp;
  try {
    regexp = new RegExp(source, options.ignoreCase ? "vi" : "v");
  } catch (error) {
    throw new TypeError(`URLPattern: "${text}": ${error.message}`);
  }
  return {
    parts,
    regexp,
    names,
    canonicalize,
    options,
    pattern: toPattern(parts, options),
    hasGroups: parts.some(({ type }) => type === "regexp"),
  };
}

function matchesSpecialScheme({ regexp }) {
  return keys(SPECIAL_SCHEMES).some((scheme) => apply(exec, regexp, [scheme]) !== null);
}

function isIPv6Pattern(hostname) {
  return hostname.startsWith("[") || hostname.startsWith("{[") || hostname.startsWith("\\[");
}

/** `URLPatternInput`: a USVString or a URLPatternInit. */
function toInput(value) {
  if (typeof value !== "object" && typeof value !== "function" && value !== undefined) return toUSVString(value);
  const init = {};
  if (value === null || value === undefined) return init;
  for (const name of INIT_MEMBERS) {
    const member = value[name];
    if (member !== undefined) init[name] = toUSVString(member);
  }
  return init;
}

/** "Create a URLPattern": its components. */
function create(input, baseURL, ignoreCase) {
  let init = input;
  if (typeof input === "string") {
    init = parseConstructorString(input, (protocol) =>
      matchesSpecialScheme(compile(protocol, canonicalizeProtocol, DEFAULT)),
    );
    if (baseURL === undefined && init.protocol === undefined) {
      throw new TypeError(`URLPattern: "${input}" has no protocol, and there is no base`);
    }
    if (baseURL !== undefined) init.baseURL = baseURL;
  } else if (baseURL !== undefined) {
    throw new TypeError("URLPattern: a base goes with a text only");
  }
  const text = processInit(init, true);
  for (const name of COMPONENTS) text[name] ??= "*";
  if (isSpecial(text.protocol) && SPECIAL_SCHEMES[text.protocol] === text.port) text.port = "";
  const hostname = isIPv6Pattern(text.hostname) ? canonicalizeIPv6Hostname : canonicalizeHostname;
  const rest = { ...DEFAULT, ignoreCase };
  const protocol = compile(text.protocol, canonicalizeProtocol, DEFAULT);
  return {
    protocol,
    username: compile(text.username, canonicalizeUsername, DEFAULT),
    password: compile(text.password, canonicalizePassword, DEFAULT),
    hostname: compile(text.hostname, hostname, HOSTNAME),
    port: compile(text.port, (port) => canonicalizePort(port), DEFAULT),
    pathname: matchesSpecialScheme(protocol)
      ? compile(text.pathname, canonicalizePathname, { ...PATHNAME, ignoreCase })
      : compile(text.pathname, canonicalizeOpaquePathname, rest),
    search: compile(text.search, canonicalizeSearch, rest),
    hash: compile(text.hash, canonicalizeHash, rest),
  };
}

/** "Match": null, or a URLPatternResult. */
function match(components, input, baseURL) {
  const inputs = [input];
  let values;
  if (typeof input === "string") {
    if (baseURL !== undefined) inputs.push(baseURL);
    values = parseURL(input, baseURL);
    if (values === undefined) return null;
  } else {
    if (baseURL !== undefined) throw new TypeError("URLPattern: a base goes with a text only");
    try {
      values = processInit(input, false);
    } catch {
      return null;
    }
  }
  const result = { inputs };
  for (const name of COMPONENTS) {
    const { regexp, names } = components[name];
    const found = apply(exec, regexp, [values[name]]);
    if (found === null) return null;
    const groups = {};
    names.forEach((group, index) => {
      Object.defineProperty(groups, group, {
        value: found[index + 1],
        writable: true,
        enumerable: true,
        configurable: true,
      });
    });
    result[name] = { input: values[name], groups };
  }
  return result;
}

export class URLPattern {
  #components;

  constructor(input = undefined, baseURLOrOptions = undefined, options = undefined) {
    let baseURL;
    input = toInput(input);
    // Which of the two signatures it is, the second argument says.
    const kind = typeof baseURLOrOptions;
    if (arguments.length > 2 || (kind !== "object" && kind !== "function" && kind !== "undefined")) {
      baseURL = toUSVString(baseURLOrOptions);
    } else {
      options = baseURLOrOptions;
    }
    const { ignoreCase } = toDictionary(options, "URLPattern constructor");
    this.#components = create(input, baseURL, !!ignoreCase);
  }

  get protocol() {
    return this.#components.protocol.pattern;
  }
  get username() {
    return this.#components.username.pattern;
  }
  get password() {
    return this.#components.password.pattern;
  }
  get hostname() {
    return this.#components.hostname.pattern;
  }
  get port() {
    return this.#components.port.pattern;
  }
  get pathname() {
    return this.#components.pathname.pattern;
  }
  get search() {
    return this.#components.search.pattern;
  }
  get hash() {
    return this.#components.hash.pattern;
  }
  get hasRegExpGroups() {
    return COMPONENTS.some((name) => this.#components[name].hasGroups);
  }

  test(input = undefined, baseURL = undefined) {
    const components = this.#components;
    input = toInput(input);
    if (baseURL !== undefined) baseURL = toUSVString(baseURL);
    return match(components, input, baseURL) !== null;
  }

  exec(input = undefined, baseURL = undefined) {
    const components = this.#components;
    input = toInput(input);
    if (baseURL !== undefined) baseURL = toUSVString(baseURL);
    return match(components, input, baseURL);
  }

  /** The component that these groups make of the pattern; TypeError where they make none. */
  generate(component, groups = undefined) {
    requireArguments(arguments.length, 1, "URLPattern.generate");
    const components = this.#components;
    const { parts, canonicalize, options, regexp } = components[toComponent(component)];
    const given = toDictionary(groups, "URLPattern.generate");
    let text = "";
    for (const { type, value, modifier, name, prefix, suffix } of parts) {
      if (modifier !== "") throw new TypeError("URLPattern.generate: the component has a part that repeats or may be missing");
      if (type === "fixed-text") {
        text += value;
        continue;
      }
      if (type !== "segment-wildcard") throw new TypeError("URLPattern.generate: the component has a part that is no named segment");
      const group = given[name];
      if (group === undefined) throw new TypeError(`URLPattern.generate: the group "${name}" is missing`);
      const segment = canonicalize(toUSVString(group));
      if (options.delimiter !== "" && segment.includes(options.delimiter)) {
        throw new TypeError(`URLPattern.generate: the group "${name}" is more than a segment`);
      }
      text += prefix + segment + suffix;
    }
    const result = canonicalize(text);
    if (apply(exec, regexp, [result]) === null) throw new TypeError("URLPattern.generate: the result would not match");
    return result;
  }

  static compareComponent(component, left, right) {
    requireArguments(arguments.length, 3, "URLPattern.compareComponent");
    const name = toComponent(component);
    if (!(#components in Object(left)) || !(#components in Object(right))) {
      throw new TypeError("URLPattern.compareComponent: not a URLPattern");
    }
    return compare(left.#components[name].parts, right.#components[name].parts);
  }
}
exposeInterface(URLPattern);
Object.defineProperty(URLPattern, "length", { value: 0 });

/** The enumeration `URLPatternComponent`. */
function toComponent(value) {
  const name = `${value}`;
  if (!COMPONENTS.includes(name)) throw new TypeError(`URLPattern: "${name}" is no component`);
  return name;
}
