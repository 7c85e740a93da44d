import { Writer } from "protobufjs/minimal";
import { PROCESS_PATH } from "../../../proto/ext-proc";
import { grpc } from "../../../proto/generated/messages";
import type { CallHandler, GrpcCall, OpenCall } from "./call";
import { MESSAGE_PREFIX } from "./message-decoder";
import { GrpcCode } from "./status";

const { HealthCheckRequest, HealthCheckResponse } = grpc.health.v1;
const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = HealthCheckResponse.ServingStatus;

/** "" stands for the whole process. */
const KNOWN_SERVICES = new Set(["", PROCESS_PATH.split("/")[1]]);

/** `grpc.health.v1`: what Envoy's active health checks ask. */
export class Health {
  #serving = false;
  /** Every open watch, and whether it is of a service we have. */
  readonly #watches = new Map<GrpcCall, boolean>();

  readonly methods: readonly (readonly [path: string, open: OpenCall])[] = [
    ["/grpc.health.v1.Health/Check", (call) => this.#check(call)],
    ["/grpc.health.v1.Health/Watch", (call) => this.#watch(call)],
  ];

  setServing(serving: boolean): void {
    if (this.#serving === serving) return;
    this.#serving = serving;
    for (const [call, known] of this.#watches) if (known) sendStatus(call, this.#status);
  }

  /** A watch has no end of its own, and a shutdown does not wait for it. */
  endWatches(): void {
    for (const call of [...this.#watches.keys()]) call.fail(GrpcCode.UNAVAILABLE, "shutting down");
  }

  get #status(): number {
    return this.#serving ? SERVING : NOT_SERVING;
  }

  #check(call: GrpcCall): CallHandler {
    return onRequest(call, (service) => {
      if (KNOWN_SERVICES.has(service)) sendStatus(call, this.#status);
      else call.fail(GrpcCode.NOT_FOUND, "unknown service");
    });
  }

  #watch(call: GrpcCall): CallHandler {
    // A watch runs on after its one request has ended, until the client cancels it.
    return {
      message: (bytes) => {
        const { service } = HealthCheckRequest.decode(bytes);
        const known = KNOWN_SERVICES.has(service);
        this.#watches.set(call, known);
        sendStatus(call, known ? this.#status : SERVICE_UNKNOWN);
      },
      halfClosed: () => call.keepOpen(),
      close: () => void this.#watches.delete(call),
    };
  }
}

function onRequest(call: GrpcCall, answer: (service: string) => void): CallHandler {
  let asked = false;
  return {
    message: (bytes) => {
      asked = true;
      answer(HealthCheckRequest.decode(bytes).service);
    },
    halfClosed: () => {
      if (!asked) call.fail(GrpcCode.INTERNAL, "a request message is missing");
    },
    close: () => {},
  };
}

function sendStatus(call: GrpcCall, status: number): void {
  const writer = Writer.create();
  for (let left = MESSAGE_PREFIX; left > 0; left--) writer.bool(false);
  call.send(HealthCheckResponse.encode({ status }, writer).finish(true), undefined);
}
