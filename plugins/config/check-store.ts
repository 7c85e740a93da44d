/** `store` and `usage`: parts that do not go together. */
import type { Inspection } from "./inspection";

const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

export function checkStore(it: Inspection): void {
  const { store } = it.config;
  checkUsage(it);
  checkShared(it);
  if (store.kind !== "redis") {
    for (const part of ["redis", "lease"]) {
      if (it.written(["store", part])) it.error(["store", part], `has no effect: \`kind\` is ${store.kind}`, "key");
    }
  } else {
    const { url, cluster, sentinel_name, nodes, namespace } = store.redis;
    const at = ["store", "redis"];
    if (!/^(?:rediss?:\/\/|\/)/.test(url))
      it.error([...at, "url"], "must be redis://host:port, rediss://… or the path of a unix socket");
    if (/[{}]/.test(namespace)) it.error([...at, "namespace"], "must hold no braces");
    if (cluster && sentinel_name !== undefined) it.error([...at, "sentinel_name"], "a cluster has no sentinels", "key");
    if (nodes.length > 0 && !cluster && sentinel_name === undefined) {
      it.error([...at, "nodes"], "has no effect without `cluster` or `sentinel_name`", "key");
    }
    const share = ["store", "lease", "share_percent"];
    if (it.written(share) && !store.lease.enabled) it.error(share, "has no effect without `enabled: true`", "key");
  }
}

/** What counts for all of them and is kept by each: processes in one pool would together admit as many times as much. */
function checkShared(it: Inspection): void {
  const { store, envoy, policies } = it.config;
  const processes = envoy.sockets.length;
  if (store.kind !== "memory" || processes < 2) return;
  for (const [name, policy] of Object.entries(policies)) {
    for (const plugin of ["rate_limit", "budget"]) {
      if (policy.plugins[plugin] === undefined) continue;
      const message = `\`envoy.sockets\` names ${processes} processes, and each would count by itself: they need \`store: { kind: redis }\``;
      it.error(["policies", name, "plugins", plugin], message, "key");
    }
  }
}

function checkUsage(it: Inspection): void {
  const { usage } = it.config;
  if (usage === undefined) return;
  const unused = usage.kind === "sqlite" ? (["url", "schema"] as const) : (["path"] as const);
  for (const field of unused) {
    if (it.written(["usage", field])) it.error(["usage", field], `has no effect: \`kind\` is ${usage.kind}`, "key");
  }
  if (usage.kind === "postgres" && usage.url === undefined) it.error(["usage", "kind"], "`postgres` needs `url`");
  if (usage.schema !== undefined && !PLAIN_NAME.test(usage.schema)) {
    it.error(["usage", "schema"], "must have 1 to 40 of a-z, 0-9 and _, not beginning with a digit");
  }
  if (usage.keep_hours_days < usage.keep_records_days) {
    it.error(["usage", "keep_hours_days"], "must not be less than `keep_records_days`");
  }
}
