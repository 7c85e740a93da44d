import type { Exchanges } from "../plugins/core/exchanges";
import type { Pipeline } from "../plugins/core/pipeline";
import type { Outcome } from "../plugins/core/record";
import type { Gateway } from "../plugins/gateway";

/** What both levels share within one process. */
export interface HostContext {
  /** The configuration in force now; a call keeps the one it began under. */
  gateway(): Gateway;
  readonly exchanges: Exchanges;
  /** Where other processes ask for attempts of exchanges that live here. */
  readonly handOffPath: string;
  /** An exchange of another process was asked for. */
  countHandOff(result: "answered" | "lost"): void;
  newId(prefix: string): string;
  /** Ends the exchange: log hooks, record, metrics. @param outcome used if the answer did not reach its end */
  finish(pipeline: Pipeline, outcome: Outcome): void;
}
