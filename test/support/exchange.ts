/** Exchanges for tests: a policy made by hand, real dialect and codecs, a clock and ids that tests own. */

import { Accounting } from "../../plugins/accounting";
import { type Bounds, DEFAULT_BOUNDS } from "../../plugins/core/bounds";
import { type Caller, type ClientInfo, Exchange } from "../../plugins/core/exchange";
import { HOSTS } from "../../plugins/core/host";
import { KeyRing } from "../../plugins/core/key-ring";
import { DEFAULT_LABELS } from "../../plugins/core/labels";
import { ModelTable } from "../../plugins/core/model-table";
import { Pipeline, type Step } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import type { Policy } from "../../plugins/core/policy";
import type { ModelAlias, Target } from "../../plugins/core/target";
import { TargetHealth } from "../../plugins/core/target-health";
import type { PluginServices, TargetName } from "../../plugins/define-plugin";
import { DIALECTS } from "../../plugins/dialects";
import { Prices } from "../../plugins/prices";
import type { ProcessServices } from "../../plugins/process-services";
import { CODECS } from "../../plugins/providers";
import { openMemoryStores } from "../../plugins/stores/memory";
import { OutputQuantiles, TokenEstimator } from "../../plugins/tokens";
import { VirtualClock } from "./virtual-clock";

export const clock = new VirtualClock();

let ids = 0;
export const services: ProcessServices = {
  clock,
  random: () => 0.5,
  newId: (prefix) => `${prefix}${++ids}`,
  host: HOSTS.relay,
  stores: openMemoryStores(clock),
  localLimits: openMemoryStores(clock).limits,
  estimator: new TokenEstimator(),
  outputs: new OutputQuantiles(),
  usage: undefined,
  audit: undefined,
  sideCalls: {
    ask: () => Promise.reject(new Error("no side calls in this test")),
    embed: () => Promise.reject(new Error("no side calls in this test")),
  },
  atEnd: new Set(),
  metrics: { counter: () => () => {} },
  warn() {},
};

/** As a plugin gets them. */
export const pluginServices: PluginServices = {
  ...services,
  accounting: new Accounting({
    estimator: services.estimator,
    outputs: services.outputs,
    prices: new Prices(),
    unknownPrice: "estimate",
  }),
};

export const policyFacts = {
  name: "test",
  scope: "test",
  forwardHeaders: [],
  answerVersion: "",
  models: new ModelTable([]),
  target: (it: TargetName) => target(it.provider, it.model),
};

export function target(kind: string, model: string, it: Partial<Target> & { keys?: readonly string[] } = {}): Target {
  const codec = CODECS.find((found) => found.kind === kind);
  if (codec === undefined) throw new Error(`no codec ${kind}`);
  const { keys = [`sk-${kind}`], ...rest } = it;
  const provider = {
    name: kind,
    codec,
    scheme: "https" as const,
    authority: `${kind}.test`,
    basePath: "/base",
    headers: {},
    keys: new KeyRing(keys, clock),
    health: new TargetHealth({ windowMs: 30_000, minRequests: 10, errorRate: 0.5, cooldownMs: 15_000 }, clock),
    connection: { connectTimeoutMs: 5000, maxConcurrent: 1000, allowLinkLocal: false, tls: {} },
  };
  return { provider, model, weight: 1, tags: [], timeoutMs: 60_000, idleTimeoutMs: 60_000, totalTimeoutMs: 60_000, ...rest };
}

export function alias(name: string, targets: readonly Target[], it: Partial<ModelAlias> = {}): ModelAlias {
  return {
    name,
    strategy: "fallback",
    targets,
    attempts: targets.length,
    fallbackStatuses: [503],
    backoff: { baseMs: 250, maxMs: 8000 },
    allow: { callers: [], teams: [], groups: [] },
    ...it,
  };
}

export interface OpenOptions {
  readonly aliases: readonly ModelAlias[];
  readonly hooks?: (exchange: Exchange) => readonly Hooks[];
  readonly policy?: Partial<Policy>;
  readonly bounds?: Partial<Bounds>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Partial<Caller>;
}

export function openPipeline(options: OpenOptions): Pipeline {
  const policy: Policy = {
    name: "test",
    configVersion: "v1",
    models: new ModelTable(options.aliases),
    unsupportedParams: "warn",
    allowProviderState: false,
    forwardHeaders: [],
    needsUsage: false,
    labels: DEFAULT_LABELS,
    streamKeepAliveMs: undefined,
    bounds: { ...DEFAULT_BOUNDS, ...options.bounds },
    dialects: DIALECTS,
    openHooks: options.hooks ?? (() => []),
    ...options.policy,
  };
  const client: ClientInfo = {
    method: "POST",
    path: "/v1/chat/completions",
    headers: { authorization: "Bearer client-secret", ...options.headers },
    caller: { id: "test:|caller", anonymous: false, groups: [], tags: [], ip: "192.0.2.1", ...options.caller },
    requestId: "req-1",
  };
  const exchange = new Exchange({
    id: services.newId("ex_"),
    policy: "test",
    configVersion: "v1",
    client,
    startedAt: clock.now(),
  });
  const dialect = DIALECTS[0];
  if (dialect === undefined) throw new Error("no dialect");
  return new Pipeline(exchange, policy, dialect, services);
}

export type Sent = Extract<Step, { kind: "send" }>;

/** The step as a send. @throws with the reply it was instead */
export function sent(step: Step): Sent {
  if (step.kind === "send") return step;
  throw new Error(`replied ${step.reply.status}: ${step.reply.body}`);
}

export function replied(step: Step): {
  status: number;
  headers: Readonly<Record<string, string>>;
  json: Record<string, unknown>;
} {
  if (step.kind === "send") throw new Error(`sent to ${step.attempt.target.provider.name}`);
  const { status, headers, body } = step.reply;
  return { status, headers, json: JSON.parse(body.toString("utf8")) as Record<string, unknown> };
}

/** Feeds a provider's body in pieces and returns the client's whole body with the final head. */
export async function answerWith(
  pipeline: Pipeline,
  status: number,
  headers: Readonly<Record<string, string>>,
  pieces: readonly (string | Uint8Array)[],
) {
  const head = await pipeline.response(status, headers);
  const out: Uint8Array[] = [];
  for (const piece of pieces) out.push(await pipeline.chunk(typeof piece === "string" ? Buffer.from(piece) : piece));
  const tail = await pipeline.end();
  if (tail.body !== undefined) out.push(tail.body);
  return {
    head,
    status: tail.status ?? head.status,
    headers: { ...head.set, ...tail.headers },
    text: Buffer.concat(out).toString("utf8"),
  };
}

export const JSON_HEADERS = { "content-type": "application/json" };
export const SSE_HEADERS = { "content-type": "text/event-stream" };

export function chat(it: Readonly<Record<string, unknown>> = {}): Buffer {
  return Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi" }], ...it }));
}
