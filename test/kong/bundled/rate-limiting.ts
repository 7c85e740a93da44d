import { errorAnswer } from "../exit";
import type { BundledPlugin } from "./plugin";

const PERIODS = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const;

/** Calendar windows, counted per consumer (or client address) and route, as with `policy: local`. */
export const rateLimiting: BundledPlugin = {
  name: "rate-limiting",
  priority: 910,
  schema: {
    type: "record",
    fields: [
      ...Object.keys(PERIODS).map((period) => ({ [period]: { type: "number" as const, gt: 0 } })),
      { policy: { type: "string", default: "local", one_of: ["local"] } },
      { limit_by: { type: "string", default: "consumer", one_of: ["consumer", "ip"] } },
    ],
  },
  access(config, request, { counters }) {
    const who = (config["limit_by"] === "consumer" ? request.consumer?.id : undefined) ?? request.clientIp;
    for (const [period, seconds] of Object.entries(PERIODS)) {
      const limit = config[period];
      if (typeof limit !== "number") continue;
      const now = Date.now() / 1000;
      const key = `${request.route.id}:${who}:${period}:${Math.floor(now / seconds)}`;
      const used = counters.get(key) ?? 0;
      const name = `${period[0]?.toUpperCase()}${period.slice(1)}`;
      const reset = String(Math.max(1, Math.ceil(seconds - (now % seconds))));
      const headers = {
        [`X-RateLimit-Limit-${name}`]: String(limit),
        [`X-RateLimit-Remaining-${name}`]: String(Math.max(0, limit - used - 1)),
        "RateLimit-Limit": String(limit),
        "RateLimit-Remaining": String(Math.max(0, limit - used - 1)),
        "RateLimit-Reset": reset,
      };
      if (used >= limit)
        throw errorAnswer(429, request.requestId, "API rate limit exceeded", { ...headers, "Retry-After": reset });
      counters.set(key, used + 1);
      for (const [header, value] of Object.entries(headers)) request.responseHeaders.set(header, value);
    }
  },
};
