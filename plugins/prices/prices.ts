/** What a target costs: found once per provider and model, then read from memory. */
import type { PricesConfig } from "./config";
import { findTableProvider, type PricedProvider } from "./find-provider";
import { findModel } from "./match-model";
import { Overrides } from "./overrides";
import { type ReadModel, readModel, rowAt } from "./read-model";
import { mapRates, type PriceRow } from "./row";
import { installedTable, type PriceTable } from "./table";

/** Patterns let clients name models: only this many are kept, the oldest forgotten first. */
const MAX_FOUND = 2000;
/** No model has a longer name. Every name a client makes up is matched against the whole table. */
const MAX_NAME = 512;

export class Prices {
  readonly #table: PriceTable | undefined;
  readonly #overrides: Overrides;
  readonly #found = new Map<string, ReadModel>();
  readonly #estimates = new Map<string, { readonly row: PriceRow | undefined }>();
  /** Many names, few families: no client can make us compute them over and over. */
  readonly #families = new Map<string, PriceRow>();

  /** @param table default: what came with Graft */
  constructor(overrides: PricesConfig["overrides"] = {}, table?: PriceTable) {
    this.#table = table;
    this.#overrides = new Overrides(overrides);
  }

  /** Reads the table now: it takes long enough to hold up whoever else is being served when a price is first asked for. */
  load(): void {
    void this.table;
  }

  get table(): PriceTable {
    return this.#table ?? installedTable();
  }

  /**
   * The price in force for a model of a provider.
   * @param model the provider's own name for it
   * @param at milliseconds since the epoch: some prices change at a date or by time of day. One request has the price of when it began
   * @returns undefined for a model nobody knows the price of: what then happens is the policy's to say, but it is never free
   */
  row(provider: PricedProvider, model: string, at: number): PriceRow | undefined {
    const found = this.#find(provider, model);
    return "rows" in found ? rowAt(found.rows, at) : undefined;
  }

  /** Why `row` has no answer, for people. */
  reason(provider: PricedProvider, model: string): string | undefined {
    const found = this.#find(provider, model);
    return "reason" in found ? found.reason : undefined;
  }

  /**
   * For a model nobody knows the price of: by kind, the dearest price ever of those of its provider whose names begin with the same
   * word (`gpt`, `claude`), or of all of them where none does. A guess, not a bound: a new model may be dearer than all old ones.
   * @returns undefined where the table does not know the provider either
   */
  estimatedRow(provider: PricedProvider, model: string): PriceRow | undefined {
    if (model.length > MAX_NAME) return undefined;
    const label = `${provider.name}/${model}`;
    const known = this.#estimates.get(label);
    if (known !== undefined) return known.row;
    const row = this.#estimate(provider, firstWord(model));
    remember(this.#estimates, label, { row });
    return row;
  }

  #estimate(provider: PricedProvider, word: string): PriceRow | undefined {
    const known = findTableProvider(this.table, provider);
    if (known === undefined) return undefined;
    const related = known.models.filter(({ id }) => firstWord(id) === word);
    const group = related.length > 0 ? `${known.id}/${word}*` : `${known.id}/*`;
    const family = this.#families.get(group);
    if (family !== undefined) return family;
    const rows = (related.length > 0 ? related : known.models).flatMap((model) => {
      const read = readModel(known.id, model, false);
      return "rows" in read ? read.rows.map(({ row }) => row) : [];
    });
    const row = dearestOf(rows, `dearest of ${group}`);
    if (row !== undefined) remember(this.#families, group, row);
    return row;
  }

  #find(provider: PricedProvider, model: string): ReadModel {
    if (model.length > MAX_NAME) return { reason: "no model has so long a name" };
    const label = `${provider.name}/${model}`;
    let found = this.#found.get(label);
    if (found === undefined) {
      found = this.#look(provider, model, label);
      remember(this.#found, label, found);
    }
    return found;
  }

  #look(provider: PricedProvider, model: string, label: string): ReadModel {
    const override = this.#overrides.find(label);
    if (override !== undefined) return { rows: [{ holds: () => true, row: override }] };
    const known = findTableProvider(this.table, provider);
    if (known === undefined) return { reason: `${provider.baseUrl} is not in the table of public prices` };
    const found = findModel(this.table, known, model);
    if (found === undefined) return { reason: `the table of ${known.name}'s prices has no such model` };
    return readModel(known.id, found.model, found.shortened);
  }
}

/** By kind, and without steps: the dearest step counts for prompts of any length. */
function dearestOf(rows: readonly PriceRow[], name: string): PriceRow | undefined {
  if (rows.length === 0) return undefined;
  const bands = rows.flatMap((row) => row.bands);
  const most = (of: (row: PriceRow) => number): number => Math.max(...rows.map(of));
  return {
    source: "estimated",
    name,
    shortened: false,
    bands: [{ above: 0, rates: mapRates((kind) => Math.max(...bands.map(({ rates }) => rates[kind]))) }],
    perRequest: most((row) => row.perRequest),
    perWebSearch: most((row) => row.perWebSearch),
    tiers: {
      flex: most((row) => row.tiers.flex),
      batch: most((row) => row.tiers.batch),
      priority: most((row) => row.tiers.priority),
      other: most((row) => row.tiers.other),
    },
    unmeasured: [...new Set(rows.flatMap((row) => row.unmeasured))],
  };
}

/** `gpt` of `gpt-7-nova`, `claude` of `us.anthropic.claude-9`, `llama` of `accounts/fireworks/models/llama-v9`. */
function firstWord(model: string): string {
  const parts = model.toLowerCase().split(/[/.](?=[a-z])/);
  return /^[a-z]+/.exec(parts.at(-1) ?? "")?.[0] ?? "";
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  const oldest = map.keys().next();
  if (map.size >= MAX_FOUND && oldest.done === false) map.delete(oldest.value);
  map.set(key, value);
}
