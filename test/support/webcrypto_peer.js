// make() gives keys in all formats with what they have signed and encrypted, as
// JSON; check() does the inverse with them, elsewhere.

const CASES = [
  { algorithm: { name: "HMAC", hash: "SHA-384" }, usages: ["sign", "verify"] },
  { algorithm: { name: "AES-CBC", length: 192 }, usages: ["encrypt", "decrypt"], use: { iv: 16 } },
  { algorithm: { name: "AES-CTR", length: 128 }, usages: ["encrypt", "decrypt"], use: { counter: 16, length: 20 } },
  { algorithm: { name: "AES-GCM", length: 256 }, usages: ["encrypt", "decrypt"], use: { iv: 12, additionalData: 5, tagLength: 96 } },
  { algorithm: { name: "ECDSA", namedCurve: "P-256" }, usages: ["sign", "verify"], use: { hash: "SHA-256" } },
  { algorithm: { name: "ECDSA", namedCurve: "P-384" }, usages: ["sign", "verify"], use: { hash: "SHA-1" } },
  { algorithm: { name: "ECDSA", namedCurve: "P-521" }, usages: ["sign", "verify"], use: { hash: "SHA-512" } },
  { algorithm: { name: "Ed25519" }, usages: ["sign", "verify"] },
  { algorithm: { name: "ECDH", namedCurve: "P-256" }, usages: ["deriveBits"] },
  { algorithm: { name: "ECDH", namedCurve: "P-384" }, usages: ["deriveBits"] },
  { algorithm: { name: "ECDH", namedCurve: "P-521" }, usages: ["deriveBits"] },
  { algorithm: { name: "X25519" }, usages: ["deriveBits"] },
  { algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" }, usages: ["sign", "verify"] },
  { algorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512" }, usages: ["sign", "verify"] },
  { algorithm: { name: "RSA-PSS", hash: "SHA-256" }, usages: ["sign", "verify"], use: { saltLength: 20 } },
  { algorithm: { name: "RSA-OAEP", hash: "SHA-256" }, usages: ["encrypt", "decrypt"], use: { label: 7 } },
];
const DATA = Uint8Array.from({ length: 100 }, (_, i) => i * 7);
const { subtle } = globalThis.crypto;
const list = (buffer) => Array.from(new Uint8Array(buffer));
const bytes = (numbers) => Uint8Array.from(numbers);

/** Parameters of a use: numbers of `iv` and so on are sizes of fixed bytes. */
function parameters({ algorithm, use = {} }) {
  const made = { name: algorithm.name, ...use };
  for (const name of ["iv", "counter", "additionalData", "label"]) {
    if (name in made) made[name] = new Uint8Array(made[name]).fill(0xfe);
  }
  return made;
}

async function exportAll(key) {
  const formats = { secret: ["raw", "jwk"], private: ["pkcs8", "jwk"] }[key.type] ??
    (key.algorithm.name.startsWith("RSA") ? ["spki", "jwk"] : ["raw", "spki", "jwk"]);
  const all = [];
  for (const format of formats) {
    const data = await subtle.exportKey(format, key);
    all.push([format, format === "jwk" ? data : list(data)]);
  }
  return { all, usages: key.usages };
}

async function importAll({ all, usages }, algorithm) {
  const keys = [];
  for (const [format, data] of all) {
    keys.push(await subtle.importKey(format, format === "jwk" ? data : bytes(data), algorithm, true, usages));
  }
  return keys;
}

async function make() {
  const made = [];
  for (const test of CASES) {
    const { algorithm, usages } = test;
    const generate = algorithm.name.startsWith("RSA")
      ? { ...algorithm, modulusLength: 2048, publicExponent: bytes([1, 0, 1]) }
      : algorithm;
    const pair = await subtle.generateKey(generate, true, usages);
    const privateKey = pair.privateKey ?? pair, publicKey = pair.publicKey ?? pair;
    const entry = { private: await exportAll(privateKey), public: await exportAll(publicKey) };
    if (usages[0] === "sign") entry.result = list(await subtle.sign(parameters(test), privateKey, DATA));
    else if (usages[0] === "encrypt") entry.result = list(await subtle.encrypt(parameters(test), publicKey, DATA));
    else {
      const other = await subtle.generateKey(generate, true, usages);
      entry.peer = await exportAll(other.publicKey);
      entry.result = list(await subtle.deriveBits({ name: algorithm.name, public: other.publicKey }, privateKey, 256));
    }
    made.push(entry);
  }
  return JSON.stringify(made);
}

async function check(json) {
  const made = JSON.parse(json);
  const bad = [];
  const same = (a, b) => list(a).join() === list(b).join();
  for (const [index, test] of CASES.entries()) {
    const { algorithm, usages } = test, entry = made[index];
    const name = JSON.stringify(algorithm);
    const result = bytes(entry.result);
    const privateKeys = await importAll(entry.private, algorithm), publicKeys = await importAll(entry.public, algorithm);
    for (const key of usages[0] === "sign" ? publicKeys : []) {
      if (!(await subtle.verify(parameters(test), key, result, DATA))) bad.push(`verify ${name}`);
      if (await subtle.verify(parameters(test), key, result, DATA.subarray(1))) bad.push(`verify all ${name}`);
    }
    for (const key of usages[0] === "encrypt" ? privateKeys : []) {
      if (!same(await subtle.decrypt(parameters(test), key, result), DATA)) bad.push(`decrypt ${name}`);
    }
    for (const key of usages[0] === "deriveBits" ? privateKeys : []) {
      for (const peer of await importAll(entry.peer, algorithm)) {
        const bits = await subtle.deriveBits({ name: algorithm.name, public: peer }, key, 256);
        if (!same(bits, result)) bad.push(`derive ${name}`);
      }
    }
    // The same key in all formats, as the other side has written them.
    for (const [keys, { all }] of [[privateKeys, entry.private], [publicKeys, entry.public]]) {
      for (const key of keys) {
        for (const [format, data] of (await exportAll(key)).all) {
          const given = all.find(([other]) => other === format)[1];
          const fields = format === "jwk" ? Object.keys(data).filter((field) => field !== "alg") : [];
          const equal = format === "jwk"
            ? fields.every((field) => JSON.stringify(data[field]) === JSON.stringify(given[field]))
            : same(bytes(data), bytes(given));
          if (!equal) bad.push(`${format} ${name}`);
        }
      }
    }
  }
  return bad.length === 0 ? "all good" : bad.join("; ");
}
