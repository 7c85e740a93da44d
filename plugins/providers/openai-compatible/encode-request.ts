/** Neutral request → chat completions body: used when hooks changed the request or the client spoke another dialect. */
import type { ChatRequest, JsonObject, ReasoningRequest } from "../../core/chat";
import { compact } from "../../core/compact";
import type { CodecTarget, EncodedRequest } from "../../core/provider";
import { isObject } from "../../core/read-json";
import { unreadReasoning } from "../../core/unread-members";
import { encodeMessage } from "./encode-message";
import type { PartContext } from "./encode-part";
import { encodeResponseFormat, encodeTool, encodeToolChoice } from "./encode-tools";

export const PATH = "/chat/completions";
export const HEADERS = { "content-type": "application/json" } as const;

export interface RequestOptions {
  readonly extensions: boolean;
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
}

export function encodeRequest(request: ChatRequest, target: CodecTarget, options: RequestOptions): EncodedRequest {
  const dropped = new Set<string>();
  const context: PartContext = { extensions: options.extensions, dropped };
  const { tools, toolChoice, responseFormat } = request;
  const { stream_options: streamOptions, ...extra } = request.extra;
  if (request.topK !== undefined && !options.extensions) dropped.add("top_k");
  const known = {
    model: target.model,
    messages: request.messages.map((message) => encodeMessage(message, context)),
    tools: tools?.map((tool) => encodeTool(tool, context)),
    tool_choice: toolChoice === undefined ? undefined : encodeToolChoice(toolChoice, tools),
    parallel_tool_calls: request.parallelToolCalls,
    response_format: responseFormat === undefined ? undefined : encodeResponseFormat(responseFormat),
    ...encodeReasoning(request.reasoning, context),
    top_k: options.extensions ? request.topK : undefined,
    [options.maxTokensField]: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    frequency_penalty: request.frequencyPenalty,
    presence_penalty: request.presencePenalty,
    seed: request.seed,
    n: request.n,
    stop: request.stop,
    logprobs: request.logprobs,
    top_logprobs: request.topLogprobs,
    logit_bias: request.logitBias,
    user: request.user,
    stream: request.stream ? true : undefined,
    stream_options: encodeStreamOptions(request, streamOptions),
  };
  // What hooks and policy decided stands, whatever rides along.
  const body = JSON.stringify({ ...extra, ...compact(known) });
  return { path: PATH, headers: HEADERS, body: Buffer.from(body), dropped: [...dropped] };
}

function encodeStreamOptions(request: ChatRequest, rest: unknown): JsonObject | undefined {
  const others = isObject(rest) ? rest : undefined;
  return request.stream && request.includeUsage ? { ...others, include_usage: true } : others;
}

/**
 * OpenAI only knows efforts. Others get what the client wrote; where it spoke another dialect, OpenRouter's `reasoning` object, which
 * also says tokens and "do not show".
 */
function encodeReasoning(asked: ReasoningRequest | undefined, { extensions, dropped }: PartContext): JsonObject {
  const { effort, budgetTokens, include, wire } = asked ?? {};
  if (!extensions) {
    for (const path of unreadReasoning(asked)) dropped.add(path);
    if (budgetTokens !== undefined) dropped.add("reasoning.max_tokens");
    return { reasoning_effort: effort ?? (budgetTokens === undefined ? undefined : effortFor(budgetTokens)) };
  }
  if (wire !== undefined) return wire;
  if (budgetTokens === undefined && include === undefined) return { reasoning_effort: effort };
  return { reasoning: { effort, max_tokens: budgetTokens, exclude: include === undefined ? undefined : !include } };
}

/** The nearest effort to a token budget: the inverse of the budgets that gateways commonly give to efforts. */
function effortFor(budgetTokens: number): string {
  if (budgetTokens <= 2048) return "low";
  return budgetTokens <= 8192 ? "medium" : "high";
}
