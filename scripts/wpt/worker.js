// Before testharness.js in a worker: what a server would bring.
{
  const { fetch, importScripts, URL } = globalThis;
  const href = BASE;
  const file = (url) => {
    const { pathname } = new URL(url, href);
    return `file:${ROOT}${pathname.replace("/resources/WebIDLParser.js", "/resources/webidl2/lib/webidl2.js")}`;
  };
  globalThis.importScripts = (...urls) => importScripts(...urls.map(file));
  globalThis.fetch = (input, init) => fetch(typeof input === "string" ? new URL(input, href).href : input, init);
  if (!("location" in globalThis)) globalThis.location = new URL(href);
  globalThis.GLOBAL = {
    isWindow: () => false,
    isWorker: () => true,
    isShadowRealm: () => false,
  };
}
