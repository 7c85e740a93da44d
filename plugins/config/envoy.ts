/** `envoy`: what `graft envoy-config` prints and how the Envoy host reads a request. Not for Kong. */
import { z } from "zod";
import { durationMs, secret, text } from "./fields";

export function envoySchema() {
  return z
    .strictObject({
      listen: text("Where Envoy listens for clients, `host:port`.").default("127.0.0.1:10000"),
      sockets: z
        .array(text("`unix:///path` or `host:port`."))
        .min(1)
        .max(64)
        .default(["unix:///run/graft/extproc.sock"])
        .describe("Where the Graft processes listen for Envoy; each process takes one."),
      relay_token: secret(
        "For `--mode relay`: Envoy sends it with every request, and the relay refuses requests without it. At least 16 characters. Required unless all `sockets` are unix sockets, which only their owner can open.",
      ).optional(),
      routes: z
        .array(routeSchema())
        .min(1)
        .max(1000)
        .default([routeDefaults])
        .describe("Which requests come under which policy. The first that matches is used."),
      caller: callerSchema().prefault({}),
      trusted_hops: z
        .int()
        .min(0)
        .max(16)
        .default(0)
        .describe("How many proxies in front of Envoy are ours: the client's IP is taken from `x-forwarded-for` behind them."),
      http_filters: z
        .array(z.record(z.string(), z.unknown()))
        .max(64)
        .default([])
        .describe(
          "Envoy HTTP filters (`name`, `typed_config`) placed before Graft, for instance authentication. Copied as they are.",
        ),
    })
    .describe("Settings of the Envoy host.");
}

const routeDefaults = { prefix: "/", hosts: ["*"], policy: "default", timeout_ms: 600_000, idle_timeout_ms: 300_000 };

function routeSchema() {
  return z
    .strictObject({
      prefix: text("Start of the request path.").default(routeDefaults.prefix),
      hosts: z
        .array(text("A host name; `*` at its start or end, or alone, stands for anything."))
        .min(1)
        .max(100)
        .default(routeDefaults.hosts)
        .describe("Host names of the request."),
      policy: text("Name of a policy.").default(routeDefaults.policy),
      timeout_ms: durationMs("How long a whole exchange may take, retries and streaming included.").default(
        routeDefaults.timeout_ms,
      ),
      idle_timeout_ms: durationMs("How long an exchange may be silent, waiting for providers included.").default(
        routeDefaults.idle_timeout_ms,
      ),
    })
    .describe("One route.");
}

function callerSchema() {
  return z
    .strictObject({
      kind: z
        .enum(["none", "jwt", "api_key", "mtls", "header"])
        .default("none")
        .describe(
          "How the gateway's own authentication says who calls. `none`: everyone is anonymous; `jwt`: Envoy's jwt_authn; `api_key`: Envoy's api_key_auth; `mtls`: the URI or DNS name in the client certificate; `header`: headers set by a filter before Graft. Copies of such headers that come from clients are removed.",
        ),
      jwt: z
        .strictObject({
          metadata_key: text("`payload_in_metadata` of the jwt_authn provider.").default("jwt_payload"),
          subject_claim: text("Claim that names the caller.").default("sub"),
          issuer_claim: text("Claim that names the issuer.").default("iss"),
          team_claim: text("Claim that names the team.").default("team"),
          groups_claim: text("Claim that lists groups.").default("groups"),
          tags_claim: text("Claim that lists tags.").default("tags"),
        })
        .prefault({})
        .describe("For `kind: jwt`."),
      api_key: z
        .strictObject({
          header: text("`forwarding.header` of api_key_auth: it carries the client's id.").default("x-client-id"),
        })
        .prefault({})
        .describe("For `kind: api_key`."),
      header: z
        .strictObject({
          id: text("Header with the caller's id.").default("x-caller-id"),
          team: text("Header with the team.").default("x-caller-team"),
          groups: text("Header with groups, separated by commas.").default("x-caller-groups"),
          tags: text("Header with tags, separated by commas.").default("x-caller-tags"),
        })
        .prefault({})
        .describe("For `kind: header`."),
    })
    .describe("Who calls.");
}
