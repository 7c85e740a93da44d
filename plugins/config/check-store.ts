/** `store`, `usage` and `audit`: parts that do not go together. */
import type { Inspection } from "./inspection";

const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,39}$/;

export function checkStore(it: Inspection): void {
  const { store } = it.config;
  checkUsage(it);
  checkAudit(it);
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
  checkPlace(it, "usage", usage, ["path"]);
  if (usage.keep_hours_days < usage.keep_records_days) {
    it.error(["usage", "keep_hours_days"], "must not be less than `keep_records_days`");
  }
}

/** HMAC-SHA256 is no stronger than its key. */
const LEAST_KEY = 32;

function checkAudit(it: Inspection): void {
  const { audit } = it.config;
  if (audit === undefined) return;
  checkPlace(it, "audit", audit, ["directory", "rotate_bytes"]);
  if (audit.key.length < LEAST_KEY) it.error(["audit", "key"], `must have ${LEAST_KEY} characters or more`);
}

interface Place {
  readonly kind: string;
  readonly url?: string | undefined;
  readonly schema?: string | undefined;
}

/** In files, or in a table. @param ofFiles what only files need */
function checkPlace(it: Inspection, section: string, { kind, url, schema }: Place, ofFiles: readonly string[]): void {
  const unused = kind === "postgres" ? ofFiles : ["url", "schema"];
  for (const field of unused) {
    if (it.written([section, field])) it.error([section, field], `has no effect: \`kind\` is ${kind}`, "key");
  }
  if (kind === "postgres" && url === undefined) it.error([section, "kind"], "`postgres` needs `url`");
  if (schema !== undefined && !PLAIN_NAME.test(schema)) {
    it.error([section, "schema"], "must have 1 to 40 of a-z, 0-9 and _, not beginning with a digit");
  }
}
