// SubtleCrypto: Web Cryptography, 14. What an algorithm does is
// lib/quickbeam/apis/crypto.ex's; names, conversions and who may do what are here.

import { copyBytes, digest, isBufferSource, request as ask, requestKeys } from "native:crypto";
import { normalize, supports, toAlgorithmIdentifier, toBufferSource, toCryptoKey } from "./algorithms.js";
import { fromJsonWebKey, makeKey, makeKeyPair, toJsonWebKey, toKeyFormat, toKeyUsages } from "./keys.js";
import { exposeInterface, requireArguments } from "../webidl.js";

const { stringify } = JSON;
const encoder = new TextEncoder();
const bufferOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "buffer").get;
const TOKEN = {};

const toBuffer = (bytes) => bufferOf.call(bytes);

function refuse(name, message) {
  throw new DOMException(message, name);
}

/** Steps that all operations with a key begin with. */
function checkKey(key, algorithm, usage) {
  if (algorithm.name !== key.name) {
    refuse("InvalidAccessError", `The key is for ${key.name}, not ${algorithm.name}`);
  }
  if (!key.usages.includes(usage)) refuse("InvalidAccessError", `The key is not to be used for ${usage}`);
}

function checkExportable(key, what) {
  if (!supports(key.name, "exportKey")) refuse("NotSupportedError", `Keys for ${key.name} cannot be exported`);
  if (!key.extractable) refuse("InvalidAccessError", `${what} is not extractable`);
}

/** Normalized for `operation`, else for `instead`. */
function normalizeEither(algorithm, operation, instead) {
  try {
    return normalize(algorithm, operation);
  } catch {
    return normalize(algorithm, instead);
  }
}

/** What the BEAM is to know of a derivation: the peer's key apart. */
function derivation(algorithm, baseKey) {
  const { public: peer, ...parameters } = algorithm;
  if (peer !== undefined) {
    // ECDH, X25519: 2. to 5. of "derive bits".
    if (baseKey.type !== "private") refuse("InvalidAccessError", "The base key is not private");
    if (peer.type !== "public") refuse("InvalidAccessError", "The peer's key is not public");
    if (peer.name !== baseKey.name || peer.namedCurve !== baseKey.namedCurve) {
      refuse("InvalidAccessError", "The two keys are not for the same curve");
    }
  }
  return [parameters, baseKey.key, peer?.key ?? null];
}

async function exported(format, key) {
  const data = await request("export", format, key.key, key.name);
  if (format !== "jwk") return toBuffer(data);
  return fromJsonWebKey({ ...data, ext: key.extractable, key_ops: key.usages });
}

export class SubtleCrypto {
  #branded;
  constructor(token = undefined) {
    if (token !== TOKEN) throw new TypeError("Illegal constructor");
  }

  static #check(subtle, given, count, operation) {
    if (typeof subtle !== "object" || subtle === null || !(#branded in subtle)) {
      throw new TypeError("Illegal invocation: not a SubtleCrypto");
    }
    requireArguments(given, count, `SubtleCrypto.${operation}`);
  }

  async encrypt(algorithm, key, data) {
    SubtleCrypto.#check(this, arguments.length, 3, "encrypt");
    return cipher("encrypt", algorithm, key, data);
  }

  async decrypt(algorithm, key, data) {
    SubtleCrypto.#check(this, arguments.length, 3, "decrypt");
    return cipher("decrypt", algorithm, key, data);
  }

  async sign(algorithm, key, data) {
    SubtleCrypto.#check(this, arguments.length, 3, "sign");
    algorithm = toAlgorithmIdentifier(algorithm);
    key = toCryptoKey(key, "key");
    toBufferSource(data, "data");
    const normalized = normalize(algorithm, "sign");
    checkKey(key, normalized, "sign");
    return toBuffer(await request("sign", normalized, key.key, copyBytes(data)));
  }

  async verify(algorithm, key, signature, data) {
    SubtleCrypto.#check(this, arguments.length, 4, "verify");
    algorithm = toAlgorithmIdentifier(algorithm);
    key = toCryptoKey(key, "key");
    toBufferSource(signature, "signature");
    toBufferSource(data, "data");
    const normalized = normalize(algorithm, "verify");
    checkKey(key, normalized, "verify");
    return request("verify", normalized, key.key, copyBytes(signature), copyBytes(data));
  }

  async digest(algorithm, data) {
    SubtleCrypto.#check(this, arguments.length, 2, "digest");
    algorithm = toAlgorithmIdentifier(algorithm);
    toBufferSource(data, "data");
    return digest(normalize(algorithm, "digest").name, data);
  }

  async generateKey(algorithm, extractable, keyUsages) {
    SubtleCrypto.#check(this, arguments.length, 3, "generateKey");
    algorithm = toAlgorithmIdentifier(algorithm);
    extractable = !!extractable;
    const usages = toKeyUsages(keyUsages);
    const normalized = normalize(algorithm, "generateKey");
    const materials = await requestKeys("generate", normalized, usages);
    return materials.length === 1
      ? makeKey(materials[0], normalized, extractable, usages)
      : makeKeyPair(materials, normalized, extractable, usages);
  }

