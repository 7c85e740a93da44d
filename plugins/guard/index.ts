/** Rules for what may be asked and answered: patterns, topics, injected instructions, sizes, forms, and services that judge. */
import { definePlugin } from "../define-plugin";
import { checkGuard } from "./check";
import { compileRules } from "./compile";
import { guardSchema } from "./config";
import type { Guard } from "./guard";
import { GuardedExchange } from "./guarded-exchange";

export const guard = definePlugin({
  name: "guard",
  config: guardSchema,
  check: checkGuard,
  create(config, services, policy) {
    const shared: Guard = {
      rules: compileRules(config, services, policy),
      windowChars: config.window_chars,
      maxHeldBytes: config.max_held_bytes,
      services,
      count: services.metrics.counter("graft_guard_total", "Times rules of the guard fired, by what they did", [
        "policy",
        "rule",
        "action",
        "direction",
      ]),
    };
    return (exchange) => ({ main: new GuardedExchange(shared, exchange) });
  },
});
