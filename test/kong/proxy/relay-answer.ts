/** Passes an upstream's answer on as nginx does, and breaks off where the upstream broke off. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestContext } from "../request-context";
import { answerHeaders } from "./answer-headers";
import { sendHead } from "./send-head";

/** `postpone_output`: with response buffering, nginx holds so many bytes back. */
const POSTPONED_BYTES = 1460;

export function relayAnswer(request: RequestContext, answer: IncomingMessage, response: ServerResponse): void {
  const headers = answerHeaders(request, answer);
  request.status = answer.statusCode ?? 0;
  request.answeredBy = "upstream";
  request.answerHeaders = headers;
  response.sendDate = headers.get("date") === undefined;
  response.writeHead(request.status, answer.statusMessage, headers.toRaw());
  const buffers = request.route.response_buffering && answer.headers["x-accel-buffering"] !== "no";
  if (!buffers) sendHead(response);
  let held: Buffer[] = [];
  let size = 0;
  const release = (): void => {
    const piece = Buffer.concat(held);
    held = [];
    size = 0;
    if (piece.length > 0 && !response.write(piece)) answer.pause();
  };
  answer.on("data", (piece: Buffer) => {
    held.push(piece);
    size += piece.length;
    if (!buffers || size >= POSTPONED_BYTES) release();
  });
  response.on("drain", () => answer.resume());
  answer.on("end", () => {
    release();
    response.end();
  });
  // Without the last chunk, or short of the length that was promised: the client must see that something is missing.
  answer.on("error", () => {
    release();
    response.socket?.destroySoon();
  });
}
