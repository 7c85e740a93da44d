/** State of this process alone: forgotten at restart, not shared between processes. */
import type { Clock } from "../../core/clock";
import type { Stores } from "../stores";
import { MemoryEventLog } from "./event-log";
import { MemoryKv } from "./kv";
import { MemoryLease } from "./lease";
import { MemoryLimits } from "./limits";

const MIB = 1024 * 1024;

export function openMemoryStores(clock: Clock): Stores {
  const limits = new MemoryLimits(clock, 100_000);
  return {
    limits,
    exactLimits: limits,
    kv: new MemoryKv(clock, { maxEntries: 100_000, maxBytes: 128 * MIB }),
    lease: new MemoryLease(clock, 10_000),
    events: new MemoryEventLog(clock, { maxLength: 10_000, maxStreams: 10_000, maxBytes: 64 * MIB }),
    shared: false,
    close: async () => {},
  };
}
