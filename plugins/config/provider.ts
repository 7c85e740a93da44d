/** `providers.<name>`: where one upstream is and how Graft signs in to it. Shared with Kong. */
import { z } from "zod";
import { durationMs, flag, secret, text } from "./fields";
import type { Vocabulary } from "./vocabulary";

export function providerSchema(known: Vocabulary["providers"]) {
  const addresses = known.filter((it) => it.defaultBaseUrl !== "").map((it) => `${it.kind} \`${it.defaultBaseUrl}\``);
  return z
    .strictObject({
      kind: z.enum(known.map((it) => it.kind)).describe("Which API this provider speaks."),
      base_url: text(
        `Where its API is, without query; the paths of the API are added. Default by kind: ${addresses.join(", ")}.`,
      ).optional(),
      api_keys: z
        .array(secret("One API key."))
        .max(100)
        .default([])
        .describe(
          "Keys for this provider. With several, a key that is refused (401, 402, 403) or limited (429) rests while the others serve.",
        ),
      headers: z
        .record(z.string(), secret("Header value."))
        .default({})
        .describe("Headers added to every request to this provider; names in lower case."),
      tls: tlsSchema().optional(),
      connect_timeout_ms: durationMs("How long opening a connection may take.").default(5000),
      max_concurrent: z
        .int()
        .min(1)
        .max(100_000)
        .default(2000)
        .describe("Requests to this provider at one time; more of them go to the next target at once."),
      health: healthSchema().prefault({}),
      allow_link_local: flag(
        "Let `base_url` lead to a link-local address. Refused by default: cloud metadata services, which hand out credentials, live there.",
        false,
      ),
    })
    .describe("One upstream: address, credentials, connection.");
}

function healthSchema() {
  return z
    .strictObject({
      window_ms: durationMs("Over how much time failures are counted.").default(30_000),
      min_requests: z.int().min(1).max(1_000_000).default(10).describe("Fewer requests in that time say nothing."),
      error_rate: z.number().min(0.01).max(1).default(0.5).describe("Share of failures from which a model rests, 0.01 to 1."),
      cooldown_ms: durationMs(
        "How long it rests; then one request in as much time tries it, until one succeeds. A `retry-after` of the provider counts as well.",
      ).default(15_000),
    })
    .describe(
      "When a model of this provider fails too often, requests try the other targets first for a while. Failures are those that another attempt may mend: no answer, 429, 5xx.",
    );
}

function tlsSchema() {
  const relative = "Relative paths start at the directory of the configuration file.";
  return z
    .strictObject({
      ca_file: text(`PEM file of the authorities to trust instead of the system's. ${relative}`).optional(),
      cert_file: text(`PEM file of the client certificate. ${relative}`).optional(),
      key_file: text(`PEM file of the client certificate's key. ${relative}`).optional(),
      server_name: text("Name to send as SNI and to find in the certificate. Default: the host of `base_url`.").optional(),
    })
    .describe("TLS settings for `https` base URLs.");
}
