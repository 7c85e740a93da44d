/** `policies.<name>`: the models clients may ask for and what happens to their requests. Shared with Kong. */
import { z } from "zod";
import { DEFAULT_LABELS, type Label } from "../core/labels";
import { durationMs, flag, names, text } from "./fields";
import type { Vocabulary } from "./vocabulary";

/**
 * Statuses after which the next target is tried. The provider refuses us (401, 402, 403: our key or our bill), does not have the
 * model (404), is busy or limited (408, 409, 425, 429) or broken (5xx, 52x of proxies, 529 overloaded). 400, 413 and 422 are not
 * in it: the request itself is at fault and would fail everywhere.
 */
const FALLBACK_STATUSES = [401, 402, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529];

export function policySchema(vocabulary: Vocabulary) {
  return z
    .strictObject({
      models: z.array(modelSchema(vocabulary.strategies)).min(1).max(1000).describe("The models clients may ask for."),
      unsupported_params: z
        .enum(["error", "warn", "drop"])
        .default("warn")
        .describe(
          "What to do with a request parameter the chosen provider cannot honour: refuse the request; leave it out, name it in `x-graft-dropped-params` and log a warning; or the same without the warning.",
        ),
      allow_provider_state: flag(
        "Let requests refer to state kept at the provider (`store`, `previous_response_id`, file ids). All callers share one provider account, so they could reach each other's state.",
        false,
      ),
      unknown_price: z
        .enum(["estimate", "block", "allow"])
        .default("estimate")
        .describe(
          "For limits and budgets of money: what to do with a model nobody knows the price of. `estimate`: reckon with the dearest of its kind, and refuse requests where there is none; `block`: refuse requests; `allow`: let it cost nothing. Prices can be given in `prices.overrides`.",
        ),
      forward_headers: z
        .array(z.string().min(1).max(256))
        .max(100)
        .default(["openai-beta", "anthropic-beta"])
        .describe("Client headers passed on to providers; all others stay here. Names in lower case."),
      stream_keep_alive_ms: durationMs(
        "Send a comment line to streaming clients when nothing was sent for this long, so that proxies and clients keep the connection while a provider thinks. Once one was sent before the answer began, a failure of all targets is told as an error event in a stream with status 200. Default: none.",
      ).optional(),
      fail_open: flag(
        "When Graft is not reachable, let requests through untouched instead of refusing them. They then lack a provider key and every check.",
        false,
      ),
      labels: labelsSchema(),
      plugins: pluginsSchema(vocabulary.plugins),
    })
    .describe("What an operator attaches to a gateway route.");
}

function labelsSchema() {
  const label = (name: Label) =>
    z
      .strictObject({
        header: text("Request header, in lower case.").default(DEFAULT_LABELS[name].header),
        metadata: text("Member of the request's `metadata`, read where there is no such header.").default(
          DEFAULT_LABELS[name].metadata,
        ),
      })
      .prefault({})
      .describe(`Where clients say which ${name} a request belongs to.`);
  return z
    .strictObject({ feature: label("feature"), project: label("project"), session: label("session") })
    .prefault({})
    .describe("What requests are for, as their clients say: kept in usage records, and for budgets to count apart.");
}

function modelSchema(strategies: readonly string[]) {
  return z
    .strictObject({
      name: text("What clients write in `model`. One `*` stands for any text: `openai/*`, `*`; exact names win over patterns."),
      strategy: z
        .enum(strategies)
        .default(strategies[0] ?? "")
        .describe("How the order of the targets is chosen for a request."),
      targets: z.array(targetSchema()).min(1).max(32).describe("Where requests for this model go."),
      attempts: z
        .int()
        .min(1)
        .max(10)
        .optional()
        .describe(
          "How often a request is sent at most, the first time included; beyond the last target it starts again. Default: once per target.",
        ),
      fallback_statuses: z
        .array(z.int().min(400).max(599))
        .default(FALLBACK_STATUSES)
        .describe(
          "Answers after which the next target is tried. No answer at all (connection refused or lost, timeout) always moves on.",
        ),
      backoff: z
        .strictObject({
          base_ms: durationMs("Longest wait before a target is asked for the second time; doubled each time.").default(250),
          max_ms: durationMs(
            "Longest wait at all. A target that asks for a longer one with `retry-after` is not asked again by this request.",
          ).default(8000),
        })
        .prefault({})
        .describe("Waiting before the same target is asked again: a random time up to these limits, or what `retry-after` says."),
      allow: z
        .strictObject({
          callers: names(
            "Caller ids: `jwt:<issuer>|<subject>`, `api_key:|<id>`, `mtls:|<name>`, `header:|<id>`, `consumer:|<username>` (Kong), `ip:<address>`.",
          ),
          teams: names("Teams."),
          groups: names("Groups; one in common is enough."),
        })
        .prefault({})
        .describe("Who may use this model. A caller in any of the lists may; all lists empty = everyone."),
    })
    .describe("One model alias.");
}

function targetSchema() {
  return z
    .strictObject({
      provider: text("Name of a provider above."),
      model: text("The provider's own name for the model. `*` stands for what the `*` in the alias name matched."),
      weight: z
        .int()
        .min(0)
        .max(10_000)
        .default(1)
        .describe("Share of requests under `strategy: weighted`; 0 = only after all others."),
      region: text(
        "Where this target keeps and handles data, in words of your own: `eu`, `us-east`. For `residency` rules.",
      ).optional(),
      tags: names("What else `residency` rules may ask for, in words of your own: `no-training`, `on-prem`."),
      context_window: z
        .int()
        .min(1)
        .max(100_000_000)
        .optional()
        .describe("Tokens the model can read and write together. Requests that look longer try larger targets first."),
      max_output_tokens: z
        .int()
        .min(1)
        .max(10_000_000)
        .optional()
        .describe("Longest answer of the model, in tokens; sent where a provider requires a limit and the client gave none."),
      timeout_ms: durationMs(
        "How long this target may take to begin its answer. Answers that are not streamed begin when they are complete.",
      ).default(120_000),
      idle_timeout_ms: durationMs("How long it may be silent within an answer.").default(300_000),
      total_timeout_ms: durationMs("How long one try may take from beginning to end.").default(600_000),
    })
    .describe("One link of a chain: a provider and a model.");
}

function pluginsSchema(plugins: Vocabulary["plugins"]) {
  const shape = Object.fromEntries(plugins.map((plugin) => [plugin.name, plugin.config.optional()]));
  return z.strictObject(shape).prefault({}).describe("Plugins of this policy, by name; a plugin that is not named is off.");
}
