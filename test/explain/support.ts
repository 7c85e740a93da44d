/** Plugins as they are, with a redactor and a guard that are easy to see through. */
import { z } from "zod";
import { budget } from "../../plugins/budget";
import { GraftError } from "../../plugins/core/errors";
import { definePlugin, type Position } from "../../plugins/define-plugin";
import { rateLimit } from "../../plugins/rate-limit";
import { residency } from "../../plugins/residency";
import { route } from "../../plugins/route";
import { usage } from "../../plugins/usage";
import { JsonEndpoint } from "../../plugins/web-calls/json-endpoint";

const PII = "alice@example.com";

/** Knows one e-mail address. */
const redact = definePlugin({
  name: "redact",
  config: z.strictObject({}),
  create: () => (exchange) => ({
    main: {
      request() {
        const { request } = exchange;
        if (!JSON.stringify(request.messages).includes(PII)) return undefined;
        exchange.facts.add({ kind: "entity-found", entity: "email", count: 1, action: "placeholder", direction: "request" });
        const messages = JSON.parse(JSON.stringify(request.messages).replaceAll(PII, "<EMAIL_1>")) as typeof request.messages;
        exchange.request = { ...request, messages };
        return undefined;
      },
    },
  }),
});

/** Asks a web service and a model, and does as `on_error` says when they do not answer. */
const guard = definePlugin({
  name: "guard",
  config: z.strictObject({
    url: z.string().describe("Where it asks."),
    classifier: z.strictObject({ provider: z.string(), model: z.string() }).optional(),
    on_error: z.enum(["open", "closed", "allow"]).default("closed"),
  }),
  create(config, { sideCalls }, { target }) {
    const endpoint = new JsonEndpoint({ url: config.url, timeoutMs: 1000, allowLinkLocal: false });
    const classifier = config.classifier === undefined ? undefined : target({ ...config.classifier, tags: [] });
    return (exchange) => {
      const check = async (name: string, ask: () => Promise<unknown>): Promise<void> => {
        try {
          await ask();
        } catch {
          exchange.facts.add({ kind: "check-unavailable", check: name, passed: config.on_error === "open" });
          if (config.on_error !== "open") throw new GraftError("unavailable", `The check ${name} is not available.`);
        }
      };
      return {
        main: {
          async request() {
            await check("guard:webhook", () => endpoint.post("{}", { now: 0, id: "1" }));
            const options = { purpose: "guard:topic", timeoutMs: 1000 };
            if (classifier !== undefined)
              await check("guard:topic", () => sideCalls.ask(exchange, classifier, exchange.request, options));
            return undefined;
          },
        },
      };
    };
  },
});

export const ORDER: readonly Position[] = [usage, residency, route, budget, rateLimit, redact, guard].map((plugin) => ({
  plugin,
  stage: "main",
}));
