import type { Exchange } from "./exchange";
import type { Hooks } from "./plugin";
import type { Policy } from "./policy";
import { modelNotFound } from "./refusals";
import type { ModelAlias, Plan } from "./target";

/**
 * Which targets shall be asked, now that the request hooks have run: of another alias when one of them wished so.
 * @throws GraftError when a plugin lets none of them serve
 */
export async function planOf(exchange: Exchange, policy: Policy, hooks: readonly Hooks[], asked: ModelAlias): Promise<Plan> {
  const { redirect, client } = exchange;
  const alias = redirect === undefined ? asked : policy.models.find(redirect, client.caller);
  if (alias === undefined) throw modelNotFound(redirect ?? asked.name);
  exchange.alias = alias;
  let plan: Plan = { alias, targets: alias.targets };
  for (const hook of hooks) {
    const routed = hook.route?.(plan) ?? plan;
    plan = routed instanceof Promise ? await routed : routed;
  }
  exchange.plan = plan;
  return plan;
}
