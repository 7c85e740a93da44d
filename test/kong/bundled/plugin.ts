/** A plugin that Kong brings along, in the part of it that these tests use. */

import type { KongField } from "../../../kong/schema/field";
import type { Consumers } from "../entities";
import type { RequestContext } from "../request-context";

export interface Surroundings {
  readonly consumers: Consumers;
  /** Shared by all workers, gone with Kong: `lua_shared_dict`. */
  readonly counters: Map<string, number>;
}

export type Config = Readonly<Record<string, unknown>>;

export interface BundledPlugin {
  readonly name: string;
  readonly priority: number;
  readonly schema: KongField;
  /** @throws Exit when it answers itself */
  access(config: Config, request: RequestContext, surroundings: Surroundings): void | Promise<void>;
}

export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
