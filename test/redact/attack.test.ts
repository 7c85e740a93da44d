/** Ways around redaction that were found by trying, each with what holds now. */

import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { PluginServices } from "../../plugins/define-plugin";
import { guard } from "../../plugins/guard";
import { redact } from "../../plugins/redact";
import { compileRedactor } from "../../plugins/redact/compile";
import { redactSchema } from "../../plugins/redact/config";
import { redactExchange } from "../../plugins/redact/exchange";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  replied,
  sent,
  target,
} from "../support/exchange";

const CARD = "4012888888881881";
const openai = [alias("m", [target("openai", "gpt-4o")])];

function open(config: object = {}, more: (exchange: Exchange) => readonly Hooks[] = () => []) {
  const opened = redact.open(config, pluginServices, policyFacts);
  return openPipeline({
    aliases: openai,
    hooks: (exchange) => {
      const { main = {}, response = {} } = opened(exchange);
      return [main, ...more(exchange), response];
    },
  });
}

test.each([
  [
    "a past answer's annotations",
    {
      messages: [
        { role: "assistant", content: "x", annotations: [{ t: CARD }] },
        { role: "user", content: "q" },
      ],
    },
  ],
  ["an unknown member of the response format", { response_format: { type: "json_object", note: CARD } }],
  [
    "an unknown member of the tool choice",
    {
      tools: [{ type: "function", function: { name: "f" } }],
      tool_choice: { type: "function", function: { name: "f", note: CARD } },
    },
  ],
  ["a file that is no base64", { messages: [{ role: "user", content: [{ type: "file", file: { file_data: `see ${CARD}` } }] }] }],
  [
    "audio that is none",
    { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: `see ${CARD}`, format: "wav" } }] }] },
  ],
])("%s does not leave", async (_name, body) => {
  const step = await open().request(chat(body));
  if (step.kind === "send") expect(step.request.body.toString()).not.toContain(CARD);
});

test("a tool's result that is JSON stays JSON", async () => {
  const messages = [
    { role: "user", content: "q" },
    { role: "assistant", content: null, tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] },
    { role: "tool", tool_call_id: "c", content: `{"card":${CARD},"n":1}` },
  ];
  const { request } = sent(await open().request(chat({ messages })));
  const { messages: out } = JSON.parse(request.body.toString()) as { messages: { content: string }[] };
  expect(JSON.parse(out[2]?.content ?? "")).toEqual({ card: "<CREDIT_CARD_1>", n: 1 });
});

test.each([
  { type: "document", source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" } },
  { type: "video", video: { url: "https://x/y" } },
  { type: "foo", bar: { image_url: "https://x/y" } },
])("under `uninspectable: block` a part that holds media is refused: %j", async (part) => {
  const messages = [{ role: "user", content: [{ type: "text", text: "hi" }, part] }];
  expect(replied(await open({ uninspectable: "block" }).request(chat({ messages }))).status).toBe(400);
});

test("an analyzer is asked when what the policy's own detectors found is known, and never for what is blocked", async () => {
  const asked: unknown[] = [];
  const config = redactSchema.parse({ entities: [{ type: "all" }, { type: "iban", action: "block" }] });
  const { clock, newId, sideCalls } = pluginServices;
  const redactor = compileRedactor(config, { clock, newId, sideCalls }, policyFacts);
  const analyzer = {
    name: "a",
    async analyze(exchange: Exchange, texts: readonly string[]) {
      asked.push(exchange.facts.of("entity-found").map(({ entity, count }) => `${entity} ${count}`));
      return texts.map((text) =>
        [...text.matchAll(/Jane/g)].map(({ index }) => ({ start: index, end: index + 4, entity: "credit_card" })),
      );
    },
  };
  const ask = async (content: string) => {
    const pipeline = openPipeline({
      aliases: openai,
      hooks: (exchange) => [redactExchange({ ...redactor, analyzers: [{ analyzer, onError: "closed" }] }, exchange).main],
    });
    return { step: await pipeline.request(chat({ messages: [{ role: "user", content }] })), facts: pipeline.exchange.facts };
  };
  const { step, facts } = await ask(`Jane has ${CARD}`);
  expect(sent(step).request.body.toString()).toContain("<CREDIT_CARD_1> has <CREDIT_CARD_2>");
  expect(asked).toEqual([["credit_card 1"]]);
  expect(facts.of("entity-found")).toMatchObject([{ entity: "credit_card", count: 2 }]);
  expect(replied((await ask("DE89 3704 0044 0532 0130 00")).step).status).toBe(400);
  expect(asked).toHaveLength(1);
});

test("a second answer that a guard has asked for is redacted as the first one", async () => {
  const second = [
    { type: "start", id: "x", model: "m" },
    { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
    { type: "delta", choice: 0, block: 0, text: `card ${CARD}` },
    { type: "block-end", choice: 0, block: 0 },
    { type: "finish", choice: 0, reason: "stop" },
  ] as const;
  const services: PluginServices = {
    ...pluginServices,
    sideCalls: { ...pluginServices.sideCalls, ask: async () => second },
  };
  const rules = [{ name: "polite", kind: "pattern", on: "output", action: "retry", pattern: { deny: ["rude"] } }];
  const guarded = guard.open({ rules }, services, policyFacts);
  const ask = async (config: object) => {
    const pipeline = open(config, (exchange) => [guarded(exchange)["main"] ?? {}]);
    sent(await pipeline.request(chat()));
    const answer = {
      id: "x",
      model: "g",
      choices: [{ index: 0, message: { role: "assistant", content: "rude" }, finish_reason: "stop" }],
    };
    return answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(answer)]);
  };
  expect((await ask({ direction: "both" })).text).toContain("card [CREDIT_CARD]");
  const blocked = await ask({ direction: "both", entities: [{ type: "credit_card", response_action: "block" }] });
  expect([blocked.status, blocked.text.includes(CARD)]).toEqual([400, false]);
});

test("a value with a backslash comes back as it was", async () => {
  const pipeline = open({ custom: [{ name: "login", pattern: "CORP\\\\[a-z]+" }] });
  const { request } = sent(await pipeline.request(chat({ messages: [{ role: "user", content: "I am CORP\\bob" }] })));
  expect(request.body.toString()).toContain("<LOGIN_1>");
  const call = { id: "c", type: "function", function: { name: "f", arguments: '{"k":"<LOGIN_1>"}' } };
  const message = { role: "assistant", content: "Hi <LOGIN_1>", tool_calls: [call] };
  const answer = { id: "x", model: "g", choices: [{ index: 0, message, finish_reason: "tool_calls" }] };
  const { text } = await answerWith(pipeline, 200, JSON_HEADERS, [JSON.stringify(answer)]);
  const [choice] = (JSON.parse(text) as { choices: { message: typeof message }[] }).choices;
  expect(choice?.message.content).toBe("Hi CORP\\bob");
  expect(JSON.parse(choice?.message.tool_calls[0]?.function.arguments ?? "")).toEqual({ k: "CORP\\bob" });
});
