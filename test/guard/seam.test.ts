/** What an answer says over several of its blocks, which clients show as one text. */
import { guard } from "../../plugins/guard";
import {
  alias,
  answerWith,
  chat,
  JSON_HEADERS,
  openPipeline,
  pluginServices,
  policyFacts,
  SSE_HEADERS,
  sent,
  target,
} from "../support/exchange";

const RULES = [{ name: "heron", kind: "pattern", on: "output", pattern: { deny: ["project[ -]heron"] } }];

async function answered(provider: string, rules: readonly object[], body: string, stream = false) {
  const opened = guard.open({ rules }, pluginServices, policyFacts);
  const pipeline = openPipeline({
    aliases: [alias("m", [target(provider, "x")])],
    hooks: (exchange) => [opened(exchange)["main"] ?? {}],
  });
  sent(await pipeline.request(chat({ stream })));
  return answerWith(pipeline, 200, stream ? SSE_HEADERS : JSON_HEADERS, stream ? body.split(/(?<=\n\n)/) : [body]);
}

const blocks = (...texts: string[]) =>
  JSON.stringify({
    id: "m",
    type: "message",
    role: "assistant",
    model: "c",
    content: texts.map((text) => ({ type: "text", text })),
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 1 },
  });

test.each([[["It is project ", "heron."]], [["It is pro", "ject", " he", "ron."]], [["project ", "", "heron"]]])(
  "a whole answer of blocks %j is blocked",
  async (texts) => {
    const { status, text } = await answered("anthropic", RULES, blocks(...texts));
    expect([status, text.includes("heron.")]).toEqual([400, false]);
  },
);

test.each([[["It is project ", "x heron."]], [["heron ", "project ", "and heron"]]])("one of %j is not", async (texts) => {
  const { status, text } = await answered("anthropic", RULES, blocks(...texts));
  expect([status, (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message.content]).toEqual([
    200,
    texts.join(""),
  ]);
});

test("a rule that only tells does so once, and one that replaces blocks: half of it is gone", async () => {
  const flag = await answered("anthropic", [{ ...RULES[0], action: "flag" }], blocks("project ", "heron"));
  expect([flag.status, flag.headers["x-graft-guard"]]).toEqual([200, "heron"]);
  expect((await answered("anthropic", [{ ...RULES[0], action: "redact" }], blocks("project ", "heron"))).status).toBe(400);
});

test("what comes between two pieces of a streamed text does not hide what they say together", async () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "g", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const between = { tool_calls: [{ index: 0, id: "c", type: "function", function: { name: "f", arguments: "{}" } }] };
  for (const middle of [between, { reasoning_content: "hm" }]) {
    const stream = [
      chunk({ content: "It is project " }),
      chunk(middle),
      chunk({ content: "heron, yes." }),
      chunk({}, "stop"),
      "data: [DONE]\n\n",
    ];
    const { text } = await answered("openai", RULES, stream.join(""), true);
    expect(text).toContain("content_policy_violation");
    expect(text).not.toMatch(/heron,|\[DONE\]/);
  }
});

test("what is denied does not go out in members that nobody reads either", async () => {
  const ask = async (annotations: object[]) => {
    const opened = guard.open({ rules: [{ ...RULES[0], on: "input" }] }, pluginServices, policyFacts);
    const pipeline = openPipeline({
      aliases: [alias("m", [target("openai", "x")])],
      hooks: (exchange) => [opened(exchange)["main"] ?? {}],
    });
    const messages = [
      { role: "assistant", content: "x", annotations },
      { role: "user", content: "q" },
    ];
    return sent(await pipeline.request(chat({ messages }))).request.body.toString();
  };
  expect(await ask([{ title: "Project heron" }])).not.toMatch(/heron/i);
  expect(await ask([{ title: "Project stork" }])).toContain("Project stork");
});
