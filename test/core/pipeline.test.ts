import { gzipSync } from "node:zlib";
import { GraftError } from "../../plugins/core/errors";
import type { ChatEvent } from "../../plugins/core/events";
import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, replied, SSE_HEADERS, sent, target } from "../support/exchange";
import { cutBy, everyCut } from "../support/pieces";

const OPENAI_ANSWER = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "gpt-x-2026",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello" }, logprobs: null, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
};
const ANTHROPIC_ANSWER = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-x",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 5, output_tokens: 2 },
};
const ANTHROPIC_STREAM = [
  {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [],
      usage: { input_tokens: 5, output_tokens: 1 },
    },
  },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } },
  { type: "message_stop" },
];
const sse = (events: readonly { type: string }[]) =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("");
const contentOf = (stream: string) =>
  stream
    .split("\n\n")
    .filter((line) => line.startsWith("data: {"))
    .map(
      (line) =>
        (JSON.parse(line.slice(6)) as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? "",
    )
    .join("");

const openai = () => alias("m", [target("openai", "gpt-x")]);
const anthropic = () => alias("m", [target("anthropic", "claude-x")]);
const both = () => alias("m", [target("openai", "gpt-x"), target("anthropic", "claude-x")]);

const bytePieces = (text: string) => cutBy(Buffer.from(text), () => 1);

describe("same dialect on both sides", () => {
  test("only the model name changes in the bytes that go out", async () => {
    const body = Buffer.from(`{ "messages" : [ {"role":"user","content":"h\\u0069"} ],\n "model":"m", "x_unknown": 1e3 }`);
    const { request } = sent(await openPipeline({ aliases: [openai()] }).request(body));
    expect(request.body.toString()).toBe(body.toString().replace('"m"', '"gpt-x"'));
    expect(request).toMatchObject({ scheme: "https", authority: "openai.test", path: "/base/chat/completions" });
  });

  test("the answer's bytes go through as the very same buffers, and usage is picked out", async () => {
    const pipeline = openPipeline({ aliases: [openai()] });
    sent(await pipeline.request(chat()));
    const head = await pipeline.response(200, JSON_HEADERS);
    expect(head.delivery).toBe("pass");
    const bytes = Buffer.from(JSON.stringify(OPENAI_ANSWER));
    expect(await pipeline.chunk(bytes)).toBe(bytes);
    expect((await pipeline.end()).body).toBeUndefined();
    expect(await pipeline.log("aborted")).toMatchObject({
      outcome: "complete",
      model: "gpt-x-2026",
      input_tokens: 5,
      output_tokens: 2,
      status: 200,
    });
  });

  test("a whole answer is read for its usage up to the bound on whole answers, not that on one event of a stream", async () => {
    const pipeline = openPipeline({ aliases: [openai()], bounds: { maxEventBytes: 2048 } });
    sent(await pipeline.request(chat()));
    const long = { ...OPENAI_ANSWER, padding: "x".repeat(10_000) };
    expect((await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(long)])).head.delivery).toBe("pass");
    expect(await pipeline.log("aborted")).toMatchObject({ input_tokens: 5, output_tokens: 2 });
  });

  test("nothing is forced when nobody needs usage; forced and removed again when a plugin does", async () => {
    const stream = [
      {
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "gpt-x",
        choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: null }],
        usage: null,
      },
      {
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "gpt-x",
        choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
        usage: null,
      },
      {
        id: "c",
        object: "chat.completion.chunk",
        created: 1,
        model: "gpt-x",
        choices: [],
        usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
      },
    ].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
    const body = chat({ stream: true });
    const plain = openPipeline({ aliases: [openai()] });
    expect(sent(await plain.request(body)).request.body.toString()).not.toContain("include_usage");

    for (const pieces of [[`${stream.join("")}data: [DONE]\n\n`], bytePieces(`${stream.join("")}data: [DONE]\n\n`)]) {
      const pipeline = openPipeline({ aliases: [openai()], policy: { needsUsage: true } });
      expect(JSON.parse(sent(await pipeline.request(body)).request.body.toString())).toMatchObject({
        stream_options: { include_usage: true },
      });
      const answer = await answerWith(pipeline, 200, SSE_HEADERS, pieces);
      expect(answer.text).toBe(`${stream.slice(0, 2).join("")}data: [DONE]\n\n`);
      expect(await pipeline.log("aborted")).toMatchObject({ input_tokens: 9, output_tokens: 1 });
    }
  });

  test("forced on a rewritten request as well, and still not shown to a client that did not ask", async () => {
    const hooks = (exchange: Exchange): Hooks[] => [
      {
        request() {
          exchange.request = { ...exchange.request };
          return undefined;
        },
      },
    ];
    const pipeline = openPipeline({ aliases: [openai()], hooks, policy: { needsUsage: true } });
    const body = JSON.parse(sent(await pipeline.request(chat({ stream: true }))).request.body.toString()) as object;
    expect(body).toMatchObject({ stream_options: { include_usage: true } });
    const chunk = (it: object) =>
      `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "g", ...it })}\n\n`;
    const stream = [
      chunk({ choices: [{ index: 0, delta: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] }),
      chunk({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } }),
      "data: [DONE]\n\n",
    ];
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, stream);
    expect(answer.text).not.toContain("usage");
    expect(await pipeline.log("aborted")).toMatchObject({ input_tokens: 9 });
  });

  test("a hook that looks at events turns pass-through off", async () => {
    const seen: string[] = [];
    const hooks = (): Hooks[] => [
      {
        event(event) {
          seen.push(event.type);
          return [event];
        },
      },
    ];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    sent(await pipeline.request(chat()));
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(OPENAI_ANSWER)]);
    expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: "Hello" } }], usage: OPENAI_ANSWER.usage });
    expect(seen).toContain("delta");
  });

  test("a client of the deprecated functions gets its answer in that form, although nobody decoded its request", async () => {
    const hooks = (): Hooks[] => [{ event: (event) => [event] }];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    sent(await pipeline.request(chat({ functions: [{ name: "f" }] })));
    const function_call = { name: "f", arguments: "{}" };
    const message = { role: "assistant", content: null, function_call };
    const body = { ...OPENAI_ANSWER, choices: [{ index: 0, message, finish_reason: "function_call" }] };
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(body)]);
    expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { function_call }, finish_reason: "function_call" }] });
  });
});

