/** Who may get whose answers. */
import type { Caller } from "../../core/exchange";

export type CacheScope = "caller" | "team" | "policy" | "global";

/**
 * Different (scope, tenant) never give the same text, whatever their names hold. All but `global` are kept apart by policy as well: two
 * policies may take their callers' names from different places, where `team: a` need not be the same team.
 *
 * @returns undefined: its answers must not be kept. Anonymous callers are known by their address only, which others share.
 */
export function partitionOf(scope: CacheScope, caller: Caller, policyScope: string): string | undefined {
  if (scope === "global") return JSON.stringify(["global"]);
  if (scope === "policy") return JSON.stringify(["policy", policyScope]);
  if (caller.anonymous) return undefined;
  // Who is in no team shares with nobody.
  const team = scope === "team" ? caller.team : undefined;
  return JSON.stringify(team ? ["team", policyScope, team] : ["caller", policyScope, caller.id]);
}
