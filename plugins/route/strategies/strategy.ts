import type { Target } from "../../core/target";

/** How an alias orders its targets for one request: the first is asked, the next ones follow when it fails. */
export interface Strategy {
  readonly name: string;
  /** @param random in [0, 1) */
  order(targets: readonly Target[], random: () => number): readonly Target[];
}
