import type { IncomingMessage } from "node:http";
import { GraftError } from "../core/errors";

/** The client's whole body. @throws GraftError `too_large`, or `client_closed` when the client went away in the middle */
export function readRequest(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const tooLarge = (): void => {
      request.removeAllListeners("data");
      request.pause();
      reject(new GraftError("too_large", "The request body is over the gateway's size limit."));
    };
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      tooLarge();
      return;
    }
    request.on("data", (piece: Buffer) => {
      size += piece.length;
      if (size > maxBytes) tooLarge();
      else pieces.push(piece);
    });
    request.once("end", () => resolve(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, size)));
    request.once("close", () => reject(new GraftError("client_closed", "The client closed the connection.")));
  });
}
