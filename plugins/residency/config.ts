/** `residency`. Shared with Kong: no unions, one record for all kinds of rules. */
import { z } from "zod";
import { matchSchema } from "../accounting";

/** Which requests a rule is for: as limits and budgets say it, with headers by pattern and with what was found in the request. */
function whenSchema() {
  return matchSchema()
    .unwrap()
    .omit({ headers: true })
    .extend({
      headers: z
        .array(headerSchema())
        .max(100)
        .default([])
        .describe(
          "Request headers, which must all fit. What no proxy of yours sets is the client's word: it may leave a header out.",
        ),
      entities: z
        .array(z.string().min(1).max(256))
        .max(1000)
        .default([])
        .describe(
          "What `redact` has found in the request, whatever it did with it: entities (`credit_card`), groups of them (`finance`), your own patterns and lists by name, or `all`. One of them is enough.",
        ),
      min_count: z.int().min(1).max(1_000_000).default(1).describe("For `entities`: so many findings of them together."),
    })
    .prefault({})
    .describe("Which requests it is for: those that fit every list that is not empty. Nothing written: all.");
}

function headerSchema() {
  return z
    .strictObject({
      name: z.string().min(1).max(256).describe("Name of the header, in lower case."),
      values: z
        .array(z.string().min(1).max(1024))
        .min(1)
        .max(100)
        .describe("One of these, in any case; one `*` stands for any text, so `*` alone for any value."),
    })
    .describe("One header. Of a list with commas, each item counts.");
}

function places(description: string) {
  return z
    .strictObject({
      regions: z
        .array(z.string().min(1).max(256))
        .max(1000)
        .default([])
        .describe("Regions of targets. `eu` stands for all that begin with `eu-` as well."),
      tags: z.array(z.string().min(1).max(256)).max(1000).default([]).describe("Tags of targets; one in common is enough."),
    })
    .prefault({})
    .describe(description);
}

function ruleSchema() {
  return z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(64)
        .describe("Name of this rule, in answers, metrics and logs: lower-case letters, digits, `-` and `_`."),
      when: whenSchema(),
      allow: places(
        "Targets must be in one of the regions and carry one of the tags; an empty list asks for nothing. A target without region is in none.",
      ),
      deny: places(
        "Targets must not be in one of the regions and carry none of the tags. A target that may be there is denied as well: one without region, or of a region around it.",
      ),
    })
    .describe("One rule.");
}

export const residencySchema = z
  .strictObject({
    rules: z.array(ruleSchema()).min(1).max(100).describe("All rules that a request is under must permit a target."),
    default: z
      .enum(["allow", "deny"])
      .default("allow")
      .describe("What becomes of requests that no rule is for. `allow`: they may go anywhere; `deny`: nowhere, 403."),
  })
  .describe("Which targets a request may reach, by who asks and what is in it. Holds for fallbacks and side calls as well.");

export type ResidencyConfig = z.output<typeof residencySchema>;
export type RuleConfig = ResidencyConfig["rules"][number];
export type When = RuleConfig["when"];
