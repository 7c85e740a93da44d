import fc from "fast-check";
import { alias, answerWith, chat, openPipeline, SSE_HEADERS, sent, target } from "../support/exchange";
import { cutBy, everyCut } from "../support/pieces";
import { type ModelAnswer, STREAMS } from "./provider-streams";
import { answerOf, contentOf, guarded, type RuleInput, readStream, stream, whole } from "./support";

const STREAMED = chat({ stream: true });

const deny = (it: RuleInput = {}, ...patterns: string[]): RuleInput => ({
  name: "no-secrets",
  kind: "pattern",
  on: "output",
  pattern: { deny: patterns.length === 0 ? ["hunter\\d"] : patterns },
  ...it,
});

interface Client {
  readonly text: string;
  readonly thoughts: string;
  readonly args: string;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly done: boolean;
  readonly finish: string | undefined;
}

/** What a client of chat completions puts together. */
function readAll(body: string): Client {
  let [text, thoughts, args] = ["", "", ""];
  let error: Client["error"];
  let finish: string | undefined;
  for (const line of body.split("\n")) {
    if (!line.startsWith("data: {")) continue;
    const value = JSON.parse(line.slice(6)) as {
      choices?: {
        finish_reason?: string | null;
        delta?: { content?: string; reasoning_content?: string; tool_calls?: { function?: { arguments?: string } }[] };
      }[];
      error?: Client["error"];
    };
    error ??= value.error;
    const choice = value.choices?.[0];
    text += choice?.delta?.content ?? "";
    thoughts += choice?.delta?.reasoning_content ?? "";
    args += choice?.delta?.tool_calls?.[0]?.function?.arguments ?? "";
    finish ??= choice?.finish_reason ?? undefined;
  }
  return { text, thoughts, args, error, done: body.includes("data: [DONE]"), finish };
}

const ANSWER: ModelAnswer = {
  thoughts: ["Let me think. ", "The user ", "wants a mail."],
  text: ["Sure", ", I will", " send it. Done", "."],
  call: ['{"to":"a@b', '.example","bo', 'dy":"Hello \\u00e9 there"}'],
};

describe.each(STREAMS)("%s", (kind, streamOf) => {
  async function through(
    rules: readonly RuleInput[],
    answer: ModelAnswer,
    pieces: (body: Buffer) => readonly Uint8Array[],
    config = {},
  ) {
    const pipeline = guarded(rules, { config }).open({ targets: [target(kind, "model")] });
    sent(await pipeline.request(STREAMED));
    return readAll((await answerWith(pipeline, 200, SSE_HEADERS, pieces(Buffer.from(streamOf(answer))))).text);
  }

  async function unguarded(answer: ModelAnswer) {
    const pipeline = openPipeline({ aliases: [alias("m", [target(kind, "model")])] });
    sent(await pipeline.request(STREAMED));
    return readAll((await answerWith(pipeline, 200, SSE_HEADERS, [Buffer.from(streamOf(answer))])).text);
  }

  test("without a match it is the same answer, however it was cut", async () => {
    const plain = await unguarded(ANSWER);
    expect(plain).toMatchObject({ text: "Sure, I will send it. Done.", finish: "tool_calls", done: true, error: undefined });
    expect(JSON.parse(plain.args)).toEqual({ to: "a@b.example", body: "Hello é there" });
    for (const { pieces } of everyCut(Buffer.from(streamOf(ANSWER)))) {
      expect(await through([deny()], ANSWER, () => pieces, { window_chars: 5 })).toEqual(plain);
    }
  });

  const planted: readonly (readonly [string, ModelAnswer, "text" | "thoughts" | "args"])[] = [
    ["text", { ...ANSWER, text: ["The pass", "word is hun", "t", "er2", ", keep it."] }, "text"],
    ["thoughts", { ...ANSWER, thoughts: ["I know hu", "nter2 well", " enough."] }, "thoughts"],
    ["a tool's arguments", { ...ANSWER, call: ['{"pass":"hun', 'ter2","a":1}'] }, "args"],
    ["a tool's arguments, escaped", { ...ANSWER, call: ['{"pass":"h\\u00', '75nter2","a":1}'] }, "args"],
  ];

  describe.each(planted)("in %s", (_, answer, where) => {
    test("a match ends the stream, and nothing of it is sent", async () => {
      for (const { pieces } of everyCut(Buffer.from(streamOf(answer)))) {
        const client = await through([deny()], answer, () => pieces, { window_chars: 4 });
        expect(client.error).toMatchObject({
          code: "content_policy_violation",
          message: expect.stringContaining("(rule: no-secrets)"),
        });
        expect(client.done).toBe(false);
        expect(client[where]).not.toContain("hunter");
        expect(JSON.stringify(client)).not.toMatch(/hunter2|unter2/);
      }
    });

    test("a match is replaced", async () => {
      const plain = await unguarded(answer);
      for (const { pieces } of everyCut(Buffer.from(streamOf(answer)))) {
        const client = await through([deny({ action: "redact" })], answer, () => pieces, { window_chars: 4 });
        const expected = where === "args" ? JSON.stringify(JSON.parse(plain.args)) : plain[where];
        const got = where === "args" ? JSON.stringify(JSON.parse(client.args)) : client[where];
        expect(got).toBe(expected.replace("hunter2", "[no-secrets]"));
        expect(client).toMatchObject({ error: undefined, done: true, finish: "tool_calls" });
      }
    });
  });
});

