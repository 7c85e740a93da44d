import type { Usage } from "./events";

/** No model reads or writes more in one answer. */
const MOST_TOKENS = 1e9;

/**
 * A provider's figures as accounting may use them: whole numbers from 0 to a billion. Otherwise one answer with negative tokens would
 * give budgets money back. The same object where nothing had to change.
 */
export function soundUsage(usage: Usage): Usage {
  const entries = Object.entries(usage);
  if (entries.every(([, value]) => typeof value !== "number" || isCount(value))) return usage;
  const sound = entries.map(([key, value]) => [key, typeof value === "number" ? toCount(value) : value] as const);
  return { ...usage, ...Object.fromEntries(sound) };
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS;
}

function toCount(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(0, Math.ceil(value)), MOST_TOKENS);
}

/** Some servers fill in zeros where they have not counted: no answer is made of nothing. */
export function isTold(usage: Usage | undefined): usage is Usage {
  return usage !== undefined && usage.input + usage.output > 0;
}
