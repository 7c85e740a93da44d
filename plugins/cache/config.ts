/** `cache` of a policy. Shared with Kong: no unions, no refinements. */
import { z } from "zod";
import { matchSchema } from "../accounting";
import { durationMs, flag, names, secret, sizeBytes, text } from "../config/fields";

const MONTH_S = 30 * 86_400;
const DIRECTIVES = ["no-cache", "no-store", "max-age", "only-if-cached"] as const;

function seconds(description: string, value: number) {
  return z.int().min(0).max(MONTH_S).default(value).describe(`${description} Seconds.`);
}

export const cacheSchema = z
  .strictObject({
    scope: z
      .enum(["caller", "team", "policy", "global"])
      .default("caller")
      .describe(
        "Who may get each other's answers: `caller`: nobody, anonymous callers are not served from the cache at all; `team`: callers of one team, those without one keep to themselves; `policy`: everybody under this policy; `global`: also under other policies with this scope.",
      ),
    namespace: text(
      "What `graft cache purge` empties at once, and what answers are kept under. Default: the policy's name, or `global` with that scope.",
    ).optional(),
    match: matchSchema(),
    ttl_s: z.int().min(1).max(MONTH_S).default(3600).describe("How long an answer is served from the cache. Seconds."),
    stale_while_revalidate_s: seconds(
      "How long after `ttl_s` an answer is still served while a new one is fetched behind the scenes; that costs what any request costs.",
      0,
    ),
    stale_if_error_s: seconds("How long after `ttl_s` an answer is served when no target can give one.", 0),
    max_temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe(
        "Requests with a higher `temperature` bypass the cache; without one in the request it counts as 1. Default: no limit.",
      ),
    tool_calls: flag(
      "Keep answers that call tools as well. A call that comes from the cache asks for the same deed again.",
      false,
    ),
    max_entry_bytes: sizeBytes("Longer answers are not kept.").default(1024 * 1024),
    client_directives: z
      .array(z.enum(DIRECTIVES))
      .max(DIRECTIVES.length)
      .default([...DIRECTIVES])
      .describe(
        "What clients may ask for with `cache-control`; other directives are ignored. Some HTTP libraries send `no-cache` by themselves.",
      ),
    replay: z
      .strictObject({
        pace: z
          .enum(["immediate", "paced"])
          .default("immediate")
          .describe("How streams from the cache are sent: at once, or as if somebody were typing, where the host can."),
        chars_per_s: z.int().min(1).max(1_000_000).default(400).describe("How fast `paced` is. Characters per second."),
      })
      .prefault({})
      .describe("How answers from the cache are streamed."),
    single_flight: z
      .strictObject({
        enabled: flag("Requests that are the same share one call to a provider while it runs.", true),
        wait_ms: durationMs("How long a request waits for another one's answer before it makes a call of its own.").default(
          60_000,
        ),
      })
      .prefault({})
      .describe("Concurrent requests with one answer; across processes where the store is Redis."),
    secret: secret(
      "Key that names of answers are made with (HMAC), at least 16 characters, so that nobody who sees them in the store can tell what was asked. Default: a random one, kept in the store.",
    ).optional(),
    semantic: semanticSchema().optional(),
  })
  .describe("Answers to requests that were made before, without asking a provider.");

function semanticSchema() {
  const target = (what: string) => ({
    provider: text(`Name of the provider ${what}.`),
    model: text("The provider's own name for the model."),
    region: text("Where it handles data, for `residency` rules.").optional(),
    tags: names("What else `residency` rules may ask for."),
    timeout_ms: durationMs("How long it may take; a request then goes on as if nothing was found.").default(2000),
  });
  return z
    .strictObject({
      embeddings: z
        .strictObject({
          ...target("that turns questions into vectors"),
          dimensions: z.int().min(1).max(16_384).optional().describe("Length of the vectors, where the model can choose it."),
        })
        .describe("The embeddings model: an endpoint in OpenAI's manner, or Gemini's."),
      threshold: z
        .number()
        .min(0)
        .max(1)
        .default(0.95)
        .describe("The least cosine similarity of two questions. `graft cache eval` tells what it does to yours."),
      mode: z
        .enum(["serve", "shadow"])
        .default("serve")
        .describe("`shadow`: only log what would have been served, by hashes of both questions."),
      max_messages: z
        .int()
        .min(1)
        .max(100)
        .default(1)
        .describe("Longer conversations are looked up exactly only. Turns of users and assistants are counted."),
      judge: z
        .strictObject(target("that decides"))
        .optional()
        .describe(
          "A model that is asked whether one answer serves both questions, after the checks on numbers, names and the like.",
        ),
      index: z
        .enum(["embedded", "redis", "pgvector"])
        .default("embedded")
        .describe(
          "Where vectors are searched: in this process, shared through the store; in Redis, where it has vector search (`store: { kind: redis }`); or in Postgres with its extension `vector`.",
        ),
      postgres_url: secret("For `index: pgvector`: `postgres://user:password@host:port/database`.").optional(),
      max_index_mb: z.int().min(1).max(65_536).default(256).describe("Memory for vectors in this process. Megabytes."),
    })
    .describe("Also answers to other words for the same question. Off unless written.");
}

export type CacheConfig = z.output<typeof cacheSchema>;
export type SemanticConfig = NonNullable<CacheConfig["semantic"]>;