describe("translation", () => {
  test("whole", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    const { request } = sent(await pipeline.request(chat({ max_tokens: 50 })));
    expect(request).toMatchObject({
      path: "/base/v1/messages",
      headers: { "x-api-key": "sk-anthropic", "anthropic-version": "2023-06-01" },
    });
    expect(JSON.parse(request.body.toString())).toMatchObject({ model: "claude-x", max_tokens: 50 });
    const answer = await answerWith(pipeline, 200, { ...JSON_HEADERS, "set-cookie": "a=b", "anthropic-organization-id": "org" }, [
      JSON.stringify(ANTHROPIC_ANSWER),
    ]);
    expect(JSON.parse(answer.text)).toMatchObject({
      object: "chat.completion",
      model: "claude-x",
      choices: [{ message: { content: "Hello" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    });
    expect(answer.head.remove).toEqual(expect.arrayContaining(["set-cookie", "anthropic-organization-id"]));
    expect(answer.headers).toMatchObject({
      "x-graft-target": "anthropic/claude-x",
      "x-graft-attempts": "1",
      "x-request-id": "req-1",
      "content-type": "application/json",
    });
  });

  test.each(everyCut(Buffer.from(sse(ANTHROPIC_STREAM))))("streamed, $name", async ({ pieces }) => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat({ stream: true, stream_options: { include_usage: true } })));
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, pieces);
    expect(answer.head).toMatchObject({ delivery: "stream", set: { "content-type": "text/event-stream; charset=utf-8" } });
    expect(contentOf(answer.text)).toBe("Hello");
    expect(answer.text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(await pipeline.log("aborted")).toMatchObject({ input_tokens: 5, output_tokens: 2, stream: true });
  });

  test("compressed although identity was asked for", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    expect(sent(await pipeline.request(chat({ stream: true }))).request.headers["accept-encoding"]).toBe("identity");
    const bytes = gzipSync(sse(ANTHROPIC_STREAM));
    const answer = await answerWith(pipeline, 200, { ...SSE_HEADERS, "content-encoding": "gzip" }, [
      bytes.subarray(0, 30),
      bytes.subarray(30),
    ]);
    expect(contentOf(answer.text)).toBe("Hello");
    expect(answer.head.remove).toContain("content-encoding");
  });

  test("a provider that answers a stream request whole still gives a stream", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat({ stream: true })));
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(ANTHROPIC_ANSWER)]);
    expect(contentOf(answer.text)).toBe("Hello");
    expect(answer.headers["content-type"]).toContain("text/event-stream");
  });

  test("a provider that streams unasked still gives one document", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat()));
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, [sse(ANTHROPIC_STREAM)]);
    expect(JSON.parse(answer.text)).toMatchObject({ choices: [{ message: { content: "Hello" } }] });
  });

  test("a stream that stops before its end ends in an error event and never in [DONE]", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat({ stream: true })));
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, [sse(ANTHROPIC_STREAM.slice(0, 4))]);
    expect(answer.text).not.toContain("[DONE]");
    expect(JSON.parse(answer.text.trim().split("\n\n").at(-1)?.slice(6) ?? "")).toMatchObject({
      error: { type: "server_error", code: "upstream_error" },
    });
    expect(await pipeline.log("aborted")).toMatchObject({ error: "upstream_failed" });
  });

  test("also where a hook lets no error through", async () => {
    const hooks = (): Hooks[] => [{ event: (event) => (event.type === "error" ? [] : [event]) }];
    const pipeline = openPipeline({ aliases: [anthropic()], hooks });
    sent(await pipeline.request(chat({ stream: true })));
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, [sse(ANTHROPIC_STREAM.slice(0, 4))]);
    expect(answer.text).not.toContain("[DONE]");
    expect(answer.text).toContain('"upstream_error"');
    expect(pipeline.closed).toBe(true);
  });

  test("after an error event nothing more is sent, whatever the provider still says", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat({ stream: true })));
    const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const answer = await answerWith(pipeline, 200, SSE_HEADERS, [
      sse([...ANTHROPIC_STREAM.slice(0, 3), overloaded]),
      sse(ANTHROPIC_STREAM.slice(3)),
    ]);
    expect(pipeline.closed).toBe(true);
    expect(contentOf(answer.text)).toBe("Hel");
    expect(answer.text).not.toContain("[DONE]");
    expect(answer.text.trim().split("\n\n").at(-1)).toContain("Overloaded");
  });

  test.each([
    ["not JSON", "<html>busy</html>"],
    ["not an answer", "[]"],
    ["empty", ""],
  ])("a 200 that is %s becomes a 502", async (_name, body) => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat()));
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [body]);
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { type: "server_error" } });
  });

  test.each([301, 302, 307, 304])("a %i is no answer, whatever its body says", async (status) => {
    for (const aliases of [[openai()], [anthropic()]]) {
      const pipeline = openPipeline({ aliases });
      sent(await pipeline.request(chat()));
      const headers = { ...JSON_HEADERS, location: "http://169.254.169.254/" };
      const answer = await answerWith(pipeline, status, headers, [JSON.stringify(OPENAI_ANSWER)]);
      expect(answer.status).toBe(502);
      expect(answer.head.remove).toContain("location");
      expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "upstream_invalid_response" } });
      expect(await pipeline.log("aborted")).toMatchObject({ status: 502 });
    }
  });

  test("an answer over the size bound becomes a 502", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()], bounds: { maxResponseBytes: 100 } });
    sent(await pipeline.request(chat()));
    expect((await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(ANTHROPIC_ANSWER)])).status).toBe(502);
  });
});

