import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createTransport,
  type OpenStream,
  type StreamHandler,
  type Transport,
  type TransportOptions,
} from "../../../../envoy/transport";
import type { ProcessingRequest, ProcessingResponse } from "../../../../proto/ext-proc";

export interface Running {
  readonly transport: Transport;
  /** Of a unix socket. */
  readonly path: string;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** A transport on a unix socket of its own. */
export async function startTransport(open: OpenStream, options: Omit<TransportOptions, "open"> = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "graft-transport-"));
  const path = join(folder, "s.sock");
  const errors: unknown[] = [];
  const transport = createTransport({ onError: (error) => errors.push(error), ...options, open });
  await transport.listen(`unix://${path}`);
  return {
    transport,
    path,
    errors,
    async stop() {
      await transport.drain(0);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Answers each phase with what Envoy expects for it, bodies with themselves. */
export function echo(request: ProcessingRequest): ProcessingResponse {
  if (request.requestHeaders) return { requestHeaders: {} };
  if (request.responseHeaders) return { responseHeaders: {} };
  if (request.responseBody) return { responseBody: { response: { bodyMutation: { body: request.responseBody.body ?? null } } } };
  return { requestBody: { response: { bodyMutation: { body: request.requestBody?.body ?? null } } } };
}

export const echoing: OpenStream = (stream) => ({
  message: (request) => void stream.send(echo(request)),
  close() {},
});

export interface Heard {
  readonly events: string[];
  readonly handler: StreamHandler;
  readonly closed: Promise<{ reason: string; error: unknown }>;
}

/** A handler that writes down what it is told. */
export function listener(message: StreamHandler["message"] = () => {}): Heard {
  const events: string[] = [];
  let settle: (value: { reason: string; error: unknown }) => void = () => {};
  const closed = new Promise<{ reason: string; error: unknown }>((resolve) => {
    settle = resolve;
  });
  const handler: StreamHandler = {
    message(request) {
      events.push("message");
      return message(request);
    },
    halfClosed: () => void events.push("halfClosed"),
    close(reason, error) {
      events.push(reason);
      settle({ reason, error });
    },
  };
  return { events, handler, closed };
}
