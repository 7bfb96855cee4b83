// `performance` as an event target: High Resolution Time, 7.

import { admitTargets } from "./events.js";
import { isPerformance } from "native:performance";

export { EventTarget } from "./events.js";

admitTargets(isPerformance);
