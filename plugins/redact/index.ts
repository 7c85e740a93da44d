/** Keeps personal data and secrets from providers; their values come back in answers. */
import { definePlugin } from "../define-plugin";
import { checkRedact } from "./check";
import { compileRedactor } from "./compile";
import { redactSchema } from "./config";
import { redactExchange } from "./exchange";

export const redact = definePlugin({
  name: "redact",
  config: redactSchema,
  check: checkRedact,
  create(config, services, policy) {
    const redactor = compileRedactor(config, services, policy);
    return (exchange) => redactExchange(redactor, exchange);
  },
});
