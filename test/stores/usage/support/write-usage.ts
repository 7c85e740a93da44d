/**
 * A process of its own that writes usage: `kind` `location` `name` `count`. Every record is added a second time; `shared` ones are the same
 * in all processes. `count` 0: opens the store, asks once and leaves it open; -1: adds for ever. Says `open`, then a line a batch.
 */

import { openPostgresUsage } from "../../../../plugins/stores/usage/postgres";
import type { UsageRecord } from "../../../../plugins/stores/usage/record";
import { DAY_START, HOUR, usageRecord } from "./records";
import { openSqlite } from "./sqlite";

const BATCH = 50;

async function main(kind = "", location = "", name = "", countText = ""): Promise<void> {
  const store = kind === "sqlite" ? await openSqlite({ path: location }) : await openPostgresUsage({ url: location });
  console.log("open");
  const count = Number(countText);
  if (count === 0) {
    await store.query({ from: 0, to: DAY_START, groupBy: ["model"] });
    return;
  }
  for (let done = 0; count < 0 || done < count; done += BATCH) {
    const batch = Array.from({ length: BATCH }, (_, index) => record(name, done + index));
    await store.add(batch);
    await store.add(batch.toReversed());
    console.log(done + BATCH);
  }
  // Not waited for: the process stays for what was asked.
  void store.add([usageRecord({ exchange: `${name}-last`, costNanos: 1 })]);
}

function record(name: string, index: number): UsageRecord {
  const exchange = index % 5 === 0 ? `shared-${index}` : `${name}-${index}`;
  return usageRecord({ exchange, caller: `caller-${index % 3}`, at: DAY_START + (index % 7) * HOUR, costNanos: 1 });
}

main(...process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
