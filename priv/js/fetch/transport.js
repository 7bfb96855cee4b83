// "HTTP-network fetch": one request and its response, by the network or by the
// application's own client.

import { abort, cancel, finish, isRouted, read, send, write } from "native:network";
import { exchangeRouted } from "./routed.js";

/**
 * What is asked for.
 * @typedef {object} Message
 * @property {string} method
 * @property {string} url
 * @property {string[][]} headers
 * @property {null | Uint8Array | Source} body
 *
 * Bytes, piece by piece.
 * @typedef {object} Source
 * @property {() => Promise<Uint8Array | null>} read null at the end
 * @property {(reason?: unknown) => void} cancel
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} statusText
 * @property {string[][]} headers
 * @property {Source} body
 */

/**
 * Send a request and wait for the head of its response.
 * @param {Message} message
 * @param {import("./control.js").Control} control
 * @returns {Promise<Answer>}
 */
export function exchange(message, control) {
  return isRouted() ? exchangeRouted(message, control) : exchangeNatively(message, control);
}

async function exchangeNatively({ method, url, headers, body }, control) {
  const streams = body !== null && !(body instanceof Uint8Array);
  const [request, responding] = send(method, url, headers.flat(), streams ? true : body);
  const forget = control.onAbort(() => abort(request));
  // A body that fails ends its response, too.
  if (streams) upload(request, body).catch((error) => control.abort(error));
  try {
    const [status, statusText, flat, handle] = await control.race(responding);
    const pairs = [];
    for (let index = 0; index < flat.length; index += 2) pairs.push([flat[index], flat[index + 1]]);
    return { status, statusText, headers: pairs, body: source(request, handle, control, forget) };
  } catch (error) {
    forget();
    if (streams) body.cancel(error);
    throw error;
  }
}

async function upload(request, body) {
  for (;;) {
    const bytes = await body.read();
    if (bytes === null) break;
    if (!(await write(request, bytes))) {
      // The server has answered, or is gone; which of them its response tells.
      body.cancel();
      return;
    }
  }
  finish(request);
}

function source(request, handle, control, forget) {
  return {
    async read() {
      try {
        const bytes = await control.race(read(handle));
        if (bytes === null) forget();
        return bytes;
      } catch (error) {
        forget();
        throw error;
      }
    },
    cancel() {
      forget();
      cancel(handle);
      abort(request);
    },
  };
}
