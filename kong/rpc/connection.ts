import type { Socket } from "node:net";
import { decodeRequest, encodeError, encodeResult, errorText, GOODBYE, type RpcRequest } from "./message";
import { MessageReader } from "./message-reader";
import type { CallMethod } from "./methods";
import type { Pending, PhaseEvents } from "./phase-events";
import type { RpcLogger } from "./plugin-server";

/** Kong makes one call at a time on a connection; more than these wait in the buffer, which is bounded. */
const MAX_CALLS = 16;

export interface ConnectionContext {
  readonly call: CallMethod;
  readonly events: PhaseEvents;
  readonly logger: RpcLogger;
  readonly maxMessageBytes: number;
  /** Kong is to take its next phase elsewhere. */
  leaving(): boolean;
}

/** One of Kong's pooled connections. Steps of one event may come over different ones. */
export function serveConnection(socket: Socket, context: ConnectionContext): void {
  const { events, logger } = context;
  const reader = new MessageReader(context.maxMessageBytes);
  /** Events whose answer Kong awaits here. */
  const awaited = new Set<number>();
  let running = 0;

  socket.on("data", (chunk: Buffer) => guard(() => reader.push(chunk)));
  socket.on("drain", () => guard());
  // Told of what happened by `close`, which always follows.
  socket.on("error", () => {});
  socket.on("close", () => {
    for (const id of awaited) events.abandon(id, "Kong's connection was closed");
  });

  function guard(first?: () => void): void {
    try {
      first?.();
      work();
    } catch (error) {
      logger.warn(`closing a connection of Kong: ${errorText(error)}`);
      socket.destroy();
    }
  }

  function work(): void {
    while (running < MAX_CALLS && socket.writable && !socket.writableNeedDrain) {
      const message = reader.next();
      if (message === undefined) return;
      const request = decodeRequest(message);
      if (request) start(request);
    }
  }

  function start(request: RpcRequest): void {
    let pending: Pending;
    try {
      pending = context.call(request);
    } catch (error) {
      refuse(request, error);
      return;
    }
    const { answer, eventId } = pending;
    running += 1;
    if (eventId !== undefined) awaited.add(eventId);
    const settled = (write: () => void) => {
      running -= 1;
      if (eventId !== undefined) awaited.delete(eventId);
      write();
      guard();
    };
    answer.then(
      (result) => settled(() => succeed(request, result, eventId)),
      (error: unknown) => settled(() => refuse(request, error)),
    );
  }

  function succeed(request: RpcRequest, result: unknown, eventId: number | undefined): void {
    let bytes: Uint8Array;
    try {
      bytes = encodeResult(request.id, result);
    } catch (error) {
      // Such as a PDK call with a function among its arguments: Kong cannot make it.
      if (eventId !== undefined) events.abandon(eventId, errorText(error));
      refuse(request, error);
      return;
    }
    write(bytes, eventId !== undefined && events.has(eventId));
  }

  function refuse(request: RpcRequest, error: unknown): void {
    const text = errorText(error);
    logger.warn(`a call of Kong failed: ${text}`);
    write(encodeError(request.id, text), false);
  }

  function write(bytes: Uint8Array, stepFollows: boolean): void {
    if (!socket.writable) return;
    // Between the calls of one phase Kong does nothing else, so its next step comes over the connection it just gave back.
    if (context.leaving() && !stepFollows && running === 0) socket.end(Buffer.concat([bytes, GOODBYE]));
    else socket.write(bytes);
  }
}
