// Blob.prototype.stream: File API, "get stream".

import { blobBytes, blobSize } from "./blob.js";
import { createReadableBytes } from "./streams/internal.js";

const CHUNK = 64 * 1024;

/** A stream of the bytes of a Blob, read piece by piece as somebody asks. */
export function streamOf(blob) {
  const size = blobSize(blob);
  let at = 0;
  const { stream, controller } = createReadableBytes({
    pull() {
      if (at < size) {
        const end = Math.min(at + CHUNK, size);
        const bytes = blobBytes(blob, at, end);
        at = end;
        controller.enqueue(bytes);
      }
      if (at >= size) {
        controller.close();
        // A reader that brought its own buffer gets it back.
        if (controller.pendingPullIntos.length > 0) controller.respond(0);
      }
    },
  });
  return stream;
}
