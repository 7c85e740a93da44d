/** Streams that go wrong, and ones that must not: nothing waits for the end, nothing that broke looks whole. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { encodeSse } from "../../plugins/core/sse";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call, type Seen } from "../upstream/raw-client";
import { chat, dataOf, expectError, json, question, said, text } from "./support/ask";
import { gate } from "./support/gate";
import { PASS_THROUGH, PROVIDERS, threeProviders } from "./support/providers";
import { Stack } from "./support/stack";
import { until } from "./support/until";

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `${threeProviders(upstream)}\npolicies:\n  default:\n    models:\n${PASS_THROUGH}`,
    envoy: "  routes: [{ idle_timeout_ms: 1000 }]",
    // A broken connection is closed a second later than it could be, for clients that are still sending: these here are not.
    editBootstrap: (yaml) => yaml.replace(/^( +)use_remote_address: true$/m, '$&\n$1delayed_close_timeout: "0.02s"'),
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

const streamed = (model: string, options = {}): Promise<Seen> =>
  chat(stack.url, question(model, { stream: true, stream_options: { include_usage: true } }), options);

const record = (seen: Seen) => stack.record(seen.headers["x-request-id"]);

/** The error event a stream ended with, if its last event is one. */
function errorIn(seen: Seen): unknown {
  const last = JSON.parse(dataOf(seen).at(-1) ?? "null") as { error?: unknown } | null;
  return last?.error;
}

class Reader {
  readonly response: IncomingMessage;
  #text = "";
  #ended = false;
  constructor(response: IncomingMessage) {
    this.response = response;
    response.setEncoding("utf8");
    response.on("data", (piece: string) => {
      this.#text += piece;
    });
    response.on("error", () => {});
    response.on("close", () => {
      this.#ended = true;
    });
  }
  get text(): string {
    return this.#text;
  }
  get ended(): boolean {
    return this.#ended;
  }
  seen(what: string): Promise<true> {
    return until(what, () => (this.#text.includes(what) ? true : undefined));
  }
  async end(): Promise<string> {
    await until("end of the stream", () => (this.#ended ? true : undefined));
    return this.#text;
  }
}

function open(body: unknown): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
    });
    request.on("response", (response) => resolve(new Reader(response)));
    request.on("error", reject);
    request.end(JSON.stringify(body));
  });
}

