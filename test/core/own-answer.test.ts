import { GraftError } from "../../plugins/core/errors";
import type { ChatEvent } from "../../plugins/core/events";
import type { Pipeline } from "../../plugins/core/pipeline";
import type { Hooks } from "../../plugins/core/plugin";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, replied, sent, target } from "../support/exchange";

const openai = () => alias("m", [target("openai", "gpt-test")]);

const START: ChatEvent = { type: "start", id: "x", model: "kept-model" };
const OPEN: ChatEvent = { type: "block-start", choice: 0, block: 0, start: { kind: "text" } };
const CLOSE: readonly ChatEvent[] = [
  { type: "block-end", choice: 0, block: 0 },
  { type: "finish", choice: 0, reason: "stop" },
];
const delta = (text: string): ChatEvent => ({ type: "delta", choice: 0, block: 0, text });
const upper: Hooks = { event: (event) => [event.type === "delta" ? { ...event, text: event.text.toUpperCase() } : event] };

async function liveOf(pipeline: Pipeline): Promise<AsyncIterator<Uint8Array>> {
  const step = await pipeline.request(chat({ stream: true }));
  if (step.kind !== "reply" || step.reply.live === undefined) throw new Error("not live");
  expect(step.reply).toMatchObject({ status: 200, headers: { "content-type": "text/event-stream; charset=utf-8" } });
  return step.reply.live[Symbol.asyncIterator]();
}

async function rest(body: AsyncIterator<Uint8Array>): Promise<string> {
  let text = "";
  for (let it = await body.next(); it.done !== true; it = await body.next()) text += Buffer.from(it.value).toString();
  return text;
}

describe("an answer that is given away as it comes", () => {
  test("goes through the hooks outside batch by batch, and ends as streams end", async () => {
    let go: () => void = () => {};
    const waiting = new Promise<void>((resolve) => {
      go = resolve;
    });
    async function* live(): AsyncGenerator<readonly ChatEvent[]> {
      yield [START, OPEN, delta("one ")];
      await waiting;
      yield [delta("two"), ...CLOSE];
    }
    const inner: Hooks = { event: () => Promise.reject(new Error("within the answerer")) };
    const trailer: Hooks = { complete: () => ({ trailer: "event: more\n\n" }) };
    const hooks = () => [trailer, upper, { request: () => ({ live: live() }) }, inner];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    const body = await liveOf(pipeline);
    expect(Buffer.from((await body.next()).value as Uint8Array).toString()).toContain('"content":"ONE "');
    go();
    const text = await rest(body);
    expect(text).toContain('"content":"TWO"');
    expect(text.endsWith("data: [DONE]\n\nevent: more\n\n")).toBe(true);
    expect(await pipeline.log("aborted")).toMatchObject({ status: 200, outcome: "complete", model: "kept-model", attempts: 0 });
  });

  test.each([
    ["its source", () => [{ request: () => ({ live: broken() }) }]],
    [
      "a hook",
      () => [
        {
          event: (event: ChatEvent) => {
            if (event.type === "finish") throw new GraftError("upstream_failed", "it broke off");
            return [event];
          },
        },
        { request: () => ({ live: whole() }) },
      ],
    ],
  ])("ends as an error where %s fails, and never looks complete", async (_what, hooks) => {
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    const text = await rest(await liveOf(pipeline));
    expect(text).toContain('"content":"one "');
    expect(text).toContain("it broke off");
    expect(text).not.toContain("[DONE]");
    expect(await pipeline.log("aborted")).toMatchObject({ status: 200, outcome: "complete", error: "upstream_failed" });
  });

  test("is aborted where its reader stops", async () => {
    const pipeline = openPipeline({ aliases: [openai()], hooks: () => [{ request: () => ({ live: whole() }) }] });
    const body = await liveOf(pipeline);
    await body.next();
    await body.return?.();
    expect(await pipeline.log("aborted")).toMatchObject({ outcome: "aborted" });
  });

  async function* whole(): AsyncGenerator<readonly ChatEvent[]> {
    yield [START, OPEN, delta("one ")];
    yield CLOSE;
  }

  async function* broken(): AsyncGenerator<readonly ChatEvent[]> {
    yield [START, OPEN, delta("one ")];
    throw new GraftError("upstream_failed", "it broke off");
  }
});

describe("a rescue", () => {
  const saved: readonly ChatEvent[] = [START, OPEN, delta("kept"), ...CLOSE];
  const saver: Hooks = { rescue: () => ({ events: saved }) };

  test.each([false, true])("gives the client what a hook has, through the hooks outside it (stream: %s)", async (stream) => {
    const asked: string[] = [];
    const nothing: Hooks = {
      rescue: ({ kind }) => {
        asked.push(kind);
        return undefined;
      },
    };
    const hooks = () => [upper, nothing, saver];
    const pipeline = openPipeline({ aliases: [openai()], hooks });
    sent(await pipeline.request(chat({ stream })));
    const answer = await answerWith(pipeline, 503, JSON_HEADERS, ['{"error":{"message":"down"}}']);
    expect(answer.status).toBe(503);
    const reply = await pipeline.rescue();
    expect(reply?.status).toBe(200);
    expect(reply?.headers).not.toHaveProperty("x-graft-target");
    expect(reply?.body.toString()).toContain("KEPT");
    expect(asked).toEqual(["upstream_busy"]);
    expect(await pipeline.log("aborted")).toMatchObject({ status: 200, error: undefined, outcome: "complete" });
  });

  test("is asked for too when there is nobody to send to", async () => {
    const hooks = () => [saver, { route: () => Promise.reject(new GraftError("unavailable", "all rest")) }];
    const reply = replied(await openPipeline({ aliases: [openai()], hooks }).request(chat()));
    expect(reply).toMatchObject({ status: 200, json: { choices: [{ message: { content: "kept" } }] } });
  });

  test.each([
    ["nobody has anything", {}],
    ["it fails", { rescue: () => Promise.reject(new Error("no")) }],
    ["a hook outside will not have it", saver],
  ] as [string, Hooks][])("leaves the error where %s", async (_what, hook) => {
    const outside: Hooks = {
      end: () => {
        throw new GraftError("content_blocked", "not this");
      },
    };
    const pipeline = openPipeline({ aliases: [openai()], hooks: () => [outside, hook] });
    sent(await pipeline.request(chat()));
    await answerWith(pipeline, 503, JSON_HEADERS, ["{}"]);
    expect(await pipeline.rescue()).toBeUndefined();
    expect(pipeline.exchange.error?.kind).toBe("upstream_busy");
  });

  test("is not asked for after a good answer", async () => {
    const pipeline = openPipeline({ aliases: [openai()], hooks: () => [saver] });
    sent(await pipeline.request(chat()));
    await answerWith(pipeline, 200, JSON_HEADERS, [
      '{"id":"a","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}',
    ]);
    expect(await pipeline.rescue()).toBeUndefined();
  });
});

test("a hook at work is told when the client is gone", async () => {
  let stop: () => void = () => {};
  const calls: string[] = [];
  const hook: Hooks = {
    request: () =>
      new Promise((resolve) => {
        stop = () => resolve(undefined);
      }),
    abandon: () => {
      calls.push("abandon");
      stop();
    },
    log: () => void calls.push("log"),
  };
  const pipeline = openPipeline({ aliases: [openai()], hooks: () => [hook] });
  const request = pipeline.request(chat());
  expect(await pipeline.log("aborted")).toMatchObject({ outcome: "aborted" });
  expect((await request).kind).toBe("reply");
  expect(calls).toEqual(["abandon", "log"]);
});
