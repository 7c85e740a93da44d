/** The books as anybody would keep them in memory: every record, summed up one by one. */
import { TOKEN_KINDS, type TokenKind, type UsageRecord } from "../../../../plugins/stores/usage/record";
import type { FilterField, Grouping, UsageFigures, UsageFilter, UsageQuery } from "../../../../plugins/stores/usage/usage-store";

export class NaiveBooks {
  readonly #records = new Map<string, UsageRecord>();

  add(records: readonly UsageRecord[]): void {
    for (const record of records) if (!this.#records.has(record.exchange)) this.#records.set(record.exchange, record);
  }

  get count(): number {
    return this.#records.size;
  }

  total({ from, to, where }: Pick<UsageQuery, "from" | "to" | "where">): UsageFigures {
    return sum(this.#select(from, to, where));
  }

  /** By the groupings' texts as JSON. */
  groups({ from, to, where, groupBy }: UsageQuery): Map<string, UsageFigures> {
    const groups = new Map<string, UsageRecord[]>();
    for (const record of this.#select(from, to, where)) {
      for (const key of keysOf(record, [...new Set(groupBy)])) {
        const text = JSON.stringify(key);
        groups.set(text, [...(groups.get(text) ?? []), record]);
      }
    }
    return new Map([...groups].map(([key, records]) => [key, sum(records)]));
  }

  #select(from: number, to: number, where: UsageFilter = {}): UsageRecord[] {
    const wanted = Object.entries(where) as [FilterField, readonly string[]][];
    return [...this.#records.values()].filter(
      (record) =>
        record.at >= from &&
        record.at < to &&
        wanted.every(([field, values]) => valuesOf(record, field).some((value) => values.map(asStored).includes(value))),
    );
  }
}

/** Every combination of the record's values: more than one where it has several tags. */
function keysOf(record: UsageRecord, groupBy: readonly Grouping[]): string[][] {
  return groupBy.reduce<string[][]>(
    (keys, grouping) => keys.flatMap((key) => valuesOf(record, grouping).map((value) => [...key, value])),
    [[]],
  );
}

function valuesOf(record: UsageRecord, field: Grouping | FilterField): string[] {
  const time = new Date(record.at).toISOString();
  switch (field) {
    case "tag": {
      const tags = [...new Set(record.tags.map(asStored))].filter((tag) => tag !== "");
      return tags.length === 0 ? [""] : tags;
    }
    case "day":
      return [time.slice(0, 10)];
    case "hour":
      return [`${time.slice(0, 13)}:00Z`];
    case "status":
      return [String(record.status)];
    case "provider":
      return [asStored(record.target ?? "").replace(/\/.*/s, "")];
    default:
      return [asStored(record[field] ?? "")];
  }
}

/** A text as databases can keep it. */
function asStored(text: string): string {
  return Buffer.from(text.slice(0, 256).replaceAll("\0", "\ufffd")).toString();
}

function sum(records: readonly UsageRecord[]): UsageFigures {
  const count = (test: (record: UsageRecord) => boolean): number => records.filter(test).length;
  const add = (value: (record: UsageRecord) => number): number => records.reduce((total, record) => total + value(record), 0);
  const unpriced = ({ priced, costNanos }: UsageRecord): boolean =>
    priced === "unknown" || (costNanos === undefined && priced !== "none");
  const fromCache = ({ cache }: UsageRecord): boolean => cache === "hit" || cache === "semantic" || cache === "stale";
  return {
    requests: records.length,
    errors: count(({ error, status }) => (error !== undefined && error !== "") || status >= 400),
    unpricedRequests: count(unpriced),
    estimatedRequests: count(({ usageEstimated, priced }) => usageEstimated || priced === "estimated"),
    durationMs: add(({ durationMs }) => Math.round(durationMs)),
    tokens: Object.fromEntries(TOKEN_KINDS.map((kind) => [kind, add(({ tokens }) => tokens[kind] ?? 0)])) as Record<
      TokenKind,
      number
    >,
    costNanos: records.reduce((total, it) => total + BigInt(it.costNanos ?? 0), 0n),
    cacheHits: count(fromCache),
    savedTokens: add(({ savedTokens = 0 }) => savedTokens),
    savedNanos: records.reduce((total, { savedNanos = 0 }) => total + BigInt(savedNanos), 0n),
  };
}
