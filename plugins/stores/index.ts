/** THE list of store kinds: a new one is a folder and a line here, and passes the contract suites of test/stores. */
import { openMemoryStores } from "./memory";
import { openRedisStores } from "./redis";
import type { Stores } from "./stores";

export const STORES = {
  memory: openMemoryStores,
  redis: openRedisStores,
} as const satisfies Record<string, (options: never) => Stores | Promise<Stores>>;
