/** Services that find entities in texts. Shared with Kong: one record for all kinds. */
import { z } from "zod";
import { durationMs, flag, secret } from "../../config/fields";

const name = (description: string) => z.string().min(1).max(64).describe(description);

function presidioSchema() {
  return z
    .strictObject({
      // Some services are known by their URL alone.
      url: secret("Base URL of the analyzer: texts are posted to `<url>/analyze`. Redirects are not followed."),
      token: secret("Sent as `authorization: Bearer …`, where the service asks for it.").optional(),
      language: z
        .string()
        .min(2)
        .max(16)
        .default("en")
        .describe("Language of the texts, as the service calls it, such as `en` or `de`."),
      score_threshold: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe("What the service is less sure of is left out: from 0 to 1."),
      allow_link_local: flag("Let `url` lead to a link-local or cloud metadata address.", false),
    })
    .describe("For `kind: presidio`: Microsoft Presidio's analyzer or what speaks its HTTP API.");
}

function llmSchema() {
  return z
    .strictObject({
      provider: name("One of the providers."),
      model: z.string().min(1).max(256).describe("The provider's name for the model. One that keeps to a JSON schema."),
      region: name("Where it is, for residency rules.").optional(),
      tags: z.array(name("Tag.")).max(100).default([]).describe("Tags of the target, for residency rules."),
      temperature: z.number().min(0).max(2).default(0).describe("Of the model. Models that reason take 1 only."),
      max_tokens: z
        .int()
        .min(64)
        .max(100_000)
        .default(4096)
        .describe("Longest answer, reasoning included. One that is cut off counts as a failure."),
    })
    .describe("For `kind: llm`: the model that is asked. It gets the texts before anything is taken out of them.");
}

/** What the shape does not say: `checkAnalyzers`. */
export function analyzerSchema() {
  return z
    .strictObject({
      name: name("Name of the analyzer, in logs and metrics: lower-case letters, digits, `-` and `_`."),
      kind: z
        .enum(["presidio", "llm"])
        .describe("`presidio`: Presidio's HTTP API. `llm`: a model is asked for values, which are then looked for in the texts."),
      entities: z
        .array(name("Entity."))
        .max(200)
        .default([])
        .describe(
          "What it is asked for, in the names of this configuration (`email`, `person_name`); other names go to the service as they are, in capitals for Presidio. Empty = all that Presidio knows; names, addresses, organisations, places and dates of birth from a model.",
        ),
      timeout_ms: durationMs("How long looking through one request may take, all calls together.").max(120_000).default(5000),
      on_error: z
        .enum(["closed", "open"])
        .default("closed")
        .describe(
          "When it fails or takes too long: `closed` refuses the request with 503, `open` lets it go on and says so in the log.",
        ),
      max_chars: z
        .int()
        .min(1000)
        .max(500_000)
        .default(16_000)
        .describe("Longest text of one call, in UTF-16 units; longer ones are sent in parts that overlap by 200."),
      presidio: presidioSchema().optional(),
      llm: llmSchema().optional(),
    })
    .describe("A service that is asked for what no pattern knows, such as names.");
}

export type AnalyzerConfig = z.output<ReturnType<typeof analyzerSchema>>;
export type PresidioConfig = NonNullable<AnalyzerConfig["presidio"]>;
export type LlmConfig = NonNullable<AnalyzerConfig["llm"]>;
