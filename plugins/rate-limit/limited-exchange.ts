/** The limits of one exchange, from its first reservation to its settlement. */
import type { Accounting, Held, OutputReserve, Reservations } from "../accounting";
import { GraftError } from "../core/errors";
import type { Attempt, Exchange } from "../core/exchange";
import type { Hooks } from "../core/plugin";
import { type Plan, type Target, targetLabel } from "../core/target";
import type { ItemState } from "../stores/limits";
import { type Amounts, isSized, NO_TOKENS, NOTHING, usedOf } from "./amounts";
import { limitHeaders } from "./headers";
import { type Charge, chargesOf, itemsOf, type Rule } from "./rules";
import { type Taken, take } from "./take";
import type { TightKeys } from "./tight-keys";

export interface Limiter {
  readonly rules: readonly Rule[];
  readonly reserve: OutputReserve;
  /** Sets the counters of this policy apart from others'. */
  readonly scope: string;
  readonly reservations: Reservations;
  readonly accounting: Accounting;
  readonly tight: TightKeys;
  /** The host asks before each fallback; where it does not, all targets are reserved at once. */
  readonly skipsTargets: boolean;
  decided(limit: string, result: "admitted" | "refused" | "shadow-refused"): void;
}

interface Kept {
  readonly charges: readonly Charge[];
  readonly held: Held;
}

export class LimitedExchange implements Hooks {
  readonly #limiter: Limiter;
  readonly #exchange: Exchange;
  /** Those for the whole exchange: shadows are reserved apart, so that they stop nobody. */
  readonly #kept: Kept[] = [];
  readonly #keptOfTargets = new Map<string, Kept | undefined>();
  readonly #charges: Charge[] = [];
  readonly #states: ItemState[] = [];
  /** Of targets that have failed. */
  readonly #settling: Promise<void>[] = [];

  constructor(limiter: Limiter, exchange: Exchange) {
    this.#limiter = limiter;
    this.#exchange = exchange;
  }

