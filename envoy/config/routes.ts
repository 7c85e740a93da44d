/** One route of `graft.yaml` in Envoy's words. Envoy knows a policy by name only; what is in it stays with Graft. */
import type { Config, RouteConfig } from "../../plugins/config/schema";
import { CLUSTER_HEADER, clusterName, NAMESPACE, ONE_TARGET_KEY, POLICY_KEY, ROUTING_NAMESPACE } from "../metadata";
import { because } from "./because";
import { FILTERS, NOWHERE_CLUSTER } from "./names";
import { duration, typed } from "./typed";

export function route(it: RouteConfig, config: Config) {
  return {
    name: `graft ${it.policy} ${it.prefix}`,
    match: { prefix: it.prefix },
    ...handling(it, config),
  };
}

/**
 * Level 1 rewrites the path for the provider and has the route picked again, to bring its choice of providers into force. These
 * are the routes that then match, whatever the path has become; they must do what the first one did. With one target there is no
 * order to read and no later attempt to prepare, which saves Envoy a quarter of its work for such a request.
 */
export function rewrittenRoutes(it: RouteConfig, config: Config): object[] {
  const decided = (key: string) => ({
    prefix: "/",
    dynamic_metadata: [{ filter: NAMESPACE, path: [{ key }], value: { string_match: { exact: it.policy } } }],
  });
  const reason = "The same route once Graft has rewritten the path. Clients cannot reach it: only level 1 sets this metadata.";
  return [
    because(
      { name: `${reason} This one is for requests that have one target.` },
      {
        name: `graft ${it.policy} rewritten, one target`,
        match: decided(ONE_TARGET_KEY),
        ...handling(it, config),
        typed_per_filter_config: switchedOn(failsOpen(it, config), ALWAYS_ON),
        route: { ...timeouts(it), cluster_header: CLUSTER_HEADER },
      },
    ),
    because({ name: reason }, { name: `graft ${it.policy} rewritten`, match: decided(POLICY_KEY), ...handling(it, config) }),
  ];
}

function handling(it: RouteConfig, config: Config) {
  const failOpen = failsOpen(it, config);
  return {
    ...bufferLimit(config),
    metadata: { filter_metadata: { [NAMESPACE]: { policy: it.policy } } },
    typed_per_filter_config: switchedOn(failOpen, [...ALWAYS_ON, FILTERS.refused, FILTERS.levelTwo, FILTERS.contentLength]),
    route: action(it, failOpen ? firstCluster(it.policy, config) : NOWHERE_CLUSTER),
  };
}

const ALWAYS_ON = [FILTERS.bodySize, FILTERS.levelOne, FILTERS.strip] as const;

function failsOpen(it: RouteConfig, config: Config): boolean {
  return config.policies[it.policy]?.fail_open ?? false;
}

/** The field says request only, but answers that are held whole share the limit; requests have their own, exact one. */
function bufferLimit({ bounds }: Config) {
  return { request_body_buffer_limit: Math.max(bounds.maxRequestBytes, bounds.maxResponseBytes) };
}

function timeouts(it: RouteConfig) {
  return because(
    {
      timeout: "A whole exchange: all attempts and the streaming of the answer.",
      idle_timeout:
        "Nothing moved for so long, neither way. The wait for a provider's answer counts, over all attempts; when it is over there is no further one.",
      auto_host_rewrite: "The host header is that of the provider tried now, on every attempt.",
    },
    { timeout: duration(it.timeout_ms), idle_timeout: duration(it.idle_timeout_ms), auto_host_rewrite: true },
  );
}

function action(it: RouteConfig, defaultCluster: string) {
  return because(
    {
      retry_policy:
        "Graft sets retries per request (x-envoy-max-retries, x-envoy-retry-on …): a changed policy needs no new Envoy configuration. What stands in retry_on here would be added to that, so it is a condition that never holds.",
    },
    {
      ...timeouts(it),
      retry_policy: {
        retry_on: "retriable-headers",
        num_retries: 0,
        refresh_cluster_on_retry: true,
      },
      inline_cluster_specifier_plugin: {
        extension: {
          name: "graft.order",
          typed_config: because(
            { priority_groups: "Where a request goes that Graft said nothing about." },
            typed("envoy.extensions.router.cluster_specifiers.priority_group.v3.PriorityGroupClusterSpecifier", {
              override_metadata_namespace: ROUTING_NAMESPACE,
              priority_groups: [{ name: "default", clusters: [{ cluster_name: defaultCluster, weight: 1 }] }],
            }),
          ),
        },
      },
    },
  );
}

function switchedOn(failOpen: boolean, filters: readonly string[]) {
  const on = typed("envoy.config.route.v3.FilterConfig", { disabled: false, config: {} });
  const open = typed("envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute", { overrides: { failure_mode_allow: true } });
  const settings = filters.map((name) => [name, name === FILTERS.levelOne && failOpen ? open : on] as const);
  return because(
    { [FILTERS.bodySize]: "Graft's filters are off by default, so that other routes of a shared listener do not feel them." },
    Object.fromEntries(settings),
  );
}

/** An open route without Graft sends what the client sent to the first provider of its first model. */
function firstCluster(policy: string, config: Config): string {
  const target = config.policies[policy]?.models[0]?.targets[0];
  return target === undefined ? NOWHERE_CLUSTER : clusterName(target.provider);
}
