import { setImmediate as nextTurn } from "node:timers/promises";
import { LOG_START } from "../../../stores/event-log";
import { MOST_AT_ONCE, type Rows } from "./rows";
import { cosine } from "./unit-vector";
import type { Neighbour } from "./vector-index";

/** Compared without a pause: about a millisecond. */
const BYTES_PER_TURN = 4 * 1024 * 1024;

/** One partition's vectors. Lists in step with each other: what is taken out is replaced by the last. */
export class Partition {
  readonly rows: Rows;
  /** How far its stream is read. */
  cursor = LOG_START;
  reading: Promise<void> | undefined;
  /** Place in the lists by id, the oldest first. */
  readonly #at = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #places: number[] = [];
  readonly #expiresAt: number[] = [];

  constructor(rows: Rows) {
    this.rows = rows;
  }

  get size(): number {
    return this.#ids.length;
  }

  /** @returns undefined: not here. */
  expiryOf(id: string): number | undefined {
    const at = this.#at.get(id);
    return at === undefined ? undefined : this.#expiresAt[at];
  }

  /** @param unit at length 1. @throws RangeError when there is no memory left */
  put(id: string, unit: Float32Array, expiresAt: number): void {
    const place = this.rows.take(unit);
    this.remove(id);
    this.#places.push(place);
    this.#at.set(id, this.#ids.length);
    this.#ids.push(id);
    this.#expiresAt.push(expiresAt);
  }

  remove(id: string): void {
    const at = this.#at.get(id);
    if (at === undefined) return;
    this.#at.delete(id);
    const [lastId, lastPlace, lastExpiry] = [this.#ids.pop(), this.#places.pop(), this.#expiresAt.pop()];
    if (lastId === undefined || lastPlace === undefined || lastExpiry === undefined) return;
    this.rows.giveBack(this.#places[at] ?? lastPlace);
    if (lastId === id) return;
    this.#ids[at] = lastId;
    this.#places[at] = lastPlace;
    this.#expiresAt[at] = lastExpiry;
    this.#at.set(lastId, at);
  }

  /** @returns false: there is none. */
  removeOldest(): boolean {
    const [oldest] = this.#at.keys();
    if (oldest !== undefined) this.remove(oldest);
    return oldest !== undefined;
  }

  /** The oldest ones whose time is over: most have been given the same time to live. */
  removeExpired(now: number): void {
    for (const [id, at] of this.#at) {
      if ((this.#expiresAt[at] ?? 0) > now) return;
      this.remove(id);
    }
  }

  /**
   * A large one takes several turns of the event loop, and may change between them: what is moved meanwhile may not be found, what is
   * added again may be found twice, and what was there when its turn came may be gone.
   * @param unit at length 1
   */
  async search(unit: Float32Array, k: number, minScore: number, now: number): Promise<readonly Neighbour[]> {
    const best: Neighbour[] = [];
    let worst = minScore;
    let bytes = 0;
    for (let from = 0; from < this.#ids.length; from += MOST_AT_ONCE) {
      if (bytes >= BYTES_PER_TURN) {
        await nextTurn();
        bytes = 0;
      }
      const places = this.#places.slice(from, from + MOST_AT_ONCE);
      const products = this.rows.dots(places, unit);
      for (let index = 0; index < products.length; index += 1) {
        const score = products[index] ?? 0;
        if (score < worst || !((this.#expiresAt[from + index] ?? 0) > now)) continue;
        keep(best, { id: this.#ids[from + index] ?? "", score: cosine(score) }, k);
        worst = best.length < k ? minScore : (best.at(-1)?.score ?? minScore);
      }
      bytes += places.length * this.rows.rowBytes;
    }
    return best;
  }

  clear(): void {
    for (const place of this.#places) this.rows.giveBack(place);
    this.#at.clear();
    this.#ids.length = 0;
    this.#places.length = 0;
    this.#expiresAt.length = 0;
  }
}

function keep(best: Neighbour[], found: Neighbour, k: number): void {
  const place = best.findIndex(({ score }) => score < found.score);
  best.splice(place === -1 ? best.length : place, 0, found);
  if (best.length > k) best.pop();
}
