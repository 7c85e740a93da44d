import { GraftError } from "../../../plugins/core/errors";
import type { Limit, LimitItem, Limits, ReserveResult } from "../../../plugins/stores/limits";
import { MemoryLimits } from "../../../plugins/stores/memory/limits";
import type { VirtualClock } from "../../support/virtual-clock";
import { item } from "../limit-items";

/** A shared store that counts calls and fails on demand, before or after the effect. */
export class Shared implements Limits {
  calls = 0;
  mode: "works" | "unreachable" | "loses answers" | "hangs" = "works";
  store: MemoryLimits;
  constructor(clock: VirtualClock) {
    this.store = new MemoryLimits(clock, 10_000);
  }

  reserve: Limits["reserve"] = (request) => this.#ask(() => this.store.reserve(request));
  renew: Limits["renew"] = (id, ttlMs) => this.#ask(() => this.store.renew(id, ttlMs));
  settle: Limits["settle"] = (id, used) => this.#ask(() => this.store.settle(id, used));
  release: Limits["release"] = (id) => this.#ask(() => this.store.release(id));

  async #ask<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    this.calls += 1;
    if (this.mode === "hangs") return await new Promise(() => {});
    if (this.mode === "unreachable") throw new GraftError("unavailable", "");
    const answer = await call();
    if (this.mode === "loses answers") throw new GraftError("unavailable", "");
    return answer;
  }
}

/** Lets everything that is under way come to its end. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let ids = 0;
export function ask(store: Limits, items: readonly LimitItem[], id = `r${++ids}`, ttlMs = 10_000): Promise<ReserveResult> {
  return store.reserve({ id, ttlMs, items });
}

/** What the limit still has. */
export async function left(store: Limits, limit: Limit): Promise<number | undefined> {
  return (await ask(store, [item(limit, 0)], "look", 1)).items[0]?.remaining;
}
