/** THE list of store kinds: a new one is a folder and a line here, and passes the contract suites of test/stores. */
import type { Clock } from "../core/clock";
import { openMemoryStores } from "./memory";
import type { Stores } from "./stores";

export const STORES = {
  memory: openMemoryStores,
} as const satisfies Record<string, (clock: Clock) => Stores>;
