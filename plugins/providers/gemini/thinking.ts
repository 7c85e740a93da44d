/** OpenAI's reasoning effort and Anthropic's token budget → `thinkingConfig`. */
import type { JsonObject, ReasoningRequest } from "../../core/chat";
import type { Thinking } from "./model-traits";

type Level = "off" | "minimal" | "low" | "medium" | "high";

interface Amount {
  readonly tokens: number;
  readonly level: Level;
}

/** Google's own table for its OpenAI endpoint; what is above `high` there means the most a model allows. */
const EFFORTS: ReadonlyMap<string, Amount> = new Map([
  ["none", { tokens: 0, level: "off" }],
  ["minimal", { tokens: 1024, level: "minimal" }],
  ["low", { tokens: 1024, level: "low" }],
  ["medium", { tokens: 8192, level: "medium" }],
  ["high", { tokens: 24_576, level: "high" }],
  ["xhigh", { tokens: Number.POSITIVE_INFINITY, level: "high" }],
  ["max", { tokens: Number.POSITIVE_INFINITY, level: "high" }],
]);
const EFFORT = "reasoning_effort";
const BUDGET = "thinking.budget_tokens";

/** @param dropped gets what the model cannot do as asked. @returns `undefined` where nothing is to be said. */
export function thinkingConfig(
  reasoning: ReasoningRequest | undefined,
  thinking: Thinking,
  dropped: Set<string>,
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const { effort, budgetTokens, include } = reasoning;
  const known = effort === undefined ? undefined : EFFORTS.get(effort);
  if (effort !== undefined && known === undefined) dropped.add(EFFORT);
  const amount = budgetTokens === undefined ? known : { tokens: budgetTokens, level: known?.level ?? levelOf(budgetTokens) };
  const field = budgetTokens === undefined ? EFFORT : BUDGET;
  const asked = amount !== undefined && amount.tokens > 0;
  if (thinking.kind === "none") {
    if (asked) dropped.add(field);
    return undefined;
  }
  const config = amount === undefined ? {} : configOf(amount, thinking, field, dropped);
  // Thoughts cost the same shown or not: who asks for reasoning sees it, as with the other providers.
  const shown = include ?? asked;
  if (amount === undefined && !shown) return undefined;
  return shown ? { ...config, includeThoughts: true } : config;
}

function configOf(
  amount: Amount,
  thinking: Exclude<Thinking, { kind: "none" }>,
  field: string,
  dropped: Set<string>,
): JsonObject {
  if (thinking.kind === "level") {
    // These models always think, and a level is no bound in tokens.
    if (amount.level === "off" || field === BUDGET) dropped.add(field);
    return { thinkingLevel: thinkingLevel(amount.level, thinking) };
  }
  const wanted = Math.trunc(amount.tokens);
  if (wanted <= 0 && thinking.off) return { thinkingBudget: 0 };
  const allowed = Math.min(Math.max(wanted, thinking.min), thinking.max);
  if (wanted <= 0 || (field === BUDGET && allowed !== wanted)) dropped.add(field);
  return { thinkingBudget: allowed };
}

function thinkingLevel(level: Level, { minimal, medium }: Extract<Thinking, { kind: "level" }>): string {
  if (level === "off" || level === "minimal") return minimal ? "minimal" : "low";
  return level === "medium" && !medium ? "high" : level;
}

/** The table read backwards. */
function levelOf(tokens: number): Level {
  if (tokens <= 0) return "off";
  if (tokens <= 1024) return "low";
  return tokens <= 8192 ? "medium" : "high";
}
