// Where FormData finds the entries of a form: there are forms where there is a DOM.

/** @type {((...args: any[]) => [string, string | File][]) | null} */
let entries = null;

/** From now on there are forms: `entryList(form, submitter, toFormData)` has their entries. */
export function admitForms(entryList) {
  entries = entryList;
}

/** "Construct the entry list" of a form. */
export function formEntries(form, submitter, toFormData) {
  if (entries === null) throw new TypeError("FormData constructor: there are no forms here");
  return entries(form, submitter, toFormData);
}
