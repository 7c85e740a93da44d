/** The plugin contract: three closures, config → services → exchange. What lives in a closure ends with it; nothing else keeps state. */
import type { z } from "zod";
import type { Accounting } from "./accounting";
import type { AuditSink } from "./audit/sink";
import type { Exchange } from "./core/exchange";
import type { HostCapabilities } from "./core/host";
import type { ModelTable } from "./core/model-table";
import type { Hooks, Services } from "./core/plugin";
import type { Target } from "./core/target";
import type { PluginMetrics } from "./observe/plugin-metrics";
import type { SideCalls } from "./side-calls";
import type { Limits } from "./stores/limits";
import type { Stores } from "./stores/stores";
import type { UsageSink } from "./usage/sink";

/** What plugins may use of the world. */
export interface PluginServices extends Services {
  /** What the gateway can do with this exchange. */
  readonly host: HostCapabilities;
  /** Shared by all processes when the configuration says so. */
  readonly stores: Stores;
  /** Of this process alone, for when the shared ones are away. */
  readonly localLimits: Limits;
  /** What exchanges will need and have needed, in tokens and money. */
  readonly accounting: Accounting;
  /** Absent = nobody keeps records. */
  readonly usage: UsageSink | undefined;
  /** Absent = the process has nowhere to write them. */
  readonly audit: AuditSink | undefined;
  readonly sideCalls: SideCalls;
  readonly metrics: PluginMetrics;
  /** What must be done before the process ends, as far as a few seconds allow: added while there is something, taken out after. */
  readonly atEnd: Set<() => Promise<void>>;
  /** For operators. */
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Hooks by stage: a plugin that acts at several places of the running order names each. */
export type OpenExchange = (exchange: Exchange) => Readonly<Record<string, Hooks>>;

export interface PolicyFacts {
  readonly name: string;
  /** Sets what a policy keeps in stores apart from others': its name, mostly. */
  readonly scope: string;
  /** Its model aliases, for plugins that send requests elsewhere. */
  readonly models: ModelTable;
  /** Client headers that reach providers, besides the ones that always do. */
  readonly forwardHeaders: readonly string[];
  /** Changes with what makes answers what they are, beside requests and targets: how other plugins change and check them. */
  readonly answerVersion: string;
  /** For side calls. @throws Error when there is no such provider: `check` sees to it that there is */
  target(name: TargetName): Target;
}

/** As configurations write a target: a named provider, and its word for the model. */
export interface TargetName {
  readonly provider: string;
  readonly model: string;
  readonly region?: string | undefined;
  readonly tags: readonly string[];
}

/** What is wrong with a plugin's part of a policy, beyond what its schema says. */
export interface Fault {
  /** Below the plugin's own part. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly severity?: "error" | "warning";
}

/** A policy as far as plugins may depend on it. */
export interface PolicyShape {
  /** Names of its model aliases, patterns as they are. */
  readonly models: readonly string[];
  /** Names of the providers there are. */
  readonly providers: readonly string[];
  /** Those of them that turn texts into vectors. */
  readonly embedders: readonly string[];
  /** All that its targets carry. */
  readonly regions: readonly string[];
  readonly tags: readonly string[];
  /** Its model aliases with all of their targets. */
  readonly aliases: readonly AliasShape[];
  /** Names of the plugins that are configured. */
  readonly plugins: readonly string[];
  /** The process has an audit log. */
  readonly audited: boolean;
  /** Processes share their stores. */
  readonly sharedStore: boolean;
  /** What the gateway can do; absent where it is not known which it is. */
  readonly host: HostCapabilities | undefined;
  /** Targets nobody knows the price of, by alias: requests that need one are refused. Empty where `unknown_price` is `allow`. */
  unpriced(): ReadonlyMap<string, readonly string[]>;
}

/** What a target of a policy says of where it is. `label`: `provider/model`. */
export interface AliasShape {
  readonly name: string;
  readonly targets: readonly { readonly label: string; readonly region?: string | undefined; readonly tags: readonly string[] }[];
}

type NeedsUsage = Pick<PluginServices, "usage">;

export interface Plugin {
  readonly name: string;
  /** Its part of a policy; `undefined` = always on, nothing to configure. */
  readonly config: z.ZodType | undefined;
  /** On in every policy, with its defaults where nothing is written. */
  readonly always: boolean;
  /** Its answers' usage is needed: asked for from providers that only say it on request. */
  needsUsage(config: unknown, services: NeedsUsage): boolean;
  /** At load. */
  check(config: unknown, policy: PolicyShape): readonly Fault[];
  open(config: unknown, services: PluginServices, policy: PolicyFacts): OpenExchange;
}

/** One place in the running order. */
export interface Position {
  readonly plugin: Plugin;
  readonly stage: string;
}

/** A plugin with configuration: `create` gets it parsed and typed. */
export function definePlugin<Schema extends z.ZodType>(it: {
  readonly name: string;
  readonly config: Schema;
  readonly always?: boolean;
  needsUsage?(config: z.output<Schema>, services: NeedsUsage): boolean;
  check?(config: z.output<Schema>, policy: PolicyShape): readonly Fault[];
  create(config: z.output<Schema>, services: PluginServices, policy: PolicyFacts): OpenExchange;
}): Plugin;
/** A plugin that is always on and has nothing to configure. */
export function definePlugin(it: {
  readonly name: string;
  create(config: undefined, services: PluginServices, policy: PolicyFacts): OpenExchange;
}): Plugin;
export function definePlugin(it: {
  readonly name: string;
  readonly config?: z.ZodType;
  readonly always?: boolean;
  needsUsage?(config: never, services: NeedsUsage): boolean;
  check?(config: never, policy: PolicyShape): readonly Fault[];
  create(config: never, services: PluginServices, policy: PolicyFacts): OpenExchange;
}): Plugin {
  const { config } = it;
  // The schema's output is what `create` declared: the overloads above tie them together.
  const typed = (raw: unknown) => (config === undefined ? undefined : config.parse(raw ?? {})) as never;
  return {
    name: it.name,
    config,
    always: it.always ?? config === undefined,
    needsUsage: (raw, services) => it.needsUsage?.(typed(raw), services) ?? false,
    check: (raw, policy) => it.check?.(typed(raw), policy) ?? [],
    open: (raw, services, policy) => it.create(typed(raw), services, policy),
  };
}
