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
  /** With other processes. */
  readonly shared: boolean;
  /** The Redis behind them, for what only it can do; rejects as the stores do. Names begin with the namespace. */
  readonly redis?: {
    readonly namespace: string;
    readonly link: { call(command: string, ...args: readonly (string | Buffer)[]): Promise<unknown> };
  };
  close(): Promise<void>;
}
