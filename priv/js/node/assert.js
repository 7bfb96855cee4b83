// node:assert.

import { isDeepEqual, isDeepStrictEqual } from "./comparisons.js";
import { codedTypeError, invalidArgument } from "./errors.js";
import { inspect } from "./inspect.js";

const SHOWN = {
  compact: false, customInspect: false, depth: 1000, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity,
  sorted: true, getters: true,
};
const show = (value) => inspect(value, SHOWN);

const HEADS = {
  deepStrictEqual: "Expected values to be strictly deep-equal:",
  strictEqual: "Expected values to be strictly equal:",
  deepEqual: "Expected values to be loosely deep-equal:",
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
};

/** Lines of two texts, those of both marked as in a diff. */
function diff(actual, expected) {
  const [left, right] = [actual.split("\n"), expected.split("\n")];
  if (left.length * right.length > 1_000_000) return `+ ${actual}\n- ${expected}`;
  // Longest common subsequence, from the end.
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i][j] = left[i] === right[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const out = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      out.push(`  ${left[i++]}`);
      j++;
    } else if (j >= right.length || (i < left.length && table[i + 1][j] >= table[i][j + 1])) out.push(`+ ${left[i++]}`);
    else out.push(`- ${right[j++]}`);
  }
  return out.join("\n");
}

function messageOf(operator, actual, expected) {
  const head = HEADS[operator];
  if (operator.startsWith("not")) return `${head}\n\n${show(actual)}`;
  const [one, two] = [show(actual), show(expected)];
  if (operator === "deepEqual") return `${head}\n\n${one}\n\nshould loosely deep-equal\n\n${two}`;
  const isShort = !one.includes("\n") && !two.includes("\n") && one.length + two.length <= 12;
  if (isShort && (typeof actual !== "object" || actual === null) && (typeof expected !== "object" || expected === null)) {
    return `${head}\n\n${one} !== ${two}\n`;
  }
  return `${head}\n+ actual - expected\n\n${diff(one, two)}`;
}

export class AssertionError extends Error {
  constructor(options) {
    if (options === null || typeof options !== "object") throw invalidArgument("options", "of type object", options);
    const { message, actual, expected, operator } = options;
    super(message !== undefined ? String(message) : HEADS[operator] ? messageOf(operator, actual, expected) : `${show(actual)} ${operator} ${show(expected)}`);
    this.generatedMessage = message === undefined;
    this.code = "ERR_ASSERTION";
    this.actual = actual;
    this.expected = expected;
    this.operator = operator;
  }
  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}
Object.defineProperty(AssertionError.prototype, "name", { value: "AssertionError", writable: true, configurable: true });

function fails(message, details) {
  if (message instanceof Error) throw message;
  throw new AssertionError({ ...details, message });
}

function both(args, name) {
  if (args < 2) throw codedTypeError("ERR_MISSING_ARGS", `The "actual" and "expected" arguments must be specified`);
}

export function ok(value, message) {
  if (value) return;
  if (arguments.length === 0) message = "No value argument passed to `assert.ok()`";
  if (message instanceof Error) throw message;
  const error = new AssertionError({ message: message ?? "The expression evaluated to a falsy value", actual: value, expected: true, operator: "==" });
  error.generatedMessage = message === undefined;
  throw error;
}

const comparison = (operator, holds) =>
  ({
    [operator](actual, expected, message) {
      both(arguments.length);
      if (!holds(actual, expected)) fails(message, { actual, expected, operator: SIGNS[operator] ?? operator });
    },
  })[operator];

const SIGNS = { equal: "==", notEqual: "!=" };
// eslint-disable-next-line eqeqeq
const loose = (a, b) => a == b || (a !== a && b !== b);

/** Whether an error is what `throws` and `rejects` expect; throws where it is not. */
function checkError(actual, expected, message, operator) {
  if (typeof expected === "function") {
    if (expected.prototype !== undefined && actual instanceof expected) return;
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      fails(message, { actual, expected, operator, ...(message === undefined && {}) });
    }
    if (expected.call({}, actual) === true) return;
    const name = expected.name ? `"${expected.name}" ` : "";
    fails(message ?? `The ${name}validation function is expected to return "true". Received ${show(false)}`, { actual, expected, operator });
  }
  if (expected instanceof RegExp) {
    if (expected.test(String(actual))) return;
    fails(message ?? `The input did not match the regular expression ${show(expected)}. Input:\n\n${show(String(actual))}\n`, { actual, expected, operator });
  }
  if (typeof actual !== "object" || actual === null) fails(message, { actual, expected, operator: "deepStrictEqual" });
  const keys = Object.keys(expected);
  if (expected instanceof Error) keys.push("name", "message");
  else if (keys.length === 0) throw codedTypeError("ERR_INVALID_ARG_VALUE", "The argument 'error' may not be an empty object.");
  for (const key of keys) {
    const matches = typeof actual[key] === "string" && expected[key] instanceof RegExp && expected[key].test(actual[key]);
    if (!matches && !(key in actual && isDeepStrictEqual(actual[key], expected[key]))) {
      const pick = (from) => Object.fromEntries(keys.filter((name) => name in from).map((name) => [name, from[name]]));
      fails(message, { actual: pick(actual), expected: pick(expected), operator: "deepStrictEqual" });
    }
  }
}

