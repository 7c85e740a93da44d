/** Google's generateContent, as the demo answers it. */
import { encodeSse } from "../plugins/core/sse";
import { callSignature } from "./gemini-contents";
import { decodeGeminiRequest, ENDPOINT } from "./gemini-request";
import { type DemoAnswer, type DemoReply, demand, type Refusal, type WireFormat, type WireRequest } from "./wire";

const STATUS: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

export const gemini: WireFormat = {
  name: "Gemini",
  headers: { server: "scaffolding on HTTPServer2", "server-timing": "gfet4t7; dur=1", vary: "Origin, X-Origin, Referer" },
  isEndpoint: (path) => ENDPOINT.test(path),
  checkKey,
  decode: decodeGeminiRequest,
  encodeWhole: (reply) =>
    response(
      reply,
      reply.answers.map((answer, index) => candidate(partsOf(reply, answer), index, answer)),
    ),
  encodeStream,
  encodeError,
};

/** Google answers each way of having no valid key differently: none at all 403, a wrong one 400, a bearer token that is no token 401. */
function checkKey(request: WireRequest, key: string): void {
  const given = request.headers["x-goog-api-key"] ?? request.url.searchParams.get("key") ?? undefined;
  const bearer = given === undefined && request.headers["authorization"] !== undefined;
  demand(
    !bearer,
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    {
      status: 401,
    },
  );
  demand(given !== undefined, "Method doesn't allow unregistered callers (callers without established identity).", {
    status: 403,
  });
  const reason = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID", domain: "googleapis.com" };
  demand(given === key, "API key not valid. Please pass a valid API key.", { status: 400, details: [reason] });
}

function partsOf(reply: DemoReply, { thoughts, text, calls }: DemoAnswer): object[] {
  return [
    ...(reply.prompt.showThoughts && thoughts.length > 0 ? [{ text: thoughts.join(""), thought: true }] : []),
    ...(text.length > 0 ? [{ text: text.join("") }] : []),
    ...callParts(reply, calls),
  ];
}

/** Of parallel calls only the first one is signed. */
function callParts({ prompt }: DemoReply, calls: DemoAnswer["calls"]): object[] {
  const signs = prompt.thinks || prompt.model.startsWith("gemini-3");
  return calls.map((call, index) => ({
    functionCall: { name: call.name, args: call.args },
    ...(signs && index === 0 ? { thoughtSignature: callSignature(call.name, call.args) } : {}),
  }));
}

function candidate(parts: readonly object[], index: number, finished?: DemoAnswer): object {
  const finishReason = finished?.finish === "length" ? "MAX_TOKENS" : "STOP";
  return { content: { parts, role: "model" }, ...(finished === undefined ? {} : { finishReason }), index };
}

function response(reply: DemoReply, candidates: readonly object[]): object {
  const { input, output, thoughts } = reply.usage;
  return {
    candidates,
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: output - thoughts,
      totalTokenCount: input + output,
      promptTokensDetails: [{ modality: "TEXT", tokenCount: input }],
      ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    },
    modelVersion: reply.prompt.model,
    responseId: reply.mark,
  };
}

function encodeStream(reply: DemoReply): string[] {
  const chunks = reply.answers.flatMap((answer, index) => {
    const shown = reply.prompt.showThoughts ? answer.thoughts : [];
    const parts = [...shown.map((text) => ({ text, thought: true })), ...answer.text.map((text) => ({ text }))];
    // Calls come whole, all in one chunk, and the reason for the end with the last piece.
    const last = answer.calls.length > 0 ? callParts(reply, answer.calls) : parts.splice(-1);
    return [
      ...parts.map((part) => response(reply, [candidate([part], index)])),
      response(reply, [candidate(last, index, answer)]),
    ];
  });
  const texts = chunks.map((chunk) => JSON.stringify(chunk));
  if (reply.prompt.stream === "sse") return texts.map((text) => encodeSse(text).replaceAll("\n", "\r\n"));
  return [...texts.map((text, index) => `${index === 0 ? "[" : ",\r\n"}${text}`), "]"];
}

function encodeError({ message, status, options }: Refusal): unknown {
  const seconds = options.retryAfterSeconds;
  const retry = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: `${seconds}s` };
  const details = [...(options.details ?? []), ...(seconds === undefined ? [] : [retry])];
  return { error: { code: status, message, status: STATUS[status] ?? "UNKNOWN", ...(details.length > 0 ? { details } : {}) } };
}
