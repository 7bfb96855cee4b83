// XPath 1.0 over nodes, by the DOM's interfaces: XPathEvaluator, XPathExpression,
// XPathResult, document.evaluate (DOM Standard, section 8).

import { defineConstants, exposeInterface, requireArguments, toDOMString } from "../webidl.js";
import {
  AXES,
  FUNCTIONS,
  XHTML,
  axisStep,
  combine,
  filter,
  lookUp,
  rootOf,
  sorted,
  toBoolean,
  toNodes,
  toNumber,
  toString,
} from "./xpath_values.js";
import { isNode } from "native:dom";

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?|\.\d+)|("[^"]*"|'[^']*')|(::|\/\/|\.\.|!=|<=|>=|[()[\].@,/|+=<>*$-])|([\p{L}_][\p{L}\p{N}_.-]*(?::(?!:)(?:\*|[\p{L}_][\p{L}\p{N}_.-]*))?))/uy;

const OPERATORS = ["and", "or", "mod", "div"];

function fail(message) {
  throw new DOMException(`Not an XPath expression: ${message}`, "SyntaxError");
}

function tokenize(text) {
  /** @type {{ kind: string, value: any }[]} */
  const tokens = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && text.slice(TOKEN.lastIndex).trim() !== "") {
    const match = TOKEN.exec(text);
    if (match === null) fail(text);
    const [, number, literal, symbol, name] = match;
    if (number !== undefined) tokens.push({ kind: "number", value: Number(number) });
    else if (literal !== undefined) tokens.push({ kind: "literal", value: literal.slice(1, -1) });
    else tokens.push({ kind: symbol === undefined ? "name" : "symbol", value: symbol ?? name });
    // 3.7: a name or * after an operand is an operator.
    const before = tokens[tokens.length - 2];
    const last = tokens[tokens.length - 1];
    const operand = before !== undefined &&
      !(before.kind === "operator" || (before.kind === "symbol" && !["]", ")", "..", ".", "*"].includes(before.value)));
    if (operand && (last.value === "*" || (last.kind === "name" && OPERATORS.includes(last.value)))) last.kind = "operator";
  }
  return tokens;
}

const LEVELS = [["or"], ["and"], ["=", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "div", "mod"]];
const NODE_TYPES = ["comment", "text", "processing-instruction", "node"];

