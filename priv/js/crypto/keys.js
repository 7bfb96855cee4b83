// Key formats, usages and JSON Web Keys as Web IDL has them.

import { createKey } from "native:crypto";
import { toDOMString, toEnum, toSequence } from "../webidl.js";

const KEY_USAGES = ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];
const KEY_FORMATS = ["raw", "spki", "pkcs8", "jwk"];

export function toKeyFormat(value) {
  return toEnum(value, KEY_FORMATS, "KeyFormat");
}

/** sequence<KeyUsage>, each once. */
export function toKeyUsages(value) {
  const given = toSequence(value, "keyUsages", (usage) => toEnum(usage, KEY_USAGES, "KeyUsage"));
  return KEY_USAGES.filter((usage) => given.includes(usage));
}

const text = toDOMString;
const texts = (value) => toSequence(value, "key_ops", toDOMString);
const others = (value) => toSequence(value, "oth", () => true);

/** JsonWebKey's members in lexicographical order. */
const JWK_MEMBERS = Object.entries({
  alg: text,
  crv: text,
  d: text,
  dp: text,
  dq: text,
  e: text,
  ext: Boolean,
  k: text,
  key_ops: texts,
  kty: text,
  n: text,
  oth: others,
  p: text,
  q: text,
  qi: text,
  use: text,
  x: text,
  y: text,
});

/** The dictionary JsonWebKey. */
export function toJsonWebKey(value) {
  const jwk = { __proto__: null };
  if (value === undefined || value === null) return jwk;
  if (typeof value !== "object" && typeof value !== "function") {
    throw new TypeError("keyData is neither a BufferSource nor a JsonWebKey");
  }
  for (const [member, convert] of JWK_MEMBERS) {
    const given = value[member];
    if (given !== undefined) jwk[member] = convert(given);
  }
  return jwk;
}

/** A JsonWebKey as an object, from the strings that the BEAM gave. */
export function fromJsonWebKey(members) {
  const jwk = {};
  for (const [member] of JWK_MEMBERS) {
    if (members[member] !== undefined) jwk[member] = members[member];
  }
  return jwk;
}

/** A CryptoKey of `material`, for the normalized `algorithm`. */
export function makeKey(material, algorithm, extractable, usages) {
  return createKey(material, algorithm.name, algorithm.hash, algorithm.namedCurve, extractable, usages);
}

/**
 * A CryptoKeyPair; each key has those of `usages` that are for its kind. The BEAM
 * has made sure that the private one has any.
 */
export function makeKeyPair([publicMaterial, privateMaterial], algorithm, extractable, usages) {
  const ofPublic = ["encrypt", "verify", "wrapKey"];
  return {
    privateKey: makeKey(privateMaterial, algorithm, extractable, usages.filter((usage) => !ofPublic.includes(usage))),
    publicKey: makeKey(publicMaterial, algorithm, true, usages.filter((usage) => ofPublic.includes(usage))),
  };
}
