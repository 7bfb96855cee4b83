// util.inspect and util.format: the options of a script, and what objects say of themselves.

import { format as formatWith, inspect as inspectWith } from "native:node";
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

// Codes of ECMA-48: on, off.
const colors = {
  __proto__: null,
  reset: [0, 0], bold: [1, 22], dim: [2, 22], italic: [3, 23], underline: [4, 24], blink: [5, 25], inverse: [7, 27],
  hidden: [8, 28], strikethrough: [9, 29], doubleunderline: [21, 24],
  black: [30, 39], red: [31, 39], green: [32, 39], yellow: [33, 39], blue: [34, 39], magenta: [35, 39], cyan: [36, 39],
  white: [37, 39], gray: [90, 39], grey: [90, 39], redBright: [91, 39], greenBright: [92, 39], yellowBright: [93, 39],
  blueBright: [94, 39], magentaBright: [95, 39], cyanBright: [96, 39], whiteBright: [97, 39],
  bgBlack: [40, 49], bgRed: [41, 49], bgGreen: [42, 49], bgYellow: [43, 49], bgBlue: [44, 49], bgMagenta: [45, 49],
  bgCyan: [46, 49], bgWhite: [47, 49], bgGray: [100, 49], bgGrey: [100, 49], bgRedBright: [101, 49],
  bgGreenBright: [102, 49], bgYellowBright: [103, 49], bgBlueBright: [104, 49], bgMagentaBright: [105, 49],
  bgCyanBright: [106, 49], bgWhiteBright: [107, 49],
};

const styles = {
  __proto__: null,
  special: "cyan", number: "yellow", bigint: "yellow", boolean: "yellow", undefined: "grey", null: "bold",
  string: "green", symbol: "green", date: "magenta", regexp: "red", module: "underline",
};

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
