// Before testharness.js in a window: what a server would bring.
globalThis.GLOBAL = {
  isWindow: () => true,
  isWorker: () => false,
  isShadowRealm: () => false,
};
