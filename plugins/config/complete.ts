/** Fills in what every consumer would otherwise have to work out by itself. */
import { resolve } from "node:path";
import type { Config, ParsedConfig, ProviderConfig } from "./schema";
import type { Vocabulary } from "./vocabulary";

type ParsedProvider = ParsedConfig["providers"][string];

/** @param directory relative paths start here. */
export function complete(parsed: ParsedConfig, vocabulary: Vocabulary, directory: string): Config {
  const providers = Object.entries(parsed.providers).map(
    ([name, it]) => [name, completeProvider(it, vocabulary, directory)] as const,
  );
  const { bounds } = parsed;
  return {
    ...parsed,
    providers: Object.fromEntries(providers),
    audit: parsed.audit === undefined ? undefined : completeAudit(parsed.audit, directory),
    usage: parsed.usage === undefined ? undefined : { ...parsed.usage, path: resolve(directory, parsed.usage.path) },
    bounds: {
      maxJsonDepth: bounds.max_json_depth,
      maxRequestBytes: bounds.max_request_bytes,
      maxEventBytes: bounds.max_event_bytes,
      maxResponseBytes: bounds.max_response_bytes,
      maxInflateRatio: bounds.max_inflate_ratio,
      maxExchanges: bounds.max_exchanges,
      maxInflightBytes: bounds.max_inflight_bytes,
    },
  };
}

function completeProvider(it: ParsedProvider, vocabulary: Vocabulary, directory: string): ProviderConfig {
  const kind = vocabulary.providers.find((known) => known.kind === it.kind);
  const base_url = (it.base_url ?? kind?.defaultBaseUrl ?? "").replace(/\/+$/, "");
  if (it.tls === undefined) return { ...it, base_url };
  const tls = { ...it.tls };
  for (const field of ["ca_file", "cert_file", "key_file"] as const) {
    const file = tls[field];
    if (file !== undefined) tls[field] = resolve(directory, file);
  }
  return { ...it, base_url, tls };
}

function completeAudit(it: NonNullable<ParsedConfig["audit"]>, directory: string): NonNullable<ParsedConfig["audit"]> {
  return { ...it, directory: resolve(directory, it.directory), anchor: resolve(directory, it.anchor) };
}
