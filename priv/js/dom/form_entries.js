// "Constructing the entry list": HTML, 4.10.22.4, over the elements as scripts see them.

const BUTTONS = ["submit", "image", "reset", "button"];
const SUBMITTERS = ["submit", "image"];

/** Whether a value is an element that the window knows under the name of an interface. */
function isA(value, name) {
  const Interface = globalThis[name];
  return typeof Interface === "function" && value instanceof Interface;
}

/**
 * Refuse what is neither a form nor its button: XMLHttpRequest, 4, "new FormData".
 */
export function checkForm(form, submitter) {
  if (!isA(form, "HTMLFormElement")) throw new TypeError("FormData constructor: not a form");
  if (submitter === null || submitter === undefined) return;
  if (!isA(submitter, "HTMLElement")) throw new TypeError("FormData constructor: the submitter is no element");
  const isButton = ["HTMLButtonElement", "HTMLInputElement"].some((name) => isA(submitter, name));
  if (!isButton || !SUBMITTERS.includes(submitter.type)) {
    throw new TypeError("FormData constructor: the submitter is no submit button");
  }
  if (submitter.form !== form) {
    throw new DOMException("FormData constructor: the submitter is another form's", "NotFoundError");
  }
}

/** Forms whose list is being made. */
const constructing = new WeakSet();

/** Put the entries of a form into a FormData, and tell of it. */
export function collectEntries(form, submitter, data) {
  if (constructing.has(form)) {
    throw new DOMException("FormData constructor: the entry list of the form is being made", "InvalidStateError");
  }
  constructing.add(form);
  const append = (name, value) => data.append(name, value);
  try {
    // `elements` is without buttons of type image.
    for (const field of form.getRootNode().querySelectorAll("button,input,select,textarea")) {
      if (field.form === form) collect(field, submitter, append);
    }
    form.dispatchEvent(new FormDataEvent("formdata", { bubbles: true, formData: data }));
  } finally {
    constructing.delete(form);
  }
}

function collect(field, submitter, append) {
  const { localName, name, type } = field;
  const isButton = (localName === "button" || localName === "input") && BUTTONS.includes(type);
  if (field.closest("datalist") !== null || field.matches(":disabled")) return;
  if (isButton && field !== submitter) return;
  if (localName === "input") {
    if ((type === "checkbox" || type === "radio") && !field.checked) return;
    if (type === "image") {
      // Nobody has clicked on a point of it.
      const prefix = name === "" ? "" : `${name}.`;
      append(`${prefix}x`, "0");
      append(`${prefix}y`, "0");
      return;
    }
  }
  if (name === "") return;
  if (localName === "select") {
    for (const option of field.options) {
      if (option.selected && !option.matches(":disabled")) append(name, option.value);
    }
  } else if (localName === "input" && type === "file") {
    append(name, new File([], "", { type: "application/octet-stream" }));
  } else if (localName === "input" && type === "hidden" && name.toLowerCase() === "_charset_") {
    append(name, "UTF-8");
  } else {
    append(name, field.value);
  }
  const direction = field.getAttribute("dirname");
  if (direction) append(direction, directionOf(field));
}

/** "The directionality", where an attribute says it. */
function directionOf(element) {
  const from = element.closest("[dir=rtl i], [dir=ltr i]");
  return from === null ? "ltr" : from.getAttribute("dir").toLowerCase();
}
