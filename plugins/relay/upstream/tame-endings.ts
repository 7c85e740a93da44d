import type { Socket } from "node:net";
import { errors } from "undici";

/**
 * Makes a connection end only in ways undici 7 copes with. It takes for granted that nothing ends while it holds an answer back, and
 * otherwise fails an assertion within an event, which ends the process, or says of an answer that is all there that it broke off.
 *  - The end is shown to those only who read on and find nothing: while undici holds back, it does not read.
 *  - Every other end comes with an error, and never with the code ECONNRESET, which undici takes for a possible end of an answer.
 *  - So does an abort: of its own error for that, undici thinks that the request can be sent again, and opens a connection for it.
 */
export function tameEndings(socket: Socket): void {
  const { push, read, destroy } = socket;
  let ended = false;
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk !== null) return push.call(socket, chunk, encoding);
    ended = true;
    socket.emit("readable");
    return false;
  };
  socket.read = (size?: number): unknown => {
    const chunk = read.call(socket, size);
    // `read(0)` is how streams look for more themselves.
    if (chunk === null && ended && size !== 0) {
      ended = false;
      push.call(socket, null);
    }
    return chunk;
  };
  socket.destroy = (error?: Error): Socket =>
    destroy.call(socket, error === undefined || isReset(error) || isAbort(error) ? new ConnectionLost(error) : error);
}

function isReset(error: Error & { readonly code?: unknown }): boolean {
  return error.code === "ECONNRESET";
}

function isAbort(error: Error): boolean {
  return error instanceof errors.InformationalError && error.message === "aborted";
}

class ConnectionLost extends Error {
  readonly code = "CONNECTION_LOST";

  constructor(cause: unknown) {
    super("the connection was lost", { cause });
  }
}
