// What a click does (activation behavior, DOM Standard 2.10 and HTML), focus, and forms.

import { dispatch, Event, fire, setRelatedTarget, trust } from "../events.js";
import { FocusEvent, InputEvent, MouseEvent, PointerEvent, SubmitEvent } from "./ui_events.js";
import {
  attribute,
  checkedInGroup,
  documentUrl,
  formControls,
  formOwner,
  htmlName,
  indeterminate,
  inputType,
  isChecked,
  isConnected,
  isDisabled,
  isNode,
  isValid,
  labeledControl,
  load,
  resetControl,
  setChecked,
  setFocused,
} from "native:dom";

/** Elements whose click() is under way. */
const clicking = new WeakSet();

/** `element.click()`. */
export function click(element) {
  const control = ["button", "input", "select", "textarea", "fieldset"].includes(htmlName(element));
  if ((control && isDisabled(element)) || clicking.has(element)) return;
  clicking.add(element);
  try {
    const init = { bubbles: true, cancelable: true, composed: true, view: globalThis, detail: 1 };
    dispatch(new PointerEvent("click", init), element);
  } finally {
    clicking.delete(element);
  }
}

/** The activation behavior that a click sets off, of the nearest element that has one. */
export function activationOf(target, event, path) {
  if (!(event instanceof MouseEvent)) return null;
  const candidates = event.bubbles ? path : [path[0]];
  for (const { target: node } of candidates) {
    if (!isNode(node)) continue;
    const behavior = behaviorOf(node, event, target);
    if (behavior !== null) return behavior;
  }
  return null;
}

function behaviorOf(node, event, target) {
  switch (htmlName(node)) {
    case "input":
      return inputBehavior(node);
    case "button":
      return isDisabled(node) ? {} : buttonBehavior(node, (attribute(node, "type") ?? "submit").toLowerCase());
    case "label":
      return { run: () => clickLabeled(node, target) };
    case "summary":
      return summaryBehavior(node);
    case "a":
    case "area":
      return attribute(node, "href") === null ? null : { run: () => follow(node) };
    default:
      return null;
  }
}

function inputBehavior(input) {
  const type = inputType(input);
  if (type === "checkbox") {
    let before, wasIndeterminate;
    return {
      before() {
        before = isChecked(input);
        wasIndeterminate = indeterminate(input, false);
        setChecked(input, !before);
      },
      canceled() {
        setChecked(input, before);
        indeterminate(input, wasIndeterminate);
      },
      run: () => changed(input),
    };
  }
  if (type === "radio") {
    let before, was;
    return {
      before() {
        was = isChecked(input);
        before = checkedInGroup(input);
        setChecked(input, true);
      },
      canceled() {
        if (before !== null) setChecked(before, true);
        else setChecked(input, false);
      },
      run: () => {
        if (!was) changed(input);
      },
    };
  }
  if (isDisabled(input)) return {};
  if (type === "submit" || type === "image") return buttonBehavior(input, "submit");
  if (type === "reset") return buttonBehavior(input, "reset");
  return {};
}

function changed(input) {
  if (!isConnected(input)) return;
  fire(input, "input", { bubbles: true, composed: true }, InputEvent);
  fire(input, "change", { bubbles: true });
}

function buttonBehavior(button, type) {
  if (type === "button") return {};
  return {
    run() {
      const form = formOwner(button);
      if (form === null || !isConnected(button) || isDisabled(button)) return;
      if (type === "reset") reset(form);
      else submit(form, button);
    },
  };
}

/** "Follow the hyperlink": within the document only, nothing is loaded. */
function follow(link) {
  if (!["", "_self"].includes(link.target.toLowerCase())) return;
  const [here] = documentUrl().split("#");
  const [there, fragment] = link.href.split("#");
  if (fragment !== undefined && here === there && isConnected(link)) load("dom/window.js").navigate(link.href);
}

