// Nodes as event targets: how their events travel (DOM Standard, 2.9 and 4.8).

import { admitTargets, relatedTargetOf, step } from "../events.js";
import { admitForms } from "../fetch/forms.js";
import { materialize } from "./handlers.js";
import {
  hostOf,
  isClosed,
  isNode,
  isShadowIncludingAncestor,
  isWindowDocument,
  load,
  parentOf,
  rootOf,
  simplePath,
  slotOf,
  withAttribute,
} from "native:dom";

export { EventTarget } from "../events.js";

admitForms((...args) => load("dom/form_entries.js").entryList(...args));

const PASSIVE = ["touchstart", "touchmove", "wheel", "mousewheel"];

admitTargets(isNode, {
  path,
  activation(target, event, path) {
    return event.type === "click" ? load("dom/activation.js").activationOf(target, event, path) : null;
  },
  passive(target, type) {
    if (!PASSIVE.includes(type)) return false;
    const document = target.ownerDocument ?? target;
    return target === document || target === document.documentElement || target === document.body;
  },
});

function path(target, event) {
  const { type } = event;
  for (const node of withAttribute(target, `on${type}`)) materialize(node, type);
  const related = relatedTargetOf(event);
  const simple = isNode(related) ? null : simplePath(target);
  if (simple === null) return wholePath(target, event, related);
  const path = [step(target, target, related)];
  for (let index = 1; index < simple.length; index++) path.push(step(simple[index]));
  const last = simple[simple.length - 1];
  if (type !== "load" && isWindowDocument(last)) path.push(step(globalThis));
  return path;
}

/** "Retarget". */
function retarget(a, b) {
  while (isNode(a)) {
    const root = rootOf(a);
    const host = hostOf(root);
    if (host === null || (isNode(b) && isShadowIncludingAncestor(root, b))) return a;
    a = host;
  }
  return a;
}

/** "Get the parent"; `first` is where the event began. */
function getParent(node, event, first) {
  if (node === globalThis) return null;
  const host = hostOf(node);
  if (host !== null) return !event.composed && rootOf(first) === node ? null : host;
  const above = slotOf(node) ?? parentOf(node);
  if (above === null && event.type !== "load" && isWindowDocument(node)) return globalThis;
  return above;
}

/** "Dispatch", steps 4 to 5.12. */
function wholePath(target, event, related) {
  const first = target;
  const path = [];
  const append = (node, adjusted, relatedTarget, closedSlot) => {
    const inTree = isNode(node);
    path.push({
      target: node,
      adjusted,
      related: relatedTarget,
      touch: null,
      inShadowTree: inTree && hostOf(rootOf(node)) !== null,
      closedRoot: inTree && isClosed(node),
      closedSlot,
      clear: false,
    });
  };
  append(target, target, retarget(related, target), false);
  let slottable = slotOf(target) === null ? null : target;
  let closedSlot = false;
  let parent = getParent(target, event, first);
  while (parent !== null) {
    const inTree = isNode(parent);
    if (slottable !== null) {
      slottable = null;
      if (isClosed(rootOf(parent))) closedSlot = true;
    }
    if (inTree && slotOf(parent) !== null) slottable = parent;
    const relatedTarget = retarget(related, parent);
    if (!inTree || isShadowIncludingAncestor(rootOf(target), parent)) {
      append(parent, null, relatedTarget, closedSlot);
    } else if (parent === relatedTarget) {
      break;
    } else {
      target = parent;
      append(parent, target, relatedTarget, closedSlot);
    }
    parent = getParent(parent, event, first);
    closedSlot = false;
  }
  const last = path.findLast(({ adjusted }) => adjusted !== null);
  const inside = (node) => isNode(node) && hostOf(rootOf(node)) !== null;
  path[path.length - 1].clear = inside(last.adjusted) || inside(last.related);
  return path;
}
