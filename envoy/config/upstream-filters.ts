/** What runs in front of the provider, once for each attempt. Off except on Graft's routes. */
import { ATTEMPT_COUNT_HEADER, ATTRIBUTES, NAMESPACE } from "../metadata";
import { because } from "./because";
import { externalProcessor, grpcService, processingMode } from "./external-processor";
import { FILTERS } from "./names";
import { duration, typed } from "./typed";

/** Level 2 runs no hooks: it encodes a request it holds, or asks the process that does. */
const LEVEL_TWO_TIMEOUT_MS = 5_000;
/** The next attempt waits for it. */
const REFUSED_TIMEOUT_MS = 1_000;

/** Our key, our bill or our rate: answers after which a key rests. */
const REFUSALS = "40[123]|429";

export function upstreamFilters(): object[] {
  return [refused(), levelTwo(), contentLength(), strip(), codec()];
}

/**
 * Tells Graft of each attempt whose key was refused or limited. Envoy goes on to the next provider by itself, so without this Graft
 * would go on handing out a dead key until a request failed for good.
 */
function refused() {
  const input = { name: "status", typed_config: typed("envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput", {}) };
  const isRefusal = { single_predicate: { input, value_match: { safe_regex: { google_re2: {}, regex: REFUSALS } } } };
  return skippedWhen(
    FILTERS.refused,
    "Tells Graft of keys that a provider refused or limited; skipped for all other answers.",
    { matcher_list: { matchers: [{ predicate: { not_matcher: isRefusal }, on_match: SKIP }] } },
    because(
      { failure_mode_allow: "Only a notice: without it the answer is still right." },
      externalProcessor({
        stat_prefix: "graft_refused",
        grpc_service: grpcService("refused"),
        failure_mode_allow: true,
        message_timeout: duration(REFUSED_TIMEOUT_MS),
        processing_mode: processingMode(["SKIP", "NONE"], ["SEND", "NONE"]),
        response_attributes: [ATTRIBUTES.attemptCount],
        metadata_options: { forwarding_namespaces: { untyped: [NAMESPACE] } },
      }),
    ),
  );
}

function levelTwo() {
  return skippedWhen(
    FILTERS.levelTwo,
    "Level 2: turns the request made for the first provider into one for the provider that is tried now. Skipped on the first attempt, whose request level 1 has made.",
    FIRST_ATTEMPT,
    because(
      { failure_mode_allow: "Always closed: open would send one provider's credentials to another." },
      externalProcessor({
        stat_prefix: "graft_attempt",
        grpc_service: grpcService("2"),
        failure_mode_allow: false,
        message_timeout: duration(LEVEL_TWO_TIMEOUT_MS),
        mutation_rules: { allow_all_routing: true, allow_envoy: true },
        processing_mode: processingMode(["SEND", "NONE"], ["SKIP", "NONE"]),
        metadata_options: { forwarding_namespaces: { untyped: [NAMESPACE] }, receiving_namespaces: { untyped: [NAMESPACE] } },
      }),
    ),
  );
}

function contentLength() {
  const header = { key: "content-length", value: `%DYNAMIC_METADATA(${NAMESPACE}:cl)%` };
  return skippedWhen(
    FILTERS.contentLength,
    "Envoy drops content-length when level 2 replaces the body; some providers refuse requests without it.",
    FIRST_ATTEMPT,
    headerMutation([{ append: { append_action: "OVERWRITE_IF_EXISTS_OR_ADD", header } }]),
  );
}

/** Level 1 must leave x-forwarded-proto in place: without it Envoy finds no route when it picks one again. */
const OURS = ["x-envoy-", "x-forwarded-", "x-graft-"];

function strip() {
  return because(
    { name: "Last, because the filters above read x-envoy-attempt-count: nothing of the gateway reaches a provider." },
    {
      name: FILTERS.strip,
      disabled: true,
      typed_config: headerMutation(OURS.map((prefix) => ({ remove_on_match: { key_matcher: { prefix } } }))),
    },
  );
}

function codec() {
  return {
    name: "envoy.filters.http.upstream_codec",
    typed_config: typed("envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec", {}),
  };
}

function headerMutation(mutations: readonly object[]) {
  return typed("envoy.extensions.filters.http.header_mutation.v3.HeaderMutation", {
    mutations: { request_mutations: mutations },
  });
}

const SKIP = {
  action: { name: "skip", typed_config: typed("envoy.extensions.filters.common.matcher.action.v3.SkipFilter", {}) },
};

const FIRST_ATTEMPT = {
  matcher_tree: {
    input: {
      name: "attempt",
      typed_config: typed("envoy.type.matcher.v3.HttpRequestHeaderMatchInput", { header_name: ATTEMPT_COUNT_HEADER }),
    },
    exact_match_map: { map: { "1": SKIP } },
  },
};

function skippedWhen(name: string, reason: string, matcher: object, config: object) {
  return because(
    { name: reason },
    {
      name,
      disabled: true,
      typed_config: typed("envoy.extensions.common.matching.v3.ExtensionWithMatcher", {
        extension_config: { name, typed_config: config },
        xds_matcher: matcher,
      }),
    },
  );
}
