// What XPath expressions work with: axes, values and their conversions, functions
// (XPath 1.0, sections 2.2, 3.4 and 4).

import { isNode } from "native:dom";

export const XHTML = "http://www.w3.org/1999/xhtml";

export function lookUp(resolver, prefix) {
  if (resolver === null || resolver === undefined) return null;
  const found = typeof resolver === "function" ? resolver(prefix) : resolver.lookupNamespaceURI(prefix);
  return found === null || found === undefined ? null : `${found}`;
}

export function rootOf(node) {
  return (node.nodeType === 2 ? node.ownerElement ?? node : node).getRootNode();
}

function parentOf(node) {
  return node.nodeType === 2 ? node.ownerElement : node.parentNode;
}

function* descendants(node) {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    yield child;
    yield* descendants(child);
  }
}

function* upwards(node) {
  for (let above = parentOf(node); above !== null; above = parentOf(above)) yield above;
}

function* siblings(node, next) {
  if (node.nodeType === 2) return;
  for (let one = node[next]; one !== null; one = one[next]) yield one;
}

export const AXES = {
  __proto__: null,
  child: (node) => node.childNodes,
  descendant: descendants,
  "descendant-or-self": function* (node) {
    yield node;
    yield* descendants(node);
  },
  parent: (node) => (parentOf(node) === null ? [] : [parentOf(node)]),
  ancestor: upwards,
  "ancestor-or-self": function* (node) {
    yield node;
    yield* upwards(node);
  },
  self: (node) => [node],
  attribute: (node) => (node.nodeType === 1 ? node.attributes : []),
  "following-sibling": (node) => siblings(node, "nextSibling"),
  "preceding-sibling": (node) => siblings(node, "previousSibling"),
  following: function* (node) {
    for (let at = node; at !== null; at = parentOf(at)) {
      for (const sibling of siblings(at, "nextSibling")) {
        yield sibling;
        yield* descendants(sibling);
      }
    }
  },
  preceding: function* (node) {
    for (let at = node; at !== null; at = parentOf(at)) {
      for (const sibling of siblings(at, "previousSibling")) {
        yield* [...descendants(sibling)].reverse();
        yield sibling;
      }
    }
  },
  namespace: () => [],
};

export function axisStep(axis, test, predicates) {
  return (nodes) => {
    const found = [];
    for (const node of nodes) {
      let list = [...AXES[axis](node)].filter(test);
      for (const predicate of predicates) list = filter(list, predicate);
      found.push(...list);
    }
    return nodes.length === 1 && !/^(ancestor|preceding)/.test(axis) ? found : sorted(found);
  };
}

export function filter(nodes, predicate) {
  return nodes.filter((node, index) => {
    const value = predicate({ node, position: index + 1, size: nodes.length });
    return typeof value === "number" ? value === index + 1 : toBoolean(value);
  });
}

/** In document order, each once. */
export function sorted(nodes) {
  return [...new Set(nodes)].sort((a, b) => (a.compareDocumentPosition(b) & 4 ? -1 : 1));
}

export function toNodes(value) {
  if (!Array.isArray(value)) throw new DOMException("The expression is no set of nodes", "SyntaxError");
  return value;
}

function textOf(node) {
  return node.nodeType === 9 ? (node.documentElement?.textContent ?? "") : (node.textContent ?? "");
}

export function toString(value) {
  if (Array.isArray(value)) return value.length === 0 ? "" : textOf(sorted(value)[0]);
  return `${Object.is(value, -0) ? 0 : value}`;
}

export function toNumber(value) {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  const text = toString(value).trim();
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : NaN;
}

export function toBoolean(value) {
  return Array.isArray(value) ? value.length > 0 : !!value;
}

const COMPARE = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** 3.4. */
function compare(operator, a, b) {
  const test = COMPARE[operator];
  if (Array.isArray(a) || Array.isArray(b)) {
    const [list, other] = [Array.isArray(a) ? a : [a], Array.isArray(b) ? b : [b]];
    if (typeof a === "boolean" || typeof b === "boolean") {
      return compare(operator, toBoolean(a), toBoolean(b));
    }
    const plain = (one) => (isNode(one) ? textOf(one) : one);
    return list.some((x) => other.some((y) => compare(operator, plain(x), plain(y))));
  }
  const equality = operator === "=" || operator === "!=";
  if (equality && (typeof a === "boolean" || typeof b === "boolean")) return test(toBoolean(a), toBoolean(b));
  if (equality && typeof a === "string" && typeof b === "string") return test(a, b);
  return test(toNumber(a), toNumber(b));
}

