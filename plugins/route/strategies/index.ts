/** THE list of strategies, one line each. */
import { fallback } from "./fallback";
import type { Strategy } from "./strategy";
import { weighted } from "./weighted";

export const STRATEGIES: readonly Strategy[] = [fallback, weighted];
