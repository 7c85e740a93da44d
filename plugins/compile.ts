/** From configuration to what exchanges run on. */
import { isDeepStrictEqual } from "node:util";
import type { Config } from "./config/schema";
import type { Bounds } from "./core/bounds";
import { compact } from "./core/compact";
import { KeyRing } from "./core/key-ring";
import { ModelTable } from "./core/model-table";
import type { Hooks, Services } from "./core/plugin";
import type { Policy } from "./core/policy";
import type { ModelAlias, NamedProvider, Target } from "./core/target";
import { TargetHealth } from "./core/target-health";
import { DIALECTS } from "./dialects";
import { RUNNING_ORDER } from "./index";
import { CODECS } from "./providers";

interface CompileContext {
  readonly version: string;
  readonly bounds: Bounds;
  readonly services: Services;
}

export function compilePolicy(
  name: string,
  it: Config["policies"][string],
  providers: ReadonlyMap<string, NamedProvider>,
  context: CompileContext,
): Policy {
  const settings: Readonly<Record<string, unknown>> = it.plugins;
  const active = RUNNING_ORDER.filter(({ plugin }) => plugin.config === undefined || settings[plugin.name] !== undefined);
  // A plugin that stands at several positions is opened once: its stages share one closure.
  const plugins = [...new Set(active.map(({ plugin }) => plugin))];
  const openers = plugins.map((plugin) => plugin.open(settings[plugin.name], context.services));
  return {
    name,
    configVersion: context.version,
    models: new ModelTable(it.models.map((alias) => compileAlias(alias, providers))),
    unsupportedParams: it.unsupported_params,
    allowProviderState: it.allow_provider_state,
    forwardHeaders: it.forward_headers,
    streamKeepAliveMs: it.stream_keep_alive_ms,
    needsUsage: plugins.some((plugin) => plugin.needsUsage),
    bounds: context.bounds,
    dialects: DIALECTS,
    openHooks: (exchange) => {
      const stages = openers.map((open) => open(exchange));
      return active.map(({ plugin, stage }): Hooks => stages[plugins.indexOf(plugin)]?.[stage] ?? {});
    },
  };
}

function compileAlias(
  it: Config["policies"][string]["models"][number],
  providers: ReadonlyMap<string, NamedProvider>,
): ModelAlias {
  const targets = it.targets.map((target): Target => {
    const provider = providers.get(target.provider);
    if (provider === undefined) throw new Error(`alias ${it.name} names the unknown provider ${target.provider}`);
    return {
      provider,
      model: target.model,
      weight: target.weight,
      timeoutMs: target.timeout_ms,
      idleTimeoutMs: target.idle_timeout_ms,
      totalTimeoutMs: target.total_timeout_ms,
      ...(target.context_window === undefined ? {} : { contextWindow: target.context_window }),
      ...(target.max_output_tokens === undefined ? {} : { maxOutputTokens: target.max_output_tokens }),
    };
  });
  return {
    name: it.name,
    strategy: it.strategy,
    targets,
    attempts: it.attempts ?? targets.length,
    fallbackStatuses: it.fallback_statuses,
    backoff: { baseMs: it.backoff.base_ms, maxMs: it.backoff.max_ms },
    allow: it.allow,
  };
}

/** @param before the configuration that `known` were made from */
export function compileProviders(
  providers: Config["providers"],
  services: Services,
  before: Config["providers"] = {},
  known: ReadonlyMap<string, NamedProvider> = new Map(),
): ReadonlyMap<string, NamedProvider> {
  return new Map(
    Object.entries(providers).map(([name, it]): [string, NamedProvider] => {
      const kept = isDeepStrictEqual(it, before[name]) ? known.get(name) : undefined;
      return [name, kept ?? namedProvider(name, it, services)];
    }),
  );
}

function namedProvider(name: string, it: Config["providers"][string], services: Services): NamedProvider {
  const codec = CODECS.find(({ kind }) => kind === it.kind);
  if (codec === undefined) throw new Error(`provider ${name} is of the unknown kind ${it.kind}`);
  const url = new URL(it.base_url ?? codec.defaultBaseUrl);
  return {
    name,
    codec,
    scheme: url.protocol === "http:" ? "http" : "https",
    authority: url.host,
    basePath: url.pathname.replace(/\/+$/, ""),
    headers: it.headers,
    keys: new KeyRing(it.api_keys, services.clock),
    health: new TargetHealth(
      {
        windowMs: it.health.window_ms,
        minRequests: it.health.min_requests,
        errorRate: it.health.error_rate,
        cooldownMs: it.health.cooldown_ms,
      },
      services.clock,
    ),
    connection: {
      connectTimeoutMs: it.connect_timeout_ms,
      maxConcurrent: it.max_concurrent,
      allowLinkLocal: it.allow_link_local,
      tls: compact({
        caFile: it.tls?.ca_file,
        certFile: it.tls?.cert_file,
        keyFile: it.tls?.key_file,
        serverName: it.tls?.server_name,
      }),
    },
  };
}
