// Web Platform Tests' url-constructor.any.js, url-origin.any.js, url-setters.any.js,
// toascii.window.js and percent-encoding.window.js, as far as they need no document.
// Each function takes a suite's data and gives its failures as texts.

const PARTS = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

function differences(url, expected, name) {
  const found = [];
  for (const part of PARTS) {
    if (part in expected && url[part] !== expected[part]) {
      found.push(`${name}: ${part} is ${JSON.stringify(url[part])}, expected ${JSON.stringify(expected[part])}`);
    }
  }
  return found.slice(0, 1);
}

function attempt(name, run) {
  try {
    return run();
  } catch (error) {
    return [`${name}: ${error}`];
  }
}

function urlCase(entry) {
  const name = `${JSON.stringify(entry.input)} against ${JSON.stringify(entry.base)}`;
  const base = entry.base === null ? undefined : entry.base;
  if (entry.failure) {
    if (URL.canParse(entry.input, base)) return [`${name}: canParse`];
    if (URL.parse(entry.input, base) !== null) return [`${name}: parse`];
    try {
      return [`${name}: parsed as ${new URL(entry.input, base).href}`];
    } catch (error) {
      return error instanceof TypeError ? [] : [`${name}: ${error}`];
    }
  }
  return attempt(name, () => {
    const url = new URL(entry.input, base);
    if (!URL.canParse(entry.input, base)) return [`${name}: canParse`];
    if (URL.parse(entry.input, base).href !== url.href) return [`${name}: parse`];
    const found = differences(url, entry, name);
    if ("searchParams" in entry && String(url.searchParams) !== entry.searchParams) {
      found.push(`${name}: searchParams is ${url.searchParams}`);
    }
    return found;
  });
}

function setterCase([attribute, entry]) {
  const name = `${entry.href} with ${attribute} = ${JSON.stringify(entry.new_value)}`;
  return attempt(name, () => {
    const url = new URL(entry.href);
    url[attribute] = entry.new_value;
    return differences(url, entry.expected, name);
  });
}

function toAsciiCase(entry) {
  const name = JSON.stringify(entry.input);
  const encoded = encodeURIComponent(entry.input);
  const hostFor = (input) => {
    try {
      return new URL(`https://${input}/x`).host;
    } catch {
      return null;
    }
  };
  if (hostFor(entry.input) !== entry.output) return [`${name}: ${hostFor(entry.input)}`];
  if (hostFor(encoded) !== entry.output) return [`${name} encoded: ${hostFor(encoded)}`];
  for (const attribute of ["host", "hostname"]) {
    const url = new URL("https://x/x");
    url[attribute] = entry.input;
    if (url[attribute] !== (entry.output ?? "x")) return [`${name} to ${attribute}: ${url[attribute]}`];
  }
  return [];
}

function percentCase(entry) {
  const url = new URL(`https://doesnotmatter.invalid/?${entry.input}#${entry.input}`);
  const expected = entry.output["utf-8"];
  return url.search === `?${expected}` && url.hash === `#${expected}` ? [] : [`${entry.input}: ${url.href}`];
}

const objects = (data) => data.filter((entry) => typeof entry === "object");

globalThis.suites = {
  urltestdata: (data) => objects(data).map(urlCase),
  setters_tests: ({ comment, ...data }) =>
    Object.entries(data).flatMap(([attribute, cases]) => cases.map((entry) => setterCase([attribute, entry]))),
  toascii: (data) => objects(data).map(toAsciiCase),
  "percent-encoding": (data) => objects(data).map(percentCase),
};
