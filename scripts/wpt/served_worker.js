// Before testharness.js in a worker whose page is on a server, at BASE: a worker made of
// text has no URL, so that what is relative is made absolute here. TEXTS are the scripts
// that it imports, in Base64 by their paths.
{
  const { importScripts, Blob, Map, Object, Proxy, Reflect, URL } = globalThis;
  const href = BASE;
  const texts = new Map(Object.entries(TEXTS));
  const { Request } = globalThis;
  const absolute = (url) => {
    try {
      return url instanceof Request ? url : new URL(url, href).href;
    } catch {
      return url;
    }
  };
  const withBase = ([url, ...rest]) => [absolute(url), ...rest];
  const handler = {
    apply: (target, object, args) => Reflect.apply(target, object, args.length > 0 ? withBase(args) : args),
    construct: (target, args, made) => Reflect.construct(target, args.length > 0 ? withBase(args) : args, made),
  };
  for (const name of ["Request", "EventSource", "WebSocket", "fetch"]) {
    const own = globalThis[name];
    const proxy = new Proxy(own, handler);
    Object.defineProperty(globalThis, name, { value: proxy, writable: true, configurable: true });
    if (own.prototype) Object.defineProperty(own.prototype, "constructor", { value: proxy });
  }
  globalThis.importScripts = (...urls) => {
    for (const url of urls) {
      const text = texts.get(`${url}`);
      if (text === undefined) throw new DOMException(`${url} was not looked for`, "NetworkError");
      const bytes = Uint8Array.from(atob(text), (unit) => unit.charCodeAt(0));
      importScripts(URL.createObjectURL(new Blob([bytes])));
    }
  };
  if (!("location" in globalThis)) globalThis.location = new URL(href);
  globalThis.GLOBAL = {
    isWindow: () => false,
    isWorker: () => true,
    isShadowRealm: () => false,
  };
}
