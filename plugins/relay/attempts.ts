/** Which target is tried next, and how long to wait before it. */

import type { GraftError } from "../core/errors";
import type { Exchange } from "../core/exchange";
import { blamesKey } from "../core/note-failure";
import type { Services } from "../core/plugin";
import { type ModelAlias, type Plan, type Target, targetLabel } from "../core/target";

export interface NextAttempt {
  readonly target: Target;
  readonly waitMs: number;
}

interface Failed {
  readonly times: number;
  readonly error: GraftError;
  readonly at: number;
}

export class Attempts {
  readonly #alias: ModelAlias;
  readonly #exchange: Exchange;
  readonly #services: Services;
  readonly #failed = new Map<string, Failed>();
  /** Those of the plan that had no turn yet. */
  #left: readonly Target[];

  constructor(plan: Plan, exchange: Exchange, services: Services) {
    this.#alias = plan.alias;
    this.#left = plan.targets.slice(1);
    this.#exchange = exchange;
    this.#services = services;
  }

  /** Whether another target may be asked after this failure. @param status 0 = there was no answer at all */
  movesOn(error: GraftError, status: number): boolean {
    const { fallbackStatuses } = this.#alias;
    // What an answer says counts as well: some providers say 200 or 400 where they mean "overloaded" or "wrong key".
    return (status === 0 && error.retryable) || fallbackStatuses.includes(status) || fallbackStatuses.includes(error.status);
  }

  /** To be told after the pipeline, which puts keys and targets to rest. */
  failed(target: Target, error: GraftError): void {
    const label = targetLabel(target);
    const times = (this.#failed.get(label)?.times ?? 0) + 1;
    this.#failed.set(label, { times, error, at: this.#services.clock.monotonic() });
  }

  /** The next target whose turn it is and that serves; those that are passed over go to the end. `undefined` = none is left. */
  next(): NextAttempt | undefined {
    const waits = this.#left.map((target) => this.#wait(target));
    const mayServe = this.#left.findIndex((it, at) => waits[at] !== undefined && it.provider.health.admits(it.model));
    const at = mayServe === -1 ? waits.findIndex((wait) => wait !== undefined) : mayServe;
    const target = this.#left[at];
    const waitMs = waits[at];
    if (target === undefined || waitMs === undefined) return undefined;
    const passedOver = this.#left.slice(0, at);
    for (const it of passedOver) this.#exchange.facts.add({ kind: "target-skipped", target: targetLabel(it) });
    this.#left = [...this.#left.slice(at + 1), ...passedOver];
    return { target, waitMs };
  }

  /**
   * Full jitter: a random time up to a limit that doubles, so that clients that failed together do not come back together; or what the
   * provider asked for, exactly. `undefined` = longer than this request may wait.
   */
  #wait(target: Target): number | undefined {
    const failed = this.#failed.get(targetLabel(target));
    if (failed === undefined) return 0;
    // What one key was told does not bind another.
    if (blamesKey(failed.error) && target.provider.keys.ready) return 0;
    const { baseMs, maxMs } = this.#alias.backoff;
    const { retryAfterMs } = failed.error.options;
    if (retryAfterMs !== undefined) {
      const left = failed.at + retryAfterMs - this.#services.clock.monotonic();
      return left > maxMs ? undefined : Math.max(0, left);
    }
    return this.#services.random() * Math.min(maxMs, baseMs * 2 ** (failed.times - 1));
  }
}
