/** The whole of `graft.yaml`. Sections shared with Kong (`providers`, one policy) keep to what Kong's schema language can say. */
import { z } from "zod";
import type { Bounds } from "../core/bounds";
import { type PriceTable, pricesSchema } from "../prices";
import { envoySchema } from "./envoy";
import { policySchema } from "./policy";
import { adminSchema, auditSchema, boundsSchema, filesRootSchema, storeSchema, usageStoreSchema } from "./process";
import { providerSchema } from "./provider";
import type { Vocabulary } from "./vocabulary";

export function configSchema(vocabulary: Vocabulary) {
  return z.strictObject({
    version: z.literal(1).describe("Version of this format: 1."),
    providers: z
      .record(z.string(), providerSchema(vocabulary.providers))
      .prefault({})
      .describe("Upstream APIs by name (lower-case letters, digits, `-` and `_`)."),
    policies: z
      .record(z.string(), policySchema(vocabulary))
      .prefault({})
      .describe("Policies by name (same characters). At least one, but for Kong where its own configuration holds them."),
    envoy: envoySchema().prefault({}),
    admin: adminSchema().prefault({}),
    bounds: boundsSchema().prefault({}),
    prices: pricesSchema().prefault({}),
    store: storeSchema().prefault({}),
    usage: usageStoreSchema().optional(),
    audit: auditSchema().optional(),
    files_root: filesRootSchema(),
  });
}

export type ConfigSchema = ReturnType<typeof configSchema>;

/** A file that has the right shape. */
export type ParsedConfig = z.output<ConfigSchema>;

/** `base_url` given, without trailing slash; paths under `tls` absolute. */
export type ProviderConfig = ParsedConfig["providers"][string] & { base_url: string };

/** What the rest of Graft uses: a parsed file with everything filled in (complete.ts). */
export type Config = Omit<ParsedConfig, "providers" | "bounds"> & {
  providers: Record<string, ProviderConfig>;
  bounds: Bounds;
  /** Read from `prices.table_file`. */
  priceTable?: PriceTable;
};

export type PolicyConfig = Config["policies"][string];
export type ModelConfig = PolicyConfig["models"][number];
export type TargetConfig = ModelConfig["targets"][number];
export type EnvoyConfig = Config["envoy"];
export type RouteConfig = EnvoyConfig["routes"][number];
export type CallerConfig = EnvoyConfig["caller"];
export type AdminConfig = Config["admin"];
