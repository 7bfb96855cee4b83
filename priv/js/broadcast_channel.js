// BroadcastChannel: HTML, 9.5 "Broadcasting to other browsing contexts". Channels of a
// name are one in all contexts of all connected nodes (lib/quickbeam/apis/channel.ex); a
// message goes there as bytes.

import { callSync, cast, onEvent } from "beam:channel";
import { defineEventHandlers } from "./event_handlers.js";
import { MessageEvent } from "./event_types.js";
import { EventTarget, fire } from "./events.js";
import { pack, unpack } from "native:external";
import { escapeSurrogates } from "./surrogates.js";
import { exposeInterface, requireArguments, toDOMString } from "./webidl.js";

/** Number => channel that is open: it may get a message. */
const channels = new Map();
let lastId = 0;

/** @type {(value: unknown) => boolean} */
let isChannel;

export class BroadcastChannel extends EventTarget {
  #id = ++lastId;
  #name;

  static {
    isChannel = (value) => typeof value === "object" && value !== null && #id in value;
  }

  constructor(name) {
    requireArguments(arguments.length, 1, "BroadcastChannel constructor");
    super();
    this.#name = toDOMString(name);
    channels.set(this.#id, this);
    // Whoever posts from now on, in whatever context, reaches it.
    callSync("open", this.#id, escapeSurrogates(this.#name));
  }

  get name() {
    return this.#name;
  }

  postMessage(message) {
    const id = this.#id;
    requireArguments(arguments.length, 1, "BroadcastChannel.postMessage");
    if (!channels.has(id)) throw new DOMException("The channel is closed", "InvalidStateError");
    cast("post", id, pack(message));
  }

  close() {
    if (channels.delete(this.#id)) cast("close", this.#id);
  }
}
exposeInterface(BroadcastChannel);
defineEventHandlers(BroadcastChannel.prototype, ["message", "messageerror"], (value) => isChannel(value));

// Bytes, or null where messages came faster than they were taken and one was dropped.
onEvent(([id, bytes]) => {
  if (bytes !== null) cast("taken", bytes.length);
  const channel = channels.get(id);
  if (channel === undefined) return;
  let data;
  try {
    if (bytes === null) throw new Error("dropped");
    data = unpack(bytes);
  } catch {
    fire(channel, "messageerror", {}, MessageEvent);
    return;
  }
  fire(channel, "message", { data }, MessageEvent);
});
