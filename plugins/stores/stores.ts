import type { EventLog } from "./event-log";
import type { Kv } from "./kv";
import type { Lease } from "./lease";
import type { Limits } from "./limits";

/** Everything a process keeps beyond one exchange. */
export interface Stores {
  readonly limits: Limits;
  /** Of the same counters, and never from slices leased in advance: for money, and for whoever reads what is left. */
  readonly exactLimits: Limits;
  readonly kv: Kv;
  readonly lease: Lease;
  readonly events: EventLog;
  close(): Promise<void>;
}
