/** What the tests of the cache have in common: questions with words of their own, and answers in a form that can be compared. */

import { request as httpRequest } from "node:http";
import { question } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { metric } from "../../e2e/support/metrics";
import { until } from "../../e2e/support/until";
import type { Canned } from "../../upstream/behaviour";
import type { Seen } from "../../upstream/raw-client";
import type { HostUnderTest } from "../support/use-hosts";

type Settings = Readonly<Record<string, unknown>>;

/** Streams say their usage, as whole answers do. */
export const STREAMED = { stream: true, stream_options: { include_usage: true } };

export function asking(model: string, content: string, more: Settings = {}): Settings {
  return { ...question(model), messages: [{ role: "user", content }], ...more };
}

export function cacheOf(seen: Seen): unknown {
  return seen.headers["x-graft-cache"];
}

/** How often the provider was asked meanwhile. */
export async function calls<T>(host: HostUnderTest, act: () => Promise<T>): Promise<{ readonly got: T; readonly calls: number }> {
  const before = host.upstream.requests.length;
  const got = await act();
  return { got, calls: host.upstream.requests.length - before };
}

/** The first answer that was kept: until then, a moment after the first client has its answer, others share it. */
export function hit(ask: () => Promise<Seen>): Promise<Seen> {
  return until("answer from the cache", async () => {
    const seen = await ask();
    return seen.headers["age"] === undefined ? undefined : seen;
  });
}

/** So many requests are with Graft now. */
export async function inFlight(urls: readonly string[], count: number): Promise<void> {
  await until(`${count} requests in flight`, async () => {
    const each = await Promise.all(urls.map((url) => metric(url, "graft_exchanges_in_flight")));
    return each.reduce((sum, one) => sum + one, 0) === count ? true : undefined;
  });
}

interface Message {
  content?: string | null;
  reasoning_content?: string | null;
  tool_calls?: readonly { index?: number; function?: { name?: string; arguments?: string } }[];
}

interface Choice {
  readonly index: number;
  readonly message?: Message;
  readonly delta?: Message;
  readonly finish_reason?: string | null;
}

interface Body {
  readonly model?: string;
  readonly choices?: readonly Choice[];
  readonly usage?: unknown;
}

interface Folded {
  content: string;
  reasoning: string;
  calls: { name: string; arguments: string }[];
  finish: string | undefined;
}

export interface Answer {
  readonly model: string | undefined;
  readonly choices: readonly Folded[];
  readonly usage: unknown;
}

/** What a client makes of it, streamed or not; without ids and times. */
export function answerIn(seen: Pick<Seen, "headers" | "body">): Answer {
  const streamed = (seen.headers["content-type"] ?? "").startsWith("text/event-stream");
  const bodies = streamed ? eventsOf(seen) : [JSON.parse(seen.body.toString("utf8")) as Body];
  const choices: Folded[] = [];
  for (const { choices: some = [] } of bodies) {
    for (const choice of some) {
      choices[choice.index] ??= { content: "", reasoning: "", calls: [], finish: undefined };
      const folded = choices[choice.index];
      if (folded !== undefined) fold(folded, choice);
    }
  }
  const usage = bodies.findLast((body) => body.usage != null)?.usage;
  return { model: bodies.find((body) => body.model !== undefined)?.model, choices, usage };
}

function fold(into: Folded, { message, delta, finish_reason }: Choice): void {
  const said = message ?? delta ?? {};
  into.content += said.content ?? "";
  into.reasoning += said.reasoning_content ?? "";
  for (const [at, { index = at, function: made = {} }] of (said.tool_calls ?? []).entries()) {
    const known = into.calls[index] ?? { name: "", arguments: "" };
    into.calls[index] = { name: known.name + (made.name ?? ""), arguments: known.arguments + (made.arguments ?? "") };
  }
  into.finish = finish_reason ?? into.finish;
}

/** Of a complete stream. */
function eventsOf(seen: Pick<Seen, "body">): Body[] {
  const data = seen.body
    .toString("utf8")
    .split("\n\n")
    .flatMap((event) => (event.startsWith("data: ") ? [event.slice(6)] : []));
  expect(data.at(-1)).toBe("[DONE]");
  return data.slice(0, -1).map((it) => JSON.parse(it) as Body);
}

/** A stream of OpenAI's that brings these texts one by one. */
export function streamOf(texts: readonly string[]): Canned {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const pieces = [chunk({ role: "assistant" }), ...texts.map((content) => chunk({ content })), chunk({}, "stop")];
  return { do: "canned", headers: { "content-type": "text/event-stream" }, pieces: [...pieces, "data: [DONE]\n\n"] };
}

export interface Reading {
  /** What has come so far. */
  text(): string;
  /** With the first byte of the body. */
  readonly begun: Promise<void>;
  readonly ended: Promise<Pick<Seen, "status" | "headers" | "body" | "complete">>;
  leave(): void;
}

/** A client that is watched while it reads. */
export function reading(url: string, body: Settings): Reading {
  const chunks: Buffer[] = [];
  const { opened: begun, open: begin } = gate();
  const request = httpRequest(`${url}/v1/chat/completions`, { method: "POST", headers: { "content-type": "application/json" } });
  const ended = new Promise<Awaited<Reading["ended"]>>((resolve) => {
    let seen: Pick<Seen, "status" | "headers"> = { status: undefined, headers: {} };
    const settle = (complete: boolean) => resolve({ ...seen, body: Buffer.concat(chunks), complete });
    request.on("error", () => settle(false));
    request.on("response", (response) => {
      seen = { status: response.statusCode, headers: response.headers };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        begin();
      });
      response.on("end", () => settle(response.complete));
      response.on("error", () => settle(false));
    });
  });
  request.end(JSON.stringify(body));
  return { text: () => Buffer.concat(chunks).toString("utf8"), begun, ended, leave: () => request.destroy() };
}
