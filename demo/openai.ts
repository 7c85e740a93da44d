/** OpenAI's chat completions, as the demo answers them. */
import { encodeSse } from "../plugins/core/sse";
import { decodeOpenaiRequest } from "./openai-request";
import { type DemoAnswer, type DemoReply, demand, type Refusal, type WireFormat, type WireRequest } from "./wire";

const FINISH = { stop: "stop", length: "length", "tool-calls": "tool_calls" } as const;

export const openai: WireFormat = {
  name: "OpenAI",
  headers: { "openai-organization": "demo", "openai-processing-ms": "1", "x-ratelimit-remaining-requests": "999" },
  isEndpoint: (path) => path === "/v1/chat/completions",
  checkKey,
  decode: decodeOpenaiRequest,
  encodeWhole,
  encodeStream,
  encodeError,
};

function checkKey(request: WireRequest, key: string): void {
  const given = request.headers["authorization"];
  const wrong = { status: 401, code: "invalid_api_key" };
  demand(typeof given === "string", "You didn't provide an API key. Send it as: Authorization: Bearer YOUR_KEY.", wrong);
  demand(given === `Bearer ${key}`, "Incorrect API key provided.", wrong);
}

function encodeWhole(reply: DemoReply): unknown {
  return {
    ...head(reply, "chat.completion"),
    choices: reply.answers.map((answer, index) => ({
      index,
      message: message(reply, answer, index),
      logprobs: null,
      finish_reason: FINISH[answer.finish],
    })),
    usage: usage(reply),
  };
}

function message(reply: DemoReply, answer: DemoAnswer, choice: number): unknown {
  const text = answer.text.join("");
  const calls = answer.calls.map((call, index) => ({
    id: callId(reply, choice, index),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.args) },
  }));
  const content = text === "" && calls.length > 0 ? null : text;
  return { role: "assistant", content, refusal: null, annotations: [], ...(calls.length > 0 ? { tool_calls: calls } : {}) };
}

function encodeStream(reply: DemoReply): string[] {
  const base = { ...head(reply, "chat.completion.chunk"), ...(reply.prompt.includeUsage ? { usage: null } : {}) };
  const chunk = (index: number, delta: unknown, finish: string | null = null): string =>
    encodeSse(JSON.stringify({ ...base, choices: [{ index, delta, logprobs: null, finish_reason: finish }] }));
  const frames = interleave(
    reply.answers.map((answer, index) => [
      chunk(index, { role: "assistant", content: answer.text.length > 0 ? "" : null, refusal: null }),
      ...answer.text.map((content) => chunk(index, { content })),
      ...callDeltas(reply, answer, index).map((delta) => chunk(index, { tool_calls: [delta] })),
      chunk(index, {}, FINISH[answer.finish]),
    ]),
  );
  if (reply.prompt.includeUsage) frames.push(encodeSse(JSON.stringify({ ...base, choices: [], usage: usage(reply) })));
  return [...frames, encodeSse("[DONE]")];
}

function callDeltas(reply: DemoReply, answer: DemoAnswer, choice: number): unknown[] {
  return answer.calls.flatMap((call, index) => [
    { index, id: callId(reply, choice, index), type: "function", function: { name: call.name, arguments: "" } },
    ...(JSON.stringify(call.args).match(/.{1,8}/gsu) ?? []).map((part) => ({ index, function: { arguments: part } })),
  ]);
}

/** Several choices arrive mixed, one chunk of each in turn. */
function interleave(lists: readonly (readonly string[])[]): string[] {
  const out: string[] = [];
  const longest = Math.max(...lists.map((list) => list.length));
  for (let at = 0; at < longest; at += 1) for (const list of lists) out.push(...list.slice(at, at + 1));
  return out;
}

function head(reply: DemoReply, object: string): object {
  const { model } = reply.prompt;
  const id = `chatcmpl-${reply.mark}`;
  return { id, object, created: reply.created, model, service_tier: "default", system_fingerprint: "fp_demo" };
}

function callId(reply: DemoReply, choice: number, index: number): string {
  return `call_${reply.mark}${choice}${index}`;
}

function usage({ usage: { input, output, thoughts } }: DemoReply): unknown {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: thoughts,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function encodeError({ message, status, options }: Refusal): unknown {
  const type = status >= 500 ? "server_error" : status === 429 ? "requests" : "invalid_request_error";
  const code = options.code ?? (status === 429 ? "rate_limit_exceeded" : null);
  return { error: { message, type, param: options.param ?? null, code } };
}
