import type { ChatRequest } from "../../core/chat";
import type { CodecTarget, EncodedRequest } from "../../core/provider";
import { unreadMembers } from "../../core/unread-members";
import { type Block, isBlank, isThinking, type Turn } from "./block";
import { encodeExtra } from "./encode-extra";
import { planFormat } from "./encode-format";
import { encodeMessages } from "./encode-messages";
import { encodeSampling, reportMissing } from "./encode-sampling";
import { planThinking } from "./encode-thinking";
import { planTools } from "./encode-tools";
import { traitsOf } from "./model-traits";
import { StrictBudget } from "./strict-budget";

/** For models nobody here knows. */
const USUAL_MAX_TOKENS = 8192;
const HEADERS = { "content-type": "application/json", "anthropic-version": "2023-06-01" };

/** @throws GraftError 400 kinds for what the Messages API cannot say: audio, unanswered tool calls, nothing to answer. */
export function encodeRequest(request: ChatRequest, target: CodecTarget): EncodedRequest {
  const dropped = new Set(unreadMembers(request));
  const traits = traitsOf(target.model);
  const maxTokens = maxTokensOf(request.maxTokens, target.maxOutputTokens ?? traits.maxOutputTokens, dropped);
  const budget = new StrictBudget();
  const { format, instruction } = planFormat(request.responseFormat, traits, budget, dropped);
  const { system, turns, calledTools } = encodeMessages(request.messages, traits, dropped);
  const { tools, toolChoice, forced } = planTools(request, traits, calledTools, budget, dropped);
  const facts = { traits, maxTokens, forcedTool: forced, bareToolLoop: isBareToolLoop(turns) };
  const { thinking, effort } = planThinking(request.reasoning, facts, dropped);
  const thinks = thinking?.["type"] === "enabled" || thinking?.["type"] === "adaptive";
  reportMissing(request, dropped);
  const instructed = instruction === undefined ? system : [...system, { type: "text", text: instruction }];
  const body = {
    model: target.model,
    max_tokens: maxTokens,
    ...(instructed.length === 0 ? {} : { system: instructed }),
    messages: withAnswerableEnd(turns, traits.prefill && !thinks && format === undefined, dropped),
    ...(tools === undefined ? {} : { tools }),
    ...(toolChoice === undefined ? {} : { tool_choice: toolChoice }),
    ...(thinking === undefined ? {} : { thinking }),
    ...(effort === undefined && format === undefined ? {} : { output_config: { effort, format } }),
    ...encodeSampling(request, traits, thinks, dropped),
    ...encodeExtra(request.extra, request.user, dropped),
    ...(request.stream ? { stream: true } : {}),
  };
  return { path: "/v1/messages", headers: HEADERS, body: Buffer.from(JSON.stringify(body)), dropped: [...dropped] };
}

/** `max_tokens` is required; a client that sets none expects as much as the model can give. */
function maxTokensOf(asked: number | undefined, limit: number | undefined, dropped: Set<string>): number {
  if (asked === undefined) return limit ?? USUAL_MAX_TOKENS;
  if (limit === undefined || asked <= limit) return asked;
  dropped.add("max_tokens");
  return limit;
}

export function maxOutputTokens(model: string): number {
  return traitsOf(model).maxOutputTokens ?? USUAL_MAX_TOKENS;
}

/** With a fixed thinking budget, an assistant turn that waits for tool results must begin with a thought. */
function isBareToolLoop(turns: readonly Turn[]): boolean {
  const last = turns.findLastIndex((turn) => turn.role === "assistant");
  const answers = turns[last + 1]?.content[0]?.type === "tool_result";
  return last !== -1 && answers && !isThinking(turns[last]?.content[0]);
}

/**
 * A conversation that ends with the assistant's own text means "go on" at OpenAI. Where the model cannot continue such text, a user
 * turn has to say so. An end in a server tool's block is a paused turn, which every model resumes.
 */
function withAnswerableEnd(turns: readonly Turn[], prefill: boolean, dropped: Set<string>): readonly Turn[] {
  const last = turns.at(-1);
  const end = last?.content.at(-1);
  if (last?.role !== "assistant" || end?.type !== "text") return turns;
  if (!prefill) {
    dropped.add("messages[].role");
    return [...turns, { role: "user", content: [{ type: "text", text: "Continue." }] }];
  }
  // "final assistant content cannot end with trailing whitespace"
  const trimmed: Block = { ...end, text: String(end["text"]).trimEnd() };
  return isBlank(String(trimmed["text"]))
    ? turns
    : [...turns.slice(0, -1), { ...last, content: [...last.content.slice(0, -1), trimmed] }];
}
