import { createHash } from "node:crypto";
import type { Caller, Exchange } from "../core/exchange";
import { addressKey } from "./address-key";

/** Who or what can have a counter of its own. */
export type Scope =
  | "caller"
  | "credential"
  | "team"
  | "group"
  | "tag"
  | "ip"
  | "route"
  | "model"
  | "provider"
  | "target"
  | "header"
  | "feature"
  | "project"
  | "session";

export interface Scoped {
  readonly by: readonly Scope[];
  /** Lower case, for `header`. */
  readonly header?: string | undefined;
}

interface TargetName {
  readonly provider: string;
  readonly label: string;
}

/** Longer values, which clients may choose, are counted under their digest. */
const LONGEST = 128;

/**
 * Whose counters a request is charged to: mostly one, and one for each group or tag of its caller where those count apart. Those
 * without the thing (no team, no header) share one counter among them: leaving it out must not be a way around the limit.
 */
export function scopeKeys({ by, header }: Scoped, exchange: Exchange, target?: TargetName): string[][] {
  let keys: string[][] = [[]];
  for (const scope of by) {
    const values = valuesOf(scope, exchange, header, target);
    keys = keys.flatMap((key) => values.map((value) => [...key, short(value)]));
  }
  return keys;
}

function valuesOf(
  scope: Scope,
  exchange: Exchange,
  header: string | undefined,
  target: TargetName | undefined,
): readonly string[] {
  const { caller, headers } = exchange.client;
  switch (scope) {
    case "caller":
      return [callerKey(caller)];
    case "credential":
      return [caller.credential ?? callerKey(caller)];
    case "team":
      return [caller.team ?? ""];
    case "group":
      return several(caller, "groups");
    case "tag":
      return several(caller, "tags");
    case "ip":
      return [addressKey(caller.ip)];
    case "route":
      return [exchange.client.route ?? ""];
    case "model":
      return [exchange.alias?.name ?? ""];
    case "provider":
      return [target?.provider ?? ""];
    case "target":
      return [target?.label ?? ""];
    case "header":
      return [headers[header ?? ""] ?? ""];
    case "feature":
    case "project":
    case "session":
      return [exchange.labels[scope] ?? ""];
  }
}

/** Anonymous callers are known by their address only. */
function callerKey({ id, anonymous, ip }: Caller): string {
  return anonymous ? `ip:${addressKey(ip)}` : id;
}

function several(caller: Caller, list: "groups" | "tags"): readonly string[] {
  return caller[list].length === 0 ? [""] : [...new Set(caller[list])];
}

function short(value: string): string {
  return value.length <= LONGEST ? value : `sha256:${createHash("sha256").update(value).digest("base64url")}`;
}
