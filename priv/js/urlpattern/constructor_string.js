// URL Pattern Standard, "constructor string parsing": a pattern as one text, taken
// apart into those of its components.

import { tokenize } from "./tokenizer.js";

const BEFORE_HOSTNAME = ["protocol", "authority", "username", "password"];
const BEFORE_PATHNAME = [...BEFORE_HOSTNAME, "hostname", "port"];
const BEFORE_SEARCH = [...BEFORE_PATHNAME, "pathname"];

/**
 * @param {string} text
 * @param {(protocol: string) => boolean} matchesSpecialScheme
 * @returns {Record<string, string>} a URLPatternInit
 */
export function parseConstructorString(text, matchesSpecialScheme) {
  return new Parser(text, matchesSpecialScheme).run();
}

class Parser {
  constructor(text, matchesSpecialScheme) {
    this.input = [...text];
    this.tokens = tokenize(this.input, false);
    this.matchesSpecialScheme = matchesSpecialScheme;
    this.result = {};
    this.start = 0;
    this.index = 0;
    this.increment = 1;
    this.groupDepth = 0;
    this.bracketDepth = 0;
    this.special = false;
    this.state = "init";
  }

  run() {
    const { tokens } = this;
    for (; this.index < tokens.length; this.index += this.increment) {
      this.increment = 1;
      const { type } = tokens[this.index];
      if (type === "end") {
        if (this.state === "init") {
          this.rewind();
          if (this.is("#")) this.change("hash", 1);
          else if (this.isSearchPrefix()) this.change("search", 1);
          else this.change("pathname", 0);
          continue;
        }
        if (this.state === "authority") {
          this.rewind("hostname");
          continue;
        }
        this.change("done", 0);
        break;
      }
      if (type === "open") {
        this.groupDepth++;
        continue;
      }
      if (this.groupDepth > 0) {
        if (type !== "close") continue;
        this.groupDepth--;
      }
      this[this.state]();
    }
    const { result } = this;
    if (result.hostname !== undefined && result.port === undefined) result.port = "";
    return result;
  }

  // ---- states ----

  init() {
    if (this.is(":")) this.rewind("protocol");
  }
  protocol() {
    if (!this.is(":")) return;
    this.special = this.matchesSpecialScheme(this.component());
    if (this.is("/", this.index + 1) && this.is("/", this.index + 2)) this.change("authority", 3);
    else this.change(this.special ? "authority" : "pathname", 1);
  }
  authority() {
    if (this.is("@")) this.rewind("username");
    else if (this.is("/") || this.isSearchPrefix() || this.is("#")) this.rewind("hostname");
  }
  username() {
    if (this.is(":")) this.change("password", 1);
    else if (this.is("@")) this.change("hostname", 1);
  }
  password() {
    if (this.is("@")) this.change("hostname", 1);
  }
  hostname() {
    if (this.is("[")) this.bracketDepth++;
    else if (this.is("]")) this.bracketDepth--;
    else if (this.is(":") && this.bracketDepth === 0) this.change("port", 1);
    else this.port();
  }
  port() {
    if (this.is("/")) this.change("pathname", 0);
    else this.pathname();
  }
  pathname() {
    if (this.isSearchPrefix()) this.change("search", 1);
    else this.search();
  }
  search() {
    if (this.is("#")) this.change("hash", 1);
  }
  hash() {}

  // ---- steps ----

  rewind(state = this.state) {
    this.index = this.start;
    this.increment = 0;
    this.state = state;
  }

  change(state, skip) {
    const { result, state: before } = this;
    if (before !== "init" && before !== "authority") result[before] = this.component();
    if (before !== "init" && state !== "done") {
      if (BEFORE_HOSTNAME.includes(before) && ["port", "pathname", "search", "hash"].includes(state)) {
        result.hostname ??= "";
      }
      if (BEFORE_PATHNAME.includes(before) && ["search", "hash"].includes(state)) {
        result.pathname ??= this.special ? "/" : "";
      }
      if (BEFORE_SEARCH.includes(before) && state === "hash") result.search ??= "";
    }
    this.state = state;
    this.index += skip;
    this.start = this.index;
    this.increment = 0;
  }

  token(index) {
    return this.tokens[Math.min(index, this.tokens.length - 1)];
  }

  /** A non-special pattern char. */
  is(value, index = this.index) {
    const token = this.token(index);
    return token.value === value && ["char", "escaped-char", "invalid-char"].includes(token.type);
  }

  isSearchPrefix() {
    if (this.is("?")) return true;
    if (this.token(this.index).value !== "?") return false;
    if (this.index === 0) return true;
    return !["name", "regexp", "close", "asterisk"].includes(this.token(this.index - 1).type);
  }

  component() {
    return this.input.slice(this.token(this.start).index, this.token(this.index).index).join("");
  }
}
