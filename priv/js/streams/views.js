// Buffers and views of them, read past anything that a script may have replaced.

const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { isView } = ArrayBuffer;

const getterOf = (prototype, name) => getOwnPropertyDescriptor(prototype, name).get;

const TypedArrayPrototype = getPrototypeOf(Uint8Array.prototype);
const tag = getterOf(TypedArrayPrototype, Symbol.toStringTag);
const typed = {
  buffer: getterOf(TypedArrayPrototype, "buffer"),
  byteOffset: getterOf(TypedArrayPrototype, "byteOffset"),
  byteLength: getterOf(TypedArrayPrototype, "byteLength"),
  length: getterOf(TypedArrayPrototype, "length"),
};
const data = {
  buffer: getterOf(DataView.prototype, "buffer"),
  byteOffset: getterOf(DataView.prototype, "byteOffset"),
  byteLength: getterOf(DataView.prototype, "byteLength"),
};
const bufferByteLength = getterOf(ArrayBuffer.prototype, "byteLength");
const bufferDetached = getterOf(ArrayBuffer.prototype, "detached");
const bufferResizable = getterOf(ArrayBuffer.prototype, "resizable");
const bufferLengths = [bufferByteLength, getterOf(SharedArrayBuffer.prototype, "byteLength")];
const { slice, transfer } = ArrayBuffer.prototype;
const { set } = TypedArrayPrototype;

const Bytes = Uint8Array;
const View = DataView;

/** Typed arrays by their tag. */
const constructors = {
  __proto__: null,
  BigInt64Array,
  BigUint64Array,
  Float16Array: globalThis.Float16Array,
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
};
const elementSizes = { __proto__: null };
for (const name in constructors) elementSizes[name] = constructors[name]?.BYTES_PER_ELEMENT;

/** Whether a value is a Uint8Array. */
export function isUint8Array(value) {
  return isView(value) && apply(tag, value, []) === "Uint8Array";
}

/**
 * The slots of a view.
 * @param {ArrayBufferView} view
 */
export function viewOf(view) {
  const name = apply(tag, view, []);
  const getters = name === undefined ? data : typed;
  const buffer = apply(getters.buffer, view, []);
  // A DataView whose buffer is detached, or out of bounds, throws.
  const gone = name === undefined && isDetached(buffer);
  return {
    buffer,
    byteOffset: gone ? 0 : apply(getters.byteOffset, view, []),
    byteLength: gone ? 0 : apply(getters.byteLength, view, []),
    bufferByteLength: apply(bufferByteLength, buffer, []),
    viewConstructor: name === undefined ? View : constructors[name],
    elementSize: name === undefined ? 1 : elementSizes[name],
  };
}

/** Elements of a typed array, bytes of a DataView. */
export function lengthOf(view) {
  return apply(tag, view, []) === undefined ? apply(data.byteLength, view, []) : apply(typed.length, view, []);
}

/** Web IDL: an ArrayBufferView, of a buffer that is neither shared nor resizable. */
export function checkView(view, what) {
  if (!isView(view)) throw new TypeError(`${what} is not a view of an ArrayBuffer`);
  const buffer = apply((apply(tag, view, []) === undefined ? data : typed).buffer, view, []);
  let resizable;
  try {
    resizable = apply(bufferResizable, buffer, []);
  } catch {
    throw new TypeError(`${what} is of a SharedArrayBuffer`);
  }
  if (resizable) throw new TypeError(`${what} is of a resizable ArrayBuffer`);
}

export function isDetached(buffer) {
  return apply(bufferDetached, buffer, []);
}

/** "TransferArrayBuffer": a TypeError where it is detached already. */
export function transferBuffer(buffer) {
  return apply(transfer, buffer, []);
}

/** "CloneArrayBuffer" */
export function cloneBuffer(buffer, byteOffset, byteLength) {
  return apply(slice, buffer, [byteOffset, byteOffset + byteLength]);
}

/** "CopyDataBlockBytes" */
export function copyBytes(target, targetOffset, source, sourceOffset, count) {
  apply(set, new Bytes(target, targetOffset, count), [new Bytes(source, sourceOffset, count)]);
}

/** "CloneAsUint8Array" */
export function cloneAsUint8Array(view) {
  const { buffer, byteOffset, byteLength } = viewOf(view);
  return new Bytes(cloneBuffer(buffer, byteOffset, byteLength));
}

/** [AllowShared] BufferSource */
export function isBufferSource(value) {
  if (isView(value)) return true;
  for (const getter of bufferLengths) {
    try {
      apply(getter, value, []);
      return true;
    } catch {
      // Not of this kind.
    }
  }
  return false;
}
