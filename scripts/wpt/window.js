// Before testharness.js in a window: what a server and a page would bring.
{
  const { fetch, Request, JSON, Promise, URL } = globalThis;
  // There is no base URL in a context without a document of its own.
  const absolute = (input) => (typeof input === "string" ? new URL(input, location.href).href : input);
  globalThis.fetch = function (input, init) {
    return fetch(absolute(input), init);
  };
  globalThis.GLOBAL = {
    isWindow: () => true,
    isWorker: () => false,
    isShadowRealm: () => false,
  };
}
