import type { Target } from "../../core/target";
import type { Strategy } from "./strategy";

/**
 * Drawn by weight without replacement: the first by its share of all weights, each next by its share of what is left, so that the
 * load of a failing target spreads by weight as well. Weight 0 = only after all others.
 */
export const weighted: Strategy = {
  name: "weighted",
  order(targets, random) {
    const left = [...targets];
    const ordered: Target[] = [];
    while (left.length > 0) {
      const total = left.reduce((sum, target) => sum + target.weight, 0);
      let point = random() * total;
      let picked = left.findIndex((target) => {
        point -= target.weight;
        return point < 0;
      });
      if (picked === -1) picked = 0;
      ordered.push(...left.splice(picked, 1));
    }
    return ordered;
  },
};