describe("what the client sent", () => {
  const refuse = async (body: Buffer, policy = {}) => replied(await openPipeline({ aliases: [openai()], policy }).request(body));

  test.each([
    ["invalid JSON", Buffer.from("{"), 400, "invalid_json"],
    ["no object", Buffer.from("[]"), 400, null],
    ["empty", Buffer.alloc(0), 400, "invalid_json"],
    ["duplicate key", Buffer.from('{"model":"m","messages":[{"role":"user","content":"x"}],"model":"other"}'), 400, null],
    ["unknown model", chat({ model: "nope" }), 404, "model_not_found"],
    ["model of wrong type", chat({ model: 4 }), 400, "invalid_type"],
    ["stored completions", chat({ store: true }), 400, "provider_state_not_allowed"],
    [
      "a stored file",
      chat({ messages: [{ role: "user", content: [{ type: "file", file: { file_id: "file-1" } }] }] }),
      400,
      "provider_state_not_allowed",
    ],
  ])("%s is refused in OpenAI's shape", async (_name, body, status, code) => {
    const reply = await refuse(body);
    expect(reply).toMatchObject({ status, json: { error: { type: "invalid_request_error", code } } });
    expect(reply.headers["x-request-id"]).toBe("req-1");
  });

  test.each(["x".repeat(2000), "x\ud800", "x\ny", "x\u0000"])(
    "%j is no model's name, whatever patterns there are",
    async (model) => {
      const pipeline = openPipeline({ aliases: [alias("*", [target("gemini", "*")])] });
      expect(replied(await pipeline.request(chat({ model })))).toMatchObject({
        status: 404,
        json: { error: { code: "model_not_found" } },
      });
      expect(await pipeline.log("aborted")).toMatchObject({ alias: undefined });
    },
  );

  test("a client cannot make log lines, headers and messages as long as it likes", async () => {
    const any = alias("*", [target("anthropic", "*")]);
    const fields = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`unknown_${at}_${"x".repeat(200)}`, at]));
    const lines = async (body: Buffer, policy = {}) => {
      const pipeline = openPipeline({ aliases: [any], policy });
      const step = await pipeline.request(body);
      const headers = step.kind === "reply" ? step.reply.headers : (await pipeline.response(200, JSON_HEADERS)).set;
      const text = step.kind === "reply" ? step.reply.body.toString() : "";
      return [JSON.stringify(headers), text, JSON.stringify(await pipeline.log("aborted"))];
    };
    for (const body of [chat({ model: "m".repeat(1_000_000) }), chat(fields)]) {
      for (const policy of [{}, { unsupportedParams: "error" as const }]) {
        for (const line of await lines(body, policy)) expect(line.length).toBeLessThan(10_000);
      }
    }
    const [headers] = await lines(chat(fields));
    expect(headers).toContain(", and 4980 more");
  });

  test("state is let through where the policy allows it", async () => {
    const step = await openPipeline({ aliases: [openai()], policy: { allowProviderState: true } }).request(chat({ store: true }));
    expect(JSON.parse(sent(step).request.body.toString())).toMatchObject({ store: true });
  });

  test("client headers reach a provider by allow-list only, its credentials never", async () => {
    const headers = {
      traceparent: "00-a-b-01",
      "idempotency-key": "k",
      "x-request-id": "req-1",
      cookie: "c=1",
      "x-secret": "s",
      "openai-beta": "b",
    };
    const step = sent(
      await openPipeline({ aliases: [openai()], headers, policy: { forwardHeaders: ["openai-beta"] } }).request(chat()),
    );
    expect(step.request.headers).toEqual({
      "content-type": "application/json",
      "accept-encoding": "identity",
      authorization: "Bearer sk-openai",
      traceparent: "00-a-b-01",
      "idempotency-key": "k",
      "x-request-id": "req-1",
      "openai-beta": "b",
    });
  });

  test.each(["warn", "drop"] as const)("a parameter the provider cannot honour is named (%s)", async (unsupportedParams) => {
    const pipeline = openPipeline({ aliases: [anthropic()], policy: { unsupportedParams } });
    sent(await pipeline.request(chat({ seed: 3, logit_bias: { 1: 2 } })));
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(ANTHROPIC_ANSWER)]);
    expect(answer.headers["x-graft-dropped-params"]?.split(", ").sort()).toEqual(["logit_bias", "seed"]);
    expect(await pipeline.log("aborted")).toMatchObject({ dropped_params: expect.arrayContaining(["seed"]) });
  });

  test("or refused where the policy says error, naming it", async () => {
    const policy = { unsupportedParams: "error" as const };
    expect(replied(await openPipeline({ aliases: [anthropic()], policy }).request(chat({ seed: 3 })))).toMatchObject({
      status: 400,
      json: { error: { code: "unsupported_parameter", param: "seed" } },
    });
  });
});

