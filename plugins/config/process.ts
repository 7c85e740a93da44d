/** `admin`, `bounds`, `files_root`: settings of the Graft process itself. Not for Kong's inline config. */
import { z } from "zod";
import { DEFAULT_BOUNDS } from "../core/bounds";
import { durationMs, flag, secret, sizeBytes, text } from "./fields";

export function adminSchema() {
  return z
    .strictObject({
      listen: text("Where `/healthz`, `/readyz` and `/metrics` are served, `host:port`.").default("127.0.0.1:9464"),
      token: secret(
        "Callers must send it as `Authorization: Bearer …`. Required unless `listen` is a loopback address.",
      ).optional(),
    })
    .describe("The admin port.");
}

export function boundsSchema() {
  return z
    .strictObject({
      max_json_depth: z
        .int()
        .min(4)
        .max(1000)
        .default(DEFAULT_BOUNDS.maxJsonDepth)
        .describe("Deepest nesting of a request body."),
      max_request_bytes: sizeBytes("Largest request body; larger ones are answered with 413.").default(
        DEFAULT_BOUNDS.maxRequestBytes,
      ),
      max_event_bytes: sizeBytes("Largest single event of a provider's stream.").default(DEFAULT_BOUNDS.maxEventBytes),
      max_response_bytes: sizeBytes("Largest answer that is held whole to be translated, after unpacking.").default(
        DEFAULT_BOUNDS.maxResponseBytes,
      ),
      max_inflate_ratio: z
        .int()
        .min(1)
        .max(10_000)
        .default(DEFAULT_BOUNDS.maxInflateRatio)
        .describe("How many times its size a compressed answer may grow when unpacked."),
      max_exchanges: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(DEFAULT_BOUNDS.maxExchanges)
        .describe("Exchanges one process handles at one time; more are answered with 503."),
      max_inflight_bytes: sizeBytes(
        "Request bodies one process keeps for further attempts; beyond it requests are answered with 503.",
      ).default(DEFAULT_BOUNDS.maxInflightBytes),
    })
    .describe("Limits that keep a process alive.");
}

export function storeSchema() {
  return z
    .strictObject({
      kind: z
        .enum(["memory", "redis"])
        .default("memory")
        .describe(
          "`memory`: each process counts by itself and forgets when it ends; `redis`: shared by all processes that name the same Redis.",
        ),
      redis: z
        .strictObject({
          url: secret("`redis://[user:password@]host[:port][/db]`, `rediss://` for TLS, or the path of a unix socket.").default(
            "redis://127.0.0.1:6379",
          ),
          username: text("In place of the one in the URL.").optional(),
          password: secret("In place of the one in the URL.").optional(),
          namespace: text("Processes with the same one share everything. No braces.").default("graft"),
          cluster: flag("The URL is a node of a Redis Cluster. All of Graft's keys are in one slot of it.", false),
          sentinel_name: text("The URL is a sentinel, and this is what the sentinels call the primary's group.").optional(),
          nodes: z
            .array(text("`host:port`."))
            .max(64)
            .default([])
            .describe("More nodes of the cluster, or sentinels, for when the one in the URL is down."),
          deadline_ms: durationMs(
            "No call takes longer; later ones count as failed, and `on_error` says what that means.",
          ).default(50),
        })
        .prefault({})
        .describe("For `kind: redis`. Redis 6.2 or later, or Valkey."),
      lease: z
        .strictObject({
          enabled: flag(
            "Take slices of shared limits in advance, so that no request waits for Redis. Each process may then admit one slice more than the limit.",
            false,
          ),
          share_percent: z
            .number()
            .min(0.01)
            .max(100)
            .default(2)
            .describe("Slice of a limit that one process may hold unused, percent of what the limit gives at once."),
        })
        .prefault({})
        .describe("For `kind: redis`: limits without a round trip."),
    })
    .describe("What limits, budgets and caches are kept in. Read at start: a change takes a new process.");
}

export function usageStoreSchema() {
  const days = (description: string) => z.int().min(1).max(36_500).describe(`${description} Days.`);
  return z
    .strictObject({
      kind: z
        .enum(["sqlite", "postgres"])
        .default("sqlite")
        .describe("`sqlite`: one file, for all processes of one machine; `postgres`: for any number of machines."),
      path: text("For `sqlite`: the file, created when missing. Relative to the directory of the configuration file.").default(
        "graft-usage.db",
      ),
      url: secret("For `postgres`: `postgresql://user:password@host:port/database`.").optional(),
      schema: text("For `postgres`: the schema of its tables, created when missing.").optional(),
      keep_records_days: days("How long single records are kept.").default(35),
      keep_hours_days: days("How long hourly sums are kept.").default(400),
    })
    .describe("Where a record of each exchange is kept, for `graft usage`. Absent: nowhere but in the log. Read at start.");
}

export function auditSchema() {
  return z
    .strictObject({
      kind: z
        .enum(["file", "postgres"])
        .default("file")
        .describe("`file`: lines of JSON in files that are begun anew when they are full; `postgres`: a table."),
      directory: text(
        "For `file`: where the files are, created when missing. Relative to the directory of the configuration file.",
      ).default("graft-audit"),
      key: secret(
        "Signs the chain of records (HMAC-SHA256); at least 32 characters, kept away from the records. With another key, begin another directory or table.",
      ),
      anchor: text(
        "Directory of files that say how far each chain of records goes, so that a cut-off end is found; keep it where who can change the records cannot change it. Relative to the directory of the configuration file.",
      ).default("graft-audit-anchors"),
      rotate_bytes: sizeBytes("For `file`: a new file is begun when one has grown so large.").default(64 * 1024 * 1024),
      url: secret("For `postgres`: `postgresql://user:password@host:port/database`.").optional(),
      schema: text("For `postgres`: the schema of its table, created when missing.").optional(),
      queue: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(10_000)
        .describe("Records that may wait to be written; more count as not written."),
    })
    .describe("Where audit records go, for policies with the plugin `audit`. Read at start.");
}

export function filesRootSchema() {
  return text(
    "Directory that `${file:…}` may read from, symbolic links resolved. Relative to the directory of the configuration file; relative `${file:…}` paths start here.",
  ).default(".");
}