export function combine(operator, left, right) {
  switch (operator) {
    case "or":
      return (context) => toBoolean(left(context)) || toBoolean(right(context));
    case "and":
      return (context) => toBoolean(left(context)) && toBoolean(right(context));
    case "+":
      return (context) => toNumber(left(context)) + toNumber(right(context));
    case "-":
      return (context) => toNumber(left(context)) - toNumber(right(context));
    case "*":
      return (context) => toNumber(left(context)) * toNumber(right(context));
    case "div":
      return (context) => toNumber(left(context)) / toNumber(right(context));
    case "mod":
      return (context) => toNumber(left(context)) % toNumber(right(context));
    default:
      return (context) => compare(operator, left(context), right(context));
  }
}

const first = ({ node }, nodes) => (nodes === undefined ? node : sorted(toNodes(nodes))[0]);
const own = ({ node }, value) => (value === undefined ? textOf(node) : toString(value));

export const FUNCTIONS = {
  __proto__: null,
  last: ({ size }) => size,
  position: ({ position }) => position,
  count: (_, nodes) => toNodes(nodes).length,
  id: ({ node }, value) => {
    const names = Array.isArray(value) ? value.map(textOf).join(" ") : toString(value);
    const root = rootOf(node);
    return sorted(names.split(/\s+/).map((name) => root.getElementById?.(name) ?? null).filter(isNode));
  },
  "local-name": (context, nodes) => first(context, nodes)?.localName ?? "",
  "namespace-uri": (context, nodes) => first(context, nodes)?.namespaceURI ?? "",
  name: (context, nodes) => {
    const node = first(context, nodes);
    return node === undefined ? "" : (node.nodeType === 1 ? node.nodeName.toLowerCase() : (node.name ?? node.target ?? ""));
  },
  string: (context, value) => own(context, value),
  concat: (_, ...values) => values.map(toString).join(""),
  "starts-with": (_, text, start) => toString(text).startsWith(toString(start)),
  contains: (_, text, part) => toString(text).includes(toString(part)),
  "substring-before": (_, text, part) => {
    const [whole, at] = [toString(text), toString(text).indexOf(toString(part))];
    return at < 0 ? "" : whole.slice(0, at);
  },
  "substring-after": (_, text, part) => {
    const [whole, piece] = [toString(text), toString(part)];
    return whole.includes(piece) ? whole.slice(whole.indexOf(piece) + piece.length) : "";
  },
  substring: (_, text, start, length) => {
    const from = Math.round(toNumber(start));
    const to = length === undefined ? Infinity : from + Math.round(toNumber(length));
    return [...toString(text)].filter((_, index) => index + 1 >= from && index + 1 < to).join("");
  },
  "string-length": (context, value) => [...own(context, value)].length,
  "normalize-space": (context, value) => own(context, value).trim().replace(/[ \t\r\n]+/g, " "),
  translate: (_, text, from, to) => {
    const [search, replacement] = [[...toString(from)], [...toString(to)]];
    return [...toString(text)]
      .map((char) => (search.includes(char) ? (replacement[search.indexOf(char)] ?? "") : char))
      .join("");
  },
  boolean: (_, value) => toBoolean(value),
  not: (_, value) => !toBoolean(value),
  true: () => true,
  false: () => false,
  lang: ({ node }, value) => {
    const wanted = toString(value).toLowerCase();
    for (let at = node; at !== null; at = parentOf(at)) {
      const own = at.getAttribute?.("xml:lang") ?? at.getAttribute?.("lang") ?? null;
      if (own !== null) return own.toLowerCase() === wanted || own.toLowerCase().startsWith(`${wanted}-`);
    }
    return false;
  },
  number: (context, value) => toNumber(value === undefined ? textOf(context.node) : value),
  sum: (_, nodes) => toNodes(nodes).reduce((total, node) => total + toNumber(textOf(node)), 0),
  floor: (_, value) => Math.floor(toNumber(value)),
  ceiling: (_, value) => Math.ceil(toNumber(value)),
  round: (_, value) => Math.round(toNumber(value)),
};