describe.each(PROVIDERS)("%s", (provider) => {
  test("tokens arrive while the provider still works", async () => {
    const { opened, open: release } = gate();
    upstream.script({ do: "hang-mid-stream", n: provider === "openai" ? 3 : 4, until: opened });
    const reader = await open(question(`${provider}/demo`, { stream: true }));
    await reader.seen('"content":"');
    expect(reader.text).not.toContain("[DONE]");
    expect(reader.ended).toBe(false);
    release();
    expect(await reader.end()).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("the head arrives before the first token", async () => {
    const { opened, open: release } = gate();
    upstream.script({ do: "hang-after-headers", until: opened });
    const reader = await open(question(`${provider}/demo`, { stream: true }));
    expect(reader.response.statusCode).toBe(200);
    expect(reader.response.headers["content-type"]).toMatch(/^text\/event-stream/);
    expect(reader.text).toBe("");
    release();
    expect(await reader.end()).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("a client that leaves ends the call at the provider", async () => {
    const before = upstream.requests.length;
    const seen = await streamed(`${provider}/do-hang-mid-stream-4`, { leaveAfter: 1 });
    await upstream.requests[before]?.finished;
    expect(upstream.requests[before]?.aborted).toBe(true);
    expect(await record(seen)).toMatchObject({
      outcome: "aborted",
      status: 200,
      stream: true,
      target: `${provider}/do-hang-mid-stream-4`,
    });
  });

  test("a client that leaves before the answer began ends the call as well", async () => {
    const before = upstream.requests.length;
    const request = httpRequest(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "x-request-id": `left-${provider}` },
    });
    request.on("error", () => {});
    request.end(JSON.stringify(question(`${provider}/do-hang-before-headers`)));
    await until("the call", () => upstream.requests[before]?.times.body);
    request.destroy();
    await upstream.requests[before]?.finished;
    expect(await stack.record(`left-${provider}`)).toMatchObject({ outcome: "aborted", status: 0 });
  });

  test.each(["do-reset-mid-stream-4", "do-truncate-stream-4"])("%s: the client sees that it broke", async (behaviour) => {
    const seen = await streamed(`${provider}/${behaviour}`);
    expect(text(seen)).not.toContain("[DONE]");
    expect(text(seen)).not.toContain('"finish_reason":"stop"');
    // All of it may be here before the head went out: then there still can be a proper error.
    if (seen.status === 502) expectError(seen, { status: 502, code: "upstream_error" });
    else expect([seen.status, seen.complete]).toEqual([200, false]);
    expect(await record(seen)).toMatchObject({ outcome: "aborted" });
  });

  test("a clean end without a finish is an error event, not an end", async () => {
    const seen = await streamed(`${provider}/do-cut-stream-4`);
    expect(errorIn(seen)).toMatchObject({ message: expect.any(String), type: "server_error" });
    expect(text(seen)).not.toContain("[DONE]");
    expect(await record(seen)).toMatchObject({ error: "upstream_failed", outcome: "complete" });
  });

  test("the provider's error event is OpenAI's, and the last", async () => {
    const seen = await streamed(`${provider}/do-error-event`);
    expect(errorIn(seen)).toMatchObject({ message: expect.stringContaining("on purpose"), type: expect.any(String) });
    expect(text(seen)).not.toContain("[DONE]");
    expect(text(seen)).not.toContain('"finish_reason":"stop"');
    expect(seen.complete).toBe(true);
    expect((await record(seen))["error"]).toMatch(/^upstream_/);
  });

  test("an event that is no JSON passes untouched where nothing is translated, and ends the stream elsewhere", async () => {
    const seen = await streamed(`${provider}/do-garbage-event`);
    expect(seen.status).toBe(200);
    if (provider === "openai") expect(text(seen)).toMatch(/data: \{"choices": \[\{"delta":\n\n[\s\S]*data: \[DONE\]\n\n$/);
    else {
      expect(errorIn(seen)).toMatchObject({ type: "server_error" });
      expect(text(seen)).not.toContain("[DONE]");
    }
  });

  test("silence in mid-stream breaks the stream", async () => {
    const before = upstream.requests.length;
    const seen = await streamed(`${provider}/do-hang-mid-stream-4`);
    expect(seen.status).toBe(200);
    expect(seen.complete).toBe(false);
    expect(text(seen)).not.toContain("[DONE]");
    await upstream.requests[before]?.finished;
    expect(upstream.requests[before]?.aborted).toBe(true);
  });

  test.each(["do-reset-mid-body", "do-short-body"])("not streamed, %s: one whole error", async (behaviour) => {
    expectError(await chat(stack.url, question(`${provider}/${behaviour}`)), { status: 502, code: "upstream_error" });
  });

  test("a slow first token is waited for", async () => {
    const seen = await streamed(`${provider}/do-slow-first-token-300`);
    expect(seen.complete).toBe(true);
    expect(said(seen)).toContain("question for");
    expect(await record(seen)).toMatchObject({ outcome: "complete", output_tokens: expect.any(Number) });
    expect(await record(seen)).not.toHaveProperty("error");
  });
});

describe("2,000 chunks", () => {
  const chunk = (index: number) =>
    encodeSse(
      JSON.stringify({
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "m",
        choices: [{ index: 0, delta: { content: `${index} ünï ` }, finish_reason: null }],
      }),
    );
  const finish = `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x":  [1,  2]}\n\n`;
  const pieces = [...Array.from({ length: 2000 }, (_, index) => chunk(index)), finish, "data: [DONE]\n\n"];
  const headers = { "content-type": "text/event-stream" };

  test("pass through byte for byte", async () => {
    upstream.script({ do: "canned", headers, pieces });
    const seen = await streamed("openai/demo");
    expect(seen.complete).toBe(true);
    expect(seen.body.equals(Buffer.from(pieces.join("")))).toBe(true);
  });

  test("split at every odd place, they still do", async () => {
    const bytes = Buffer.from(pieces.join(""));
    const split: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 997) split.push(bytes.subarray(at, at + 997));
    upstream.script({ do: "canned", headers, pieces: split });
    expect((await streamed("openai/demo")).body.equals(bytes)).toBe(true);
  });

  test("translated, every one of them arrives in order", async () => {
    const events = [
      [
        "message_start",
        {
          message: {
            id: "m",
            type: "message",
            role: "assistant",
            model: "m",
            content: [],
            usage: { input_tokens: 1, output_tokens: 1 },
          },
        },
      ],
      ["content_block_start", { index: 0, content_block: { type: "text", text: "" } }],
      ...Array.from(
        { length: 2000 },
        (_, index) => ["content_block_delta", { index: 0, delta: { type: "text_delta", text: `${index} ` } }] as const,
      ),
      ["content_block_stop", { index: 0 }],
      ["message_delta", { delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2000 } }],
      ["message_stop", {}],
    ] as const;
    upstream.script({
      do: "canned",
      headers,
      pieces: events.map(([type, rest]) => encodeSse(JSON.stringify({ type, ...rest }), type)),
    });
    const seen = await streamed("anthropic/demo");
    expect(said(seen)).toBe(Array.from({ length: 2000 }, (_, index) => `${index} `).join(""));
    expect(dataOf(seen).at(-1)).toBe("[DONE]");
  });
});

test("sixteen streams at once do not mix", async () => {
  const answers = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const body = {
        ...question(`${PROVIDERS[index % 3]}/do-drip`, { stream: true }),
        messages: [{ role: "user", content: `number ${index}.` }],
      };
      return said(await call(`${stack.url}/v1/chat/completions`, { body }));
    }),
  );
  for (const [index, answer] of answers.entries()) expect(answer).toContain(`"number ${index}."`);
});

test("everything is over, and the processor knows it", async () => {
  await until("no exchange in flight", async () => {
    const page = await (await fetch(`${stack.adminUrls[0]}/metrics`)).text();
    return /^graft_exchanges_in_flight 0$/m.test(page) ? true : undefined;
  });
  expect(await stack.errorLines()).toEqual([]);
  expect(json(await chat(stack.url, question("openai/demo")))).toMatchObject({ object: "chat.completion" });
});
