/** `admin`, `bounds`, `files_root`: settings of the Graft process itself. Not for Kong's inline config. */
import { z } from "zod";
import { DEFAULT_BOUNDS } from "../core/bounds";
import { secret, sizeBytes, text } from "./fields";

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

export function filesRootSchema() {
  return text(
    "Directory that `${file:…}` may read from, symbolic links resolved. Relative to the directory of the configuration file; relative `${file:…}` paths start here.",
  ).default(".");
}