const NOTHING = Symbol();

function caught(fn) {
  if (typeof fn !== "function") throw invalidArgument("fn", "of type function", fn);
  try {
    fn();
  } catch (error) {
    return error;
  }
  return NOTHING;
}

async function rejection(promise) {
  if (typeof promise === "function") {
    promise = promise();
    if (typeof promise?.then !== "function") {
      throw codedTypeError("ERR_INVALID_RETURN_VALUE", 'Expected instance of Promise to be returned from the "promiseFn" function.');
    }
  } else if (typeof promise?.then !== "function") throw invalidArgument("promiseFn", "of type function or an instance of Promise", promise);
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return NOTHING;
}

function expectError(operator, actual, expected, message) {
  if (typeof expected === "string") [expected, message] = [undefined, expected];
  if (actual === NOTHING) {
    const what = operator === "rejects" ? "rejection" : "exception";
    const name = expected?.name ? ` (${expected.name})` : "";
    fails(message === undefined ? `Missing expected ${what}${name}.` : message instanceof Error ? message : `Missing expected ${what}${name}: ${message}`, { actual: undefined, expected, operator });
  }
  if (expected !== undefined) checkError(actual, expected, message, operator);
}

function expectNone(operator, actual, expected, message) {
  if (actual === NOTHING) return;
  if (typeof expected === "string") [expected, message] = [undefined, expected];
  const isExpected = expected === undefined || (typeof expected === "function" ? actual instanceof expected || expected.prototype === undefined && expected(actual) === true : expected.test(String(actual)));
  if (!isExpected) throw actual;
  const what = operator === "doesNotReject" ? "rejection" : "exception";
  fails(`Got unwanted ${what}${message ? `: ${message}` : "."}\nActual message: "${actual?.message}"`, { actual, expected, operator });
}

function matching(operator, wanted) {
  return (text, pattern, message) => {
    if (!(pattern instanceof RegExp)) throw invalidArgument("regexp", "an instance of RegExp", pattern);
    if (typeof text === "string" && pattern.test(text) === wanted) return;
    const why = typeof text !== "string"
      ? `The "string" argument must be of type string. Received ${show(text)}`
      : `The input ${wanted ? "did not match" : "was expected to not match"} the regular expression ${show(pattern)}. Input:\n\n${show(text)}\n`;
    fails(message ?? why, { actual: text, expected: pattern, operator });
  };
}

const shared = {
  AssertionError,
  ok,
  /** `fail(message)`, or the deprecated `fail(actual, expected, message, operator)`. */
  fail(...args) {
    if (args.length > 1) {
      const [actual, expected, message, operator] = args;
      fails(message, { actual, expected, operator: operator ?? (args.length === 2 ? "!=" : "fail") });
    }
    const [message = "Failed"] = args;
    if (message instanceof Error) throw message;
    const error = new AssertionError({ message, operator: "fail" });
    error.generatedMessage = args.length === 0;
    throw error;
  },
  strictEqual: comparison("strictEqual", Object.is),
  notStrictEqual: comparison("notStrictEqual", (a, b) => !Object.is(a, b)),
  deepStrictEqual: comparison("deepStrictEqual", isDeepStrictEqual),
  notDeepStrictEqual: comparison("notDeepStrictEqual", (a, b) => !isDeepStrictEqual(a, b)),
  throws(fn, expected, message) {
    expectError("throws", caught(fn), expected, message);
  },
  doesNotThrow(fn, expected, message) {
    expectNone("doesNotThrow", caught(fn), expected, message);
  },
  async rejects(promise, expected, message) {
    expectError("rejects", await rejection(promise), expected, message);
  },
  async doesNotReject(promise, expected, message) {
    expectNone("doesNotReject", await rejection(promise), expected, message);
  },
  ifError(value) {
    if (value === null || value === undefined) return;
    const { message } = Object(value);
    const named = typeof value === "object" && typeof message === "string";
    const text = !named ? inspect(value) : message === "" && value.constructor ? value.constructor.name : message;
    throw new AssertionError({ message: `ifError got unwanted exception: ${text}`, actual: value, expected: null, operator: "ifError" });
  },
  match: matching("match", true),
  doesNotMatch: matching("doesNotMatch", false),
};

function assertion(equalities) {
  function assert(value, message) {
    if (arguments.length === 0) ok();
    else ok(value, message);
  }
  return Object.assign(assert, shared, equalities);
}

export const strict = assertion({
  equal: shared.strictEqual,
  notEqual: shared.notStrictEqual,
  deepEqual: shared.deepStrictEqual,
  notDeepEqual: shared.notDeepStrictEqual,
});
strict.strict = strict;

export const exports = assertion({
  equal: comparison("equal", loose),
  notEqual: comparison("notEqual", (a, b) => !loose(a, b)),
  deepEqual: comparison("deepEqual", isDeepEqual),
  notDeepEqual: comparison("notDeepEqual", (a, b) => !isDeepEqual(a, b)),
  strict,
});
