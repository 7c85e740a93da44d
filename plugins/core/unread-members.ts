/**
 * What a request carries for servers of the client's own dialect only, where it stands beside a known choice: for codecs that write
 * another one, to be reported as dropped. Messages and tools have their `extra` in their own places.
 */
import type { ChatRequest, JsonObject, ReasoningRequest } from "./chat";
import { isObject, objectAt } from "./read-json";

/** @returns the client's paths, e.g. `response_format.schema`. `null` and what is empty say nothing: SDKs echo them. */
export function unreadMembers({ toolChoice, responseFormat, reasoning }: ChatRequest): string[] {
  const choice = toolChoice !== undefined && "extra" in toolChoice ? toolChoice.extra : undefined;
  const references = toolChoice?.mode === "allowed" ? (toolChoice.references ?? []) : [];
  return [
    ...pathsOf(choice, "tool_choice"),
    ...references.flatMap((it) => unreadReference(it)),
    ...pathsOf(responseFormat?.extra, "response_format"),
    ...unreadReasoning(reasoning),
  ];
}

const INNER = new Set(["function", "custom", "allowed_tools", "json_schema"]);

function pathsOf(extra: JsonObject | undefined, place: string): string[] {
  return Object.entries(extra ?? {}).flatMap(([key, value]) => {
    if (!saysSomething(value)) return [];
    return INNER.has(key) && isObject(value) ? pathsOf(value, `${place}.${key}`) : [`${place}.${key}`];
  });
}

function unreadReference(reference: JsonObject): string[] {
  const place = "tool_choice.allowed_tools.tools[]";
  const { type: _, name: _name, ...beside } = reference;
  return pathsOf(beside, place).filter((path) => path !== `${place}.function.name` && path !== `${place}.custom.name`);
}

/** Members nobody here knows, and those that another one overruled (what is off needs no figure). */
export function unreadReasoning(asked: ReasoningRequest | undefined): string[] {
  if (asked?.wire === undefined) return [];
  const { wire, effort, budgetTokens } = asked;
  const reasoning = objectAt(wire, "reasoning") ?? {};
  const thinking = objectAt(wire, "thinking") ?? {};
  const isOff = effort === "none";
  const said: readonly (readonly [path: string, found: unknown, read: unknown])[] = [
    ["reasoning_effort", wire["reasoning_effort"], effort],
    ["reasoning.effort", reasoning["effort"], effort],
    ["reasoning.max_tokens", isOff ? undefined : reasoning["max_tokens"], budgetTokens],
    ["reasoning.enabled", reasoning["enabled"], !isOff],
    ["thinking.budget_tokens", isOff ? undefined : thinking["budget_tokens"], budgetTokens],
  ];
  const overruled = said.filter(([, found, read]) => found !== undefined && found !== null && found !== read);
  const { effort: _1, max_tokens: _2, enabled: _3, exclude: _4, ...reasoningRest } = reasoning;
  const { type: _5, budget_tokens: _6, ...thinkingRest } = thinking;
  return [...overruled.map(([path]) => path), ...pathsOf(reasoningRest, "reasoning"), ...pathsOf(thinkingRest, "thinking")];
}

function saysSomething(value: unknown): boolean {
  return value !== null && value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}
