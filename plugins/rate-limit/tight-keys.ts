import { LRUCache } from "lru-cache";
import { ceilingOf } from "../stores/check-limits";
import type { ItemState } from "../stores/limits";
import type { Charge } from "./rules";

const MOST_KEYS = 10_000;

/**
 * Counters that were seen with less than half of their limit left. There it matters how exact a reservation is: a prompt's size alone
 * reserves some four times its tokens, and would keep others out that have room.
 */
export class TightKeys {
  readonly #keys = new LRUCache<string, true>({ max: MOST_KEYS });

  holds(charges: readonly Charge[]): boolean {
    return this.#keys.size > 0 && charges.some(({ key }) => this.#keys.has(key));
  }

  note(charges: readonly Charge[], states: readonly ItemState[]): void {
    for (const [at, { key, rule }] of charges.entries()) {
      const state = states[at];
      if (state === undefined) continue;
      if (state.remaining < ceilingOf(rule.limit) / 2) this.#keys.set(key, true);
      else if (this.#keys.size > 0) this.#keys.delete(key);
    }
  }
}