describe("attempts", () => {
  test("each is encoded for its own target, with its own path, host and key", async () => {
    const pipeline = openPipeline({ aliases: [both()] });
    const first = sent(await pipeline.request(chat()));
    const second = sent(await pipeline.attempt(2));
    expect(first.request).toMatchObject({ authority: "openai.test", headers: { authorization: "Bearer sk-openai" } });
    expect(second.request).toMatchObject({
      authority: "anthropic.test",
      path: "/base/v1/messages",
      headers: { "x-api-key": "sk-anthropic" },
    });
    expect(second.request.headers).not.toHaveProperty("authorization");
    const answer = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(ANTHROPIC_ANSWER)]);
    expect(answer.headers).toMatchObject({ "x-graft-target": "anthropic/claude-x", "x-graft-attempts": "2" });
  });

  test("a number beyond the plan repeats its last target", async () => {
    const pipeline = openPipeline({ aliases: [both()] });
    await pipeline.request(chat());
    expect(sent(await pipeline.attempt(7)).request.authority).toBe("anthropic.test");
  });

  test("every attempt is encoded from the request as the hooks left it", async () => {
    const hooks = (exchange: Exchange): Hooks[] => [
      {
        request() {
          exchange.request = { ...exchange.request, messages: [{ role: "user", parts: [{ type: "text", text: "<REDACTED>" }] }] };
          return undefined;
        },
      },
    ];
    const pipeline = openPipeline({ aliases: [both()], hooks });
    for (const step of [
      await pipeline.request(chat({ messages: [{ role: "user", content: "my ssn" }] })),
      await pipeline.attempt(2),
    ]) {
      expect(sent(step).request.body.toString()).toContain("<REDACTED>");
      expect(sent(step).request.body.toString()).not.toContain("ssn");
    }
  });

  test.each([
    [401, 502, "upstream_authentication_failed"],
    [403, 502, "upstream_authentication_failed"],
    [429, 429, "rate_limit_exceeded"],
    [500, 502, "upstream_error"],
    [529, 503, "upstream_overloaded"],
  ])("a provider's %i reaches the client as %i", async (status, shown, code) => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat()));
    const body = JSON.stringify({ type: "error", error: { type: "some_error", message: "what it said" } });
    const answer = await answerWith(pipeline, status, { ...JSON_HEADERS, "retry-after": "7" }, [body]);
    expect(answer.status).toBe(shown);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code } });
  });

  test("an error whose body cannot be unpacked is still that error", async () => {
    const pipeline = openPipeline({ aliases: [anthropic()] });
    sent(await pipeline.request(chat()));
    const headers = { ...JSON_HEADERS, "content-encoding": "gzip", "retry-after": "7" };
    const answer = await answerWith(pipeline, 429, headers, []);
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ "retry-after": "7" });
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code: "rate_limit_exceeded" } });
  });

  test("a refused key rests", async () => {
    const it = alias("m", [target("openai", "gpt-x", { keys: ["k0", "k1"] })]);
    const keys: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const pipeline = openPipeline({ aliases: [it] });
      const key = sent(await pipeline.request(chat())).request.headers["authorization"] ?? "";
      keys.push(key);
      await answerWith(pipeline, key.endsWith("k0") ? 401 : 200, JSON_HEADERS, [JSON.stringify(OPENAI_ANSWER)]);
    }
    expect(keys).toEqual(["Bearer k0", "Bearer k1", "Bearer k1", "Bearer k1"]);
  });

  test("no answer from any provider becomes the host's error, in the client's dialect", async () => {
    const pipeline = openPipeline({ aliases: [openai()] });
    sent(await pipeline.request(chat({ stream: true })));
    await pipeline.response(503, { "content-type": "text/plain" }, new GraftError("timeout", "too slow"));
    await pipeline.chunk(Buffer.from("upstream connect error"));
    const tail = await pipeline.end();
    expect(tail.status).toBe(504);
    expect(JSON.parse(Buffer.from(tail.body ?? []).toString())).toMatchObject({
      error: { message: "too slow", code: "upstream_timeout" },
    });
  });
});

