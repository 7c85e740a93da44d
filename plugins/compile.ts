/** From configuration to what exchanges run on. */
import { createHash } from "node:crypto";
import { Accounting } from "./accounting";
import type { Config } from "./config/schema";
import type { Bounds } from "./core/bounds";
import { ModelTable } from "./core/model-table";
import type { Hooks } from "./core/plugin";
import type { Policy } from "./core/policy";
import type { ModelAlias, NamedProvider, Target } from "./core/target";
import type { TargetName } from "./define-plugin";
import { DIALECTS } from "./dialects";
import { RUNNING_ORDER } from "./index";
import type { Prices } from "./prices";
import type { ProcessServices } from "./process-services";

interface CompileContext {
  readonly version: string;
  readonly bounds: Bounds;
  readonly services: ProcessServices;
  readonly prices: Prices;
  readonly scope: string;
}

export function compilePolicy(
  name: string,
  it: Config["policies"][string],
  providers: ReadonlyMap<string, NamedProvider>,
  context: CompileContext,
): Policy {
  const settings: Readonly<Record<string, unknown>> = it.plugins;
  const active = RUNNING_ORDER.filter(({ plugin }) => plugin.always || settings[plugin.name] !== undefined);
  // A plugin that stands at several positions is opened once: its stages share one closure.
  const plugins = [...new Set(active.map(({ plugin }) => plugin))];
  const { services, prices, scope } = context;
  const { estimator, outputs } = services;
  const accounting = new Accounting({ estimator, outputs, prices, unknownPrice: it.unknown_price });
  const models = new ModelTable(it.models.map((alias) => compileAlias(alias, providers)));
  const facts = {
    name,
    scope,
    models,
    forwardHeaders: it.forward_headers,
    answerVersion: answerVersion(it),
    target: (named: TargetName) => sideTarget(named, providers),
  };
  const openers = plugins.map((plugin) => plugin.open(settings[plugin.name], { ...services, accounting }, facts));
  return {
    name,
    configVersion: context.version,
    models,
    unsupportedParams: it.unsupported_params,
    allowProviderState: it.allow_provider_state,
    forwardHeaders: it.forward_headers,
    streamKeepAliveMs: it.stream_keep_alive_ms,
    needsUsage: plugins.some((plugin) => plugin.needsUsage(settings[plugin.name], services)),
    labels: it.labels,
    bounds: context.bounds,
    dialects: DIALECTS,
    openHooks: (exchange) => {
      const stages = openers.map((open) => open(exchange));
      return active.map(({ plugin, stage }): Hooks => stages[plugins.indexOf(plugin)]?.[stage] ?? {});
    },
  };
}

/** Asked for a word or two, under a deadline of the caller's. */
function sideTarget({ provider: name, model, region, tags }: TargetName, providers: ReadonlyMap<string, NamedProvider>): Target {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`there is no provider ${name}`);
  const limits = { timeoutMs: SIDE_MS, idleTimeoutMs: SIDE_MS, totalTimeoutMs: SIDE_MS };
  return { provider, model, weight: 1, tags, ...limits, ...(region === undefined ? {} : { region }) };
}

const SIDE_MS = 60_000;

/** Whether the same request, at the same targets, is answered alike under two policies. */
function answerVersion({ plugins, unsupported_params }: Config["policies"][string]): string {
  const settings: Readonly<Record<string, unknown>> = plugins;
  const parts = [unsupported_params, ...CHANGES_ANSWERS.map((name) => settings[name] ?? null)];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url");
}

/** Limits, budgets and routes change who answers, which keys say by themselves. */
const CHANGES_ANSWERS = ["redact", "guard"];

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
      tags: target.tags,
      ...(target.region === undefined ? {} : { region: target.region }),
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
