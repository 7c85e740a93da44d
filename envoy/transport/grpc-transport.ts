import { PROCESS_PATH } from "../../proto/ext-proc";
import { type Bound, bind } from "./bind";
import { ConnectionPool } from "./connection-pool";
import { ByteBudget } from "./grpc/byte-budget";
import { createDispatch } from "./grpc/dispatch";
import { Health } from "./grpc/health";
import { processMethod } from "./grpc/process";
import type { OpenStream, Transport } from "./transport";

export interface TransportOptions {
  readonly open: OpenStream;
  /** The largest message taken from a peer. */
  readonly maxMessageBytes?: number;
  /** Bytes of messages that have not arrived whole, over all streams. */
  readonly maxInFlightBytes?: number;
  /** Answers that may wait for one slow stream. */
  readonly maxWaitingBytes?: number;
  /** Of one connection. */
  readonly maxConcurrentStreams?: number;
  /** Errors that end a connection, or that a handler throws where it cannot be told of them. */
  readonly onError?: (error: unknown) => void;
}

const MIB = 1 << 20;
const DEFAULT_MAX_MESSAGE = 64 * MIB;
const DEFAULT_MAX_IN_FLIGHT = 512 * MIB;
const DEFAULT_MAX_STREAMS = 10_000;
/** A whole ordinary request fits, so that no window update is needed for it; larger ones flow in pieces of half of it. */
const STREAM_WINDOW = MIB;
const CONNECTION_WINDOW = 16 * MIB;
const OWNER_ONLY = 0o600;

/** The external-processing service and the gRPC health service, over HTTP/2 on plain sockets. */
export function createTransport(options: TransportOptions): Transport {
  const { maxMessageBytes = DEFAULT_MAX_MESSAGE, onError: report = () => {} } = options;
  // A message that grows counts twice while it moves, and one message must always fit.
  const { maxInFlightBytes = Math.max(DEFAULT_MAX_IN_FLIGHT, 2 * maxMessageBytes) } = options;
  const health = new Health();
  const methods = new Map([[PROCESS_PATH, processMethod(options.open)], ...health.methods]);
  const pool = new ConnectionPool({
    maxConcurrentStreams: options.maxConcurrentStreams ?? DEFAULT_MAX_STREAMS,
    streamWindow: STREAM_WINDOW,
    connectionWindow: CONNECTION_WINDOW,
    accept: createDispatch(methods, {
      maxMessageBytes,
      maxWaitingBytes: options.maxWaitingBytes ?? 2 * maxMessageBytes,
      budget: new ByteBudget(maxInFlightBytes),
      report,
    }),
    failed: report,
  });
  const listeners: Bound[] = [];

  return {
    async listen(address, { socketMode = OWNER_ONLY } = {}) {
      const bound = await bind(address, socketMode, (socket) => pool.add(socket));
      bound.server.on("error", report);
      listeners.push(bound);
      return bound.address;
    },
    setServing: (serving) => health.setServing(serving),
    async drain(timeoutMs) {
      health.setServing(false);
      for (const bound of listeners.splice(0)) bound.close();
      health.endWatches();
      return { cut: await pool.drain(timeoutMs) };
    },
    get activeStreams() {
      return pool.streamCount;
    },
  };
}
