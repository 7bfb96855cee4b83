// util.parseArgs of node:util: the arguments of a command, by the options that it takes.

import { checkBoolean, checkString, codedTypeError, invalidArgument, invalidValue } from "./errors.js";

const own = (object, name) => (object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined);

function checkObject(value, name) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw invalidArgument(name, "of type object", value);
  }
}

function checkArray(value, name, checkItem) {
  if (!Array.isArray(value)) throw invalidArgument(name, "an instance of Array", value);
  value.forEach((item, at) => checkItem(item, `${name}[${at}]`));
}

/** The configuration, whole and checked. */
function configure(config) {
  const strict = own(config, "strict") ?? true;
  const settings = {
    args: own(config, "args") ?? (globalThis.process?.argv ?? []).slice(2),
    strict,
    allowPositionals: own(config, "allowPositionals") ?? !strict,
    tokens: own(config, "tokens") ?? false,
    allowNegative: own(config, "allowNegative") ?? false,
    options: own(config, "options") ?? { __proto__: null },
  };
  checkArray(settings.args, "args", () => {});
  for (const name of ["strict", "allowPositionals", "tokens", "allowNegative"]) checkBoolean(settings[name], name);
  checkObject(settings.options, "options");
  for (const [name, option] of Object.entries(settings.options)) checkOption(option, `options.${name}`);
  return settings;
}

function checkOption(option, name) {
  checkObject(option, name);
  const type = own(option, "type");
  if (type !== "string" && type !== "boolean") {
    throw invalidArgument(`${name}.type`, "('string|boolean')", type);
  }
  if (Object.hasOwn(option, "short")) {
    checkString(option.short, `${name}.short`);
    if (option.short.length !== 1) throw invalidValue(`${name}.short`, option.short, "must be a single character");
  }
  const multiple = own(option, "multiple");
  if (Object.hasOwn(option, "multiple")) checkBoolean(multiple, `${name}.multiple`);
  const value = own(option, "default");
  if (value === undefined) return;
  const check = type === "string" ? checkString : checkBoolean;
  if (multiple) checkArray(value, `${name}.default`, check);
  else check(value, `${name}.default`);
}

/** "-f" in "-f", "-xf" and "-fvalue" stands for the option that has it as `short`. */
function longName(short, options) {
  const entry = Object.entries(options).find(([, option]) => own(option, "short") === short);
  return entry === undefined ? short : entry[0];
}

/** The arguments as tokens, which say what they look like: whether they may be there is seen later. */
function tokenize({ args, options }) {
  /** @type {any[]} */
  const tokens = [];
  const rest = [...args];
  const takesValue = (name) => own(own(options, name), "type") === "string";
  let index = -1;
  /** How many of the next ones are parts of the same argument. */
  let inGroup = 0;

  /** An option whose value, if it takes one, is the next argument. */
  function option(name, rawName) {
    let value, inlineValue;
    if (takesValue(name) && rest.length > 0 && rest[0] !== undefined && rest[0] !== null) {
      value = rest.shift();
      inlineValue = false;
    }
    tokens.push({ kind: "option", name, rawName, index, value, inlineValue });
    if (value !== undefined) index++;
  }

  while (rest.length > 0) {
    const arg = rest.shift();
    if (inGroup > 0) inGroup--;
    else index++;
    if (arg === "--") {
      tokens.push({ kind: "option-terminator", index });
      for (const value of rest) tokens.push({ kind: "positional", index: ++index, value });
      break;
    }
    const isOption = typeof arg === "string" && arg.length > 1 && arg[0] === "-";
    if (isOption && arg[1] === "-") {
      const equals = arg.indexOf("=", 3);
      if (equals < 0) {
        option(arg.slice(2), arg);
      } else {
        const name = arg.slice(2, equals);
        tokens.push({ kind: "option", name, rawName: `--${name}`, index, value: arg.slice(equals + 1), inlineValue: true });
      }
    } else if (isOption && arg.length === 2) {
      option(longName(arg[1], options), arg);
    } else if (isOption && takesValue(longName(arg[1], options))) {
      const name = longName(arg[1], options);
      tokens.push({ kind: "option", name, rawName: `-${arg[1]}`, index, value: arg.slice(2), inlineValue: true });
    } else if (isOption) {
      const parts = split(arg, (short) => takesValue(longName(short, options)));
      rest.unshift(...parts);
      inGroup = parts.length;
    } else {
      tokens.push({ kind: "positional", index, value: arg });
    }
  }
  return tokens;
}

