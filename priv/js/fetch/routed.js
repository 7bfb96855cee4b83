// HTTP by the application's own client: the option `:fetch`, lib/quickbeam/apis/fetch.ex.

import { call, cast, onEvent } from "beam:fetch";

/** Number => the body of a request that the client may read. */
const uploads = new Map();
let lastId = 0;

onEvent(async ([id, what]) => {
  const body = uploads.get(id);
  if (body === undefined) return;
  if (what === "cancel") {
    uploads.delete(id);
    body.cancel();
    return;
  }
  // The client wants a piece.
  try {
    const bytes = await body.read();
    if (bytes === null) uploads.delete(id);
    cast("piece", id, bytes);
  } catch (error) {
    uploads.delete(id);
    cast("failed", id, `${error}`);
  }
});

/** As `exchange` of transport.js. */
export async function exchangeRouted({ method, url, headers, body }, control) {
  const id = ++lastId;
  const streams = body !== null && !(body instanceof Uint8Array);
  if (streams) uploads.set(id, body);
  const forget = control.onAbort(() => {
    cast("abort", id);
    if (uploads.delete(id)) body.cancel(control.reason);
  });
  try {
    const answer = call("request", id, method, url, headers, streams ? true : body);
    const { status, headers: pairs, more } = await control.race(toTypeError(answer));
    return { status, statusText: "", headers: pairs, body: source(id, more, control, forget) };
  } catch (error) {
    forget();
    uploads.delete(id);
    throw error;
  }
}

/** Whatever goes wrong in the client is a network error. */
async function toTypeError(promise) {
  try {
    return await promise;
  } catch (error) {
    throw new TypeError(`Network error: ${error?.message ?? error}`, { cause: error });
  }
}

function source(id, more, control, forget) {
  let over = !more;
  if (over) forget();
  return {
    async read() {
      if (over) return null;
      try {
        const bytes = await control.race(toTypeError(call("read", id)));
        if (bytes === null) {
          over = true;
          forget();
        }
        return bytes;
      } catch (error) {
        over = true;
        forget();
        throw error;
      }
    },
    cancel() {
      if (over) return;
      over = true;
      forget();
      cast("abort", id);
    },
  };
}
