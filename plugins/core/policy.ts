/** A policy as the pipeline uses it: compiled once per configuration, shared by its exchanges. */
import type { Bounds } from "./bounds";
import type { Dialect } from "./dialect";
import type { Exchange } from "./exchange";
import type { LabelSources } from "./labels";
import type { ModelTable } from "./model-table";
import type { Hooks } from "./plugin";

export interface Policy {
  readonly name: string;
  readonly configVersion: string;
  readonly models: ModelTable;
  readonly unsupportedParams: "error" | "warn" | "drop";
  readonly allowProviderState: boolean;
  /** Client headers (lower case) that reach providers, besides the ones that always do. */
  readonly forwardHeaders: readonly string[];
  readonly needsUsage: boolean;
  readonly labels: LabelSources;
  /** After so long a silence a host that can do so sends a comment to streaming clients. */
  readonly streamKeepAliveMs: number | undefined;
  readonly bounds: Bounds;
  readonly dialects: readonly Dialect[];
  /** The hooks of the active plugins for one exchange, in running order. */
  openHooks(exchange: Exchange): readonly Hooks[];
}

/** A plugin that cannot even open fails the exchange as a hook of it would: in the client's dialect, and with a log line. */
export function openHooks(policy: Policy, exchange: Exchange): readonly Hooks[] {
  try {
    return policy.openHooks(exchange);
  } catch (thrown) {
    return [{ request: () => Promise.reject(thrown) }];
  }
}