  async deriveKey(algorithm, baseKey, derivedKeyType, extractable, keyUsages) {
    SubtleCrypto.#check(this, arguments.length, 5, "deriveKey");
    algorithm = toAlgorithmIdentifier(algorithm);
    baseKey = toCryptoKey(baseKey, "baseKey");
    derivedKeyType = toAlgorithmIdentifier(derivedKeyType);
    extractable = !!extractable;
    const usages = toKeyUsages(keyUsages);
    const normalized = normalize(algorithm, "deriveBits");
    const imported = normalize(derivedKeyType, "importKey");
    const measured = normalize(derivedKeyType, "get key length");
    checkKey(baseKey, normalized, "deriveKey");
    const derived = derivation(normalized, baseKey);
    if (measured.name === "HMAC" && measured.length === 0) throw new TypeError("An HMAC key has no 0 bits");
    const [material] = await requestKeys("deriveKey", ...derived, measured, imported, extractable, usages);
    return makeKey(material, imported, extractable, usages);
  }

  async deriveBits(algorithm, baseKey, length = null) {
    SubtleCrypto.#check(this, arguments.length, 2, "deriveBits");
    algorithm = toAlgorithmIdentifier(algorithm);
    baseKey = toCryptoKey(baseKey, "baseKey");
    // unsigned long?, wrapping as Web IDL has it.
    length = length === null ? null : length >>> 0;
    const normalized = normalize(algorithm, "deriveBits");
    checkKey(baseKey, normalized, "deriveBits");
    return toBuffer(await request("deriveBits", ...derivation(normalized, baseKey), length));
  }

  async importKey(format, keyData, algorithm, extractable, keyUsages) {
    SubtleCrypto.#check(this, arguments.length, 5, "importKey");
    format = toKeyFormat(format);
    const isBytes = isBufferSource(keyData);
    if (!isBytes) keyData = toJsonWebKey(keyData);
    algorithm = toAlgorithmIdentifier(algorithm);
    extractable = !!extractable;
    const usages = toKeyUsages(keyUsages);
    const normalized = normalize(algorithm, "importKey");
    if (isBytes === (format === "jwk")) {
      throw new TypeError(`keyData is ${isBytes ? "a BufferSource" : "a JsonWebKey"}, which is no key in format ${format}`);
    }
    if (isBytes) keyData = copyBytes(keyData);
    const [material] = await requestKeys("import", format, keyData, normalized, extractable, usages);
    return makeKey(material, normalized, extractable, usages);
  }

  async exportKey(format, key) {
    SubtleCrypto.#check(this, arguments.length, 2, "exportKey");
    format = toKeyFormat(format);
    key = toCryptoKey(key, "key");
    checkExportable(key, "The key");
    return exported(format, key);
  }

  async wrapKey(format, key, wrappingKey, wrapAlgorithm) {
    SubtleCrypto.#check(this, arguments.length, 4, "wrapKey");
    format = toKeyFormat(format);
    key = toCryptoKey(key, "key");
    wrappingKey = toCryptoKey(wrappingKey, "wrappingKey");
    wrapAlgorithm = toAlgorithmIdentifier(wrapAlgorithm);
    const normalized = normalizeEither(wrapAlgorithm, "wrapKey", "encrypt");
    checkKey(wrappingKey, normalized, "wrapKey");
    checkExportable(key, "The key to be wrapped");
    const data = await exported(format, key);
    const bytes = format === "jwk" ? encoder.encode(stringify(data)) : data;
    return toBuffer(await request("encrypt", normalized, wrappingKey.key, bytes));
  }

  async unwrapKey(format, wrappedKey, unwrappingKey, unwrapAlgorithm, unwrappedKeyAlgorithm, extractable, keyUsages) {
    SubtleCrypto.#check(this, arguments.length, 7, "unwrapKey");
    format = toKeyFormat(format);
    toBufferSource(wrappedKey, "wrappedKey");
    unwrappingKey = toCryptoKey(unwrappingKey, "unwrappingKey");
    unwrapAlgorithm = toAlgorithmIdentifier(unwrapAlgorithm);
    unwrappedKeyAlgorithm = toAlgorithmIdentifier(unwrappedKeyAlgorithm);
    extractable = !!extractable;
    const usages = toKeyUsages(keyUsages);
    const normalized = normalizeEither(unwrapAlgorithm, "unwrapKey", "decrypt");
    const imported = normalize(unwrappedKeyAlgorithm, "importKey");
    checkKey(unwrappingKey, normalized, "unwrapKey");
    const [material] = await requestKeys(
      "unwrap", normalized, unwrappingKey.key, copyBytes(wrappedKey), format, imported, extractable, usages,
    );
    return makeKey(material, imported, extractable, usages);
  }
}
exposeInterface(SubtleCrypto);

/** What is asked stays charged to the context until it is answered: it may have to wait. */
async function request(...asked) {
  return await ask(...asked);
}

async function cipher(operation, algorithm, key, data) {
  algorithm = toAlgorithmIdentifier(algorithm);
  key = toCryptoKey(key, "key");
  toBufferSource(data, "data");
  const normalized = normalize(algorithm, operation);
  checkKey(key, normalized, operation);
  return toBuffer(await request(operation, normalized, key.key, copyBytes(data)));
}

/** `crypto.subtle`. */
export const subtle = new SubtleCrypto(TOKEN);
