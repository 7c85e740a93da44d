import type { ChatEvent } from "./events";

/**
 * The model has begun to speak. `start` and `usage` are known before; OpenAI's first chunk holds a role and an empty text, others open a
 * block before they know what goes into it.
 */
export function saysSomething(event: ChatEvent): boolean {
  if (event.type === "start" || event.type === "usage") return false;
  if (event.type === "delta") return event.text !== "" || event.data !== undefined;
  if (event.type !== "block-start") return true;
  const { start } = event;
  if (start.kind === "reasoning") return start.redacted !== undefined;
  return start.kind !== "text" && start.kind !== "refusal";
}
