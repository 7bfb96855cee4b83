// Web Platform Tests' urlpattern.js, urlpattern-compare.js and urlpattern-generate.js.

const COMPONENTS = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
const EARLIER = {
  protocol: [],
  hostname: ["protocol"],
  port: ["protocol", "hostname"],
  username: [],
  password: [],
  pathname: ["protocol", "hostname", "port"],
  search: ["protocol", "hostname", "port", "pathname"],
  hash: ["protocol", "hostname", "port", "pathname", "search"],
};

function throwsTypeError(name, run) {
  try {
    run();
    return [`${name}: nothing is thrown`];
  } catch (error) {
    return error instanceof TypeError ? [] : [`${name}: ${error}`];
  }
}

/** What the attribute of a component should be, as the harness of the data says. */
function expectedPattern(entry, component) {
  const expected = entry.expected_obj?.[component];
  if (expected !== undefined) return expected;
  if (entry.exactly_empty_components?.includes(component)) return "";
  const first = entry.pattern[0];
  if (typeof first === "object" && first[component]) return first[component];
  if (typeof first === "object" && EARLIER[component].some((name) => name in first)) return "*";
  let base = null;
  if (entry.pattern.length > 0 && first.baseURL) base = new URL(first.baseURL);
  else if (entry.pattern.length > 1 && typeof entry.pattern[1] === "string") base = new URL(entry.pattern[1]);
  if (base === null || component === "username" || component === "password") return "*";
  const value = base[component];
  if (component === "protocol") return value.slice(0, -1);
  return component === "search" || component === "hash" ? value.slice(1) : value;
}

function expectedMatch(entry, component) {
  let found = entry.expected_match[component];
  if (!found) {
    found = { input: "", groups: {} };
    if (!entry.exactly_empty_components?.includes(component)) found.groups["0"] = "";
  }
  for (const key of Object.keys(found.groups)) if (found.groups[key] === null) found.groups[key] = undefined;
  return found;
}

/** As JSON, keys in order. */
const plain = (value) =>
  JSON.stringify(value, (key, item) => {
    if (item === undefined) return "undefined";
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
const sorted = ({ input, groups }) => plain([input, Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1))]);

function patternCase(entry) {
  const name = JSON.stringify(entry.pattern);
  if (entry.expected_obj === "error") return throwsTypeError(name, () => new URLPattern(...entry.pattern));
  try {
    const pattern = new URLPattern(...entry.pattern);
    for (const component of COMPONENTS) {
      const expected = expectedPattern(entry, component);
      if (pattern[component] !== expected) return [`${name}: ${component} is ${pattern[component]}, expected ${expected}`];
    }
    if (!entry.inputs) return [];
    const asked = `${name} on ${JSON.stringify(entry.inputs)}`;
    if (entry.expected_match === "error") {
      return [
        ...throwsTypeError(asked, () => pattern.test(...entry.inputs)),
        ...throwsTypeError(asked, () => pattern.exec(...entry.inputs)),
      ];
    }
    if (pattern.test(...entry.inputs) !== !!entry.expected_match) return [`${asked}: test`];
    const result = pattern.exec(...entry.inputs);
    if (!entry.expected_match || typeof entry.expected_match !== "object") {
      return result === (entry.expected_match ?? null) ? [] : [`${asked}: ${plain(result)}`];
    }
    const inputs = entry.expected_match.inputs ?? entry.inputs;
    if (plain(result.inputs) !== plain(inputs)) return [`${asked}: inputs are ${plain(result.inputs)}`];
    for (const component of COMPONENTS) {
      const expected = sorted(expectedMatch(entry, component));
      if (sorted(result[component]) !== expected) return [`${asked}: ${component} is ${sorted(result[component])}, expected ${expected}`];
    }
    return [];
  } catch (error) {
    return [`${name}: ${error}`];
  }
}

function compareCase(entry) {
  const left = new URLPattern(entry.left);
  const right = new URLPattern(entry.right);
  const found = [
    [URLPattern.compareComponent(entry.component, left, right), entry.expected],
    [URLPattern.compareComponent(entry.component, right, left), -entry.expected],
    [URLPattern.compareComponent(entry.component, left, left), 0],
    [URLPattern.compareComponent(entry.component, right, right), 0],
  ];
  const wrong = found.filter(([result, expected]) => result + 0 !== expected + 0);
  return wrong.slice(0, 1).map(([result]) => `${JSON.stringify(entry)}: ${result}`);
}

function generateCase(entry) {
  const name = JSON.stringify(entry);
  try {
    const pattern = new URLPattern(entry.pattern);
    if (entry.expected === null) return throwsTypeError(name, () => pattern.generate(entry.component, entry.groups));
    const result = pattern.generate(entry.component, entry.groups);
    return result === entry.expected ? [] : [`${name}: ${result}`];
  } catch (error) {
    return [`${name}: ${error}`];
  }
}

const objects = (data) => data.filter((entry) => typeof entry === "object");

globalThis.suites = {
  urlpatterntestdata: (data) => objects(data).map(patternCase),
  "urlpattern-compare-test-data": (data) => data.map(compareCase),
  "urlpattern-generate-test-data": (data) => data.map(generateCase),
};
