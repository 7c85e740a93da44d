import { type IsFor, isForOf } from "./asked";
import type { ResidencyConfig, RuleConfig } from "./config";
import { mayBeIn, within } from "./region";

/** What a rule knows of a target. */
export interface Place {
  readonly region?: string | undefined;
  readonly tags: readonly string[];
}

export interface Rule {
  readonly name: string;
  readonly isFor: IsFor;
  permits(place: Place): boolean;
}

/** Of no name an operator may give: what `default: deny` says. */
export const DEFAULT = "default";

export function ruleOf(config: RuleConfig): Rule {
  return { name: config.name, isFor: isForOf(config.when), permits: permitsOf(config) };
}

/** For requests no rule is for, where the policy says so. */
export function defaultOf(config: ResidencyConfig): Rule | undefined {
  return config.default === "allow" ? undefined : { name: DEFAULT, isFor: () => true, permits: () => false };
}

export function permitsOf({ allow, deny }: Pick<RuleConfig, "allow" | "deny">): Rule["permits"] {
  return ({ region, tags }) =>
    (allow.regions.length === 0 || (region !== undefined && allow.regions.some((wider) => within(region, wider)))) &&
    (allow.tags.length === 0 || allow.tags.some((tag) => tags.includes(tag))) &&
    !deny.regions.some((place) => mayBeIn(region, place)) &&
    !deny.tags.some((tag) => tags.includes(tag));
}