describe("what is released", () => {
  const word = fc.constantFrom("hello ", "hunter", "2", "1 ", "hun", "ter", "\n", "a. ", "é", "😀", "bomb ", "bom", "b");
  const pieces = fc.array(word, { maxLength: 40 });

  test("never holds a match, lags no more than stated, and without a match is all of it", async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 64 }),
        async (said, window_chars, size) => {
          const rules = [deny(), { name: "bombs", kind: "topic", on: "output", topic: { keywords: ["bomb"] } }];
          const pipeline = guarded(rules, { config: { window_chars } }).open();
          sent(await pipeline.request(STREAMED));
          await pipeline.response(200, SSE_HEADERS);
          // Longest keyword match: 2 * 4 + 16; and two to look ahead.
          const lag = window_chars + 26;
          let out = "";
          const full = said.join("");
          const body = STREAMS[0]?.[1]({ thoughts: [], text: said, call: [] }) ?? "";
          for (const piece of cutBy(Buffer.from(body), () => size)) out += Buffer.from(await pipeline.chunk(piece)).toString();
          const beforeEnd = readAll(out);
          out += Buffer.from((await pipeline.end()).body ?? "").toString();
          const client = readAll(out);
          expect(client.text).not.toMatch(/hunter\d/i);
          expect(client.text).not.toMatch(/(?<![\p{L}\p{N}])bomb(?![\p{L}\p{N}])/iu);
          expect(full.startsWith(client.text)).toBe(true);
          const violates = /hunter\d/i.test(full) || /(?<![\p{L}\p{N}])bomb(?![\p{L}\p{N}])/iu.test(full);
          expect(client.error !== undefined).toBe(violates);
          if (!violates) {
            expect(client.text).toBe(full);
            expect(full.length - beforeEnd.text.length).toBeLessThanOrEqual(lag);
          }
        },
      ),
      { seed: 7, numRuns: 150 },
    );
  });

  test("lags no more than stated at any time", async () => {
    const pipeline = guarded([deny()], { config: { window_chars: 20 } }).open();
    sent(await pipeline.request(STREAMED));
    await pipeline.response(200, SSE_HEADERS);
    let [given, got] = [0, 0];
    const chunk = (content: string) =>
      Buffer.from(`data: ${JSON.stringify({ id: "x", model: "g", choices: [{ index: 0, delta: { content } }] })}\n\n`);
    for (let turn = 0; turn < 200; turn++) {
      given += 3;
      got += readAll(Buffer.from(await pipeline.chunk(chunk("abc"))).toString()).text.length;
      // Seven letters of `hunter2`, two to look ahead, and the window.
      expect(given - got).toBeLessThanOrEqual(20 + 9);
    }
  });
});

test("without a rule on answers they pass as bytes", async () => {
  const it = guarded([{ ...deny(), on: "input" }]);
  const pipeline = it.open();
  sent(await pipeline.request(STREAMED));
  expect((await pipeline.response(200, SSE_HEADERS)).delivery).toBe("pass");
});

test("a rule for others leaves answers alone", async () => {
  const pipeline = guarded([deny({ match: { teams: ["red"] } })]).open();
  sent(await pipeline.request(STREAMED));
  expect((await pipeline.response(200, SSE_HEADERS)).delivery).toBe("pass");
});

