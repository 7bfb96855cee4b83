// node:process, as far as a context is one.

import { callSync } from "beam:node";
import { codedError, codedRangeError, checkFunction, invalidArgument } from "./errors.js";
import { EventEmitter } from "./events.js";
import { heapUsed, write } from "native:node";

const { setTimeout, queueMicrotask } = globalThis;
const info = callSync("process");

// What is to run before anything else that waits.
const ticks = [];

function runTicks() {
  for (let tick = ticks.shift(); tick !== undefined; tick = ticks.shift()) {
    try {
      tick.callback(...tick.args);
    } catch (error) {
      reportError(error);
    }
  }
}

/** Lines of a stream for the console; a rest without an end of line waits for it a little. */
class Output extends EventEmitter {
  #rest = "";
  #level;
  #decoder = new TextDecoder();
  constructor(level, fd) {
    super();
    this.#level = level;
    this.fd = fd;
    this.isTTY = false;
    this.writable = true;
    this.columns = 80;
  }
  write(chunk, encoding = undefined, callback = undefined) {
    if (typeof encoding === "function") callback = encoding;
    if (typeof chunk !== "string" && !ArrayBuffer.isView(chunk)) {
      throw invalidArgument("chunk", "of type string or an instance of Buffer, TypedArray, or DataView", chunk);
    }
    this.#rest += typeof chunk === "string" ? chunk : this.#decoder.decode(chunk, { stream: true });
    const end = this.#rest.lastIndexOf("\n");
    if (end >= 0) {
      const lines = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + 1);
      write(this.#level, lines);
    }
    if (this.#rest !== "") setTimeout(() => this.#flush(), 0);
    if (typeof callback === "function") process.nextTick(callback);
    return true;
  }
  end(chunk = undefined, ...rest) {
    if (chunk !== undefined && typeof chunk !== "function") this.write(chunk, ...rest);
    this.#flush();
    return this;
  }
  #flush() {
    if (this.#rest === "") return;
    const line = this.#rest;
    this.#rest = "";
    write(this.#level, line);
  }
  static flush(output) {
    output.#flush();
  }
}
const { flush } = Output;
delete Output.flush;

/** The environment of the VM as a copy: what is set here is seen here alone. */
function environment(values) {
  return new Proxy(Object.assign(Object.create(Object.prototype), values), {
    set(target, key, value) {
      if (typeof key === "symbol" || typeof value === "symbol") throw new TypeError("Cannot convert a Symbol value to a string");
      target[key] = String(value);
      return true;
    },
    defineProperty(target, key, descriptor) {
      return Reflect.defineProperty(target, key, "value" in descriptor ? { ...descriptor, value: String(descriptor.value) } : descriptor);
    },
  });
}

// Its methods are its own, as in Node, where they are no getters that would run early.
function Process() {}
Object.setPrototypeOf(Process.prototype, EventEmitter.prototype);
Object.defineProperty(Process.prototype, Symbol.toStringTag, { value: "process", configurable: true });

export const process = new Process();
EventEmitter.call(process);

const nanoseconds = () => BigInt(callSync("nanoseconds"));

function hrtime(before = undefined) {
  const now = nanoseconds();
  const time = [Number(now / 1_000_000_000n), Number(now % 1_000_000_000n)];
  if (before === undefined) return time;
  if (!Array.isArray(before)) throw invalidArgument("time", "an instance of Array", before);
  if (before.length !== 2) throw codedRangeError("ERR_OUT_OF_RANGE", 'The value of "time" is out of range. It must be 2.');
  const [seconds, rest] = [time[0] - before[0], time[1] - before[1]];
  return rest < 0 ? [seconds - 1, rest + 1e9] : [seconds, rest];
}
hrtime.bigint = nanoseconds;

function memoryUsage() {
  const used = heapUsed();
  return { rss: callSync("memory"), heapTotal: used, heapUsed: used, external: 0, arrayBuffers: 0 };
}
memoryUsage.rss = () => callSync("memory");

const start = performance.now();

Object.assign(process, {
  arch: info.arch,
  argv: info.argv,
  argv0: info.argv[0],
  config: { target_defaults: {}, variables: {} },
  env: environment(info.env),
  execArgv: [],
  execPath: info.argv[0],
  exitCode: undefined,
  features: {},
  hrtime,
  memoryUsage,
  pid: info.pid,
  platform: info.platform,
  ppid: 0,
  release: { name: "node" },
  stderr: new Output("error", 2),
  stdout: new Output("info", 1),
  title: "quickbeam",
  version: `v${info.versions.node}`,
  versions: info.versions,

  abort() {
    callSync("exit", 134);
  },
  chdir() {
    throw codedError("ERR_WORKER_UNSUPPORTED_OPERATION", "process.chdir() is not supported: the VM has one working directory");
  },
  cpuUsage() {
    return { user: Math.round(performance.now() * 1000), system: 0 };
  },
  cwd() {
    return callSync("cwd");
  },
  emitWarning(warning, type = undefined, code = undefined) {
    const options = typeof type === "object" && type !== null ? type : { type, code };
    if (typeof warning === "string") {
      warning = Object.assign(new Error(warning), options.code === undefined ? {} : { code: options.code });
      Object.defineProperty(warning, "name", { value: options.type ?? "Warning", writable: true, configurable: true });
    } else if (!(warning instanceof Error)) throw invalidArgument("warning", "of type string or an instance of Error", warning);
    process.nextTick(() => {
      const tag = warning.code === undefined ? "" : `[${warning.code}] `;
      write("warning", `(node:${process.pid}) ${tag}${warning.name}: ${warning.message}`);
      process.emit("warning", warning);
    });
  },
  exit(code = undefined) {
    if (code !== undefined) process.exitCode = code;
    const status = Number(process.exitCode ?? 0);
    process.emit("exit", status);
    flush(process.stdout);
    flush(process.stderr);
    // The context ends: this does not return.
    callSync("exit", Number.isInteger(status) ? status : 1);
  },
  kill(pid, signal = "SIGTERM") {
    if (!Number.isInteger(pid)) throw invalidArgument("pid", "of type number", pid);
    return callSync("kill", pid, String(signal).replace(/^SIG/, ""));
  },
  nextTick(callback, ...args) {
    checkFunction(callback, "callback");
    if (ticks.push({ callback, args }) === 1) queueMicrotask(runTicks);
  },
  resourceUsage: () => ({ maxRSS: Math.round(callSync("memory") / 1024) }),
  umask: () => 0o022,
  uptime: () => (performance.now() - start) / 1000,
});

// Errors that nobody catches are events of the global object; Node's are events of process.
const GLOBAL_EVENTS = {
  uncaughtException: ["error", (event) => [event.error, "uncaughtException"]],
  unhandledRejection: ["unhandledrejection", (event) => [event.reason, event.promise]],
  rejectionHandled: ["rejectionhandled", (event) => [event.promise]],
};
const listening = new Set();
process.on("newListener", (name) => {
  if (!Object.hasOwn(GLOBAL_EVENTS, name) || listening.has(name)) return;
  listening.add(name);
  const [type, argumentsOf] = GLOBAL_EVENTS[name];
  addEventListener(type, (event) => {
    if (process.emit(name, ...argumentsOf(event))) event.preventDefault();
  });
});

export const exports = process;
