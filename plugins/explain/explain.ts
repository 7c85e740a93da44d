/**
 * What a policy does with a sample request, without sending anything: the request goes down the real line up to where a host would
 * send it, on services that touch nothing. Limits and budgets are those of a policy nobody has used yet.
 */
import type { Config } from "../config/schema";
import { GraftError } from "../core/errors";
import type { HostName } from "../core/host";
import type { Pipeline, Step } from "../core/pipeline";
import type { Target } from "../core/target";
import { Gateway } from "../gateway";
import { Prices } from "../prices";
import { offline } from "../web-calls/offline";
import { Estimates } from "./estimate";
import type { ErrorView, Explanation, ModelView, RequestView } from "./explanation";
import { letPass } from "./let-pass";
import { openQuietServices, type QuietServices } from "./quiet-services";
import { clientOf, type Sample } from "./sample";
import { viewRequest } from "./view-request";
import { viewTargets } from "./view-targets";

export interface ExplainOptions {
  /** Hosts differ in when targets are asked for. */
  readonly host: HostName;
  readonly showBody: boolean;
}

/** @param hash of the configuration @throws Error when the sample names no policy of it, or cannot be a request */
export async function explain(config: Config, hash: string, sample: Sample, options: ExplainOptions): Promise<Explanation> {
  const quiet = openQuietServices(config, options.host);
  try {
    return await offline(
      (origin) => quiet.refuse(origin),
      () => explainWith(quiet, config, hash, sample, options),
    );
  } finally {
    await quiet.close();
  }
}

async function explainWith(
  quiet: QuietServices,
  config: Config,
  hash: string,
  sample: Sample,
  { showBody }: ExplainOptions,
): Promise<Explanation> {
  const { services, notAsked, warnings } = quiet;
  const policy = Object.hasOwn(config.policies, sample.policy) ? config.policies[sample.policy] : undefined;
  if (policy === undefined) {
    const known = Object.keys(config.policies).join(", ");
    throw new Error(`there is no policy ${JSON.stringify(sample.policy)}; there are: ${known || "(none)"}`);
  }
  const gateway = new Gateway({ ...config, policies: { [sample.policy]: letPass(policy) } }, hash, services);
  const opened = gateway.open(sample.policy, clientOf(sample));
  if (opened.kind === "reply") throw new Error(`the gateway knows no ${Gateway.fallbackDialect.path}`);
  const { pipeline } = opened;
  const { exchange } = pipeline;

  const step = await requestOf(pipeline, sample.body, config.bounds.maxRequestBytes);
  const facts = [...exchange.facts.all];
  const error = viewError(exchange.error);
  const { requests, refused } = await follow(pipeline, step, { asksEach: services.host.skipTarget, showBody });
  const prices = new Prices(config.prices.overrides, config.priceTable);
  const targets = await viewTargets(exchange, facts, refused, new Estimates(policy, { ...services, prices }));
  // As if nobody had been there: nothing is to be charged for what was not sent.
  pipeline.refuse(new GraftError("unavailable", "Explained, and not sent."));
  await pipeline.log("aborted");

  const { id, team, groups, tags, ip } = sample.caller;
  return {
    policy: sample.policy,
    hash,
    caller: { id, team, groups, tags, ip },
    model: viewModel(pipeline),
    facts,
    targets,
    requests,
    error,
    not_asked: unique(notAsked),
    warnings,
  };
}

async function requestOf(pipeline: Pipeline, body: Buffer, maxBytes: number): Promise<Step> {
  if (body.length <= maxBytes) return pipeline.request(body);
  const error = new GraftError("too_large", "The request body is over the gateway's size limit.");
  return { kind: "reply", reply: pipeline.refuse(error) };
}

interface Followed {
  readonly requests: readonly RequestView[];
  readonly refused: ReadonlyMap<Target, string>;
}

/** The first attempt and those that would follow if all failed. */
async function follow(
  pipeline: Pipeline,
  first: Step,
  { asksEach, showBody }: { readonly asksEach: boolean; readonly showBody: boolean },
): Promise<Followed> {
  const requests: RequestView[] = [];
  const refused = new Map<Target, string>();
  if (first.kind !== "send") return { requests, refused };
  requests.push(viewRequest(first, showBody));
  const seen = new Set([first.attempt.target]);
  for (const [at, target] of first.plan.targets.entries()) {
    if (seen.has(target)) continue;
    seen.add(target);
    const error = asksEach ? await pipeline.refuses(target) : undefined;
    if (error !== undefined) {
      refused.set(target, `passed over when its turn comes: ${error.message}`);
      continue;
    }
    const step = await pipeline.attempt(at + 1, target);
    if (step.kind === "send") requests.push(viewRequest(step, showBody));
    else refused.set(target, `ends the request when its turn comes: ${pipeline.exchange.error?.message}`);
  }
  return { requests, refused };
}

function viewModel({ exchange: { head, alias, plan } }: Pipeline): ModelView | undefined {
  if (head === undefined || alias === undefined) return undefined;
  return { asked: head.model, alias: alias.name, strategy: (plan?.alias ?? alias).strategy };
}

function viewError(error: GraftError | undefined): ErrorView | undefined {
  if (error === undefined) return undefined;
  const { status, type, code, message, options } = error;
  return { status, type, code, message, param: options.param };
}

/** A check may be made for each target, message or rule. */
function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
