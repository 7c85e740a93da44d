/**
 * One request in, one reply out, without I/O: which provider's format a request speaks, whether that provider would take it, and
 * what the demo answers. Model `demo-down` always fails with 503, `demo-busy` with 429 and a time to come back.
 */
import { createHash } from "node:crypto";
import type { JsonObject } from "../plugins/core/chat";
import { isObject, parseJson } from "../plugins/core/read-json";
import { anthropic } from "./anthropic";
import { think, usageOf } from "./brain";
import { gemini } from "./gemini";
import { openai } from "./openai";
import { type DemoPrompt, demand, Refusal, type WireFormat, type WireRequest } from "./wire";

export interface ReplyOptions {
  /** When set, requests without this key, in the header their provider wants it in, are refused. */
  readonly requireKey?: string;
  /** Milliseconds. */
  readonly now?: () => number;
}

export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, in the pieces a stream is sent in; one when it is not streamed. */
  readonly pieces: readonly string[];
  readonly streamed: boolean;
}

const BUSY_SECONDS = 2;

/** The format whose answer (or whose 404) a request gets: told by its path, as each provider has its own. */
export function formatOf(request: WireRequest): WireFormat {
  const path = request.url.pathname;
  if (/^\/v1(beta|alpha)\/|^\/v1\/models\/[^/]*:/.test(path)) return gemini;
  if (openai.isEndpoint(path)) return openai;
  return path.startsWith("/v1/messages") || request.headers["anthropic-version"] !== undefined ? anthropic : openai;
}

export function respond(request: WireRequest, options: ReplyOptions = {}): WireReply {
  const format = formatOf(request);
  try {
    return answer(format, request, options);
  } catch (thrown) {
    const refusal =
      thrown instanceof Refusal ? thrown : new Refusal("The demo provider failed on this request.", { status: 500 });
    return refuse(format, refusal);
  }
}

/** An error reply in the format's own shape. Google says when to come back in the body only. */
export function refuse(format: WireFormat, refusal: Refusal): WireReply {
  const seconds = format === gemini ? undefined : refusal.options.retryAfterSeconds;
  const headers = {
    ...format.headers,
    "content-type": "application/json",
    ...(seconds === undefined ? {} : { "retry-after": `${seconds}` }),
  };
  return { status: refusal.status, headers, pieces: [JSON.stringify(format.encodeError(refusal))], streamed: false };
}

function answer(format: WireFormat, request: WireRequest, options: ReplyOptions): WireReply {
  const { pathname } = request.url;
  demand(format.isEndpoint(pathname), `Not found: ${request.method} ${pathname}`, { status: 404 });
  demand(request.method === "POST", `Not allowed: ${request.method} ${pathname}`, { status: 405 });
  if (options.requireKey !== undefined) format.checkKey(request, options.requireKey);
  const prompt = format.decode(request, readBody(request));
  failOnPurpose(prompt);
  const answers = Array.from({ length: prompt.choices }, (_, choice) => think(prompt, choice));
  const mark = createHash("sha256").update(request.body).digest("hex").slice(0, 16);
  const created = Math.floor((options.now ?? Date.now)() / 1000);
  const reply = { prompt, answers, usage: usageOf(prompt, answers), mark, created };
  const pieces = prompt.stream === false ? [JSON.stringify(format.encodeWhole(reply))] : format.encodeStream(reply);
  const type = prompt.stream === "sse" ? "text/event-stream; charset=utf-8" : "application/json";
  return { status: 200, headers: { ...format.headers, "content-type": type }, pieces, streamed: prompt.stream !== false };
}

function readBody(request: WireRequest): JsonObject {
  const type = request.headers["content-type"];
  const json = typeof type === "string" && /^application\/json\b/i.test(type);
  demand(json, "The content-type header must be application/json.", { status: 415 });
  const body = parseJson(request.body.toString("utf8"));
  demand(isObject(body), "The body of this request is not a valid JSON object.", { code: "invalid_json" });
  return body;
}

function failOnPurpose({ model }: DemoPrompt): void {
  demand(model !== "demo-down", "This demo model is down: it fails on purpose.", { status: 503 });
  const busy = { status: 429, retryAfterSeconds: BUSY_SECONDS };
  demand(model !== "demo-busy", `This demo model is busy on purpose. Try again in ${BUSY_SECONDS}s.`, busy);
}
