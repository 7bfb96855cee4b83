// ReadableByteStreamController and ReadableStreamBYOBRequest: Streams, 4.7 and 4.8.

import { exposeInterface, requireArguments, toEnforcedUnsigned } from "../webidl.js";
import { ByteControllerState } from "./byte_controller_state.js";
import { check, checkToken, objectOf } from "./slots.js";
import { invoke, startWith } from "./strategies.js";
import { checkView, isDetached, viewOf } from "./views.js";

const KIND = "ReadableByteStreamController";
const REQUEST = "ReadableStreamBYOBRequest";

export class ReadableByteStreamController {
  constructor() {
    checkToken(arguments[0]);
  }

  get byobRequest() {
    const request = check(this, KIND).getByobRequest();
    return request === null ? null : objectOf(request, ReadableStreamBYOBRequest);
  }
  get desiredSize() {
    return check(this, KIND).desiredSize();
  }
  close() {
    const controller = check(this, KIND);
    checkOpen(controller);
    controller.close();
  }
  enqueue(chunk) {
    const controller = check(this, KIND);
    requireArguments(arguments.length, 1, `${KIND}.enqueue`);
    checkView(chunk, `${KIND}.enqueue: the chunk`);
    const { byteLength, bufferByteLength } = viewOf(chunk);
    if (byteLength === 0) throw new TypeError("The chunk is empty");
    if (bufferByteLength === 0) throw new TypeError("The chunk's buffer is empty");
    checkOpen(controller);
    controller.enqueue(chunk);
  }
  error(error = undefined) {
    check(this, KIND).error(error);
  }
}
exposeInterface(ReadableByteStreamController);

function checkOpen(controller) {
  if (!controller.canCloseOrEnqueue()) throw new TypeError("The stream is closed, or is about to be");
}

export class ReadableStreamBYOBRequest {
  constructor() {
    checkToken(arguments[0]);
  }

  get view() {
    return check(this, REQUEST).view;
  }
  respond(bytesWritten) {
    const request = check(this, REQUEST);
    requireArguments(arguments.length, 1, `${REQUEST}.respond`);
    bytesWritten = toEnforcedUnsigned(bytesWritten, `${REQUEST}.respond`);
    checkValid(request);
    if (isDetached(viewOf(request.view).buffer)) throw new TypeError("The request's buffer is detached");
    request.controller.respond(bytesWritten);
  }
  respondWithNewView(view) {
    const request = check(this, REQUEST);
    requireArguments(arguments.length, 1, `${REQUEST}.respondWithNewView`);
    checkView(view, `${REQUEST}.respondWithNewView: the view`);
    checkValid(request);
    if (isDetached(viewOf(view).buffer)) throw new TypeError("The view's buffer is detached");
    request.controller.respondWithNewView(view);
  }
}
exposeInterface(ReadableStreamBYOBRequest);

function checkValid(request) {
  if (request.controller === null) throw new TypeError("The request has been answered already");
}

/** "SetUpReadableByteStreamControllerFromUnderlyingSource" */
export function setUpByteController(stream, source, { start, pull, cancel, autoAllocateChunkSize }, highWaterMark) {
  if (autoAllocateChunkSize === 0) throw new TypeError("autoAllocateChunkSize is 0");
  const controller = new ByteControllerState(stream, highWaterMark, autoAllocateChunkSize);
  const object = objectOf(controller, ReadableByteStreamController);
  if (pull !== undefined) controller.pull = () => invoke(pull, source, [object]);
  if (cancel !== undefined) controller.cancel = (reason) => invoke(cancel, source, [reason]);
  controller.start(start === undefined ? undefined : startWith(start, source, object));
}