function clickLabeled(label, target) {
  const control = labeledControl(label);
  if (control === null || control === target || control.contains(target)) return;
  // What is active in the label has been activated itself.
  for (let node = target; isNode(node) && node !== label; node = node.parentNode) {
    if (["a", "button", "input", "select", "textarea"].includes(htmlName(node))) return;
  }
  click(control);
}

function summaryBehavior(summary) {
  const details = summary.parentElement;
  if (details === null || htmlName(details) !== "details") return null;
  const isFirst = [...details.children].find((child) => htmlName(child) === "summary") === summary;
  if (!isFirst) return null;
  return {
    run() {
      const open = details.toggleAttribute("open");
      const [oldState, newState] = open ? ["closed", "open"] : ["open", "closed"];
      const event = Object.assign(trust(new Event("toggle")), { oldState, newState });
      queueMicrotask(() => dispatch(event, details));
    },
  };
}

// Forms

/** "Submit": nothing is sent anywhere, scripts hear of it. */
function submit(form, submitter) {
  const skip = attribute(form, "novalidate") !== null ||
    (submitter !== null && attribute(submitter, "formnovalidate") !== null);
  if (!skip && !checkForm(form)) return;
  fire(form, "submit", { bubbles: true, cancelable: true, submitter }, SubmitEvent);
}

/** Throws unless `submitter` is a submit button of the form. */
export function checkSubmitter(form, submitter, operation) {
  const name = isNode(submitter) ? htmlName(submitter) : "";
  const submits = name === "button"
    ? !["reset", "button"].includes((attribute(submitter, "type") ?? "").toLowerCase())
    : name === "input" && ["submit", "image"].includes(inputType(submitter));
  if (!submits) throw new TypeError(`${operation}: the submitter is not a submit button`);
  if (formOwner(submitter) !== form) {
    throw new DOMException("The submitter belongs to another form", "NotFoundError");
  }
}

export function requestSubmit(form, submitter = undefined) {
  if (submitter !== undefined && submitter !== null) checkSubmitter(form, submitter, "requestSubmit");
  submit(form, submitter ?? null);
}

export function reset(form) {
  if (!fire(form, "reset", { bubbles: true, cancelable: true })) return;
  for (const control of formControls(form)) resetControl(control);
}

export function checkForm(form) {
  // All of them hear of it, not only the first.
  return formControls(form).filter((control) => !checkControl(control)).length === 0;
}

export function checkControl(control) {
  if (isValid(control)) return true;
  fire(control, "invalid", { cancelable: true });
  return false;
}

export function fireClose(dialog) {
  queueMicrotask(() => fire(dialog, "close"));
}

export function fireSlotChange(slot) {
  fire(slot, "slotchange", { bubbles: true });
}

// Focus

const FOCUSABLE = ["button", "input", "select", "textarea", "iframe", "summary"];

function isFocusable(element) {
  if (!isConnected(element)) return false;
  const name = htmlName(element);
  if (FOCUSABLE.includes(name)) return !isDisabled(element) && !(name === "input" && inputType(element) === "hidden");
  if ((name === "a" || name === "area") && attribute(element, "href") !== null) return true;
  return attribute(element, "tabindex") !== null || element.isContentEditable === true;
}

function move(from, to) {
  const send = (type, target, related, bubbles) => {
    if (target === null) return;
    const event = trust(new FocusEvent(type, { bubbles, composed: true, view: globalThis }));
    setRelatedTarget(event, related);
    dispatch(event, target);
  };
  send("blur", from, to, false);
  send("focusout", from, to, true);
  send("focus", to, from, false);
  send("focusin", to, from, true);
}

export function focus(element) {
  if (!isFocusable(element)) return;
  const document = element.ownerDocument;
  const before = setFocused(document, element);
  if (before === element) return;
  move(before !== null && isConnected(before) ? before : null, element);
}

export function blur(element) {
  const document = element.ownerDocument;
  const before = setFocused(document, null);
  if (before === element) move(element, null);
  else if (before !== null) setFocused(document, before);
}
