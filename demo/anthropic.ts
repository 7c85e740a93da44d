/** Anthropic's Messages API, as the demo answers it. */
import { encodeSse } from "../plugins/core/sse";
import { decodeAnthropicRequest } from "./anthropic-request";
import { signatureOf } from "./signature";
import { type DemoAnswer, type DemoReply, demand, type Refusal, type WireFormat, type WireRequest } from "./wire";

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  405: "invalid_request_error",
  413: "request_too_large",
  415: "invalid_request_error",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

export const anthropic: WireFormat = {
  name: "Anthropic",
  headers: { "anthropic-organization-id": "demo", "anthropic-ratelimit-requests-remaining": "999" },
  isEndpoint: (path) => path === "/v1/messages",
  checkKey,
  decode: decodeAnthropicRequest,
  encodeWhole: (reply) => message(reply, blocksOf(reply), stopOf(reply), usage(reply)),
  encodeStream,
  encodeError,
};

type Block = { readonly type: string; readonly [key: string]: unknown };

/** Since API version 2026-10-21 Anthropic's own clients send the key as a bearer token; `x-api-key` still works. */
function checkKey(request: WireRequest, key: string): void {
  const bearer = request.headers["authorization"];
  const given = request.headers["x-api-key"] ?? (typeof bearer === "string" ? bearer.replace(/^Bearer /, "") : undefined);
  demand(given !== undefined, "x-api-key header is required", { status: 401 });
  demand(given === key, "invalid x-api-key", { status: 401 });
}

function answerOf(reply: DemoReply): DemoAnswer {
  return reply.answers[0] ?? { thoughts: [], text: [], calls: [], finish: "stop" };
}

function blocksOf(reply: DemoReply): Block[] {
  const { thoughts, text, calls } = answerOf(reply);
  const thinking = reply.prompt.showThoughts ? thoughts.join("") : "";
  return [
    ...(thoughts.length > 0 ? [{ type: "thinking", thinking, signature: signatureOf(thinking) }] : []),
    ...(text.length > 0 ? [{ type: "text", text: text.join("") }] : []),
    ...calls.map(({ name, args }, index) => ({ type: "tool_use", id: `toolu_${reply.mark}${index}`, name, input: args })),
  ];
}

function stopOf(reply: DemoReply): { stop_reason: string; stop_sequence: string | null } {
  const { finish, stoppedBy } = answerOf(reply);
  if (stoppedBy !== undefined) return { stop_reason: "stop_sequence", stop_sequence: stoppedBy };
  const reason = { stop: "end_turn", length: "max_tokens", "tool-calls": "tool_use" }[finish];
  return { stop_reason: reason, stop_sequence: null };
}

function message(reply: DemoReply, content: readonly Block[], stop: object, used: object): object {
  const { model } = reply.prompt;
  return { id: `msg_${reply.mark}`, type: "message", role: "assistant", model, content, ...stop, usage: used };
}

function usage({ usage: { input, output } }: DemoReply): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    service_tier: "standard",
  };
}

function encodeStream(reply: DemoReply): string[] {
  const event = (type: string, rest: object): string => encodeSse(JSON.stringify({ type, ...rest }), type);
  const start = message(reply, [], { stop_reason: null, stop_sequence: null }, { ...usage(reply), output_tokens: 1 });
  const blocks = blocksOf(reply).flatMap((block, index) => [
    event("content_block_start", { index, content_block: emptied(block) }),
    ...deltasOf(block, answerOf(reply)).map((delta) => event("content_block_delta", { index, delta })),
    event("content_block_stop", { index }),
  ]);
  return [
    event("message_start", { message: start }),
    ...blocks.slice(0, 1),
    // Anthropic's keep-alive: the first one comes right after the first block has started.
    event("ping", {}),
    ...blocks.slice(1),
    event("message_delta", { delta: stopOf(reply), usage: { output_tokens: reply.usage.output } }),
    event("message_stop", {}),
  ];
}

/** How a block starts in a stream: its type and id, its content still to come. */
function emptied(block: Block): Block {
  if (block.type === "thinking") return { type: "thinking", thinking: "", signature: "" };
  return block.type === "text" ? { type: "text", text: "" } : { ...block, input: {} };
}

function deltasOf(block: Block, answer: DemoAnswer): object[] {
  if (block.type === "text") return answer.text.map((text) => ({ type: "text_delta", text }));
  if (block.type === "thinking") {
    const pieces = block["thinking"] === "" ? [] : answer.thoughts;
    const signature = { type: "signature_delta", signature: block["signature"] };
    return [...pieces.map((thinking) => ({ type: "thinking_delta", thinking })), signature];
  }
  const parts = JSON.stringify(block["input"]).match(/.{1,8}/gsu) ?? [];
  return ["", ...parts].map((part) => ({ type: "input_json_delta", partial_json: part }));
}

function encodeError({ message, status }: Refusal): unknown {
  return { type: "error", error: { type: ERROR_TYPES[status] ?? "api_error", message }, request_id: "req_demo" };
}
