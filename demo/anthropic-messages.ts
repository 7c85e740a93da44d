/** The messages of an Anthropic request: roles, blocks, signatures, and the order tool results must come in. */
import type { JsonObject } from "../plugins/core/chat";
import { arrayAt, isObject, stringAt } from "../plugins/core/read-json";
import { mediaOf, readBlocks, textOf } from "./anthropic-blocks";
import type { ClaudeModel } from "./anthropic-models";
import { type DemoPrompt, demand } from "./wire";

type Conversation = Pick<DemoPrompt, "instructions" | "texts" | "userText" | "media" | "toolResults">;

interface Rules extends Pick<ClaudeModel, "prefills" | "systemTurns"> {
  /** Thinking by budget: the last assistant turn must start with its thoughts. */
  readonly wantsThoughts: boolean;
  /** API version 2026-10-21: no documents in assistant messages, no citations in user text. */
  readonly stricter: boolean;
}

interface Turn {
  readonly role: string;
  /** Index of its first message, for error texts. */
  readonly at: number;
  readonly blocks: JsonObject[];
}

export function readAnthropicMessages(body: JsonObject, rules: Rules): Conversation {
  const system = readBlocks(body["system"] ?? [], "system", "system").map(textOf);
  demand(Array.isArray(body["messages"]), "messages: Field required");
  const messages = arrayAt(body, "messages");
  demand(messages.length > 0, "messages: at least one message is required");
  const turns = turnsOf(messages, rules);
  checkLast(turns, rules);
  checkToolOrder(turns);
  checkCacheMarks(body);
  const recent = turns.slice(turns.findLastIndex(({ role }) => role === "assistant") + 1);
  const turn = recent.filter(({ role }) => role === "user").flatMap(({ blocks }) => blocks);
  const inline = turns.filter(({ role }) => role === "system").flatMap(({ blocks }) => blocks.map(textOf));
  const all = turns.flatMap(({ blocks }) => blocks);
  const results = turn.filter((block) => block["type"] === "tool_result");
  return {
    instructions: [...system, ...inline].join("\n"),
    texts: [...system, ...all.map(textOf)],
    userText: turn
      .filter((block) => block["type"] === "text")
      .map(textOf)
      .join("\n"),
    media: [...turn, ...results.flatMap((block) => arrayAt(block, "content"))].flatMap(mediaOf),
    toolResults: results.map((block) => ({ name: nameOf(all, block["tool_use_id"]), text: textOf(block) })),
  };
}

/** Neighbours with the same role count as one turn. */
function turnsOf(messages: readonly unknown[], rules: Rules): Turn[] {
  const turns: Turn[] = [];
  for (const [index, message] of messages.entries()) {
    const at = `messages.${index}`;
    demand(isObject(message), `${at}: Input should be a valid dictionary`);
    for (const key of Object.keys(message))
      demand(key === "role" || key === "content", `${at}.${key}: Extra inputs are not permitted`);
    const role = stringAt(message, "role") ?? "";
    const instead = 'The Messages API accepts a top-level `system` parameter, not "system" as an input message role.';
    demand(role === "user" || role === "assistant" || role === "system", `messages: Unexpected role "${role}". ${instead}`);
    demand(role !== "system" || rules.systemTurns, "role 'system' is not supported on this model");
    const before = turns.at(-1);
    const placed = role !== "system" || (before !== undefined && before.role !== "assistant");
    demand(placed, "messages: `system` messages must come immediately after a user turn");
    const blocks = readBlocks(message["content"], role, at);
    const last = index === messages.length - 1 && role === "assistant";
    demand(
      blocks.length > 0 || last,
      `${at}: all messages must have non-empty content except for the optional final assistant message`,
    );
    if (rules.stricter) checkStricter(blocks, role, at);
    if (before?.role === role) before.blocks.push(...blocks);
    else turns.push({ role, at: index, blocks });
  }
  return turns;
}

function checkStricter(blocks: readonly JsonObject[], role: string, at: string): void {
  for (const block of blocks) {
    const type = block["type"];
    demand(role !== "assistant" || type !== "document", `${at}: \`document\` blocks can only be in \`user\` messages`);
    const cites = role === "user" && type === "text" && arrayAt(block, "citations").length > 0;
    demand(!cites, `${at}: \`citations\` can only be in \`assistant\` messages`);
  }
}

function checkLast(turns: readonly Turn[], { wantsThoughts, prefills }: Rules): void {
  const last = turns.at(-1);
  if (last?.role === "assistant") {
    demand(prefills, "This model does not support assistant message prefill. The conversation must end with a user message.");
    const end = last.blocks.at(-1);
    const text = end === undefined ? "" : textOf(end);
    demand(text === text.trimEnd(), "messages: final assistant content cannot end with trailing whitespace");
  }
  const earlier = turns.findLast(({ role }) => role === "assistant");
  const calls = earlier?.blocks.some((block) => block["type"] === "tool_use") ?? false;
  const first = earlier?.blocks[0]?.["type"];
  const thought = first === "thinking" || first === "redacted_thinking";
  demand(
    !wantsThoughts || !calls || thought,
    `messages.${earlier?.at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first}\`. When \`thinking\` is ` +
      "enabled, a final `assistant` message must start with a thinking block.",
  );
}

/** Every call is answered at the start of the next turn, and nothing else is. */
function checkToolOrder(turns: readonly Turn[]): void {
  for (const [index, { blocks, at, role }] of turns.entries()) {
    const calls = blocks.filter((block) => block["type"] === "tool_use").map((block) => block["id"]);
    const next = turns[index + 1]?.blocks ?? [];
    const lead = next.findIndex((block) => block["type"] !== "tool_result");
    const answered = (lead === -1 ? next : next.slice(0, lead)).map((block) => block["tool_use_id"]);
    const open = calls.filter((id) => !answered.includes(id));
    const rule = "Each `tool_use` block must have a corresponding `tool_result` block in the next message.";
    demand(
      open.length === 0,
      `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. ${rule}`,
    );
    const asked = turns[index - 1]?.blocks.map((block) => block["id"]) ?? [];
    const stray = blocks.findIndex((block) => block["type"] === "tool_result" && !asked.includes(block["tool_use_id"]));
    const pair = "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
    const id = blocks[stray]?.["tool_use_id"];
    demand(
      role !== "user" || stray === -1,
      `messages.${at}.content.${stray}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. ${pair}`,
    );
  }
}

function checkCacheMarks(body: JsonObject): void {
  const marks = JSON.stringify([body["tools"], body["system"], body["messages"]]).split('"cache_control":{').length - 1;
  demand(marks <= 4, `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
}

function nameOf(blocks: readonly JsonObject[], id: unknown): string {
  const call = blocks.findLast((block) => block["type"] === "tool_use" && block["id"] === id);
  return call === undefined ? "" : (stringAt(call, "name") ?? "");
}
