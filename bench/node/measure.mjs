// One measurement of Node's `vm` contexts or of isolated-vm, printed as JSON:
//
//     node --expose-gc --no-node-snapshot measure.mjs KIND WHAT [ARGUMENT...]
//
// KIND is vm or ivm; bench/comparison.exs does the same with QuickBEAM, and says what
// each measurement is.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const [kind, what, ...args] = process.argv.slice(2);
const numbers = args.map(Number);
const ivm = kind === "ivm" ? (await import("isolated-vm")).default : null;
const now = () => Number(process.hrtime.bigint()) / 1000;

// As a bundler wraps it: globals of a vm context are slow, and nobody's program is all globals.
// bench/comparison.exs reads it from here.
const PROGRAM = `
globalThis.program = (() => {
  let count = 0;
  function add(n) { count += n; return count; }
  function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
  function loop(ms) { const end = Date.now() + ms; while (Date.now() < end); return 0; }
  return { add, fib, loop };
})();
Object.assign(globalThis, program);
`;

// A context with the program in it. `call` waits for the answer; `start` does not, where
// the kind has other threads.
const kinds = {
  vm() {
    const context = vm.createContext({});
    vm.runInContext(PROGRAM, context);
    const get = (name) => vm.runInContext(name, context);
    const functions = { add: get("add"), fib: get("fib"), loop: get("loop") };
    const call = (name, n) => functions[name](n);
    return { call, start: async (name, n) => call(name, n), end() {} };
  },
  ivm() {
    const isolate = new ivm.Isolate({ memoryLimit: 128 });
    const context = isolate.createContextSync();
    context.evalSync(PROGRAM);
    const get = (name) => context.global.getSync(name, { reference: true });
    const functions = { add: get("add"), fib: get("fib"), loop: get("loop") };
    return {
      call: (name, n) => functions[name].applySync(undefined, [n]),
      start: (name, n) => functions[name].apply(undefined, [n]),
      end: () => isolate.dispose(),
    };
  },
};
const create = kinds[kind];

function percentile(times, percent) {
  const sorted = Float64Array.from(times).sort();
  return sorted[Math.min(Math.floor((sorted.length * percent) / 100), sorted.length - 1)];
}
const spread = (times) => ({
  median: percentile(times, 50),
  p99: percentile(times, 99),
  max: percentile(times, 100),
});

function rss() {
  global.gc();
  return Number(readFileSync("/proc/self/statm", "utf8").split(" ")[1]) * 4096;
}

const measurements = {
  // Resident bytes of one of n.
  memory(n) {
    const kept = [create(), create()];
    const before = rss();
    for (let i = 0; i < n; i++) kept.push(create());
    return { bytes: (rss() - before) / n };
  },

  creation(n) {
    const times = [];
    for (let i = -Math.ceil(n / 10); i < n; i++) {
      const before = now();
      const made = create();
      if (i >= 0) times.push(now() - before);
      made.end();
    }
    return spread(times);
  },

  // Calls of one beside n others that do nothing.
  siblings(n, calls) {
    const others = Array.from({ length: n }, create);
    const one = create();
    const times = [];
    for (let i = -Math.ceil(calls / 10); i < calls; i++) {
      const before = now();
      one.call("add", 1);
      if (i >= 0) times.push(now() - before);
    }
    return { ...spread(times), others: others.length };
  },

  // A call is due every two milliseconds while a neighbour loops for 300 of them, again and again.
  async neighbour(busy, milliseconds) {
    const one = create();
    const other = create();
    const until = now() + milliseconds * 1000;
    const again = async () => {
      while (now() < until) {
        await other.start("loop", 300);
        await new Promise(setImmediate);
      }
    };
    const looping = busy ? again() : null;
    const times = [];
    for (let due = now() + 2000; due < until; due += 2000) {
      // No timer: where programs of other sessions are busy too, Linux (sched_autogroup) may wake a
      // thread beside a busy one of its own session a hundred milliseconds late.
      while (now() < due) await new Promise(setImmediate);
      one.call("add", 1);
      times.push(now() - due);
    }
    await looping;
    return spread(times);
  },

  // fib(18), as many at once as there are contexts.
  async throughput(size, milliseconds) {
    const contexts = Array.from({ length: size }, create);
    const until = now() + milliseconds * 1000;
    const before = now();
    let calls = 0;
    await Promise.all(
      contexts.map(async (context) => {
        while (now() < until) {
          await context.start("fib", 18);
          calls += 1;
        }
      }),
    );
    return { rate: calls / ((now() - before) / 1e6) };
  },
};

console.log(JSON.stringify(await measurements[what](...numbers)));
process.exit(0);
