import type { Limit, LimitItem } from "../../plugins/stores/limits";

export const bucket = (capacity: number, refill: number, everyMs: number): Limit => ({
  kind: "token-bucket",
  capacity,
  refill,
  everyMs,
});

export const window = (limit: number, windowMs: number, subWindows: number): Limit => ({
  kind: "sliding-window",
  limit,
  windowMs,
  subWindows,
});

export const slots = (count: number): Limit => ({ kind: "concurrency", slots: count });

export const item = (limit: Limit, amount: number, key = "k"): LimitItem => ({ key, limit, amount });
