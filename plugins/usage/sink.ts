import type { UsageRecord } from "../stores/usage/record";
import type { SpentQuery } from "../stores/usage/usage-store";

/** Where records of usage go. */
export interface UsageSink {
  /** At once: what takes time happens later. */
  add(record: UsageRecord): void;
  /** What was spent, as its store knows; absent where it has none. @throws Error when the store cannot answer */
  spent?(query: SpentQuery): Promise<number>;
}
