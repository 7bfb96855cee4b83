// What a form would send: HTML, 4.10.22.4, "constructing the entry list".

import { fileFromBlob, isBlob } from "../blob.js";
import { fire } from "../events.js";
import { toUSVString } from "../webidl.js";
import { checkSubmitter } from "./activation.js";
import { FormDataEvent } from "./ui_events.js";
import {
  attribute,
  controlValue,
  htmlName,
  inputType,
  isChecked,
  isFormAssociated,
  isNode,
  selectedValues,
  submissionValue,
  submittable,
} from "native:dom";

const BUTTONS = ["submit", "image", "reset", "button"];

/** Forms whose list is under construction. */
const constructing = new WeakSet();

export function entryList(form, submitter, toFormData) {
  if (!isNode(form) || htmlName(form) !== "form") {
    throw new TypeError("FormData constructor: the form is no HTMLFormElement");
  }
  if (submitter !== null) checkSubmitter(form, submitter, "FormData constructor");
  if (constructing.has(form)) {
    throw new DOMException("The form's entries are being collected", "InvalidStateError");
  }
  constructing.add(form);
  try {
    const entries = [];
    for (const control of submittable(form)) append(entries, control, submitter);
    const formData = toFormData(entries);
    fire(form, "formdata", { bubbles: true, formData }, FormDataEvent);
    return [...formData];
  } finally {
    constructing.delete(form);
  }
}

/** "Append an entry" of a form-associated custom element. */
function appendOwn(entries, element) {
  const value = submissionValue(element);
  const name = attribute(element, "name") ?? "";
  if (Array.isArray(value)) entries.push(...value.map((entry) => [...entry]));
  else if (value !== null && name !== "") entries.push([toUSVString(name), value]);
}

function append(entries, control, submitter) {
  if (isFormAssociated(control)) {
    appendOwn(entries, control);
    return;
  }
  const kind = htmlName(control);
  const type = kind === "input" ? inputType(control) : kind;
  const name = attribute(control, "name") ?? "";
  const add = (value) => entries.push([toUSVString(name), value]);
  if (type === "image") {
    if (control !== submitter) return;
    const prefix = name === "" ? "" : `${toUSVString(name)}.`;
    entries.push([`${prefix}x`, "0"], [`${prefix}y`, "0"]);
    return;
  }
  if ((kind === "button" || BUTTONS.includes(type)) && control !== submitter) return;
  if ((type === "checkbox" || type === "radio") && !isChecked(control)) return;
  if (name === "") return;
  if (kind === "select") {
    selectedValues(control).forEach(add);
  } else if (type === "file") {
    const files = [...(control.files ?? [])].filter(isBlob);
    if (files.length === 0) add(fileFromBlob(new Blob([], { type: "application/octet-stream" }), ""));
    files.forEach(add);
  } else if (type === "hidden" && name.toLowerCase() === "_charset_") {
    add("UTF-8");
  } else {
    add(controlValue(control));
    const direction = attribute(control, "dirname");
    if (direction && (kind === "textarea" || ["hidden", "text", "search", "tel", "url", "email"].includes(type))) {
      entries.push([toUSVString(direction), control.matches(":dir(rtl)") ? "rtl" : "ltr"]);
    }
  }
}
