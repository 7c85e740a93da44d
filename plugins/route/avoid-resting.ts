/** Puts targets that failed too often, or asked not to be called for a while, behind those that serve. */
import type { Target } from "../core/target";

export function avoidResting(targets: readonly Target[]): readonly Target[] {
  if (targets.length < 2 || targets.every(serves)) return targets;
  return [...targets.filter(serves), ...targets.filter((target) => !serves(target))];
}

function serves(target: Target): boolean {
  return target.provider.health.admits(target.model);
}
