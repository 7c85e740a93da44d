import type { Clock } from "../../core/clock";
import type { EventLog } from "../../stores/event-log";
import type { Kv } from "../../stores/kv";
import type { Lease } from "../../stores/lease";

/** What replicas tell each other about flights with, and how they learn that it failed them. */
export interface SharedStores {
  readonly lease: Lease;
  readonly log: EventLog;
  readonly kv: Kv;
  readonly clock: Pick<Clock, "monotonic">;
  onTrouble(error: unknown): void;
}

/** Who leads holds this for so long, and renews it: a replica that died is given up after it. */
export const LEASE_MS = 10_000;
/** Between two looks while something happens. */
export const BEAT_MS = 100;
/** A replica that follows says so for so long, and repeats it. */
export const WANTED_MS = 5_000;

/** What is kept about one key. Parts the key does not choose come first, so no key can imitate another's. */
export function namesOf(key: string) {
  return {
    /** Lease: who calls the provider. */
    lease: `flight:${key}`,
    /** Kv: the token of the one who holds it. */
    token: `flight-token:${key}`,
    /** Kv: another replica follows; until one does, nothing is published. */
    wanted: `flight-wanted:${key}`,
    /** Log: one for each holding, so one that was paused past its expiry writes where nobody reads any more. */
    log: (token: number) => `flight:${token}:${key}`,
  };
}

/** Without holding up the end of the process. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
