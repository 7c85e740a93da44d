import type { EventLog } from "./event-log";
import type { Kv } from "./kv";
import type { Lease } from "./lease";
import type { Limits } from "./limits";

/** Everything a process keeps beyond one exchange. */
export interface Stores {
  readonly limits: Limits;
  readonly kv: Kv;
  readonly lease: Lease;
  readonly events: EventLog;
  close(): Promise<void>;
}
