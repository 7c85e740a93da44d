/** What runs on the listener: the size limit, and level 1, which reads, decides and translates. Off except on Graft's routes. */
import type { Config } from "../../plugins/config/schema";
import { ATTRIBUTES, CONFIG_HEADER, JWT_NAMESPACE, NAMESPACE, ROUTING_NAMESPACE } from "../metadata";
import { because } from "./because";
import { externalProcessor, grpcService, processingMode } from "./external-processor";
import { FILTERS } from "./names";
import { duration, typed } from "./typed";

/**
 * Longer than any hook may take, because a request that waits for a slow guard must not fail here: what this bounds is a process
 * that hangs, and the health checks take that one out of the pool long before.
 */
const MESSAGE_TIMEOUT_MS = 30_000;
/** How far the service may extend one message's time by itself, so that a slower hook does not need a new Envoy configuration. */
const MAX_MESSAGE_TIMEOUT_MS = 300_000;

/** @param hash told to the service with every call, so that it can see which configuration Envoy runs */
export function listenerFilters({ envoy, bounds }: Config, hash: string): object[] {
  return [bodySizeLimit(bounds.maxRequestBytes), levelOne(envoy.caller, hash)];
}

function bodySizeLimit(maxRequestBytes: number) {
  return because(
    { disabled: "Off here, as all of Graft's filters: the routes that are Graft's switch them on, all others pass them by." },
    {
      name: FILTERS.bodySize,
      disabled: true,
      typed_config: typed("envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit", {
        max_request_bytes: maxRequestBytes,
      }),
    },
  );
}

function levelOne(caller: Config["envoy"]["caller"], hash: string) {
  return {
    name: FILTERS.levelOne,
    disabled: true,
    typed_config: because(
      {
        failure_mode_allow:
          "Closed: without Graft a request would leave unchecked and without a key. `fail_open` of a policy changes it per route.",
        message_timeout: "Bounds a Graft process that hangs. Must be longer than the slowest hook.",
        allow_mode_override: "Answers are held whole unless they turn out to be event streams.",
        mutation_rules: "Graft sets :scheme and :path for the provider, and x-envoy-* for the retry policy of this one request.",
        request_attributes: "Each attribute costs CPU on every request; these are all that Graft reads.",
        response_attributes: "Tells a provider's answer from one that Envoy made itself.",
        metadata_options: "graft: the exchange, for level 2. graft.routing: the order of providers for this request.",
      },
      externalProcessor({
        stat_prefix: "graft",
        grpc_service: grpcService("1", { [CONFIG_HEADER]: hash }),
        failure_mode_allow: false,
        message_timeout: duration(MESSAGE_TIMEOUT_MS),
        max_message_timeout: duration(MAX_MESSAGE_TIMEOUT_MS),
        allow_mode_override: true,
        mutation_rules: { allow_all_routing: true, allow_envoy: true },
        processing_mode: processingMode(["SEND", "BUFFERED"], ["SEND", "BUFFERED"]),
        request_attributes: requestAttributes(caller.kind),
        response_attributes: [ATTRIBUTES.codeDetails],
        metadata_options: {
          ...(caller.kind === "jwt" ? { forwarding_namespaces: { untyped: [JWT_NAMESPACE] } } : {}),
          receiving_namespaces: { untyped: [NAMESPACE, ROUTING_NAMESPACE] },
        },
      }),
    ),
  };
}

function requestAttributes(kind: Config["envoy"]["caller"]["kind"]): string[] {
  const { policy, route, sourceAddress, uriSan, dnsSan, subject } = ATTRIBUTES;
  return [policy, route, sourceAddress, ...(kind === "mtls" ? [uriSan, dnsSan, subject] : [])];
}
