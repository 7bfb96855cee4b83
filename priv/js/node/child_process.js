// node:child_process. lib/quickbeam/apis/node/command.ex runs the command, and kills it
// when the context ends.

import { cast, callSync, onEvent } from "beam:node_command";
import { decode, encode, toBuffer, toPath } from "./bytes.js";
import { checkFunction, codedError, codedRangeError, invalidArgument, systemError } from "./errors.js";
import { EventEmitter } from "./events.js";
import { StringDecoder } from "./string_decoder.js";
import { promisify } from "./util.js";

const { setTimeout, clearTimeout } = globalThis;

/** Number => child that runs. */
const children = new Map();
let lastId = 0;

/** `EventEmitter` is a function with methods on its prototype, of which tsc sees nothing. */
const Emitter = /** @type {new () => any} */ (/** @type {unknown} */ (EventEmitter));

/** A stream of a child's output: events `data`, `end`, `close`, and async iteration. */
class Output extends Emitter {
  #decoder = null;
  #waiting = [];
  #flowing = false;
  readable = true;

  setEncoding(encoding) {
    this.#decoder = new StringDecoder(encoding);
    return this;
  }
  on(name, listener) {
    super.on(name, listener);
    if (name === "data") this.resume();
    return this;
  }
  addListener(name, listener) {
    return this.on(name, listener);
  }
  resume() {
    if (this.#flowing) return this;
    this.#flowing = true;
    // Whoever listens may set an encoding first.
    queueMicrotask(() => {
      while (this.#flowing && this.#waiting.length > 0) this.#hand(this.#waiting.shift());
    });
    return this;
  }
  pause() {
    this.#flowing = false;
    return this;
  }
  isPaused() {
    return !this.#flowing;
  }
  pipe(target) {
    this.on("data", (chunk) => target.write(chunk));
    this.on("end", () => target !== globalThis.process?.stdout && target !== globalThis.process?.stderr && target.end?.());
    return target;
  }
  async *[Symbol.asyncIterator]() {
    const chunks = [];
    /** @type {(value?: any) => void} */
    let wake = () => {};
    this.on("data", (chunk) => {
      chunks.push(chunk);
      wake();
    });
    let ended = !this.readable;
    this.once("end", () => {
      ended = true;
      wake();
    });
    while (!ended || chunks.length > 0) {
      if (chunks.length > 0) yield chunks.shift();
      else await new Promise((resolve) => { wake = resolve; });
    }
  }
  /** Bytes, or null at the end. */
  static push(output, bytes) {
    if (output.#flowing && output.#waiting.length === 0) output.#hand(bytes);
    else output.#waiting.push(bytes);
  }
  #hand(bytes) {
    if (bytes === null) {
      const rest = this.#decoder?.end() ?? "";
      if (rest !== "") this.emit("data", rest);
      this.readable = false;
      this.emit("end");
      this.emit("close");
      return;
    }
    // What nobody has taken yet holds the child back.
    cast("taken", this.child, bytes.length);
    const chunk = this.#decoder === null ? toBuffer(bytes) : this.#decoder.write(bytes);
    if (chunk.length > 0) this.emit("data", chunk);
  }
}
const { push } = Output;
delete Output.push;

class Input extends Emitter {
  #id;
  writable = true;
  constructor(id) {
    super();
    this.#id = id;
  }
  write(chunk, encoding = undefined, callback = undefined) {
    if (typeof encoding === "function") [encoding, callback] = [undefined, encoding];
    if (!this.writable) {
      const error = codedError("ERR_STREAM_WRITE_AFTER_END", "write after end");
      queueMicrotask(() => this.emit("error", error));
      return false;
    }
    cast("write", this.#id, encode(chunk, encoding, "chunk"));
    if (callback) queueMicrotask(callback);
    return true;
  }
  end(chunk = undefined, encoding = undefined, callback = undefined) {
    if (typeof chunk === "function") [chunk, callback] = [undefined, chunk];
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    if (this.writable) {
      this.writable = false;
      cast("end", this.#id);
      queueMicrotask(() => {
        this.emit("finish");
        callback?.();
      });
    }
    return this;
  }
}

class ChildProcess extends Emitter {
  #id;
  exitCode = null;
  signalCode = null;
  killed = false;
  connected = false;
  constructor(id) {
    super();
    this.#id = id;
  }
  kill(signal = "SIGTERM") {
    if (!children.has(this.#id)) return false;
    this.killed = true;
    cast("kill", this.#id, signalName(signal).slice(3));
    return true;
  }
  /** With all that it has started: a shell with its commands. */
  static killAll(child, signal) {
    child.killed = true;
    cast("kill_all", child.#id, signalName(signal).slice(3));
  }
  ref() {}
  unref() {}
  [Symbol.dispose ?? Symbol.for("dispose")]() {
    this.kill();
  }
}

const { killAll: killGroup } = ChildProcess;
delete ChildProcess.killAll;

function killAll(child, { killSignal = "SIGTERM" }) {
  killGroup(child, killSignal);
}

const SIGNALS = { 1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 6: "SIGABRT", 9: "SIGKILL", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 10: "SIGUSR1", 11: "SIGSEGV", 12: "SIGUSR2", 18: "SIGCONT", 19: "SIGSTOP" };

function signalName(signal) {
  const name = typeof signal === "number" ? SIGNALS[signal] : signal === 0 ? "SIG0" : signal;
  if (typeof name !== "string" || !/^SIG[A-Z0-9]+$/.test(name)) throw codedError("ERR_UNKNOWN_SIGNAL", `Unknown signal: ${signal}`);
  return name;
}

function toOptions(options, args) {
  const { cwd, env, shell } = options;
  const environment = env === undefined || env === null ? null : Object.entries(env).filter(([, value]) => value !== undefined).map(([key, value]) => [key, String(value)]);
  return {
    args: args.map((argument) => {
      if (typeof argument !== "string" && typeof argument !== "number") throw invalidArgument("args", "an array of strings", argument);
      return String(argument);
    }),
    cwd: cwd === undefined || cwd === null ? null : toPath(cwd, "options.cwd"),
    env: environment,
    shell: shell ? (typeof shell === "string" ? shell : "/bin/sh") : null,
  };
}

/** `(file, args?, options?)`. */
function normalize(file, args, options) {
  if (typeof file !== "string") throw invalidArgument("file", "of type string", file);
  if (file === "") throw invalidArgument("file", "a non-empty string", file);
  if (!Array.isArray(args)) [args, options] = [[], args];
  if (options !== undefined && (typeof options !== "object" || options === null)) throw invalidArgument("options", "of type object", options);
  return [file, args, options ?? {}];
}

export function spawn(file, args = undefined, options = undefined) {
  [file, args, options] = normalize(file, args, options);
  const request = toOptions(options, args);
  const id = ++lastId;
  const child = new ChildProcess(id);
  child.stdin = new Input(id);
  child.stdout = Object.assign(new Output(), { child: id });
  child.stderr = Object.assign(new Output(), { child: id });
  child.stdio = [child.stdin, child.stdout, child.stderr];
  child.spawnfile = file;
  child.spawnargs = [file, ...args];
  const pid = callSync("spawn", id, file, request);
  if (typeof pid === "string") {
    const error = Object.assign(systemError(pid, `spawn ${file}`, { path: file }), { spawnargs: args });
    setTimeout(() => child.emit("error", error));
    return child;
  }
  child.pid = pid;
  children.set(id, child);
  const stdio = [options.stdio].flat();
  const kind = (at) => stdio[at] ?? (typeof options.stdio === "string" ? options.stdio : "pipe");
  if (kind(0) !== "pipe") child.stdin.end();
  for (const [at, name] of [[1, "stdout"], [2, "stderr"]]) {
    if (kind(at) === "inherit") child[name].pipe(globalThis.process[name]);
    else if (kind(at) === "ignore") child[name].resume();
  }
  const stop = () => killAll(child, options);
  if (options.timeout > 0) {
    const timer = setTimeout(stop, options.timeout);
    child.once("exit", () => clearTimeout(timer));
  }
  if (options.signal) {
    const abort = () => {
      killAll(child, options);
      child.emit("error", Object.assign(codedError("ABORT_ERR", "The operation was aborted"), { name: "AbortError", cause: options.signal.reason }));
    };
    if (options.signal.aborted) queueMicrotask(abort);
    else options.signal.addEventListener("abort", abort, { once: true });
  }
  queueMicrotask(() => child.emit("spawn"));
  return child;
}

onEvent(([what, id, value]) => {
  const child = children.get(id);
  if (child === undefined) return;
  if (what !== "exit") {
    push(child[what], value);
    return;
  }
  children.delete(id);
  [child.exitCode, child.signalCode] = statusOf(value);
  child.stdin.writable = false;
  child.emit("exit", child.exitCode, child.signalCode);
  let open = 2;
  const closed = () => --open === 0 && child.emit("close", child.exitCode, child.signalCode);
  for (const output of [child.stdout, child.stderr]) {
    output.once("close", closed);
    push(output, null);
    // Like Node: what nobody reads is dropped at the end.
    if (output.listenerCount("data") === 0) output.resume();
  }
});

/** A wait status as the shell has it: code and signal. */
function statusOf(status) {
  return status > 128 && SIGNALS[status - 128] ? [null, SIGNALS[status - 128]] : [status, null];
}

const MAX_BUFFER = 1024 * 1024;

function failure(command, code, signal, stdout, stderr, killed) {
  const error = new Error(`Command failed: ${command}\n${stderr}`);
  return Object.assign(error, { code, killed, signal, cmd: command, stdout, stderr });
}

export function execFile(file, ...rest) {
  const callback = typeof rest.at(-1) === "function" ? rest.pop() : undefined;
  const [, args, options] = normalize(file, rest[0], rest[1] ?? (Array.isArray(rest[0]) ? undefined : rest[0]));
  const command = [file, ...args].join(" ");
  const child = spawn(file, args, options);
  const max = options.maxBuffer ?? MAX_BUFFER;
  const parts = { stdout: [], stderr: [] };
  const sizes = { stdout: 0, stderr: 0 };
  let over = null;
  for (const name of ["stdout", "stderr"]) {
    child[name].on("data", (chunk) => {
      sizes[name] += chunk.length;
      if (sizes[name] <= max) parts[name].push(chunk);
      else if (over === null) {
        over = codedRangeError("ERR_CHILD_PROCESS_STDIO_MAXBUFFER", `${name} maxBuffer length exceeded`);
        killAll(child, options);
      }
    });
  }
  const text = (name) => decode(joined(parts[name]), options.encoding === undefined ? "utf8" : options.encoding);
  if (callback) {
    child.once("error", (error) => {
      if (child.pid === undefined) callback(error, "", "");
    });
    child.once("close", (code, signal) => {
      const [stdout, stderr] = [text("stdout"), text("stderr")];
      if (over !== null) callback(Object.assign(over, { cmd: command, stdout, stderr }), stdout, stderr);
      else if (code === 0) callback(null, stdout, stderr);
      else callback(failure(command, code, signal, stdout, stderr, child.killed), stdout, stderr);
    });
  }
  return child;
}

function joined(chunks) {
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export function exec(command, options = undefined, callback = undefined) {
  if (typeof options === "function") [options, callback] = [undefined, options];
  if (callback !== undefined) checkFunction(callback, "callback");
  return execFile(command, [], { ...options, shell: options?.shell ?? true }, ...(callback ? [callback] : []));
}

const withOutputs = (run) => (...args) => {
  let child;
  const promise = new Promise((resolve, reject) => {
    child = run(...args, (error, stdout, stderr) => (error ? reject(Object.assign(error, { stdout, stderr })) : resolve({ stdout, stderr })));
  });
  return Object.assign(promise, { child });
};
for (const run of [exec, execFile]) {
  Object.defineProperty(run, promisify.custom, { value: withOutputs(run) });
}

export function spawnSync(file, args = undefined, options = undefined) {
  [file, args, options] = normalize(file, args, options);
  const request = {
    ...toOptions(options, args),
    input: options.input === undefined ? null : encode(options.input, options.encoding, "options.input"),
    max: options.maxBuffer === Infinity ? 2 ** 31 : (options.maxBuffer ?? MAX_BUFFER),
    timeout: options.timeout > 0 ? options.timeout : null,
    signal: signalName(options.killSignal ?? "SIGTERM").slice(3),
  };
  const result = callSync("run", file, request);
  const text = (bytes) => decode(bytes ?? new Uint8Array(0), options.encoding);
  const [stdout, stderr] = [text(result.stdout), text(result.stderr)];
  const output = { pid: result.pid ?? 0, output: [null, stdout, stderr], stdout, stderr, status: null, signal: null };
  if (result.status !== undefined) [output.status, output.signal] = statusOf(result.status);
  if (result.error) output.error = Object.assign(systemError(result.error, `spawnSync ${file}`, { path: file }), { spawnargs: args });
  return output;
}

function outputOf(command, result, options) {
  if (result.error || result.status !== 0) {
    const error = result.error ?? new Error(`Command failed: ${command}\n${typeof result.stderr === "string" ? result.stderr : new TextDecoder().decode(result.stderr)}`);
    throw Object.assign(error, result, { error: undefined });
  }
  // As by default in Node, what it says of errors is the caller's.
  if (options.stdio === undefined && result.stderr.length > 0) globalThis.process.stderr.write(result.stderr);
  return result.stdout;
}

export function execFileSync(file, args = undefined, options = undefined) {
  [file, args, options] = normalize(file, args, options);
  return outputOf([file, ...args].join(" "), spawnSync(file, args, options), options);
}

export function execSync(command, options = {}) {
  return outputOf(command, spawnSync(command, [], { ...options, shell: options.shell ?? true }), options);
}

export const exports = { ChildProcess, exec, execFile, execFileSync, execSync, spawn, spawnSync };
