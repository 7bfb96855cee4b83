// Which algorithms there are, and how a script names one: Web Cryptography, 18.

import { copyBytes, isBufferSource, keySlots } from "native:crypto";
import { toDOMString, toEnforcedUnsigned } from "../webidl.js";

const { isView } = ArrayBuffer;
const { Uint8Array } = globalThis;

/** A BufferSource or a TypeError. */
export function toBufferSource(value, what) {
  if (!isBufferSource(value)) {
    throw new TypeError(`${what} is neither an ArrayBuffer nor a view of one`);
  }
  return value;
}

/** The internal slots of a CryptoKey, with the key itself, or a TypeError. */
export function toCryptoKey(value, what) {
  const slots = keySlots(value);
  if (slots === undefined) throw new TypeError(`${what} is not a CryptoKey`);
  slots.key = value;
  return slots;
}

/** AlgorithmIdentifier: an object or a DOMString. */
export function toAlgorithmIdentifier(value) {
  if ((typeof value === "object" && value !== null) || typeof value === "function") return value;
  return toDOMString(value);
}

function toBigInteger(value, what) {
  if (!isView(value) || !(value instanceof Uint8Array)) throw new TypeError(`${what} is not a Uint8Array`);
  return toBufferSource(value, what);
}

const bufferSource = toBufferSource;
const octet = (value, what) => toEnforcedUnsigned(value, what, 0xff);
const unsignedShort = (value, what) => toEnforcedUnsigned(value, what, 0xffff);
const unsignedLong = (value, what) => toEnforcedUnsigned(value, what, 0xffffffff);
const hash = toAlgorithmIdentifier;

/**
 * The dictionaries by their members, in the order in which Web IDL reads them:
 * [name, conversion, whether it is required].
 */
const dictionaries = {
  __proto__: null,
  AesKeyGenParams: [["length", unsignedShort, true]],
  AesDerivedKeyParams: [["length", unsignedShort, true]],
  AesCbcParams: [["iv", bufferSource, true]],
  AesCtrParams: [["counter", bufferSource, true], ["length", octet, true]],
  AesGcmParams: [["additionalData", bufferSource, false], ["iv", bufferSource, true], ["tagLength", octet, false]],
  HmacKeyGenParams: [["hash", hash, true], ["length", unsignedLong, false]],
  HmacImportParams: [["hash", hash, true], ["length", unsignedLong, false]],
  Pbkdf2Params: [["hash", hash, true], ["iterations", unsignedLong, true], ["salt", bufferSource, true]],
  HkdfParams: [["hash", hash, true], ["info", bufferSource, true], ["salt", bufferSource, true]],
  EcKeyGenParams: [["namedCurve", toDOMString, true]],
  EcKeyImportParams: [["namedCurve", toDOMString, true]],
  EcdsaParams: [["hash", hash, true]],
  Ed448Params: [["context", bufferSource, false]],
  EcdhKeyDeriveParams: [["public", toCryptoKey, true]],
  RsaHashedKeyGenParams: [
    ["modulusLength", unsignedLong, true],
    ["publicExponent", toBigInteger, true],
    ["hash", hash, true],
  ],
  RsaHashedImportParams: [["hash", hash, true]],
  RsaOaepParams: [["label", bufferSource, false]],
  RsaPssParams: [["saltLength", unsignedLong, true]],
};

const RSA_SIGNATURE = {
  generateKey: "RsaHashedKeyGenParams",
  importKey: "RsaHashedImportParams",
  exportKey: null,
  sign: null,
  verify: null,
};
const AES = { generateKey: "AesKeyGenParams", importKey: null, exportKey: null, "get key length": "AesDerivedKeyParams" };
const OKP = { generateKey: null, importKey: null, exportKey: null };
const EC = { generateKey: "EcKeyGenParams", importKey: "EcKeyImportParams", exportKey: null };
const KDF = { importKey: null, "get key length": null };
const DIGEST = { digest: null };