/** A parser that makes functions of a context: { node, position, size }. */
class Parser {
  constructor(text, resolver) {
    this.tokens = tokenize(text);
    this.at = 0;
    this.depth = 0;
    this.resolver = resolver;
  }
  peek(value, offset = 0) {
    const token = this.tokens[this.at + offset];
    return token !== undefined && token.kind !== "literal" && token.value === value;
  }
  take(value) {
    if (!this.peek(value)) return false;
    this.at++;
    return true;
  }
  expect(value) {
    if (!this.take(value)) fail(`${value} is missing`);
  }
  whole() {
    const expression = this.binary(0);
    if (this.at < this.tokens.length) fail(`${this.tokens[this.at].value} is too much`);
    return expression;
  }
  binary(level) {
    if (++this.depth > 2000) fail("it is nested too deep");
    if (level === LEVELS.length) return this.unary();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = LEVELS[level].find((one) => this.peek(one) && (one !== "*" || this.tokens[this.at].kind === "operator"));
      if (operator === undefined) break;
      this.at++;
      left = combine(operator, left, this.binary(level + 1));
    }
    this.depth--;
    return left;
  }
  unary() {
    if (this.take("-")) {
      const operand = this.unary();
      return (context) => -toNumber(operand(context));
    }
    let left = this.path();
    while (this.take("|")) {
      const [first, second] = [left, this.path()];
      left = (context) => sorted([...toNodes(first(context)), ...toNodes(second(context))]);
    }
    return left;
  }
  path() {
    const token = this.tokens[this.at];
    if (token === undefined) fail("it ends early");
    const isCall = token.kind === "name" && this.peek("(", 1) && !NODE_TYPES.includes(token.value);
    if (isCall || token.kind === "number" || token.kind === "literal" || this.peek("(") || this.peek("$")) {
      let primary = this.primary();
      while (this.peek("[")) {
        const [base, predicate] = [primary, this.predicate()];
        primary = (context) => filter(sorted(toNodes(base(context))), predicate);
      }
      if (this.peek("/") || this.peek("//")) {
        const [base, steps] = [primary, this.steps()];
        return (context) => steps(toNodes(base(context)));
      }
      return primary;
    }
    if (this.peek("/") || this.peek("//")) {
      const lone = this.peek("/") && !this.startsStep(1);
      if (lone) {
        this.at++;
        return ({ node }) => [rootOf(node)];
      }
      const steps = this.steps();
      return ({ node }) => steps([rootOf(node)]);
    }
    const first = this.step();
    const rest = this.peek("/") || this.peek("//") ? this.steps() : (nodes) => nodes;
    return ({ node }) => rest(first([node]));
  }
  startsStep(offset) {
    const token = this.tokens[this.at + offset];
    return token !== undefined && (token.kind === "name" || ["*", "@", ".", ".."].includes(token.value));
  }
  /** `/step//step…`. */
  steps() {
    const steps = [];
    for (;;) {
      if (this.take("//")) steps.push(axisStep("descendant-or-self", () => true, []));
      else if (!this.take("/")) break;
      steps.push(this.step());
    }
    return (nodes) => steps.reduce((current, step) => step(current), nodes);
  }
  step() {
    if (this.take("..")) return axisStep("parent", () => true, []);
    if (this.take(".")) return axisStep("self", () => true, []);
    let axis = "child";
    if (this.take("@")) {
      axis = "attribute";
    } else if (this.peek("::", 1)) {
      axis = this.tokens[this.at].value;
      if (!(axis in AXES)) fail(`there is no axis ${axis}`);
      this.at += 2;
    }
    const test = this.nodeTest(axis);
    const predicates = [];
    while (this.peek("[")) predicates.push(this.predicate());
    return axisStep(axis, test, predicates);
  }
  nodeTest(axis) {
    const token = this.tokens[this.at++];
    if (token === undefined) fail("a step is missing");
    const principal = axis === "attribute" ? 2 : 1;
    if (token.value === "*") return (node) => node.nodeType === principal;
    if (token.kind !== "name" && token.kind !== "operator") fail(`${token.value} is no step`);
    if (NODE_TYPES.includes(token.value) && this.take("(")) {
      const target = this.tokens[this.at]?.kind === "literal" ? this.tokens[this.at++].value : null;
      this.expect(")");
      switch (token.value) {
        case "node":
          return () => true;
        case "text":
          return ({ nodeType }) => nodeType === 3 || nodeType === 4;
        case "comment":
          return ({ nodeType }) => nodeType === 8;
        default:
          return (node) => node.nodeType === 7 && (target === null || node.target === target);
      }
    }
    const [prefix, local] = token.value.includes(":") ? token.value.split(":") : [null, token.value];
    if (prefix === null) {
      return (node) => {
        if (node.nodeType !== principal) return false;
        const html = principal === 1 && node.namespaceURI === XHTML && node.ownerDocument.contentType === "text/html";
        if (html) return node.localName === local.toLowerCase();
        return node.localName === local && node.namespaceURI === null;
      };
    }
    const namespace = lookUp(this.resolver, prefix);
    if (namespace === null) throw new DOMException(`No namespace is called ${prefix}`, "NamespaceError");
    return (node) =>
      node.nodeType === principal && node.namespaceURI === namespace && (local === "*" || node.localName === local);
  }
  predicate() {
    this.expect("[");
    const expression = this.binary(0);
    this.expect("]");
    return expression;
  }
  primary() {
    const token = this.tokens[this.at++];
    if (token.kind === "number" || token.kind === "literal") return () => token.value;
    if (token.value === "(") {
      const inner = this.binary(0);
      this.expect(")");
      return inner;
    }
    if (token.value === "$") fail("there are no variables");
    const implementation = FUNCTIONS[token.value];
    if (implementation === undefined) fail(`there is no function ${token.value}`);
    this.expect("(");
    const args = [];
    while (!this.peek(")")) {
      args.push(this.binary(0));
      if (!this.take(",")) break;
    }
    this.expect(")");
    return (context) => implementation(context, ...args.map((argument) => argument(context)));
  }
}

const TYPES = {
  ANY_TYPE: 0,
  NUMBER_TYPE: 1,
  STRING_TYPE: 2,
  BOOLEAN_TYPE: 3,
  UNORDERED_NODE_ITERATOR_TYPE: 4,
  ORDERED_NODE_ITERATOR_TYPE: 5,
  UNORDERED_NODE_SNAPSHOT_TYPE: 6,
  ORDERED_NODE_SNAPSHOT_TYPE: 7,
  ANY_UNORDERED_NODE_TYPE: 8,
  FIRST_ORDERED_NODE_TYPE: 9,
};

