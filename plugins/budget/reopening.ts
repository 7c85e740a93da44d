/** Stores in memory forget at a restart, and Redis may: what was spent before is then read from the usage records. */
import { LRUCache } from "lru-cache";
import { type Limits, MAX_AMOUNT } from "../stores/limits";
import type { Alerts } from "./alerts";
import type { Charge } from "./budgets";
import { counterItem, ledgerItem, spentOf } from "./ledger";

type Field = "policy" | "caller" | "team" | "tag" | "alias" | "feature" | "project" | "session";

/** Of records: any of the values, in every field named. */
export type RecordFilter = Partial<Record<Field, readonly string[]>>;

/** Nano-dollars since a time, of the records that fit. */
export type SpentBefore = (since: number, where: RecordFilter) => Promise<number>;

/** A counter that is asked about again costs a query. */
const MAX_KNOWN = 100_000;
/** The first request of a counter waits for the answer. */
const PATIENCE_MS = 1000;
/** Before records that did not answer are asked again. */
const AGAIN_MS = 30_000;
/** Within this time all replicas charge a counter once. */
const ONCE_MS = 2000;

export class Reopening {
  readonly #limits: Limits;
  readonly #alerts: Alerts;
  readonly #spentBefore: SpentBefore;
  readonly #policy: string;
  readonly #known = new LRUCache<string, Promise<void>>({ max: MAX_KNOWN });

  constructor(limits: Limits, alerts: Alerts, policy: string, spentBefore: SpentBefore) {
    this.#limits = limits;
    this.#alerts = alerts;
    this.#policy = policy;
    this.#spentBefore = spentBefore;
  }

  /** Once for each counter in this process; those who come meanwhile wait as well. Rejects when store or records do not answer. */
  async open(charges: readonly Charge[]): Promise<void> {
    await Promise.all(
      charges.map((charge) => {
        let opened = this.#known.get(charge.key);
        if (opened === undefined) {
          opened = this.#open(charge).catch((thrown: unknown) => {
            this.#known.set(charge.key, Promise.resolve(), { ttl: AGAIN_MS });
            throw thrown;
          });
          this.#known.set(charge.key, opened);
        }
        return opened;
      }),
    );
  }

  async #open(charge: Charge): Promise<void> {
    const { key, start, budget } = charge;
    const where = filterOf(charge, this.#policy);
    if (where === undefined) return;
    const { items } = await this.#limits.reserve({ id: `look:${key}`, ttlMs: 1, items: [ledgerItem(charge, 0)] });
    if (spentOf(items[0]?.remaining) > 0) return;
    const spent = Math.min(await patiently(this.#spentBefore(start, where)), MAX_AMOUNT);
    if (spent === 0) return;
    await this.#alerts.know(charge, spent);
    const counter = budget.hard ? [counterItem(charge, Math.min(spent, budget.nanos))] : [];
    await this.#limits.reserve({ id: `reopen:${key}`, ttlMs: ONCE_MS, items: [ledgerItem(charge, spent), ...counter] });
  }
}

const FIELDS: Readonly<Record<string, Field>> = {
  caller: "caller",
  team: "team",
  tag: "tag",
  model: "alias",
  feature: "feature",
  project: "project",
  session: "session",
};

/** As records are kept. `undefined`: they do not know what this budget goes by (credentials, groups, addresses, headers). */
export function filterOf({ budget, values }: Charge, policy: string): RecordFilter | undefined {
  const { by, match } = budget.config;
  if (match.groups.length > 0 || Object.keys(match.headers).length > 0) return undefined;
  const filter: RecordFilter = { policy: [policy] };
  if (match.callers.length > 0) filter.caller = match.callers;
  if (match.teams.length > 0) filter.team = match.teams;
  if (match.tags.length > 0) filter.tag = match.tags;
  if (match.models.length > 0) filter.alias = match.models;
  for (const [at, scope] of by.entries()) {
    const field = FIELDS[scope];
    const value = values[at] ?? "";
    if (field === undefined || value.startsWith("sha256:")) return undefined;
    filter[field] = [value];
  }
  return filter;
}

function patiently(spent: Promise<number>): Promise<number> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("the usage records did not answer in time")), PATIENCE_MS);
    spent.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
