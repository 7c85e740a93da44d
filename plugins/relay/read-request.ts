import type { IncomingMessage } from "node:http";
import { GraftError } from "../core/errors";

/**
 * The client's whole body.
 * @param hold called with the size of each piece before it is kept; what it throws refuses the request
 * @throws GraftError `too_large`, or `client_closed` when the client went away in the middle
 */
export function readRequest(request: IncomingMessage, maxBytes: number, hold: (bytes: number) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    let ended = false;
    const refuse = (thrown: unknown): void => {
      request.removeAllListeners("data");
      pieces.length = 0;
      // Read on and forgotten: on a connection at rest neither the next request nor its end would be seen.
      request.resume();
      reject(thrown);
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      refuse(tooLarge());
      return;
    }
    request.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > maxBytes) {
        refuse(tooLarge());
        return;
      }
      try {
        hold(piece.length);
        pieces.push(piece);
      } catch (thrown) {
        refuse(thrown);
      }
    });
    request.on("end", () => {
      ended = true;
      resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));
    });
    // It closes after its end as well: an error for nothing, with its stack, would be a tenth of what a small request costs.
    request.on("close", () => {
      if (!ended) reject(new GraftError("client_closed", "The client closed the connection."));
    });
  });
}

function tooLarge(): GraftError {
  return new GraftError("too_large", "The request body is over the gateway's size limit.");
}
