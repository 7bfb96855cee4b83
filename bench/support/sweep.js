// What sweep.exs calls: every function that a context has, with each of a few
// large values. Evaluated as a classic script.
(() => {
  const MB = 1024 * 1024;

  // Made anew when a call has used one up.
  const makers = {
    latin1: () => "a".repeat(16 * MB).replace(/^a/, "b"),
    wide: () => "ü€".repeat(4 * MB),
    hex: () => "0f".repeat(8 * MB),
    lines: () => "a=b&c;d,e\n<p>/../ ".repeat(MB / 4),
    bytes: () => new Uint8Array(32 * MB).fill(97),
    noise: () => {
      const words = new Uint32Array(4 * MB);
      for (let i = 0, x = 1; i < words.length; i++) words[i] = x = Math.imul(x, 1664525) + 1013904223;
      return new Uint8Array(words.buffer);
    },
    array: () => Array.from({ length: 300_000 }, (_, i) => `k${i}`),
    arrays: () => Array.from({ length: 100_000 }, (_, i) => ["k" + i, "v"]),
    chunks: () => Array.from({ length: 64 }, () => new Uint8Array(MB)),
    map: () => new Map(Array.from({ length: 200_000 }, (_, i) => [i, i])),
    object: () => Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => ["k" + i, "v"])),
    deep: () => { let a = []; for (let i = 0; i < 100_000; i++) a = [a]; return a; },
    buffer: () => typeof Buffer === "function" ? Buffer.alloc(32 * MB, "ab") : undefined,
    blob: () => typeof Blob === "function" ? new Blob([get("bytes")]) : undefined,
    params: () => new URLSearchParams(get("lines")),
    headers: () => typeof Headers === "function" ? new Headers(get("arrays")) : undefined,
    form: () => {
      if (typeof FormData !== "function") return undefined;
      const form = new FormData();
      for (let i = 0; i < 50_000; i++) form.append("k" + i, "v");
      return form;
    },
    tree: () => {
      if (typeof document !== "object") return undefined;
      const root = document.createElement("div");
      root.innerHTML = "<p class='a b'>text<i>x</i></p>".repeat(30_000);
      return root;
    },
  };
  const values = new Map();
  function get(name) {
    if (!values.has(name)) values.set(name, makers[name]());
    return values.get(name);
  }

  // How each class gets a large instance; the rest are made with no argument or the name
  // of something.
  const instances = {
    String: () => get("latin1"), Array: () => get("array"), Map: () => get("map"),
    Set: () => new Set(get("array")), Uint8Array: () => get("bytes"), Buffer: () => get("buffer"),
    ArrayBuffer: () => get("bytes").slice().buffer, DataView: () => new DataView(get("bytes").buffer),
    Float64Array: () => new Float64Array(get("noise").buffer), RegExp: () => /a+b|c/g,
    BigInt: () => 1n << 900_000n, Number: () => 1e21, Symbol: () => Symbol.iterator,
    Blob: () => get("blob"), File: () => new File([get("blob")], "f"),
    URLSearchParams: () => get("params"), URL: () => new URL("http://a/?" + "a=b&".repeat(MB)),
    Headers: () => get("headers"), FormData: () => get("form"),
    Response: () => new Response(get("bytes")), Request: () => new Request("http://a/", { method: "POST", body: get("bytes") }),
    TextDecoder: () => new TextDecoder(), TextEncoder: () => new TextEncoder(),
    Element: () => get("tree"), Node: () => get("tree"), HTMLElement: () => get("tree"),
    Document: () => { document.body.append(get("tree")); return document; },
    Text: () => document.createTextNode(get("latin1")), CharacterData: () => document.createTextNode(get("latin1")),
    DOMParser: () => new DOMParser(), XMLSerializer: () => new XMLSerializer(),
    Range: () => { const range = document.createRange(); range.selectNodeContents(get("tree")); return range; },
    DOMTokenList: () => get("tree").classList, NodeList: () => get("tree").childNodes,
    Storage: () => localStorage, Crypto: () => crypto, SubtleCrypto: () => crypto.subtle,
    BroadcastChannel: () => new BroadcastChannel("sweep"), MessagePort: () => new MessageChannel().port1,
    Intl: () => Intl, Iterator: () => get("array").values(), Function: () => function f() {},
  };
  const made = new Map();

  const calls = new Map(); // name → [receiver maker, function, whether it constructs]
  const seen = new Set();
  const skip = /^(sleepSync|Atomics|callSync|sleep$|spawn|setInterval|alert|gc|Proxy|eval|Function)$/;
  function add(path, receiver, key, object) {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    const name = path + "." + String(key.description ?? key);
    if (descriptor.get) { add1(name + " get", receiver, descriptor.get, false); }
    if (descriptor.set) { add1(name + " set", receiver, descriptor.set, false); }
    const value = descriptor.value;
    if (typeof value === "function" && key !== "constructor") {
      add1(name, receiver, value, false);
      if (value.prototype) walk(name, value);
    } else if (typeof value === "object" && value !== null && !seen.has(value) && path.split(".").length < 3) {
      seen.add(value);
      for (const inner of Reflect.ownKeys(value)) add(name, () => value, inner, value);
    }
  }
  function add1(name, receiver, f, constructs) {
    if (!calls.has(name)) calls.set(name, [receiver, f, constructs]);
  }
  function walk(name, constructor) {
    if (seen.has(constructor)) return;
    seen.add(constructor);
    add1("new " + name, () => undefined, constructor, true);
    for (const key of Reflect.ownKeys(constructor)) {
      if (["prototype", "length", "name", "caller", "arguments"].includes(key)) continue;
      add(name, () => constructor, key, constructor);
    }
    const short = name.split(".").at(-1);
    const receiver = () => {
      if (!made.has(short)) {
        let value;
        try { value = instances[short] ? instances[short]() : new constructor(); } catch {}
        made.set(short, value);
      }
      return made.get(short);
    };
    for (const key of Reflect.ownKeys(constructor.prototype)) {
      add(name + ".prototype", receiver, key, constructor.prototype);
    }
  }
  const hidden = new Set(["prepare", "invoke", "names"]);
  for (const key of Reflect.ownKeys(globalThis)) {
    if (hidden.has(key) || skip.test(String(key)) || globalThis[key] === globalThis) continue;
    add("globalThis", () => globalThis, key, globalThis);
  }
  if (typeof require === "function" && globalThis.sweepModules) {
    for (const id of globalThis.sweepModules) try {
      const module = require(id);
      for (const key of Reflect.ownKeys(module)) add(id, () => module, key, module);
    } catch {}
  }

  const shapes = Object.keys(makers);
  const extra = {
    "": [],
    ",utf8": ["utf8"], ",latin1": ["latin1"], ",hex": ["hex"], ",base64": ["base64"], ",utf16le": ["utf16le"],
    ",fn": [(a) => a], ",0": [0, 1e9], ",same": null,
  };
  // Which calls there are: name → list of argument keys.
  globalThis.names = () => [...calls.keys()].filter((name) => !skip.test(name.split(".").at(-1)));
  globalThis.shapes = () => ["none", ...shapes];
  globalThis.extras = () => Object.keys(extra);

  let pending = null;
  globalThis.prepare = (name, shape, more) => {
    const [receiver, f, constructs] = calls.get(name);
    const value = shape === "none" ? [] : [get(shape)];
    if (value.length && value[0] === undefined) { pending = null; return false; }
    const args = [...value, ...(extra[more] ?? value)];
    pending = { receiver: receiver(), f, constructs, args };
    return true;
  };
  globalThis.invoke = () => {
    if (!pending) return;
    const { receiver, f, constructs, args } = pending;
    const result = constructs ? Reflect.construct(f, args) : Reflect.apply(f, receiver, args);
    if (result instanceof Promise) return result.then(() => undefined);
  };
  globalThis.refresh = () => { values.clear(); made.clear(); pending = null; };
})();
