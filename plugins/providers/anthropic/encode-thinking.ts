/**
 * Reasoning effort or budget → `thinking` and `output_config.effort`, in what the model accepts. Where thinking excludes something
 * the client asked for more firmly (a forced tool call), thinking gives way and is reported.
 */
import type { JsonObject, ReasoningRequest } from "../../core/chat";
import type { ModelTraits } from "./model-traits";

export interface ThinkingPlan {
  readonly thinking?: JsonObject;
  readonly effort?: string;
}

export interface ThinkingFacts {
  readonly traits: ModelTraits;
  readonly maxTokens: number;
  readonly forcedTool: boolean;
  /** The last assistant turn waits for tool results and does not begin with a thought. */
  readonly bareToolLoop: boolean;
}

const EFFORT = "reasoning_effort";
const BUDGET = "thinking.budget_tokens";
const MIN_BUDGET = 1024;
const BUDGET_BY_EFFORT: Readonly<Record<string, number>> = {
  minimal: MIN_BUDGET,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
  max: 65_536,
};

export function planThinking(asked: ReasoningRequest | undefined, facts: ThinkingFacts, dropped: Set<string>): ThinkingPlan {
  const { traits } = facts;
  const effort = knownEffort(asked?.effort, dropped);
  if (effort === "none" && asked?.budgetTokens === undefined) return withoutThinking(traits, dropped);
  if (effort === undefined && asked?.budgetTokens === undefined) {
    const show = asked?.include === true && traits.thinking === "adaptive" && !facts.forcedTool;
    return show ? { thinking: { type: "adaptive", display: "summarized" } } : {};
  }
  if (traits.thinking === "none") {
    dropped.add(nameOf(asked?.budgetTokens));
    return {};
  }
  const counts = traits.thinking === "budget" || (traits.thinking === "either" && asked?.budgetTokens !== undefined);
  return counts
    ? withBudget(asked?.budgetTokens, effort ?? "medium", asked?.include, facts, dropped)
    : withEffort(asked?.budgetTokens, effort, asked?.include, facts, dropped);
}

function knownEffort(effort: string | undefined, dropped: Set<string>): string | undefined {
  if (effort === undefined || effort === "none" || Object.hasOwn(BUDGET_BY_EFFORT, effort)) return effort;
  dropped.add(EFFORT);
  return undefined;
}

function withoutThinking(traits: ModelTraits, dropped: Set<string>): ThinkingPlan {
  if (traits.thinkingOff === "omit") return {};
  if (traits.thinkingOff !== "never") return { thinking: { type: traits.thinkingOff } };
  dropped.add(EFFORT);
  return { effort: "low" };
}

function withBudget(
  wanted: number | undefined,
  effort: string,
  include: boolean | undefined,
  facts: ThinkingFacts,
  dropped: Set<string>,
): ThinkingPlan {
  // A fixed budget needs room below max_tokens, an unforced answer, and a last assistant turn that began with a thought.
  if (facts.forcedTool || facts.bareToolLoop || facts.maxTokens <= MIN_BUDGET) {
    dropped.add(nameOf(wanted));
    return {};
  }
  // Of a budget we choose ourselves, at least half of max_tokens is left for the answer.
  const room = wanted === undefined ? Math.max(MIN_BUDGET, Math.floor(facts.maxTokens / 2)) : facts.maxTokens - 1;
  const ideal = wanted ?? BUDGET_BY_EFFORT[effort] ?? MIN_BUDGET;
  const budget = Math.min(Math.max(Math.floor(ideal), MIN_BUDGET), room);
  if (wanted !== undefined && budget !== wanted) dropped.add(BUDGET);
  return { thinking: { type: "enabled", budget_tokens: budget, ...(include === false ? { display: "omitted" } : {}) } };
}

function withEffort(
  budget: number | undefined,
  asked: string | undefined,
  include: boolean | undefined,
  facts: ThinkingFacts,
  dropped: Set<string>,
): ThinkingPlan {
  // These models do not count: the effort says more than the budget, which is only a hint then.
  if (budget !== undefined) dropped.add(BUDGET);
  const wanted = asked === undefined || asked === "none" ? effortOfBudget(budget ?? MIN_BUDGET) : asked;
  const effort = nearestEffort(wanted, facts.traits.efforts);
  if (effort !== wanted && asked === wanted) dropped.add(EFFORT);
  if (facts.forcedTool) {
    dropped.add(nameOf(budget));
    return { effort };
  }
  return { thinking: { type: "adaptive", display: include === false ? "omitted" : "summarized" }, effort };
}

function nameOf(budget: number | undefined): string {
  return budget === undefined ? EFFORT : BUDGET;
}

function nearestEffort(effort: string, known: readonly string[]): string {
  if (known.includes(effort)) return effort;
  return effort === "minimal" ? "low" : "high";
}

function effortOfBudget(budget: number): string {
  if (budget <= 2048) return "low";
  if (budget <= 8192) return "medium";
  return budget <= 16_384 ? "high" : "xhigh";
}
