/** When hooks are looked up, what they are given, and what nothing gets around. */
import { GraftError } from "../../plugins/core/errors";
import type { Hooks } from "../../plugins/core/plugin";
import { alias, answerWith, chat, JSON_HEADERS, openPipeline, replied, sent, target } from "../support/exchange";

const ANSWER = JSON.stringify({
  id: "x",
  model: "g",
  choices: [{ index: 0, message: { role: "assistant", content: "six" }, finish_reason: "stop" }],
});
const openai = target("openai", "gpt-x");
const gemini = target("gemini", "flash");

test("a plugin may decide by the request whether it looks at the answer", async () => {
  const ask = async (looks: boolean) => {
    const hooks: Hooks = {
      request() {
        if (looks) hooks.event = (event) => [event.type === "delta" ? { ...event, text: "seven" } : event];
        return undefined;
      },
    };
    const pipeline = openPipeline({ aliases: [alias("m", [openai])], hooks: () => [hooks] });
    sent(await pipeline.request(chat()));
    const { head, text } = await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER]);
    return { delivery: head.delivery, text };
  };
  expect(await ask(false)).toEqual({ delivery: "pass", text: ANSWER });
  expect(await ask(true)).toEqual({ delivery: "whole", text: expect.stringContaining("seven") });
});

test("an attempt hook sees what is sent, and can keep it from being sent", async () => {
  const seen: string[] = [];
  const pipeline = openPipeline({
    aliases: [alias("m", [openai, gemini])],
    hooks: () => [
      {
        attempt(attempt, request) {
          seen.push(`${attempt.number} ${request.authority} ${request.body}`);
          if (attempt.number === 2) throw new GraftError("unavailable", "not now");
        },
      },
    ],
  });
  const step = sent(await pipeline.request(chat()));
  expect(seen).toEqual([`1 openai.test ${step.request.body}`]);
  expect(replied(await pipeline.attempt(2)).status).toBe(503);
  expect(seen[1]).toMatch(/^2 gemini\.test /);
});

test("no attempt goes where the exchange may not go, whoever chose the target", async () => {
  const pipeline = openPipeline({
    aliases: [alias("m", [openai, gemini])],
    hooks: (exchange) => {
      exchange.restrictions.push((it) => (it.provider.name === "gemini" ? new GraftError("forbidden", "not gemini") : undefined));
      return [];
    },
  });
  sent(await pipeline.request(chat()));
  expect(replied(await pipeline.attempt(2))).toMatchObject({ status: 403, json: { error: { message: "not gemini" } } });
  expect(replied(await pipeline.attempt(3, gemini)).status).toBe(403);
  sent(await pipeline.attempt(4, openai));
});