const SECRET = {};

function wrongType() {
  throw new TypeError("The result is of another type");
}

export class XPathResult {
  #type;
  #value;
  #at = 0;
  constructor(key, type, value) {
    if (key !== SECRET) throw new TypeError("Illegal constructor");
    this.#type = type;
    this.#value = value;
  }
  get resultType() {
    return this.#type;
  }
  get numberValue() {
    return this.#type === TYPES.NUMBER_TYPE ? this.#value : wrongType();
  }
  get stringValue() {
    return this.#type === TYPES.STRING_TYPE ? this.#value : wrongType();
  }
  get booleanValue() {
    return this.#type === TYPES.BOOLEAN_TYPE ? this.#value : wrongType();
  }
  get singleNodeValue() {
    return this.#type >= TYPES.ANY_UNORDERED_NODE_TYPE ? (this.#value[0] ?? null) : wrongType();
  }
  get invalidIteratorState() {
    return false;
  }
  get snapshotLength() {
    const is = this.#type === TYPES.UNORDERED_NODE_SNAPSHOT_TYPE || this.#type === TYPES.ORDERED_NODE_SNAPSHOT_TYPE;
    return is ? this.#value.length : wrongType();
  }
  iterateNext() {
    const is = this.#type === TYPES.UNORDERED_NODE_ITERATOR_TYPE || this.#type === TYPES.ORDERED_NODE_ITERATOR_TYPE;
    return is ? (this.#value[this.#at++] ?? null) : wrongType();
  }
  snapshotItem(index) {
    return index < this.snapshotLength ? this.#value[index >>> 0] : null;
  }
}
exposeInterface(XPathResult);
defineConstants(XPathResult, TYPES);

function resultOf(value, type) {
  if (type === TYPES.ANY_TYPE) {
    type = Array.isArray(value)
      ? TYPES.UNORDERED_NODE_ITERATOR_TYPE
      : { number: TYPES.NUMBER_TYPE, string: TYPES.STRING_TYPE, boolean: TYPES.BOOLEAN_TYPE }[typeof value];
  }
  switch (type) {
    case TYPES.NUMBER_TYPE:
      return new XPathResult(SECRET, type, toNumber(value));
    case TYPES.STRING_TYPE:
      return new XPathResult(SECRET, type, toString(value));
    case TYPES.BOOLEAN_TYPE:
      return new XPathResult(SECRET, type, toBoolean(value));
    default:
      if (!(type <= TYPES.FIRST_ORDERED_NODE_TYPE)) {
        throw new DOMException("There is no such type of result", "NotSupportedError");
      }
      if (!Array.isArray(value)) wrongType();
      return new XPathResult(SECRET, type, sorted(value));
  }
}

function checkNode(node) {
  if (!isNode(node)) throw new TypeError("The context is not a Node");
}

export class XPathExpression {
  #run;
  constructor(key, run) {
    if (key !== SECRET) throw new TypeError("Illegal constructor");
    this.#run = run;
  }
  evaluate(contextNode, type = 0, result = null) {
    requireArguments(arguments.length, 1, "XPathExpression.evaluate");
    checkNode(contextNode);
    return resultOf(this.#run({ node: contextNode, position: 1, size: 1 }), type & 0xffff);
  }
}
exposeInterface(XPathExpression);

export function createExpression(expression, resolver = null) {
  return new XPathExpression(SECRET, new Parser(toDOMString(expression), resolver).whole());
}

export class XPathEvaluator {
  createExpression(expression, resolver = null) {
    requireArguments(arguments.length, 1, "createExpression");
    return createExpression(expression, resolver);
  }
  createNSResolver(node) {
    checkNode(node);
    return node;
  }
  evaluate(expression, contextNode, resolver = null, type = 0, result = null) {
    requireArguments(arguments.length, 2, "evaluate");
    return createExpression(expression, resolver).evaluate(contextNode, type);
  }
}
exposeInterface(XPathEvaluator);

/** `document.evaluate`. */
export function evaluate(expression, contextNode, resolver, type) {
  return createExpression(expression, resolver).evaluate(contextNode, type);
}
