/** `budget`. Shared with Kong: no unions, one record for all kinds of budgets. */
import { z } from "zod";
import { matchSchema, onErrorSchema, type Scope } from "../accounting";

const BY = [
  "caller",
  "credential",
  "team",
  "group",
  "tag",
  "ip",
  "route",
  "model",
  "feature",
  "project",
  "session",
  "header",
] as const satisfies readonly Scope[];

/** Dollars: what fits the amounts of limits, a little less than 2^52 nano-dollars. */
export const MAX_BUDGET_USD = 4_000_000;

export const DEFAULT_ROLLING_DAYS = 30;

function budgetSchema() {
  return z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(64)
        .describe("Name of this budget, in answers, alerts, metrics and logs: lower-case letters, digits, `-` and `_`."),
      limit_usd: z.number().min(0.000_000_001).max(MAX_BUDGET_USD).describe("So much may be spent in each period. US dollars."),
      period: z
        .enum(["day", "week", "month", "rolling"])
        .default("month")
        .describe(
          "`day`, `week` (from Monday), `month`: by the calendar of `time_zone`. `rolling`: the last `rolling_days`, at every moment.",
        ),
      rolling_days: z
        .int()
        .min(1)
        .max(90)
        .default(DEFAULT_ROLLING_DAYS)
        .describe(
          "For `period: rolling`. Counted in whole days (UTC), in hours where it is 1: the oldest counts until all of it is over.",
        ),
      time_zone: z.string().min(1).max(64).default("UTC").describe("Where days begin: an IANA name such as `Europe/Berlin`."),
      by: z
        .array(z.enum(BY))
        .max(10)
        .default([])
        .describe(
          "Who or what has a budget of its own; several make one for each combination. Empty = one for all of the policy. A caller in several groups spends of each. `feature`, `project` and `session` are what clients say they are (`labels`).",
        ),
      header: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe("For `by: [header]`: the request header whose values count apart, in lower case."),
      match: matchSchema(),
      hard: z
        .boolean()
        .default(true)
        .describe(
          "Stop requests when it is spent: what a request may cost at most is reserved before it is sent, and corrected by what it did cost. A soft budget (`false`) is counted, told about by alerts, and stops nobody.",
        ),
      over: z
        .enum(["reject", "reroute"])
        .default("reject")
        .describe(
          "What becomes of a request that the budget does not cover. `reject`: 429 `insufficient_quota`, of hard budgets only; `reroute`: `reroute_to` serves it.",
        ),
      reroute_to: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe(
          "For `over: reroute`: another model name of this policy, a cheaper one. What it costs there counts with this budget and is not stopped by it; budgets and limits of that model apply.",
        ),
      alerts: z
        .array(z.int().min(1).max(200))
        .max(10)
        .default([80, 90, 100])
        .describe("Tell operators when so many percent are spent: once in each period, in the log, in metrics and by `webhook`."),
    })
    .describe("One budget.");
}

function webhookSchema() {
  return z
    .strictObject({
      // Whoever knows some services' URLs may post there.
      url: secret(2048, "Where alerts are sent: POST with a JSON body. Redirects are not followed."),
      secret: secret(
        65_536,
        'Alerts are signed with it: `x-graft-signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.',
      ),
      timeout_ms: z
        .int()
        .min(1)
        .max(60_000)
        .default(5000)
        .describe("How long one try may take, in milliseconds. Failed ones are repeated for about 20 minutes."),
      allow_link_local: z.boolean().default(false).describe("Let `url` lead to a link-local or cloud metadata address."),
    })
    .describe("Who is told of alerts. Each has a unique `x-graft-delivery`, the same when it is sent again.");
}

/** Masked in issues, referenceable in Kong. */
function secret(longest: number, description: string) {
  return z.string().min(1).max(longest).meta({ secret: true, description });
}

export const budgetsSchema = z
  .strictObject({
    budgets: z.array(budgetSchema()).min(1).max(100).describe("All that apply are reserved in one step, or none."),
    ...onErrorSchema("budget", "everything that a hard budget is for"),
    webhook: webhookSchema().optional(),
  })
  .describe("Budgets of money: hard ones stop requests, soft ones tell.");

export type BudgetsConfig = z.output<typeof budgetsSchema>;
export type BudgetConfig = BudgetsConfig["budgets"][number];
export type WebhookConfig = NonNullable<BudgetsConfig["webhook"]>;
