/** Which target is tried next, and how long to wait before it. */

import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import type { Services } from "../core/plugin";
import { type Plan, type Target, targetLabel } from "../core/target";

export interface NextAttempt {
  readonly target: Target;
  readonly waitMs: number;
}

interface Failed {
  times: number;
  /** The provider asked for it; counted from the failure. */
  retryAfterMs: number | undefined;
  at: number;
}

export class Attempts {
  readonly #plan: Plan;
  readonly #exchange: Exchange;
  readonly #services: Services;
  readonly #failed = new Map<string, Failed>();
  /** Of the plan's targets, how many had their turn. */
  #turn = 1;

  constructor(plan: Plan, exchange: Exchange, services: Services) {
    this.#plan = plan;
    this.#exchange = exchange;
    this.#services = services;
  }

  /** Whether another target may be asked after this failure. @param status 0 = there was no answer at all */
  movesOn(error: GraftError, status: number): boolean {
    const { fallbackStatuses } = this.#plan.alias;
    // What an answer says counts as well: some providers say 200 or 400 where they mean "overloaded" or "wrong key".
    return (status === 0 && error.retryable) || fallbackStatuses.includes(status) || fallbackStatuses.includes(error.status);
  }

  failed(target: Target, error: GraftError): void {
    const label = targetLabel(target);
    const times = (this.#failed.get(label)?.times ?? 0) + 1;
    this.#failed.set(label, { times, retryAfterMs: error.options.retryAfterMs, at: this.#services.clock.monotonic() });
  }

  /** The next target whose turn it is and that serves; where all of the rest are resting, the first of them. `undefined` = none is left. */
  next(): NextAttempt | undefined {
    const rest = this.#plan.targets.slice(this.#turn).filter((target) => this.#wait(target) !== undefined);
    const target = rest.find((it) => it.provider.health.admits(it.model)) ?? rest[0];
    if (target === undefined) return undefined;
    const at = this.#plan.targets.indexOf(target, this.#turn);
    for (const skipped of this.#plan.targets.slice(this.#turn, at)) {
      this.#exchange.facts.add({ kind: "target-skipped", target: targetLabel(skipped) });
    }
    this.#turn = at + 1;
    return { target, waitMs: this.#wait(target) ?? 0 };
  }

  /**
   * Full jitter: a random time up to a limit that doubles, so that clients that failed together do not come back together; or what the
   * provider asked for, exactly. `undefined` = longer than this request may wait.
   */
  #wait(target: Target): number | undefined {
    const failed = this.#failed.get(targetLabel(target));
    if (failed === undefined) return 0;
    const { baseMs, maxMs } = this.#plan.alias.backoff;
    if (failed.retryAfterMs !== undefined) {
      // Another key of the same provider is not bound by what one was told.
      if (target.provider.keys.ready) return 0;
      const left = failed.at + failed.retryAfterMs - this.#services.clock.monotonic();
      return left > maxMs ? undefined : Math.max(0, left);
    }
    return this.#services.random() * Math.min(maxMs, baseMs * 2 ** (failed.times - 1));
  }
}