/** "-abfvalue" as "-a", "-b", "-fvalue". */
function split(group, takesValue) {
  const parts = [];
  for (let at = 1; at < group.length; at++) {
    if (takesValue(group[at]) && at < group.length - 1) return [...parts, `-${group.slice(at)}`];
    parts.push(`-${group[at]}`);
  }
  return parts;
}

/** "--no-color" may stand for `color: false`. */
const negated = (name) => (name.startsWith("no-") ? name.slice(3) : undefined);

function checkUsage({ allowNegative, allowPositionals, options }, token) {
  let { name } = token;
  if (!Object.hasOwn(options, name)) {
    const positive = allowNegative ? negated(name) : undefined;
    if (positive === undefined || own(own(options, positive), "type") !== "boolean") {
      throw unknownOption(token.rawName, allowPositionals);
    }
    name = positive;
  }
  const { short, type } = options[name];
  const shown = `${short ? `-${short}, ` : ""}--${name}`;
  if (type === "string" && typeof token.value !== "string") {
    throw invalidOptionValue(`Option '${shown} <value>' argument missing`);
  }
  if (type === "boolean" && token.value !== undefined) {
    throw invalidOptionValue(`Option '${shown}' does not take an argument`);
  }
}

/** `--name --other` is more likely a mistake than a value. */
function checkAmbiguity({ name, rawName, value, inlineValue }) {
  if (inlineValue || typeof value !== "string" || value.length < 2 || value[0] !== "-") return;
  const example = rawName.startsWith("--") ? `'${rawName}=-XYZ'` : `'--${name}=-XYZ' or '${rawName}-XYZ'`;
  throw invalidOptionValue(`Option '${rawName}' argument is ambiguous.
Did you forget to specify the option argument for '${rawName}'?
To specify an option argument starting with a dash use ${example}.`);
}

function unknownOption(rawName, allowPositionals) {
  const hint = `. To specify a positional argument starting with a '-', place it at the end of the command after '--', as in '-- "${rawName}"`;
  return codedTypeError("ERR_PARSE_ARGS_UNKNOWN_OPTION", `Unknown option '${rawName}'${allowPositionals ? hint : ""}`);
}

function invalidOptionValue(message) {
  return codedTypeError("ERR_PARSE_ARGS_INVALID_OPTION_VALUE", message);
}

function store({ allowNegative, options }, { name, value }, values) {
  if (name === "__proto__") return;
  if (allowNegative && value === undefined && name.startsWith("no-")) {
    name = negated(name);
    value = false;
  }
  const item = value ?? true;
  if (own(own(options, name), "multiple")) (values[name] ??= []).push(item);
  else values[name] = item;
}

/** @param {object} [config] */
export function parseArgs(config = undefined) {
  const settings = configure(config);
  const tokens = tokenize(settings);
  const values = { __proto__: null };
  const positionals = [];
  for (const token of tokens) {
    if (token.kind === "option") {
      if (settings.strict) {
        checkUsage(settings, token);
        checkAmbiguity(token);
      }
      store(settings, token, values);
    } else if (token.kind === "positional") {
      if (!settings.allowPositionals) {
        const message = `Unexpected argument '${token.value}'. This command does not take positional arguments`;
        throw codedTypeError("ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL", message);
      }
      positionals.push(token.value);
    }
  }
  for (const [name, option] of Object.entries(settings.options)) {
    const value = own(option, "default");
    if (value !== undefined && values[name] === undefined && name !== "__proto__") values[name] = value;
  }
  return settings.tokens ? { values, positionals, tokens } : { values, positionals };
}