/** Registered algorithms: name => operation => its parameters' dictionary, if any. */
const registry = {
  __proto__: null,
  "RSASSA-PKCS1-v1_5": RSA_SIGNATURE,
  "RSA-PSS": { ...RSA_SIGNATURE, sign: "RsaPssParams", verify: "RsaPssParams" },
  "RSA-OAEP": {
    generateKey: "RsaHashedKeyGenParams",
    importKey: "RsaHashedImportParams",
    exportKey: null,
    encrypt: "RsaOaepParams",
    decrypt: "RsaOaepParams",
  },
  ECDSA: { ...EC, sign: "EcdsaParams", verify: "EcdsaParams" },
  ECDH: { ...EC, deriveBits: "EcdhKeyDeriveParams" },
  Ed25519: { ...OKP, sign: null, verify: null },
  Ed448: { ...OKP, sign: "Ed448Params", verify: "Ed448Params" },
  X25519: { ...OKP, deriveBits: "EcdhKeyDeriveParams" },
  X448: { ...OKP, deriveBits: "EcdhKeyDeriveParams" },
  "AES-CTR": { ...AES, encrypt: "AesCtrParams", decrypt: "AesCtrParams" },
  "AES-CBC": { ...AES, encrypt: "AesCbcParams", decrypt: "AesCbcParams" },
  "AES-GCM": { ...AES, encrypt: "AesGcmParams", decrypt: "AesGcmParams" },
  "AES-KW": { ...AES, wrapKey: null, unwrapKey: null },
  HMAC: {
    generateKey: "HmacKeyGenParams",
    importKey: "HmacImportParams",
    exportKey: null,
    "get key length": "HmacImportParams",
    sign: null,
    verify: null,
  },
  HKDF: { ...KDF, deriveBits: "HkdfParams" },
  PBKDF2: { ...KDF, deriveBits: "Pbkdf2Params" },
  "SHA-1": DIGEST,
  "SHA-256": DIGEST,
  "SHA-384": DIGEST,
  "SHA-512": DIGEST,
  "SHA3-256": DIGEST,
  "SHA3-384": DIGEST,
  "SHA3-512": DIGEST,
};

/** "SHA-256" by "sha-256": ASCII letters in either case. */
const canonical = new Map(Object.keys(registry).map((name) => [asciiLower(name), name]));

function asciiLower(text) {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function readName(algorithm) {
  const { name } = algorithm;
  if (name === undefined) throw new TypeError("The algorithm has no name");
  return toDOMString(name);
}

/** Whether an operation of a registered algorithm is there. */
export function supports(name, operation) {
  return operation in registry[name];
}

/**
 * "Normalize an algorithm", 18.4.4.
 * @param {object | string} algorithm what toAlgorithmIdentifier gave
 * @param {string} operation
 */
export function normalize(algorithm, operation) {
  const object = typeof algorithm === "string" ? { __proto__: null, name: algorithm } : algorithm;
  // 1. to 5. The algorithm of that name, in whatever case, that has the operation.
  const given = readName(object);
  const name = canonical.get(asciiLower(given));
  if (name === undefined || !supports(name, operation)) {
    throw new DOMException(`${given} does not support ${operation}`, "NotSupportedError");
  }
  const normalized = { __proto__: null, name };
  const dictionary = registry[name][operation];
  if (dictionary === null) return normalized;
  // 6. Convert to the dictionary: `name` is read again, as a member of it.
  readName(object);
  const members = dictionaries[dictionary];
  for (const [member, convert, required] of members) {
    const value = object[member];
    if (value !== undefined) {
      normalized[member] = convert(value, `${name}: ${member}`);
    } else if (required) {
      throw new TypeError(`${name}: ${member} is missing`);
    }
  }
  // 7. to 10. Copies of bytes; algorithms inside normalized in turn.
  for (const [member, convert] of members) {
    const value = normalized[member];
    if (value === undefined) continue;
    if (convert === bufferSource || convert === toBigInteger) normalized[member] = copyBytes(value);
    else if (convert === hash) normalized[member] = normalize(value, "digest").name;
  }
  return normalized;
}