  /** @throws GraftError `rate_limited` */
  async request(): Promise<undefined> {
    const targets = this.#exchange.alias?.targets ?? [];
    const rules = this.#limiter.rules.filter(({ ofTarget }) => !ofTarget);
    await this.#shadow(
      rules.filter(({ shadow }) => shadow),
      targets,
    );
    const kept = await this.#take(
      rules.filter(({ shadow }) => !shadow),
      targets,
      "",
    );
    if (kept !== undefined) this.#kept.push(kept);
  }

  /** Targets without room come last, or go. @throws GraftError when none has any */
  async route(plan: Plan): Promise<Plan> {
    const rules = this.#limiter.rules.filter(({ ofTarget, shadow }) => ofTarget && !shadow);
    if (rules.length === 0) return plan;
    const refusals: GraftError[] = [];
    const refused = new Set<string>();
    for (const target of distinct(plan.targets)) {
      const error = await this.refuse(target);
      if (error !== undefined) {
        refusals.push(error);
        refused.add(targetLabel(target));
      } else if (this.#limiter.skipsTargets) break;
    }
    const open = plan.targets.filter((target) => !refused.has(targetLabel(target)));
    if (open.length === 0) {
      await this.#settleAll(() => NOTHING);
      throw soonest(refusals);
    }
    // Their turn may come with room again, where somebody asks then.
    const closed = this.#limiter.skipsTargets ? plan.targets.filter((target) => refused.has(targetLabel(target))) : [];
    return { alias: plan.alias, targets: [...open, ...closed] };
  }

  async refuse(target: Target): Promise<GraftError | undefined> {
    const label = targetLabel(target);
    if (this.#keptOfTargets.has(label)) return undefined;
    const rules = this.#limiter.rules.filter(({ ofTarget, shadow }) => ofTarget && !shadow);
    if (rules.length === 0) return undefined;
    try {
      this.#keptOfTargets.set(label, await this.#take(rules, [target], label));
      return undefined;
    } catch (thrown) {
      if (thrown instanceof GraftError) return thrown;
      throw thrown;
    }
  }

  /** A target that failed has its slot back while the next one works. Where its turn comes again unasked, it keeps it. */
  attempt({ target: now }: Attempt): void {
    if (!this.#limiter.skipsTargets) return;
    for (const [label, kept] of this.#keptOfTargets) {
      if (label === targetLabel(now) || !this.#wasAsked(label)) continue;
      this.#keptOfTargets.delete(label);
      this.#settling.push(settle(kept, NO_TOKENS));
    }
  }

  async log(): Promise<void> {
    await Promise.all(this.#settling);
    const charged = [...this.#kept, ...this.#keptOfTargets.values()].flatMap((kept) => kept?.charges ?? []);
    if (charged.length === 0) return;
    const { attempt } = this.#exchange;
    const used = charged.some(({ rule }) => isSized(rule.unit)) ? await this.#used() : NO_TOKENS;
    await this.#settleAll((label) => {
      if (label === undefined) return used;
      if (attempt !== undefined && label === targetLabel(attempt.target)) return used;
      return this.#wasAsked(label) ? NO_TOKENS : NOTHING;
    });
  }

  #wasAsked(label: string): boolean {
    return this.#exchange.attempts.some(({ target }) => targetLabel(target) === label);
  }

  /** Blocked requests and answers from elsewhere use no tokens; that they were made counts. */
  async #used(): Promise<Amounts> {
    return this.#exchange.attempt === undefined ? NO_TOKENS : usedOf(await this.#limiter.accounting.tally(this.#exchange));
  }

  async #settleAll(used: (label: string | undefined) => Amounts): Promise<void> {
    const ofTargets = [...this.#keptOfTargets].map(([label, kept]) => settle(kept, used(label)));
    await Promise.all([...this.#kept.map((kept) => settle(kept, used(undefined))), ...ofTargets]);
    this.#kept.length = 0;
    this.#keptOfTargets.clear();
  }

  async #shadow(rules: readonly Rule[], targets: readonly Target[]): Promise<void> {
    // Each by itself: what one refuses another still counts.
    for (const rule of rules) {
      const charges = chargesOf([rule], this.#limiter.scope, this.#exchange);
      if (charges.length === 0) continue;
      const taken = await take(this.#limiter, this.#exchange, { charges, targets, name: `shadow:${rule.name}` });
      if (taken.kind === "held") this.#kept.push({ charges, held: taken.held });
      this.#note(charges, taken, "shadow-refused");
    }
  }

  async #take(rules: readonly Rule[], targets: readonly Target[], name: string): Promise<Kept | undefined> {
    const target = targets[0];
    const named = target === undefined ? undefined : { provider: target.provider.name, label: targetLabel(target) };
    const charges = chargesOf(rules, this.#limiter.scope, this.#exchange, named);
    if (charges.length === 0) return undefined;
    const taken = await take(this.#limiter, this.#exchange, { charges, targets, name });
    this.#note(charges, taken, "refused");
    if (taken.kind !== "unlimited") {
      this.#charges.push(...charges);
      this.#states.push(...taken.items);
      Object.assign(this.#exchange.answerHeaders, limitHeaders(this.#charges, this.#states));
    }
    if (taken.kind === "refused") throw taken.error;
    return taken.kind === "held" ? { charges, held: taken.held } : undefined;
  }

  #note(charges: readonly Charge[], taken: Taken, word: "refused" | "shadow-refused"): void {
    const { facts } = this.#exchange;
    if (taken.kind === "unlimited") facts.add({ kind: "limits-unavailable" });
    for (const [at, { rule }] of charges.entries()) {
      const refused = taken.kind === "refused" && taken.refused.includes(at);
      if (refused) facts.add({ kind: "limit-refused", limit: rule.name, shadow: rule.shadow });
      if (refused || taken.kind === "held") this.#limiter.decided(rule.name, refused ? word : "admitted");
    }
  }
}

async function settle(kept: Kept | undefined, used: Amounts): Promise<void> {
  await kept?.held.settle(itemsOf(kept.charges, used).map(({ amount }) => amount));
}

function distinct(targets: readonly Target[]): Target[] {
  return [...new Map(targets.map((target) => [targetLabel(target), target])).values()];
}

function soonest(errors: readonly GraftError[]): GraftError {
  const wait = ({ options }: GraftError) => options.retryAfterMs ?? Number.POSITIVE_INFINITY;
  return errors.reduce((least, it) => (wait(it) < wait(least) ? it : least));
}
