// What a server would bring, before testharness.js in a worker whose script is at BASE, and
// in a window at BASE: its files and workers. The files of the server lie below ROOT.
(function serve(BASE, ROOT) {
  const { document, fetch, importScripts, Blob, Proxy, URL, Worker } = globalThis;
  const inWorker = document === undefined;
  const absolute = (url) => new URL(url, inWorker ? BASE : document.baseURI).href;
  const file = (url) => {
    const { pathname } = new URL(url, BASE);
    return `file:${ROOT}${pathname.replace("/resources/WebIDLParser.js", "/resources/webidl2/lib/webidl2.js")}`;
  };
  // The script of a worker has what is here before it, unless it is a module.
  const wrapped = (url, { type } = {}) => {
    if (type === "module") return file(url);
    const start = `(${serve})(${JSON.stringify(url)}, ${JSON.stringify(ROOT)});\n`;
    return URL.createObjectURL(new Blob([start, `importScripts(${JSON.stringify(url)});`]));
  };
  const construct = (target, [url, ...rest], made) => {
    let href;
    try {
      href = absolute(url);
    } catch {
      return Reflect.construct(target, [url, ...rest], made);
    }
    return Reflect.construct(target, [/^https?:/.test(href) ? wrapped(href, ...rest) : href, ...rest], made);
  };
  if (Worker !== undefined) {
    globalThis.Worker = new Proxy(Worker, {
      construct: (target, args, made) =>
        args.length === 0 ? Reflect.construct(target, args, made) : construct(target, args, made),
    });
  }
  globalThis.fetch = (input, init) => fetch(typeof input === "string" ? absolute(input) : input, init);
  if (!inWorker) return;
  globalThis.importScripts = (...urls) =>
    importScripts(...urls.map((url) => (/^(?:blob|data):/.test(url) ? url : file(url))));
  Object.defineProperty(globalThis, "location", { value: new URL(BASE), configurable: true });
  globalThis.GLOBAL = {
    isWindow: () => false,
    isWorker: () => true,
    isShadowRealm: () => false,
  };
})(BASE, ROOT);
