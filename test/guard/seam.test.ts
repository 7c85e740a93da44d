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
  replied,
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
  const ask = async (index: string) => {
    const opened = guard.open({ rules: [{ ...RULES[0], on: "input" }] }, pluginServices, policyFacts);
    const pipeline = openPipeline({
      aliases: [alias("m", [target("openai", "x")])],
      hooks: (exchange) => [opened(exchange)["main"] ?? {}],
    });
    const messages = [
      { role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" }, index }] },
      { role: "tool", tool_call_id: "c", content: "q" },
    ];
    return sent(await pipeline.request(chat({ messages }))).request.body.toString();
  };
  expect(await ask("Project heron")).not.toMatch(/heron/i);
  expect(await ask("Project stork")).toContain("Project stork");
});

const NOTE = { note: "about Project heron" };
const named = { name: "f", ...NOTE };
test.each<[string, Readonly<Record<string, unknown>>]>([
  ["response_format", { response_format: { type: "json_object", ...NOTE } }],
  ["json_schema", { response_format: { type: "json_schema", json_schema: { ...named, schema: {} } } }],
  ["tool_choice", { tool_choice: { type: "function", function: named } }],
  [
    "allowed tools",
    { tool_choice: { type: "allowed_tools", allowed_tools: { mode: "auto", tools: [{ type: "mcp", ...NOTE }] } } },
  ],
  ["a custom tool", { tools: [{ type: "custom", custom: { name: "f" }, ...NOTE }] }],
  ["a function", { tools: [{ type: "function", function: named }] }],
  ["a mark", { messages: [{ role: "user", content: "x", cache_control: { type: "ephemeral", ...NOTE } }] }],
  ["thinking", { thinking: { type: "enabled", ...NOTE } }],
  ["annotations", { messages: [{ role: "assistant", content: "x", annotations: [NOTE] }] }],
  ["a call", { messages: [{ role: "assistant", function_call: { arguments: "{}", ...named } }] }],
  ["audio", { messages: [{ role: "assistant", audio: { id: "a", transcript: NOTE.note } }] }],
  [
    "a data URL",
    {
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;n=Project heron;base64,aGk=" } }] },
      ],
    },
  ],
  ["a part of a result", { messages: [{ role: "tool", tool_call_id: "c", content: [{ type: "text", text: "x", ...NOTE }] }] }],
])("unknown members are read as well: %s", async (_, body) => {
  const opened = guard.open({ rules: [{ ...RULES[0], on: "input" }] }, pluginServices, policyFacts);
  const aliases = [alias("m", [target("openai-compatible", "x")])];
  const pipeline = openPipeline({ aliases, hooks: (exchange) => [opened(exchange)["main"] ?? {}] });
  expect(replied(await pipeline.request(chat(body))).json).toMatchObject({ error: { code: "content_policy_violation" } });
});
