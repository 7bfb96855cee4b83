// Runs here and in Node: what it measures, as [name, per second, unit].

const { subtle } = globalThis.crypto;
const now = () => performance.now();

/** How many times a second, of runs of about `ms` milliseconds. */
async function rate(run, ms) {
  await run();
  let count = 0;
  const start = now();
  while (now() - start < ms) {
    await run();
    count++;
  }
  return count / ((now() - start) / 1000);
}

async function measure(json) {
  const { ms } = JSON.parse(json);
  const results = [];
  const random = new Uint8Array(65536);
  const fill = await rate(() => crypto.getRandomValues(random), ms);
  results.push(["getRandomValues, 64 KB", fill * 65536 / 1e6, "MB/s"]);
  for (const name of ["SHA-1", "SHA-256", "SHA-512"]) {
    for (const [label, size] of [["32 B", 32], ["64 KB", 65536], ["1 MB", 1 << 20]]) {
      const data = new Uint8Array(size);
      const perSecond = await rate(() => subtle.digest(name, data), ms);
      results.push(size === 32 ? [`digest ${name}, ${label}`, perSecond, "/s"] : [`digest ${name}, ${label}`, perSecond * size / 1e6, "MB/s"]);
    }
  }
  const data = new Uint8Array(256), large = new Uint8Array(1 << 20);
  const hmac = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  results.push(["HMAC SHA-256, 256 B", await rate(() => subtle.sign("HMAC", hmac, data), ms), "/s"]);
  const aes = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const gcm = { name: "AES-GCM", iv: new Uint8Array(12) };
  results.push(["AES-GCM, 256 B", await rate(() => subtle.encrypt(gcm, aes, data), ms), "/s"]);
  results.push(["AES-GCM, 1 MB", (await rate(() => subtle.encrypt(gcm, aes, large), ms)) * large.length / 1e6, "MB/s"]);
  for (const algorithm of [
    { name: "Ed25519" },
    { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256", saltLength: 32 },
  ]) {
    const { privateKey, publicKey } = await subtle.generateKey(algorithm, false, ["sign", "verify"]);
    const signature = await subtle.sign(algorithm, privateKey, data);
    const label = [algorithm.name, algorithm.namedCurve ?? algorithm.modulusLength].filter(Boolean).join(" ");
    results.push([`${label} sign`, await rate(() => subtle.sign(algorithm, privateKey, data), ms), "/s"]);
    results.push([`${label} verify`, await rate(() => subtle.verify(algorithm, publicKey, signature, data), ms), "/s"]);
  }
  return JSON.stringify(results);
}
