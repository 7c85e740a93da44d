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
import { type Taken, take, type Wanted } from "./take";
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

interface Refused {
  readonly error: GraftError;
  readonly charges: readonly Charge[];
  readonly states: readonly ItemState[];
}

type Tried = Refused | { readonly error: undefined; readonly kept: Kept };

export class LimitedExchange implements Hooks {
  readonly #limiter: Limiter;
  readonly #exchange: Exchange;
  /** Those for the whole exchange: shadows are reserved apart, so that they stop nobody. */
  readonly #kept: Kept[] = [];
  readonly #keptOfTargets = new Map<string, Kept | undefined>();
  /** How often each target was asked. */
  readonly #tries = new Map<string, number>();
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
    const taken = await this.#take(
      rules.filter(({ shadow }) => !shadow),
      targets,
      "",
    );
    if (taken?.error !== undefined) throw this.#told(taken);
    if (taken?.kept !== undefined) this.#kept.push(taken.kept);
  }

  /** Targets without room come last, or go. @throws GraftError when none has any */
  async route(plan: Plan): Promise<Plan> {
    const rules = this.#limiter.rules.filter(({ ofTarget, shadow }) => ofTarget && !shadow);
    if (rules.length === 0) return plan;
    const refusals: Refused[] = [];
    const refused = new Set<string>();
    for (const target of distinct(plan.targets)) {
      const refusal = await this.#reserve(target);
      if (refusal !== undefined) {
        refusals.push(refusal);
        refused.add(targetLabel(target));
      } else if (this.#limiter.skipsTargets) break;
    }
    const open = plan.targets.filter((target) => !refused.has(targetLabel(target)));
    if (open.length === 0) {
      await this.#settleAll(() => NOTHING);
      throw this.#told(soonest(refusals));
    }
    // Their turn may come with room again, where somebody asks then.
    const closed = this.#limiter.skipsTargets ? plan.targets.filter((target) => refused.has(targetLabel(target))) : [];
    return { alias: plan.alias, targets: [...open, ...closed] };
  }

  async refuse(target: Target): Promise<GraftError | undefined> {
    return (await this.#reserve(target))?.error;
  }

  async #reserve(target: Target): Promise<Refused | undefined> {
    const label = targetLabel(target);
    if (this.#keptOfTargets.has(label)) return undefined;
    const rules = this.#limiter.rules.filter(({ ofTarget, shadow }) => ofTarget && !shadow);
    if (rules.length === 0) return undefined;
    const taken = await this.#take(rules, [target], label);
    if (taken?.error !== undefined) return taken;
    this.#keptOfTargets.set(label, taken?.kept);
    return undefined;
  }

  /** Its error, once it is what the client gets: with what is left of these limits. */
  #told({ error, charges, states }: Refused): GraftError {
    this.#tell(charges, states);
    return error;
  }

  #tell(charges: readonly Charge[], states: readonly ItemState[]): void {
    this.#charges.push(...charges);
    this.#states.push(...states);
    Object.assign(this.#exchange.answerHeaders, limitHeaders(this.#charges, this.#states));
  }

  /** A target that failed has its slot back while the next one works. Where its turn comes again unasked, it keeps it. */
  attempt({ target: now }: Attempt): void {
    this.#tries.set(targetLabel(now), this.#triesOf(targetLabel(now)) + 1);
    if (!this.#limiter.skipsTargets) return;
    for (const [label, kept] of this.#keptOfTargets) {
      const requests = this.#triesOf(label);
      if (label === targetLabel(now) || requests === 0) continue;
      this.#keptOfTargets.delete(label);
      this.#tries.delete(label);
      this.#settling.push(settle(kept, { ...NOTHING, requests }));
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
      const last = attempt !== undefined && label === targetLabel(attempt.target);
      return { ...(last ? used : NOTHING), requests: this.#triesOf(label) };
    });
  }

  /** Each try is a request to the provider, the same target's second as well. */
  #triesOf(label: string): number {
    return this.#tries.get(label) ?? 0;
  }

  /** Blocked requests and answers from elsewhere use no tokens, and cost what side calls did; that they were made counts. */
  async #used(): Promise<Amounts> {
    return usedOf(await this.#limiter.accounting.tally(this.#exchange));
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
      const taken = await this.#tried({ charges, targets, name: `shadow:${rule.name}` });
      if (taken.kind === "held") this.#kept.push({ charges, held: taken.held });
      this.#note(charges, taken, "shadow-refused");
    }
  }

  /** No shadow stops anybody, whatever is wrong with it. */
  async #tried(wanted: Wanted): Promise<Taken> {
    try {
      return await take(this.#limiter, this.#exchange, wanted);
    } catch (thrown) {
      if (thrown instanceof GraftError) return { kind: "unlimited" };
      throw thrown;
    }
  }

  async #take(rules: readonly Rule[], targets: readonly Target[], name: string): Promise<Tried | undefined> {
    const target = targets[0];
    const named = target === undefined ? undefined : { provider: target.provider.name, label: targetLabel(target) };
    const charges = chargesOf(rules, this.#limiter.scope, this.#exchange, named);
    if (charges.length === 0) return undefined;
    const taken = await take(this.#limiter, this.#exchange, { charges, targets, name });
    this.#note(charges, taken, "refused");
    if (taken.kind === "refused") return { error: taken.error, charges, states: taken.items };
    if (taken.kind === "unlimited") return undefined;
    this.#tell(charges, taken.items);
    return { error: undefined, kept: { charges, held: taken.held } };
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

function soonest(refusals: readonly Refused[]): Refused {
  const wait = ({ error }: Refused) => error.options.retryAfterMs ?? Number.POSITIVE_INFINITY;
  return refusals.reduce((least, it) => (wait(it) < wait(least) ? it : least));
}
