import type { Exchange } from "./exchange";
import type { Hooks } from "./plugin";
import { modelNotFound } from "./refusals";
import type { Plan } from "./target";

/**
 * Which targets shall be asked, now that the request hooks have run: of the alias that they left.
 * @throws GraftError when a plugin lets none of them serve
 */
export async function planOf(exchange: Exchange, hooks: readonly Hooks[]): Promise<Plan> {
  const { alias, head } = exchange;
  if (alias === undefined) throw modelNotFound(head?.model ?? "");
  let plan: Plan = { alias, targets: alias.targets };
  for (const hook of hooks) {
    const routed = hook.route?.(plan) ?? plan;
    plan = routed instanceof Promise ? await routed : routed;
  }
  exchange.plan = plan;
  return plan;
}
