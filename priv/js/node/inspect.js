// util.inspect and util.format: the options of a script, and what objects say of themselves.

import { format as formatWith, inspect as inspectWith, palette } from "native:node";
import { invalidArgument } from "./errors.js";

const kCustom = Symbol.for("nodejs.util.inspect.custom");

let defaultOptions = {
  showHidden: false,
  depth: 2,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100,
  maxStringLength: 10000,
  breakLength: 80,
  compact: 3,
  sorted: false,
  getters: false,
  numericSeparator: false,
};

const { aliases, colors, styles } = palette();
Object.setPrototypeOf(colors, null);
Object.setPrototypeOf(styles, null);
for (const [alias, name] of Object.entries(aliases)) {
  Object.defineProperty(colors, alias, {
    get: () => colors[name],
    set(codes) {
      colors[name] = codes;
    },
    configurable: true,
  });
}

/** `text` between the codes of what `style` names. */
function paint(text, style) {
  const [on, off] = colors[styles[style]] ?? [];
  return on === undefined ? text : `\u001b[${on}m${text}\u001b[${off}m`;
}

/** The options of one call, complete; with what runs `object[inspect.custom]`. */
function complete(given) {
  const options = { ...inspect.defaultOptions, ...given };
  if (options.depth === Infinity) options.depth = null;
  if (options.customInspect) options.custom = (object, depth) => say(object, depth, options);
  return options;
}

/** What an object says of itself; undefined where it says nothing. */
function say(object, depth, options) {
  const custom = object[kCustom];
  if (typeof custom !== "function" || custom === inspect || object.constructor?.prototype === object) return undefined;
  const left = options.depth === null ? null : depth;
  const { custom: _, ...shown } = { ...options, depth: left };
  shown.stylize = options.colors ? paint : (text) => `${text}`;
  const result = custom.call(object, left === null ? Infinity : left, shown, inspect);
  if (result === object) return undefined;
  return typeof result === "string" ? result : inspect(result, { ...options, depth: left });
}

/** `inspect(value, options)`, or the older `inspect(value, showHidden, depth, colors)`. */
export function inspect(value, options = undefined, depth = undefined, inColor = undefined) {
  let given = options;
  if (typeof options !== "object" || options === null) {
    given = {};
    if (typeof options === "boolean") given.showHidden = options;
    if (depth !== undefined) given.depth = depth;
    if (inColor !== undefined) given.colors = inColor;
  }
  return inspectWith(value, complete(given));
}
inspect.custom = kCustom;
inspect.colors = colors;
inspect.styles = styles;
Object.defineProperty(inspect, "defaultOptions", {
  get: () => defaultOptions,
  set(options) {
    if (typeof options !== "object" || options === null) throw invalidArgument("options", "of type object", options);
    defaultOptions = { ...defaultOptions, ...options };
  },
});

export function format(...args) {
  return formatWith(complete({}), ...args);
}

export function formatWithOptions(options, ...args) {
  if (typeof options !== "object" || options === null) {
    throw invalidArgument("inspectOptions", "of type object", options);
  }
  return formatWith(complete(options), ...args);
}
