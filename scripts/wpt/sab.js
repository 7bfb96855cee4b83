// For /common/sab.js, which gets the constructor from WebAssembly alone.
const createBuffer = (type, length, options) => new globalThis[type](length, options);
