import { ceilingOf } from "../stores/check-limits";
import type { LimitItem, ReserveResult } from "../stores/limits";

/**
 * Whether counting the tokens of a refused request could make a difference: the least it can be fits everything that refused it.
 * @param asked what was refused @param least the same items with the least amounts
 */
export function mayFit(
  result: Extract<ReserveResult, { granted: false }>,
  asked: readonly LimitItem[],
  least: readonly LimitItem[],
): boolean {
  return result.refused.every((at) => {
    const item = asked[at];
    const room = result.impossible && item !== undefined ? ceilingOf(item.limit) : (result.items[at]?.remaining ?? 0);
    return (least[at]?.amount ?? 0) <= room;
  });
}
