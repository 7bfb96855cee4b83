// Event handlers of nodes, also those that are content attributes: HTML, 8.1.8.1.

import { getHandler, setHandler } from "../event_handlers.js";
import { report } from "native:errors";
import { attribute, formOwner, htmlName, isWindowDocument, rootOf } from "native:dom";

const { apply } = Reflect;
const OwnFunction = Function;

/** Node => type => the text that its handler was made of. */
const sources = new WeakMap();

/** Handlers of `body` that are those of the window. */
const OF_WINDOW = ["blur", "error", "focus", "load", "resize", "scroll"];

function targetOf(node, type) {
  if (!OF_WINDOW.includes(type)) return node;
  const name = htmlName(node);
  return (name === "body" || name === "frameset") && isWindowDocument(rootOf(node)) ? globalThis : node;
}

/** Make a handler of a node's attribute, where it is not made yet. */
export function materialize(node, type) {
  const source = attribute(node, `on${type}`);
  let known = sources.get(node);
  if ((known?.get(type) ?? null) === source) return;
  if (known === undefined) sources.set(node, (known = new Map()));
  known.set(type, source);
  setHandler(targetOf(node, type), type, source === null ? null : compile(node, type, source));
}

/** "Getting the current value of the event handler". */
function compile(node, type, source) {
  const name = `on${type}`;
  try {
    // By itself first: what would end the function early is no body.
    new OwnFunction("event", source);
    const around =
      "with (this.document) { with (this.form) { with (this.element) {" +
      `return function ${name}(event) {\n${source}\n} } } }`;
    const scope = { document: node.ownerDocument ?? node, form: formOwner(node) ?? {}, element: node };
    return apply(new OwnFunction(around), scope, []);
  } catch (error) {
    report(error);
    return null;
  }
}

export function getNodeHandler(node, type) {
  materialize(node, type);
  return getHandler(targetOf(node, type), type);
}

export function setNodeHandler(node, type, value) {
  const source = attribute(node, `on${type}`);
  if (source !== null) {
    let known = sources.get(node);
    if (known === undefined) sources.set(node, (known = new Map()));
    known.set(type, source);
  }
  setHandler(targetOf(node, type), type, value);
}
