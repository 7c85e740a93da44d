/** A table of prices from a file: the `data.json` that the genai-prices project publishes, or that with its source and date. */
import { z } from "zod";
import type { MatchLogic, PriceTable } from "./table";

/** The published file has less than two million. */
export const MAX_TABLE_BYTES = 32 * 1024 * 1024;

const matchRule: z.ZodType<MatchLogic> = z.lazy(() =>
  z.union([
    z.strictObject({ or: z.array(matchRule) }),
    z.strictObject({ and: z.array(matchRule) }),
    z.strictObject({ equals: z.string() }),
    z.strictObject({ starts_with: z.string() }),
    z.strictObject({ ends_with: z.string() }),
    z.strictObject({ contains: z.string() }),
    z.strictObject({ regex: z.string().max(500).refine(isExpression, "not a regular expression") }),
  ]),
);

const price = z.union([
  z.number().min(0),
  z.strictObject({
    base: z.number().min(0),
    tiers: z.array(z.strictObject({ start: z.int().min(0), price: z.number().min(0) })).max(100),
  }),
]);
const prices = z.record(z.string(), price);

/** Older files leave out the constraint's type. */
const constraint = z.union([
  z
    .strictObject({ start_date: z.iso.date(), type: z.literal("start_date").optional() })
    .transform((it) => ({ start_date: it.start_date, type: "start_date" as const })),
  z
    .strictObject({ start_time: z.string(), end_time: z.string(), type: z.literal("time_of_date").optional() })
    .transform((it) => ({ start_time: it.start_time, end_time: it.end_time, type: "time_of_date" as const })),
]);
const timed = z.object({ constraint: constraint.nullish(), prices }).transform((it) => ({
  prices: it.prices,
  ...(it.constraint === undefined || it.constraint === null ? {} : { constraint: it.constraint }),
}));

/** Only what prices depend on; the rest (descriptions, usage extractors) is left out. */
const providers = z
  .array(
    z.object({
      id: z.string().min(1),
      name: z.string(),
      api_pattern: z.string().max(500).refine(isExpression, "not a regular expression"),
      provider_match: matchRule.nullish().transform((it) => it ?? undefined),
      fallback_model_providers: z
        .array(z.string())
        .nullish()
        .transform((it) => it ?? undefined),
      models: z.array(z.object({ id: z.string().min(1), match: matchRule, prices: z.union([prices, z.array(timed).min(1)]) })),
    }),
  )
  .min(1);

/** As `tableText` writes it. */
const saved = z.strictObject({ from: z.string().max(4096), as_of: z.iso.date(), providers: z.unknown() });

/** @param from where the text of this table is from @param asOf the day, `2026-11-20` */
export function tableText({ providers }: PriceTable, from: string, asOf: string): string {
  return `${JSON.stringify({ from, as_of: asOf, providers } satisfies z.input<typeof saved>)}\n`;
}

/** @throws Error that says what is wrong and where, when this is no table of prices */
export function readTable(text: string, origin: string): PriceTable {
  if (text.length > MAX_TABLE_BYTES) throw new Error(`${origin}: too long for a table of prices`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${origin}: not JSON`);
  }
  const { data: own } = saved.safeParse(value);
  const parsed = providers.safeParse(own === undefined ? value : own.providers);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${origin}: not a table of prices: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  return {
    origin: own === undefined ? origin : `${origin}, from ${own.from}`,
    asOf: own?.as_of,
    providers: parsed.data.map(withoutAbsent),
  };
}

function withoutAbsent(it: z.output<typeof providers>[number]): PriceTable["providers"][number] {
  const { provider_match, fallback_model_providers, ...rest } = it;
  return {
    ...rest,
    ...(provider_match === undefined ? {} : { provider_match }),
    ...(fallback_model_providers === undefined ? {} : { fallback_model_providers }),
  };
}

function isExpression(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
