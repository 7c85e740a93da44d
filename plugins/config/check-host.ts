/** What a configuration asks for that its host cannot do: one function each in the lists below. */
import { HOSTS, type HostCapabilities, type HostName } from "../core/host";
import { checkRelay } from "./check-relay";
import type { Inspection } from "./inspection";
import type { Path } from "./issue";
import { configSchema, type ModelConfig, type ParsedConfig, type PolicyConfig } from "./schema";
import type { Vocabulary } from "./vocabulary";

interface Found {
  readonly severity: "error" | "warning";
  readonly message: string;
}

type ParsedProvider = ParsedConfig["providers"][string];

/** @param unset one that leaves everything at its default */
type HostCheck<Part> = (part: Part, host: HostCapabilities, unset: Part) => Found | undefined;

const OF_PROVIDERS: readonly HostCheck<ParsedProvider>[] = [concurrency];
const OF_POLICIES: readonly HostCheck<PolicyConfig>[] = [failOpen, streamKeepAlive];
const OF_MODELS: readonly HostCheck<ModelConfig>[] = [contextFallback, attemptTimeouts, targetLimits, backoff];

export function checkHost(it: Inspection, host: HostName): void {
  const run = <Part>(checks: readonly HostCheck<Part>[], path: Path, part: Part, unset: Part): void => {
    for (const check of checks) {
      const found = check(part, HOSTS[host], unset);
      if (found?.severity === "error") it.error(path, `${host}: ${found.message}`);
      else if (found !== undefined) it.warn(path, `${host}: ${found.message}`);
    }
  };
  const unset = UNSET.get(it.vocabulary) ?? emptyParts(it.vocabulary);
  // Kong hands over a configuration for each of its routes and workers.
  UNSET.set(it.vocabulary, unset);
  for (const [name, provider] of Object.entries(it.config.providers)) {
    run(OF_PROVIDERS, ["providers", name], provider, unset.provider);
  }
  for (const [name, policy] of Object.entries(it.config.policies)) {
    run(OF_POLICIES, ["policies", name], policy, unset.policy);
    for (const [index, model] of policy.models.entries()) {
      run(OF_MODELS, ["policies", name, "models", index], model, unset.model);
    }
  }
  if (host === "relay") checkRelay(it);
  if (host === "envoy" && it.config.envoy.relay_token !== undefined) {
    it.warn(["envoy", "relay_token"], "envoy: has no effect here; it is for `--mode relay`", "key");
  }
}

const UNSET = new WeakMap<Vocabulary, ReturnType<typeof emptyParts>>();

/** With one target, which sets nothing either. */
function emptyParts(vocabulary: Vocabulary) {
  const model = { name: "m", targets: [{ provider: "p", model: "m" }] };
  const parsed = configSchema(vocabulary).parse({
    version: 1,
    providers: { p: { kind: vocabulary.providers[0]?.kind } },
    policies: { p: { models: [model] } },
  });
  const [provider, policy] = [parsed.providers["p"], parsed.policies["p"]];
  const [first] = policy?.models ?? [];
  if (provider === undefined || policy === undefined || first === undefined) throw new Error("the schema lost what it was given");
  return { provider, policy, model: first };
}

function warning(message: string): Found {
  return { severity: "warning", message };
}

/** Envoy answers a request over a cluster's limit by itself, and no other target gets it. */
function concurrency({ max_concurrent }: ParsedProvider, host: HostCapabilities, unset: ParsedProvider): Found | undefined {
  if (host.ownConnections || max_concurrent === unset.max_concurrent) return undefined;
  return warning("`max_concurrent` has no effect: a request over the limit could not go on to the next target");
}

function failOpen({ fail_open }: PolicyConfig, host: HostCapabilities): Found | undefined {
  if (host.failOpen || !fail_open) return undefined;
  return warning("`fail_open` has no effect: requests reach providers through Graft only, so while it is away they are refused");
}

function streamKeepAlive({ stream_keep_alive_ms }: PolicyConfig, host: HostCapabilities): Found | undefined {
  if (host.timerRelease || stream_keep_alive_ms === undefined) return undefined;
  return warning("`stream_keep_alive_ms` has no effect: nothing can be sent to a client while its provider is silent");
}

/** Without a look at the answer's body, "prompt too long" is one 400 among others. */
function contextFallback({ targets }: ModelConfig, host: HostCapabilities): Found | undefined {
  const windows = new Set(targets.map((target) => target.context_window));
  if (host.contentRetry || windows.size < 2) return undefined;
  return warning(
    "larger context windows are tried by the estimate of the prompt's size only; a target that finds the prompt too long is not followed by another",
  );
}

/** A host that retries by itself has one time limit for all tries of a request. */
function attemptTimeouts({ targets }: ModelConfig, host: HostCapabilities): Found | undefined {
  const timeouts = targets.map((target) => target.timeout_ms);
  if (host.attemptTimeouts || new Set(timeouts).size < 2) return undefined;
  return warning(`every try may take the longest \`timeout_ms\` of the targets, ${Math.max(...timeouts)} ms`);
}

function targetLimits({ targets }: ModelConfig, host: HostCapabilities, unset: ModelConfig): Found | undefined {
  const limits = ["idle_timeout_ms", "total_timeout_ms"] as const;
  const set = limits.filter((limit) => targets.some((target) => target[limit] !== unset.targets[0]?.[limit]));
  if (host.attemptTimeouts || set.length === 0) return undefined;
  const named = set.map((limit) => `\`${limit}\``).join(" and ");
  return warning(
    `${named} of targets ${set.length === 1 ? "has" : "have"} no effect: \`envoy.routes\` limits exchanges as a whole`,
  );
}

/** Envoy waits up to 250 ms, 25 ms before the first one. */
function backoff({ backoff: { base_ms, max_ms } }: ModelConfig, host: HostCapabilities, unset: ModelConfig): Found | undefined {
  if (host.ownConnections || (base_ms === unset.backoff.base_ms && max_ms === unset.backoff.max_ms)) return undefined;
  return warning("`backoff` has no effect: the time before a further try is the gateway's own, at most 250 ms");
}
