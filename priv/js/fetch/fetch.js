// The function fetch: Fetch Standard, 5.6, 4.1 and 4.2.

import { create as createHeaders, fields, get, put, setGuard } from "native:headers";
import { digest } from "native:network";
import { isAborted, reasonOf, whenAborted } from "../abort.js";
import { requireArguments } from "../webidl.js";
import { Body } from "./body.js";
import { Control } from "./control.js";
import { fetchHttp, networkError, NULL_BODY_STATUSES } from "./http.js";
import { Request, requestState } from "./request.js";
import { createResponse } from "./response.js";
import { fetchBlob, fetchData } from "./schemes.js";

const { btoa } = globalThis;

export async function fetch(input, init = undefined) {
  requireArguments(arguments.length, 1, "fetch");
  const request = requestState(new Request(input, init));
  const { signal } = request;
  if (isAborted(signal)) {
    request.body?.cancel(reasonOf(signal));
    throw reasonOf(signal);
  }
  const control = new Control();
  const forget = whenAborted(signal, () => {
    control.abort(reasonOf(signal));
    request.body?.cancel(reasonOf(signal));
  });
  // Which aborts fetches of its own, without a listener for each.
  try {
    return await dispatch(request, control, forget);
  } catch (error) {
    forget();
    throw error;
  }
}

async function dispatch(request, control, forget) {
  const { url, method } = request;
  switch (url.protocol) {
    case "data:":
      return toResponse(request, { ...fetchData(url), urls: [url.href] }, control, forget);
    case "blob:": {
      const range = get(request.headers, "range");
      return toResponse(request, { ...fetchBlob(url, request.blob, method, range), urls: [url.href] }, control, forget);
    }
    case "http:":
    case "https:": {
      const message = {
        method,
        url,
        headers: fields(request.headers),
        body: request.body?.toContent() ?? null,
        redirect: request.redirect,
        cache: request.cache,
      };
      return toResponse(request, await fetchHttp(message, control), control, forget);
    }
  }
  throw networkError(`the scheme ${url.protocol} cannot be fetched`);
}

async function toResponse({ method, integrity }, answer, control, forget) {
  const headers = createHeaders("none");
  if (answer.opaqueRedirect) {
    forget();
    setGuard(headers, "immutable");
    const type = "opaqueredirect";
    return createResponse({ type, urls: [answer.urls[0]], status: 0, statusText: "", headers, body: null });
  }
  const { status, statusText, urls } = answer;
  if (status < 200 || status > 599) throw networkError(`the status ${status} is not from 200 to 599`);
  for (const [name, value] of answer.headers) put(headers, name, value);
  setGuard(headers, "immutable");
  let body = answer.bytes !== undefined ? new Body({ bytes: answer.bytes }) : new Body({
    source: watched(answer.body, control, forget),
  });
  if (answer.bytes !== undefined) forget();
  if (method === "HEAD" || NULL_BODY_STATUSES.includes(status)) {
    // To its end, which is here: then the connection is free for the next request.
    if (answer.bytes === undefined) body.readAll().catch(() => {});
    body = null;
  }
  if (integrity !== "") {
    const { bytes } = body === null ? { bytes: new Uint8Array(0) } : await body.readAll();
    if (!matches(bytes, integrity)) throw networkError("the body does not match its integrity");
    body = body === null ? null : new Body({ bytes });
  }
  return createResponse({ type: "basic", urls, status, statusText, headers, body });
}

/** A source that lets go of the signal at its end. */
function watched(source, control, forget) {
  return {
    async read() {
      if (control.aborted) throw control.reason;
      try {
        const bytes = await source.read();
        if (bytes === null) forget();
        return bytes;
      } catch (error) {
        forget();
        throw error;
      }
    },
    cancel(reason) {
      forget();
      source.cancel(reason);
    },
    onError: (step) => control.onAbort(step),
    get failure() {
      return control.aborted ? { reason: control.reason } : null;
    },
  };
}

/** Subresource Integrity, 3.3.5: whether one of the strongest hashes is the bytes' own. */
function matches(bytes, metadata) {
  const hashes = [];
  for (const item of metadata.split(/[\t\n\f\r ]+/)) {
    const found = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+)=*(\?.*)?$/.exec(item);
    if (found !== null) hashes.push({ algorithm: found[1], value: found[2].replace(/-/g, "+").replace(/_/g, "/") });
  }
  if (hashes.length === 0) return true;
  const strongest = hashes.map(({ algorithm }) => algorithm).sort().at(-1);
  const own = btoa(String.fromCharCode(...digest(strongest.replace("sha", "SHA-"), bytes))).replace(/=+$/, "");
  return hashes.some(({ algorithm, value }) => algorithm === strongest && value === own);
}