describe("hooks", () => {
  const named = (name: string, calls: string[], it: Hooks = {}): Hooks => ({
    request: () => {
      calls.push(`request ${name}`);
      return it.request?.();
    },
    attempt: (attempt) => {
      calls.push(`attempt ${name} ${attempt.number}`);
    },
    response: () => {
      calls.push(`response ${name}`);
    },
    event: (event) => {
      if (event.type === "delta") calls.push(`event ${name}`);
      return [event];
    },
    end: () => {
      calls.push(`end ${name}`);
      return [];
    },
    log: () => {
      calls.push(`log ${name}`);
    },
  });

  test("requests run down the list, answers run up, log always and once", async () => {
    const calls: string[] = [];
    const pipeline = openPipeline({ aliases: [openai()], hooks: () => [named("a", calls), named("b", calls)] });
    sent(await pipeline.request(chat()));
    await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(OPENAI_ANSWER)]);
    await Promise.all([pipeline.log("aborted"), pipeline.log("aborted")]);
    expect(calls).toEqual([
      "request a",
      "request b",
      "attempt a 1",
      "attempt b 1",
      "response b",
      "response a",
      "event b",
      "event a",
      "end b",
      "end a",
      "log a",
      "log b",
    ]);
  });

  const cached: readonly ChatEvent[] = [
    { type: "start", id: "x", model: "cached-model" },
    { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
    { type: "delta", choice: 0, block: 0, text: "from cache" },
    { type: "block-end", choice: 0, block: 0 },
    { type: "finish", choice: 0, reason: "stop" },
  ];

  test.each([true, false])("an answer travels only through the hooks in front of the answerer (stream: %s)", async (stream) => {
    const calls: string[] = [];
    const hooks = () => [named("a", calls), named("cache", calls, { request: () => ({ events: cached }) }), named("z", calls)];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    const step = await pipeline.request(chat({ stream }));
    if (step.kind !== "reply") throw new Error("sent");
    const text = step.reply.body.toString();
    expect(
      stream
        ? contentOf(text)
        : (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message.content,
    ).toBe("from cache");
    expect(calls).toEqual(["request a", "request cache", "event a", "end a"]);
    expect(await pipeline.log("aborted")).toMatchObject({ status: 200, attempts: 0 });
  });

  test("an error answered by a hook is the client's, with its headers", async () => {
    const hooks = () => [
      { request: () => ({ error: new GraftError("rate_limited", "slow down", { retryAfterMs: 1500, shouldRetry: false }) }) },
    ];
    const reply = replied(await openPipeline({ aliases: [openai()], hooks }).request(chat()));
    expect(reply).toMatchObject({
      status: 429,
      headers: { "retry-after": "2", "x-should-retry": "false" },
      json: { error: { message: "slow down" } },
    });
  });

  test("a plugin that cannot open for an exchange fails it like a hook, with the cause in the log", async () => {
    const hooks = (): Hooks[] => {
      throw new Error("secret detail");
    };
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    const reply = replied(await pipeline.request(chat()));
    expect(reply.status).toBe(500);
    expect(JSON.stringify(reply)).not.toContain("secret");
    expect(pipeline.exchange.error?.cause).toMatchObject({ message: "secret detail" });
  });

  test.each(["request", "route", "attempt", "response", "event", "end"] as const)(
    "a hook that throws in %s closes with a 500 that says nothing of the cause",
    async (where) => {
      const bad: Hooks = {
        [where]: () => {
          throw new Error("secret detail");
        },
      };
      const pipeline = openPipeline({ aliases: [openai()], hooks: () => [bad] });
      const step = await pipeline.request(chat());
      const answer =
        step.kind === "reply"
          ? { status: step.reply.status, text: step.reply.body.toString() }
          : await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(OPENAI_ANSWER)]);
      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain("secret");
    },
  );

  test.each(["request", "attempt", "response", "event", "end"] as const)(
    "a client that goes away during %s: log hooks run when that hook is done, and find what it did",
    async (where) => {
      let reserved = 0;
      let settled: number | undefined;
      let begun = (): void => {};
      const waiting = new Promise<void>((resolve) => {
        begun = resolve;
      });
      let release = (): void => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow = async () => {
        begun();
        await held;
        reserved += 1;
        return where === "request" ? undefined : [];
      };
      const late: string[] = [];
      const settle = () => {
        settled = reserved;
      };
      const hooks = (): Hooks[] => [
        { [where]: slow, log: settle },
        { request: () => void late.push("request"), attempt: () => void late.push("attempt") },
      ];
      const pipeline = openPipeline({ aliases: [openai()], hooks });
      const driven = (async () => {
        const step = await pipeline.request(chat());
        if (step.kind === "send") await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(OPENAI_ANSWER)]);
      })();
      await waiting;
      const logged = pipeline.log("aborted");
      await new Promise((resolve) => setImmediate(resolve));
      expect(settled).toBeUndefined();
      release();
      expect(await logged).toMatchObject({ outcome: "aborted" });
      await driven;
      expect(reserved).toBeGreaterThan(0);
      expect(settled).toBe(reserved);
      // A client that is gone is asked nothing more for.
      expect(late).toEqual(where === "request" ? [] : where === "attempt" ? ["request"] : ["request", "attempt"]);
    },
  );

  test("no attempt is made for a call that has ended", async () => {
    const pipeline = openPipeline({ aliases: [both()] });
    sent(await pipeline.request(chat()));
    await pipeline.log("aborted");
    expect(replied(await pipeline.attempt(2)).status).toBe(499);
    expect(pipeline.exchange.attempts).toHaveLength(1);
  });

  test("a log hook that throws does not take the record with it", async () => {
    const hooks = (): Hooks[] => [
      { log: () => Promise.reject(new Error("store down")) },
      { log: (record) => Object.assign(record, { extra: 1 }) && undefined },
    ];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    expect(await pipeline.log("aborted")).toMatchObject({ extra: 1, outcome: "aborted", log_error: expect.any(String) });
  });

  test("hooks may rewrite a stream across chunks, and hold back to the end", async () => {
    const keeper = (): Hooks => {
      let held = "";
      return {
        event(event) {
          if (event.type === "delta") {
            held += event.text;
            return [];
          }
          if (event.type === "block-end")
            return [{ type: "delta", choice: 0, block: 0, text: held.replace("Hello", "Goodbye") }, event];
          return [event];
        },
      };
    };
    const pipeline = openPipeline({ aliases: [anthropic()], hooks: () => [keeper()] });
    sent(await pipeline.request(chat({ stream: true })));
    expect(contentOf((await answerWith(pipeline, 200, SSE_HEADERS, bytePieces(sse(ANTHROPIC_STREAM)))).text)).toBe("Goodbye");
  });
});
