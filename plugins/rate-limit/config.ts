/** `rate_limit`. Shared with Kong: no unions, one record for all kinds of limits. */
import { z } from "zod";
import { matchSchema, onErrorSchema } from "../accounting";
import { MAX_AMOUNT } from "../stores/limits";

export const UNITS = ["requests", "input_tokens", "output_tokens", "total_tokens", "cost", "concurrency"] as const;
export type Unit = (typeof UNITS)[number];

export const SCOPES = [
  "caller",
  "credential",
  "team",
  "group",
  "tag",
  "ip",
  "route",
  "model",
  "provider",
  "target",
  "header",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Months have 30 days: limits are no bills. */
export const PERIODS_MS = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
} as const;

export const DEFAULT_PER = "minute";

function limitSchema() {
  return z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(64)
        .describe("Name of this limit, in answers, metrics and logs: lower-case letters, digits, `-` and `_`."),
      unit: z
        .enum(UNITS)
        .describe(
          "What is counted. Tokens and cost are reserved before a request is sent and corrected by what the provider reports; `concurrency` counts requests running at one time.",
        ),
      limit: z.int().min(1).max(MAX_AMOUNT).optional().describe("So many of them in each period."),
      limit_usd: z
        .number()
        .min(0.000_000_001)
        .max(4_000_000)
        .optional()
        .describe("For `unit: cost`, instead of `limit`: US dollars."),
      per: z
        .enum(["second", "minute", "hour", "day", "week", "month"])
        .default(DEFAULT_PER)
        .describe("The period; a month has 30 days. Not for `unit: concurrency`."),
      algorithm: z
        .enum(["sliding_window", "token_bucket"])
        .default("sliding_window")
        .describe(
          "`sliding_window`: never more than the limit in any period. `token_bucket`: refilled evenly; after a pause `burst` may be used at once.",
        ),
      burst: z
        .int()
        .min(1)
        .max(MAX_AMOUNT)
        .optional()
        .describe("For `token_bucket`: what may be used at once. Default: as `limit`."),
      by: z
        .array(z.enum(SCOPES))
        .max(10)
        .default([])
        .describe(
          "Who or what has a limit of its own; several make one for each combination. Empty = one for all of the policy. A caller in several groups counts in each. `route` is the gateway's route, `model` the name clients use, `target` the provider and its model.",
        ),
      header: z.string().min(1).max(256).optional().describe("For `by: [header]`: the request header whose values count apart."),
      match: matchSchema(),
      shadow: z.boolean().default(false).describe("Count and tell in metrics and logs, but stop nobody."),
    })
    .describe("One limit.");
}

export const rateLimitSchema = z
  .strictObject({
    limits: z.array(limitSchema()).min(1).max(100).describe("All that apply are reserved in one step, or none."),
    reserve: z
      .enum(["max", "learned", "none"])
      .default("max")
      .describe(
        "How long an answer is taken to become before it is there. `max`: `max_tokens`, else the target's `max_output_tokens`, else what is usual; `learned`: what nineteen of twenty answers of the model were not longer than; `none`: only what was written counts, afterwards.",
      ),
    ...onErrorSchema("limit", "everything"),
  })
  .describe("Limits on requests, tokens, cost and concurrency.");

export type RateLimitConfig = z.output<typeof rateLimitSchema>;
export type LimitConfig = RateLimitConfig["limits"][number];
