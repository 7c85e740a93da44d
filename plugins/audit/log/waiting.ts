/** Entries that wait to be written, up to a bound of their number and of their size. */
import type { Draft } from "../chain/line";

export interface Waiting extends Draft {
  resolve(): void;
  reject(error: Error): void;
}

/** Of all that wait. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Of a batch: one that took longer would hold up the process, and all of it is in memory twice. */
const BATCH = 256;
const BATCH_BYTES = 4 * 1024 * 1024;

export class WaitingEntries {
  readonly #most: number;
  #entries: Waiting[] = [];
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** @returns false = there is no room */
  add(entry: Waiting): boolean {
    if (this.#entries.length >= this.#most || this.#bytes + entry.json.length > MAX_BYTES) return false;
    this.#entries.push(entry);
    this.#bytes += entry.json.length;
    return true;
  }

  /** The oldest, as many as are written at one time. */
  take(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { json } of this.#entries) {
      if (count === BATCH || (count > 0 && bytes + json.length > BATCH_BYTES)) break;
      count += 1;
      bytes += json.length;
    }
    this.#bytes -= bytes;
    return this.#entries.splice(0, count);
  }
}
