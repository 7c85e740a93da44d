import type { ChatEvent, Usage } from "../core/events";

/** A complete answer as it is kept: as the model wrote it, redacted, with placeholders in it. */
export interface Entry {
  /** Compacted; `start` first, a `finish` for each choice, no `error`. */
  readonly events: readonly ChatEvent[];
  /** Unix milliseconds. */
  readonly storedAt: number;
  /** `provider/model` that gave it. */
  readonly target: string;
  /** What it used and cost, in nano-dollars: what a hit saves. Absent = nobody knows. */
  readonly usage?: Usage;
  readonly nanos?: number;
  /** Client parameters that its target could not honour. */
  readonly dropped: readonly string[];
  /** What was asked in the last user turn, redacted: only where semantic lookup is on. */
  readonly question?: string;
}
