import type { JsonObject, Message, Part, ReasoningPart, ToolCallPart, ToolResultPart } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { isObject, parseJson } from "../../core/read-json";
import { type Block, cacheControl, isBlank, type Turn } from "./block";
import { CUSTOM_INPUT } from "./custom-tool";
import { encodeContent, reportExtra, unsupported } from "./encode-content";
import type { ModelTraits } from "./model-traits";
import { Turns } from "./turns";

export interface Conversation {
  readonly system: readonly Block[];
  readonly turns: readonly Turn[];
  /** Names of the tools that the history calls. */
  readonly calledTools: ReadonlySet<string>;
}

/**
 * Leading system and developer messages become the `system` prompt. Later ones keep their place: an instruction means "from here
 * on", and moving it to the front would also change the prompt prefix that the provider has cached.
 */
export function encodeMessages(messages: readonly Message[], traits: ModelTraits, dropped: Set<string>): Conversation {
  const system: Block[] = [];
  const turns = new Turns(traits.systemTurns, dropped);
  const calledTools = new Set<string>();
  let leading = true;
  for (const [index, message] of messages.entries()) {
    if (message.name !== undefined) dropped.add("messages[].name");
    // Marks on the model's own text, which clients echo; no model reads them.
    reportExtra(message.extra, ["annotations"], dropped, "messages[]");
    const instructs = message.role === "system" || message.role === "developer";
    leading &&= instructs;
    if (instructs) {
      for (const block of encodeInstruction(message, index, dropped)) {
        if (leading) system.push(block);
        else turns.system(block);
      }
    } else if (message.role === "assistant") encodeAssistant(message, index, turns, calledTools, dropped);
    else encodeUser(message, index, turns, dropped);
  }
  return withoutEmptiness(system, turns.done(), calledTools, dropped);
}

/** The API wants at least one turn; OpenAI clients may send nothing but a system message. */
function withoutEmptiness(
  system: readonly Block[],
  turns: readonly Turn[],
  calledTools: ReadonlySet<string>,
  dropped: Set<string>,
): Conversation {
  if (turns.length > 0) return { system, turns, calledTools };
  if (system.length === 0)
    throw new GraftError("bad_request", "The messages hold no text, image or file to answer.", { param: "messages" });
  dropped.add("messages[].role");
  return { system: [], turns: [{ role: "user", content: system }], calledTools };
}

function encodeInstruction(message: Message, index: number, dropped: Set<string>): Block[] {
  return message.parts.flatMap((part, at) => {
    const where = `messages[${index}].content[${at}]`;
    if (part.type !== "text") throw unsupported(`${part.type} parts in ${message.role} messages`, where);
    return encodeContent(part, where, dropped) ?? [];
  });
}

function encodeUser(message: Message, index: number, turns: Turns, dropped: Set<string>): void {
  for (const [at, part] of message.parts.entries()) {
    const where = `messages[${index}].content[${at}]`;
    if (part.type === "tool-result") turns.result(encodeResult(part, turns.ids.result(part.callId, index), index, dropped));
    else if (part.type === "text" || part.type === "image" || part.type === "file") {
      const block = encodeContent(part, where, dropped);
      if (block !== undefined) turns.user(block);
    } else if (isOurs(part)) turns.user(part.value);
    else if (part.type === "opaque") throw unsupported(`content of type ${String(part.value["type"])}`, where);
    else throw unsupported(part.type === "audio" ? "audio" : `${part.type} parts in ${message.role} messages`, where);
  }
}

function encodeResult(part: ToolResultPart, id: string, index: number, dropped: Set<string>): Block {
  reportExtra(part.extra, [], dropped);
  const content = part.content.flatMap((it, at) => encodeContent(it, `messages[${index}].content[${at}]`, dropped) ?? []);
  return {
    type: "tool_result",
    tool_use_id: id,
    ...(content.length > 0 ? { content } : {}),
    ...(part.isError === true ? { is_error: true } : {}),
    ...cacheControl(part.cache, dropped),
  };
}

function encodeAssistant(message: Message, index: number, turns: Turns, calledTools: Set<string>, dropped: Set<string>): void {
  turns.startAssistant();
  for (const part of message.parts) {
    if (part.type === "tool-call") {
      reportExtra(part.extra, [], dropped, "messages[].tool_calls[]");
      calledTools.add(part.name);
      const id = turns.ids.call(part.id, index);
      turns.assistant({ type: "tool_use", id, name: part.name, input: inputOf(part), ...cacheControl(part.cache, dropped) });
    } else {
      const block = encodeSaid(part, dropped);
      if (block !== undefined) turns.assistant(block);
    }
  }
}

function encodeSaid(part: Part, dropped: Set<string>): Block | undefined {
  switch (part.type) {
    case "text":
    case "refusal":
      reportExtra(part.extra, [], dropped);
      return isBlank(part.text) ? undefined : { type: "text", text: part.text, ...cacheControl(part.cache, dropped) };
    case "reasoning":
      return encodeReasoning(part, dropped);
    default:
      if (isOurs(part)) return part.value;
      // Images, files and audio that a model made, and blocks of other providers: an assistant turn here cannot hold them.
      dropped.add(`messages[].content[].${part.type === "opaque" ? part.provider : part.type}`);
      return undefined;
  }
}

/** What their maker tells them apart by. */
const NUMBERS = ["type", "id", "index"];

/** Only signed thoughts can go back, and only to who signed them. Of encrypted ones we must know it: nothing in them tells. */
function encodeReasoning(part: ReasoningPart, dropped: Set<string>): Block | undefined {
  const { provider, redacted, signature } = part;
  reportExtra(part.extra, NUMBERS, dropped, "messages[].reasoning_details[]");
  if (provider === "anthropic" && redacted !== undefined) return { type: "redacted_thinking", data: redacted };
  // Newer models sign thoughts whose text they keep to themselves, so the text may be empty.
  if ((provider === undefined || provider === "anthropic") && redacted === undefined && signature !== undefined)
    return { type: "thinking", thinking: part.text, signature };
  dropped.add("messages[].reasoning_details");
  return undefined;
}

/** `input` must be an object; the wrapping of what is none is the one Anthropic's documentation gives. */
function inputOf(part: ToolCallPart): JsonObject {
  if (part.custom === true) return { [CUSTOM_INPUT]: part.arguments };
  if (isBlank(part.arguments)) return {};
  const input = parseJson(part.arguments);
  return isObject(input) ? input : { INVALID_JSON: part.arguments };
}

function isOurs(part: Part): part is Part & { readonly type: "opaque"; readonly value: Block } {
  return part.type === "opaque" && part.provider === "anthropic" && typeof part.value["type"] === "string";
}
