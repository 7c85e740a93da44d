/** One of our calls out of Envoy: to whom, and which parts of a message go along. */

import { LEVEL_HEADER, type Level } from "../metadata";
import { because } from "./because";
import { PROCESSOR_CLUSTER } from "./names";
import { retryOtherHost } from "./retry-other-host";
import { typed } from "./typed";

type SendHeaders = "SEND" | "SKIP";
type SendBody = "BUFFERED" | "NONE";

/** Trailers never go along: no provider says anything in them. */
export function processingMode(request: readonly [SendHeaders, SendBody], response: readonly [SendHeaders, SendBody]) {
  return {
    request_header_mode: request[0],
    request_body_mode: request[1],
    request_trailer_mode: "SKIP",
    response_header_mode: response[0],
    response_body_mode: response[1],
    response_trailer_mode: "SKIP",
  };
}

/** @param metadata more headers of each call */
export function grpcService(level: Level, metadata: Readonly<Record<string, string>> = {}) {
  return because(
    { retry_policy: "A Graft process that just went away costs a retry at another one, not the request." },
    {
      envoy_grpc: { cluster_name: PROCESSOR_CLUSTER },
      initial_metadata: Object.entries({ [LEVEL_HEADER]: level, ...metadata }).map(([key, value]) => ({ key, value })),
      retry_policy: retryOtherHost("connect-failure,refused-stream,reset-before-request,unavailable"),
    },
  );
}

export function externalProcessor<T extends object>(fields: T) {
  return typed("envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor", fields);
}
