import type { ServerResponse } from "node:http";
import { GraftError } from "../../plugins/core/errors";
import type { Hooks } from "../../plugins/core/plugin";
import { ClientAnswer } from "../../plugins/relay/client-answer";
import { relayStream } from "../../plugins/relay/relay-stream";
import { alias, chat, openPipeline, SSE_HEADERS, sent, target } from "../support/exchange";
import { everyCut } from "../support/pieces";
import { FakeAnswer } from "./fake-answer";
import { FakeResponse } from "./fake-response";
import { someTurns } from "./upstream/support";

const chunk = (content: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ object: "chat.completion.chunk", model: "x", choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`;
const HELLO = chunk("");
const WHOLE = `${HELLO}${chunk("Hel")}${chunk("lo")}${chunk("", "stop")}data: [DONE]\n\n`;
const DIED = new GraftError("upstream_failed", "broke off");
/** A plugin that takes its time over every event. */
const slow: Hooks = { event: async (event) => someTurns(1).then(() => [event]) };

async function begin(hooks: readonly Hooks[] = []) {
  const pipeline = openPipeline({ aliases: [alias("m", [target("openai", "x")])], hooks: () => hooks });
  sent(await pipeline.request(chat({ stream: true })));
  const answer = new FakeAnswer(SSE_HEADERS);
  const response = new FakeResponse();
  const client = new ClientAnswer(response as unknown as ServerResponse, undefined);
  const scout = pipeline.scout(200, SSE_HEADERS);
  if (scout === undefined) throw new Error("no scout");
  const done = relayStream({ pipeline, answer, client, scout });
  done.catch(() => {});
  return { pipeline, answer, response, done };
}

describe.each([
  ["no plugin", [] as readonly Hooks[]],
  ["a slow plugin", [slow]],
])("with %s", (name, hooks) => {
  test("all of it reaches the client in its order, however it is cut", async () => {
    for (const { pieces } of everyCut(Buffer.from(WHOLE))) {
      const { answer, response, done, pipeline } = await begin(hooks);
      answer.say(...pieces);
      answer.end();
      expect(await done).toBeUndefined();
      const said = response.text.match(/"content":"[^"]*"/g)?.join("");
      expect(said?.replaceAll(`"content":""`, "")).toBe(`"content":"Hel""content":"lo"`);
      expect(response.text.endsWith("data: [DONE]\n\n")).toBe(true);
      expect([response.head?.[0], response.writableEnded, pipeline.exchange.error]).toEqual([200, true, undefined]);
      if (name === "no plugin") expect(response.text).toBe(WHOLE);
    }
  });

  test("nothing is sent before the answer has begun; then what was held comes first", async () => {
    const { answer, response } = await begin(hooks);
    answer.say(HELLO, ": a comment\n\n");
    await someTurns();
    expect([response.headersSent, answer.hasBegun, answer.paused]).toEqual([false, false, false]);
    answer.say(chunk("Hi"));
    await someTurns();
    expect([response.head?.[0], answer.hasBegun, answer.paused]).toEqual([200, true, false]);
    expect(response.text.indexOf("Hi")).toBeGreaterThan(response.text.indexOf("data:"));
  });

  test.each([
    ["dies", (answer: FakeAnswer) => answer.fail(DIED), "upstream_failed"],
    ["ends", (answer: FakeAnswer) => answer.end(), "upstream_failed"],
    ["says an error", (answer: FakeAnswer) => answer.say(`data: {"error":{"message":"busy","code":503}}\n\n`), "upstream_busy"],
  ])("a provider that says hello and then %s has not answered", async (_name, act, kind) => {
    const { answer, response, done } = await begin(hooks);
    answer.say(HELLO);
    act(answer);
    expect(await done).toMatchObject({ kind });
    expect([answer.aborted || kind === "upstream_failed", response.headersSent, response.text]).toEqual([true, false, ""]);
  });

  test("one that dies later ends the stream in an error event", async () => {
    const { answer, response, done, pipeline } = await begin(hooks);
    answer.say(HELLO, chunk("Hi"));
    answer.fail(DIED);
    expect(await done).toBeUndefined();
    expect(response.text).toMatch(/data: \{"error":\{"message":"broke off".*\}\n\n$/);
    expect(pipeline.exchange.facts.of("attempt-failed")).toHaveLength(1);
  });

  test("a client that reads slowly holds the provider back, until it has caught up", async () => {
    const { answer, response, done } = await begin(hooks);
    answer.say(HELLO, chunk("Hi"));
    await someTurns();
    response.writableNeedDrain = true;
    answer.say(chunk("there"));
    await someTurns();
    expect(answer.paused).toBe(true);
    // One more piece may still come.
    answer.say(chunk("again"));
    await someTurns();
    expect(answer.paused).toBe(true);
    response.writableNeedDrain = false;
    response.emit("drain");
    await someTurns();
    expect([answer.paused, response.listenerCount("drain")]).toEqual([false, 0]);
    answer.say(chunk("", "stop"), "data: [DONE]\n\n");
    answer.end();
    await done;
    expect(response.text.match(/"content":"(there|again)"/g)).toEqual([`"content":"there"`, `"content":"again"`]);
  });

  test("a client that is gone gets nothing more", async () => {
    const { answer, response } = await begin(hooks);
    answer.say(HELLO, chunk("Hi"));
    await someTurns();
    const before = response.text;
    response.destroyed = true;
    answer.say(chunk("there"));
    answer.end();
    await someTurns();
    expect(response.text).toBe(before);
  });
});

test("while a plugin thinks, the provider is held back", async () => {
  let go = (): void => {};
  const { answer, response } = await begin([
    { event: (event) => (event.type === "delta" ? new Promise((resolve) => (go = () => resolve([event]))) : [event]) },
  ]);
  answer.say(chunk("Hi"));
  await someTurns();
  expect([answer.paused, response.text.includes("Hi")]).toEqual([true, false]);
  go();
  await someTurns();
  expect([answer.paused, response.text.includes("Hi")]).toEqual([false, true]);
});

test("an error event of a plugin is the last one, and ends the provider's part", async () => {
  const { answer, response, done } = await begin([
    {
      event: (event) =>
        event.type === "delta" && event.text === "bad"
          ? [{ type: "error", error: new GraftError("content_blocked", "no") }]
          : [event],
    },
  ]);
  answer.say(HELLO, chunk("good"), chunk("bad"), chunk("worse"));
  expect(await done).toBeUndefined();
  expect([answer.aborted, response.writableEnded]).toEqual([true, true]);
  expect(response.text).toMatch(/good[\s\S]*"code":"content_policy_violation"[^\n]*\n\n$/);
  expect(response.text).not.toMatch(/worse|DONE/);
});

test("a plugin that will not have the answer: its error instead, whole, and the provider's part is over", async () => {
  const refuse: Hooks = {
    response() {
      throw new GraftError("forbidden", "not this one");
    },
  };
  const { answer, response, done } = await begin([refuse]);
  answer.say(HELLO, chunk("Hi"));
  answer.say(chunk("there"));
  expect(await done).toBeUndefined();
  expect([answer.aborted, response.head?.[0]]).toEqual([true, 403]);
  expect(JSON.parse(response.text)).toMatchObject({ error: { message: "not this one" } });
});

test.each(["at once", "later"])("our own fault is told and ends all, whether it comes %s", async (when) => {
  const { pipeline, answer, done, response } = await begin();
  const bug = new Error("a bug");
  answer.say(HELLO, chunk("Hi"));
  await someTurns();
  jest.spyOn(pipeline, "chunk").mockImplementation(() => {
    if (when === "at once") throw bug;
    return someTurns(1).then(() => Promise.reject(bug));
  });
  answer.say(chunk("there"));
  answer.say(chunk("again"));
  await expect(done).rejects.toBe(bug);
  expect([answer.aborted, response.writableEnded]).toEqual([true, false]);
});
