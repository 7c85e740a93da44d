/** A policy with budgets, as one or several replicas, driven as a host drives it. The clock is that of all exchanges in tests. */
import { Accounting, type UnknownPrice } from "../../plugins/accounting";
import { budget } from "../../plugins/budget";
import type { Caller, Exchange } from "../../plugins/core/exchange";
import { ModelTable } from "../../plugins/core/model-table";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import type { ModelAlias, Target } from "../../plugins/core/target";
import type { PluginServices } from "../../plugins/define-plugin";
import { Prices, pricesSchema } from "../../plugins/prices";
import { openMemoryStores } from "../../plugins/stores/memory";
import type { Stores } from "../../plugins/stores/stores";
import type { SpentQuery } from "../../plugins/stores/usage/usage-store";
import {
  alias,
  answerWith,
  chat,
  clock,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  services,
  target,
} from "../support/exchange";

export { clock };

/** `flat` costs a dollar, `cheap` ten cents, `metered` a dollar for a thousand tokens written; `own` is nobody's. */
export const MODELS: readonly ModelAlias[] = [
  alias("flat", [target("openai", "flat")]),
  alias("cheap", [target("openai", "cheap")]),
  alias("metered", [target("openai", "metered")]),
  alias("mixed", [target("openai", "cheap"), target("openai", "flat")], { attempts: 2 }),
  alias("own", [target("openai-compatible", "own")]),
  alias("vip", [target("openai", "cheap")], { allow: { callers: ["nobody"], teams: [], groups: [] } }),
];

/** In no alias: a dollar for a thousand tokens read. */
export const EMBEDS: Target = target("openai", "embeds");

const { overrides } = pricesSchema().parse({
  overrides: {
    "openai/flat": { input: 0, output: 0, per_request: 1 },
    "openai/cheap": { input: 0, output: 0, per_request: 0.1 },
    "openai/metered": { input: 0, output: 1000 },
    "openai/embeds": { input: 1000, output: 0 },
  },
});
const prices = new Prices(overrides);

export interface Told {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

export interface Ask {
  readonly model?: string;
  readonly caller?: Partial<Caller>;
  readonly headers?: Record<string, string>;
  /** What stands within the budget. */
  readonly inner?: (exchange: Exchange) => Hooks;
}

export interface Replica {
  /** Counts, by name and labels. */
  readonly counted: ReadonlyMap<string, number>;
  readonly told: Told[];
  open(it?: Ask): Pipeline;
  /** A whole exchange that costs what its model does. @returns its status */
  ask(it?: Ask): Promise<number>;
  /** How many of `ask` in a row pass, of at most `most`. */
  passing(most: number, it?: Ask): Promise<number>;
}

export interface ReplicaOptions {
  readonly stores?: Stores;
  readonly unknownPrice?: UnknownPrice;
  readonly scope?: string;
  spent?(query: SpentQuery): Promise<number>;
}

/** @param config as under `plugins.budget` */
export function replica(config: unknown, it: ReplicaOptions = {}): Replica {
  const counted = new Map<string, number>();
  const told: Told[] = [];
  const { stores = openMemoryStores(clock), unknownPrice = "estimate", scope = "test", spent } = it;
  const { estimator, outputs } = services;
  const own: PluginServices = {
    ...pluginServices,
    stores,
    localLimits: openMemoryStores(clock).limits,
    accounting: new Accounting({ estimator, outputs, prices, unknownPrice }),
    usage: spent === undefined ? undefined : { add() {}, spent },
    metrics: {
      counter:
        (name) =>
        (labels, by = 1) => {
          const key = `${name} ${Object.values(labels).join(" ")}`;
          counted.set(key, (counted.get(key) ?? 0) + by);
        },
    },
    warn: (fields, message) => void told.push({ fields, message }),
  };
  const models = new ModelTable(MODELS);
  const opener = budget.open(budget.config?.parse(config), own, { ...policyFacts, scope, models });
  const open = ({ caller = {}, headers = {}, inner }: Ask = {}): Pipeline =>
    openPipeline({
      aliases: MODELS,
      hooks: (exchange): Hooks[] => [...Object.values(opener(exchange)), ...(inner === undefined ? [] : [inner(exchange)])],
      policy: { needsUsage: true },
      caller,
      headers,
    });
  const ask = async (asked: Ask = {}): Promise<number> => {
    const pipeline = open(asked);
    const step = await pipeline.request(chat({ model: asked.model ?? "flat" }));
    if (step.kind === "reply") {
      await pipeline.log("complete");
      return step.reply.status;
    }
    await answerWith(pipeline, 200, JSON_HEADERS, [answer(5, 1)]);
    await pipeline.log("complete");
    return 200;
  };
  return {
    counted,
    told,
    open,
    ask,
    async passing(most, asked) {
      for (let count = 0; count < most; count += 1) if ((await ask(asked)) !== 200) return count;
      return most;
    },
  };
}

export function answer(input: number, output: number): string {
  return JSON.stringify({
    id: "x",
    object: "chat.completion",
    created: 1,
    model: "gpt-real",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, finish_reason: "stop" }],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  });
}

export const one = (it: Record<string, unknown> = {}, more: Record<string, unknown> = {}) => ({
  budgets: [{ name: "b", limit_usd: 10, ...it }],
  ...more,
});
