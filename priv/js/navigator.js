// The navigator object: HTML, section 8.9, the part that a context without a document
// has too. Groups put more on Navigator.prototype: `locks` is that of the locks group.

import { has, hardwareConcurrency, locks, userAgent } from "native:navigator";
import { exposeInterface } from "./webidl.js";

const navigators = new WeakSet();

function check(object) {
  if (!navigators.has(object)) throw new TypeError("Illegal invocation: not a Navigator");
}

const LANGUAGES = Object.freeze(["en-US", "en"]);

export class Navigator {
  constructor() {
    throw new TypeError("Illegal constructor");
  }
  get userAgent() {
    check(this);
    return userAgent();
  }
  get hardwareConcurrency() {
    check(this);
    return hardwareConcurrency();
  }
  get language() {
    check(this);
    return LANGUAGES[0];
  }
  get languages() {
    check(this);
    return LANGUAGES;
  }
  get onLine() {
    check(this);
    return true;
  }
}
exposeInterface(Navigator);

const mixins = {
  get locks() {
    check(this);
    return locks();
  },
};

for (const name of Object.keys(mixins)) {
  if (has(name)) {
    Object.defineProperty(Navigator.prototype, name, Object.getOwnPropertyDescriptor(mixins, name));
  }
}

export const navigator = Object.create(Navigator.prototype);
navigators.add(navigator);