test("an answer that is not streamed is an error as a whole", async () => {
  const pipeline = guarded([deny()]).open();
  const { status, json, headers } = await whole(pipeline, chat(), answerOf("it is hunter2"));
  expect({ status, json }).toMatchObject({ status: 400, json: { error: { code: "content_policy_violation" } } });
  expect(JSON.stringify([json, headers])).not.toContain("hunter");
  expect(pipeline.exchange.facts.of("rule-fired")).toEqual([
    { kind: "rule-fired", rule: "no-secrets", action: "block", direction: "response" },
  ]);
});

test("matches that end with the answer are replaced", async () => {
  const rules = [deny({ action: "redact" })];
  expect(contentOf(await whole(guarded(rules).open(), chat(), answerOf("it is hunter2")))).toBe("it is [no-secrets]");
  expect((await stream(guarded(rules).open(), STREAMED, ["it is hun", "ter2"])).text).toBe("it is [no-secrets]");
});

test("flag lets answers pass, and says so where there is still a header to say it in", async () => {
  const rules = [deny({ action: "flag" })];
  const { headers, json } = await whole(guarded(rules).open(), chat(), answerOf("it is hunter2, hunter3"));
  expect(headers["x-graft-guard"]).toBe("no-secrets");
  expect(JSON.stringify(json)).toContain("hunter2, hunter3");
  const it = guarded(rules);
  expect(await stream(it.open(), STREAMED, ["it is hun", "ter2, hunter3"])).toMatchObject({
    text: "it is hunter2, hunter3",
    done: true,
  });
  expect([...it.counted]).toEqual([["graft_guard_total test no-secrets flag response", 1]]);
});

test("what an attempt before has said is forgotten", async () => {
  const pipeline = guarded([deny({ action: "flag" })]).open({ targets: [target("openai", "a"), target("openai", "b")] });
  sent(await pipeline.request(chat()));
  await answerWith(pipeline, 200, { "content-type": "application/json" }, [answerOf("hunter2")]);
  sent(await pipeline.attempt(2));
  const second = await answerWith(pipeline, 200, { "content-type": "application/json" }, [answerOf("fine")]);
  expect(second.headers["x-graft-guard"]).toBeUndefined();
});

test("text and its log probabilities do not part", async () => {
  const chunk = (content: string, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "x", model: "g", choices: [{ index: 0, delta: { content }, logprobs: { content: [{ token: content, logprob: -1, bytes: null, top_logprobs: [] }] }, finish_reason: finish }] })}\n\n`;
  const body = `${["The word", " is hun", "ter2", " ok"].map((it) => chunk(it)).join("")}data: [DONE]\n\n`;
  for (const action of ["block", "redact"]) {
    const pipeline = guarded([deny({ action })], { config: { window_chars: 1 } }).open();
    sent(await pipeline.request(STREAMED));
    const { text } = await answerWith(
      pipeline,
      200,
      SSE_HEADERS,
      cutBy(Buffer.from(body), () => 7),
    );
    expect(text).not.toContain("ter2");
    expect(text).not.toContain("is hun");
    if (action === "redact") expect(readStream(text).text).toBe("The word is [no-secrets] ok");
  }
});

test("citations are read as well, and lose their places where text was replaced", async () => {
  const annotation = (url: string, title: string) => ({
    type: "url_citation",
    url_citation: { url, title, start_index: 0, end_index: 4 },
  });
  const answered = (rule: RuleInput, content: string, title: string) =>
    whole(guarded([rule]).open(), chat(), answerOf(content, { annotations: [annotation("https://a.example/", title)] }));
  expect((await answered(deny(), "fine", "about hunter2")).status).toBe(400);
  const { json } = await answered(deny({ action: "redact" }), "hunter2 here", "about hunter2");
  expect(JSON.stringify(json)).not.toContain("hunter");
  expect(JSON.stringify(json)).toContain("about [no-secrets]");
  // Of the whole text then.
  expect(JSON.stringify(json)).not.toContain('"end_index":4');
});

test("a stream that breaks off is checked as far as it came", async () => {
  const pipeline = guarded([deny()]).open();
  sent(await pipeline.request(STREAMED));
  await pipeline.response(200, SSE_HEADERS);
  const first = Buffer.from(
    await pipeline.chunk(
      Buffer.from(
        `data: ${JSON.stringify({ id: "x", model: "g", choices: [{ index: 0, delta: { content: "it is hunter2" } }] })}\n\n`,
      ),
    ),
  );
  const tail = await pipeline.end();
  const { text, error } = readStream(first.toString() + Buffer.from(tail.body ?? "").toString());
  expect(text).not.toContain("hunter");
  expect(error).toBeDefined();
});
