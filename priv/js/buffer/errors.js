// The errors of Node that Buffer throws, by class, code and message, and what those of
// node/errors.js are made of.

export function coded(Base, code, message) {
  const error = new Base(message);
  error.code = code;
  return error;
}

export function received(value) {
  if (value === null || value === undefined) return `Received ${value}`;
  if (typeof value === "function") return `Received function ${value.name}`;
  if (typeof value === "object") {
    const name = value.constructor?.name;
    return name ? `Received an instance of ${name}` : "Received an object with a null prototype";
  }
  const text = String(value);
  if (typeof value === "string") return `Received type string ('${text.length > 28 ? `${text.slice(0, 25)}...` : text}')`;
  return `Received type ${typeof value} (${text}${typeof value === "bigint" ? "n" : ""})`;
}

export function invalidType(name, expected, value) {
  const kind = name.endsWith(" argument") ? `The ${name}` : `The "${name}" argument`;
  return coded(TypeError, "ERR_INVALID_ARG_TYPE", `${kind} must be ${expected}. ${received(value)}`);
}

function shown(value) {
  if (typeof value === "string") return `'${value}'`;
  return typeof value?.inspect === "function" ? value.inspect() : String(value);
}

export function invalidValue(name, value, why = "is invalid") {
  const kind = name.includes(".") ? "property" : "argument";
  return coded(TypeError, "ERR_INVALID_ARG_VALUE", `The ${kind} '${name}' ${why}. Received ${shown(value)}`);
}

export function notAString() {
  return coded(TypeError, "ERR_INVALID_ARG_TYPE", "argument must be a string");
}

export function outOfRange(name, range, value) {
  const text = typeof value === "number" && Number.isInteger(value) && Math.abs(value) > 2 ** 32
    ? String(value).replace(/\B(?=(\d{3})+$)/g, "_")
    : String(value);
  return coded(RangeError, "ERR_OUT_OF_RANGE", `The value of "${name}" is out of range. It must be ${range}. Received ${text}`);
}

export function outOfBounds(name) {
  const message = name ? `"${name}" is outside of buffer bounds` : "Attempt to access memory outside buffer bounds";
  return coded(RangeError, "ERR_BUFFER_OUT_OF_BOUNDS", message);
}

export function unknownEncoding(encoding) {
  return coded(TypeError, "ERR_UNKNOWN_ENCODING", `Unknown encoding: ${encoding}`);
}

export function invalidSize(bits) {
  return coded(RangeError, "ERR_INVALID_BUFFER_SIZE", `Buffer size must be a multiple of ${bits}-bits`);
}

/** A number, within bounds if they are given. */
export function checkNumber(value, name, min, max) {
  if (typeof value !== "number") throw invalidType(name, "of type number", value);
  if ((min !== undefined && value < min) || (max !== undefined && value > max) || Number.isNaN(value)) {
    const lower = min !== undefined ? `>= ${min}` : "";
    const upper = max !== undefined ? `<= ${max}` : "";
    throw outOfRange(name, `${lower}${lower && upper ? " && " : ""}${upper}`, value);
  }
}

/** An integer within bounds. */
export function checkOffset(value, name, min = 0, max = Number.MAX_SAFE_INTEGER) {
  if (typeof value !== "number") throw invalidType(name, "of type number", value);
  if (!Number.isInteger(value)) throw outOfRange(name, "an integer", value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}
