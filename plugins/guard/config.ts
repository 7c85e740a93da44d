/** `guard` of a policy. Shared with Kong: no unions; a rule is one record, with a part for each kind of rule. */
import { z } from "zod";
import { matchSchema } from "../accounting";
import { text } from "../config/fields";
import { timeoutMs } from "./fields";
import { ACTIONS, SOURCES } from "./rule";
import { KINDS } from "./rules";

function ruleSchema() {
  const parts = Object.fromEntries(KINDS.map(({ name, config }) => [name, config.optional()]));
  return z
    .strictObject({
      name: z
        .string()
        .min(1)
        .max(64)
        .describe("Name of this rule, told to clients, in metrics and logs: lower-case letters, digits, `-` and `_`."),
      kind: z.enum(KINDS.map(({ name }) => name)).describe("What the rule looks at; its settings are in the part of that name."),
      on: z
        .enum(["input", "output", "both"])
        .default("both")
        .describe("Requests, answers, or both as far as the kind can look at them."),
      action: z
        .enum(ACTIONS)
        .default("block")
        .describe(
          "`block`: refuse with status 400, or end the stream with an error event; `flag`: only tell, in log, metrics and the header `x-graft-guard`; `redact`: replace what was found by the rule's name in brackets; `retry`: ask the model once more for another answer, and block when that one is no better.",
        ),
      message: text(
        "What clients are told when the rule blocks, instead of Graft's own words; the rule's name is added.",
      ).optional(),
      roles: z
        .array(z.enum(SOURCES))
        .max(10)
        .default([])
        .describe(
          "Which texts of a request it reads, in all messages: by the role they have, `tool` for results of tools, `definitions` for tool definitions, response formats and unknown fields. Empty = what is usual for the kind.",
        ),
      match: matchSchema(),
      on_error: z
        .enum(["closed", "open"])
        .default("closed")
        .describe(
          "For rules that ask a service, when it does not answer properly in time. `closed`: as if the rule had fired; `open`: as if it had not.",
        ),
      retry: z
        .strictObject({
          instruction: text("What the model is told with the second try. Default: what the rule wants.").optional(),
          timeout_ms: timeoutMs("How long the second try may take; Envoy waits 30 seconds for it.", 25_000),
        })
        .prefault({})
        .describe("For `action: retry`. The second try goes to the same target, and what it uses is counted with the request."),
      ...parts,
    })
    .describe("One rule.");
}

export const guardSchema = z
  .strictObject({
    rules: z
      .array(ruleSchema())
      .min(1)
      .max(100)
      .describe("Checked in this order; those that ask a service come last, all at one time."),
    window_chars: z
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe(
        "Streamed text is looked at in stretches of so many characters, or of a sentence. It reaches clients later by that and by the longest match of a pattern or keyword, at most.",
      ),
    max_held_bytes: z
      .int()
      .min(1024)
      .max(256 * 1024 * 1024)
      .default(4 * 1024 * 1024)
      .describe(
        "Streams that a rule must see as a whole are held to their end, up to so many bytes; longer ones end with an error.",
      ),
  })
  .describe("Rules for what may be asked and answered.");

export type GuardConfig = z.output<typeof guardSchema>;
export type RuleConfig = GuardConfig["rules"][number];

/** The kind's own part: each kind parses its own. */
export function partOf(rule: RuleConfig): unknown {
  return (rule as Readonly<Record<string, unknown>>)[rule.kind];
}
