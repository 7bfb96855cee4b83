// node:os.

import { callSync } from "beam:node";
import { errnos } from "./errors.js";

const ask = (what) => callSync("os", what);
const signals = {
  SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGILL: 4, SIGTRAP: 5, SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGUSR1: 10, SIGSEGV: 11,
  SIGUSR2: 12, SIGPIPE: 13, SIGALRM: 14, SIGTERM: 15, SIGCHLD: 17, SIGCONT: 18, SIGSTOP: 19, SIGTSTP: 20, SIGTTIN: 21, SIGTTOU: 22,
};

export const exports = {
  EOL: "\n",
  devNull: "/dev/null",
  constants: { signals, errno: errnos, priority: {} },
  arch: () => ask("arch"),
  availableParallelism: () => ask("cpus"),
  cpus: () =>
    Array.from({ length: ask("cpus") }, () => ({ model: "unknown", speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } })),
  endianness: () => (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? "LE" : "BE"),
  freemem: () => ask("memory")[1],
  homedir: () => ask("homedir"),
  hostname: () => ask("hostname"),
  loadavg: () => ask("loadavg"),
  machine: () => ask("machine"),
  networkInterfaces: () => ask("interfaces"),
  platform: () => ask("platform"),
  release: () => ask("release"),
  tmpdir() {
    const { TMPDIR, TMP, TEMP } = globalThis.process?.env ?? {};
    const path = TMPDIR || TMP || TEMP || ask("tmpdir");
    return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  },
  totalmem: () => ask("memory")[0],
  type: () => ask("type"),
  uptime: () => ask("uptime"),
  userInfo: () => ask("user"),
  version: () => ask("version"),
};
for (const name of ["EOL", "devNull"]) Object.defineProperty(exports, name, { writable: false });
