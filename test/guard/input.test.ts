import { chat, replied, sent } from "../support/exchange";
import { guarded, type RuleInput } from "./support";

const deny = (it: RuleInput = {}, ...patterns: string[]): RuleInput => ({
  name: "no-secrets",
  kind: "pattern",
  pattern: { deny: patterns.length === 0 ? ["hunter\\d"] : patterns },
  ...it,
});

async function blocked(rules: readonly RuleInput[], request: Readonly<Record<string, unknown>>): Promise<boolean> {
  const step = await guarded(rules).open().request(chat(request));
  if (step.kind === "send") return false;
  const { status, json } = replied(step);
  expect({ status, json }).toMatchObject({ status: 400, json: { error: { code: "content_policy_violation" } } });
  return true;
}

/** What the provider gets. */
async function forwarded(
  rules: readonly RuleInput[],
  request: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { request: out } = sent(await guarded(rules).open().request(chat(request)));
  return JSON.parse(Buffer.from(out.body).toString()) as Record<string, unknown>;
}

const call = (args: string) => ({
  role: "assistant",
  tool_calls: [{ id: "c1", type: "function", function: { name: "login", arguments: args } }],
});
const tool = (parameters: object, description = "Logs in") => ({
  tools: [{ type: "function", function: { name: "login", description, parameters } }],
});

/** Everywhere a request can hold text. */
const PLACES: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["the last message", { messages: [{ role: "user", content: "my password is hunter2" }] }],
  [
    "an earlier message",
    {
      messages: [
        { role: "user", content: "hunter2" },
        { role: "assistant", content: "ok" },
        { role: "user", content: "hi" },
      ],
    },
  ],
  [
    "what the system says",
    {
      messages: [
        { role: "system", content: "hunter2" },
        { role: "user", content: "hi" },
      ],
    },
  ],
  [
    "what the developer says",
    {
      messages: [
        { role: "developer", content: "hunter2" },
        { role: "user", content: "hi" },
      ],
    },
  ],
  [
    "what the assistant said",
    {
      messages: [
        { role: "assistant", content: "hunter2" },
        { role: "user", content: "hi" },
      ],
    },
  ],
  [
    "a part of several",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "text", text: "hunter2" },
          ],
        },
      ],
    },
  ],
  [
    "two parts that are read as one",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "hun" },
            { type: "text", text: "ter2" },
          ],
        },
      ],
    },
  ],
  [
    "a tool's arguments",
    {
      messages: [
        { role: "user", content: "hi" },
        call('{"password":"hunter2"}'),
        { role: "tool", tool_call_id: "c1", content: "ok" },
      ],
    },
  ],
  [
    "a tool's arguments, escaped",
    {
      messages: [
        { role: "user", content: "hi" },
        call('{"password":"h\\u0075nter2"}'),
        { role: "tool", tool_call_id: "c1", content: "ok" },
      ],
    },
  ],
  [
    "a tool's result",
    { messages: [{ role: "user", content: "hi" }, call("{}"), { role: "tool", tool_call_id: "c1", content: "it is hunter2" }] },
  ],
  ["a tool's description", { ...tool({ type: "object" }, "Logs in as hunter2") }],
  ["a tool's parameters", { ...tool({ type: "object", properties: { a: { enum: ["hunter2"] } } }) }],
  ["the name of a tool's parameter", { ...tool({ type: "object", properties: { hunter2: {} } }) }],
  ["a name", { messages: [{ role: "user", name: "hunter2", content: "hi" }] }],
  [
    "the form of the answer",
    { response_format: { type: "json_schema", json_schema: { name: "x", schema: { description: "hunter2" } } } },
  ],
  ["a field nobody knows", { prediction: { type: "content", content: "hunter2" } }],
  [
    "a text file",
    {
      messages: [
        {
          role: "user",
          content: [
            {
              type: "file",
              file: { filename: "a.txt", file_data: `data:text/plain;base64,${Buffer.from("hunter2").toString("base64")}` },
            },
          ],
        },
      ],
    },
  ],
];

describe.each(PLACES)("in %s", (place, request) => {
  test("a match blocks", async () => {
    expect(await blocked([deny()], request)).toBe(true);
    expect(await blocked([deny({}, "hunter3")], request)).toBe(false);
  });

  test("a match is replaced", async () => {
    if (place === "two parts that are read as one") {
      expect(await blocked([deny({ action: "redact" })], request)).toBe(true);
      return;
    }
    const text = JSON.stringify(await forwarded([deny({ action: "redact" })], request));
    const decoded = text.replace(/base64,([\w+/=]+)/, (_, data: string) => Buffer.from(data, "base64").toString());
    expect(decoded).toContain("[no-secrets]");
    expect(decoded).not.toMatch(/hunter2|nter2/);
  });
});

test("the error names the rule and nothing of what was said", async () => {
  const { json, headers } = replied(
    await guarded([deny()])
      .open()
      .request(chat({ messages: [{ role: "user", content: "hunter2" }] })),
  );
  expect(json).toEqual({
    error: {
      message: "The request was blocked by a rule of the gateway. (rule: no-secrets)",
      type: "invalid_request_error",
      param: null,
      code: "content_policy_violation",
    },
  });
  expect(JSON.stringify([json, headers])).not.toContain("hunter");
});

test("the operator's own words", async () => {
  const step = await guarded([deny({ message: "No passwords, please." })])
    .open()
    .request(chat({ messages: [{ role: "user", content: "hunter2" }] }));
  expect(replied(step).json).toMatchObject({ error: { message: "No passwords, please. (rule: no-secrets)" } });
});

test("flag lets it pass, tells once, and in a header", async () => {
  const it = guarded([deny({ action: "flag" }), deny({ name: "other", action: "flag" }, "hi")]);
  const pipeline = it.open();
  const { request } = sent(
    await pipeline.request(
      chat({
        messages: [
          { role: "user", content: "hunter2 hunter3" },
          { role: "user", content: "hunter4 hi" },
        ],
      }),
    ),
  );
  expect(Buffer.from(request.body).toString()).toContain("hunter2 hunter3");
  expect(pipeline.exchange.facts.of("rule-fired")).toEqual([
    { kind: "rule-fired", rule: "no-secrets", action: "flag", direction: "request" },
    { kind: "rule-fired", rule: "other", action: "flag", direction: "request" },
  ]);
  expect(pipeline.exchange.answerHeaders["x-graft-guard"]).toBe("no-secrets, other");
  expect(it.counted.get("graft_guard_total test no-secrets flag request")).toBe(1);
});

test("roles say whose texts are read", async () => {
  const request = {
    messages: [
      { role: "system", content: "hunter2" },
      { role: "user", content: "hi" },
    ],
  };
  expect(await blocked([deny({ roles: ["user"] })], request)).toBe(false);
  expect(await blocked([deny({ roles: ["system"] })], request)).toBe(true);
});

test("what an earlier rule replaced a later one does not see", async () => {
  const request = { messages: [{ role: "user", content: "hunter2 and more" }] };
  const first = deny({ name: "first", action: "redact" });
  expect(await blocked([first, deny({ name: "second" })], request)).toBe(false);
  expect(await blocked([deny({ name: "second" }), first], request)).toBe(true);
});

describe("match", () => {
  const rule = deny({ match: { teams: ["red"], headers: { "x-env": "prod" } } });
  const request = chat({ messages: [{ role: "user", content: "hunter2" }] });
  test.each([
    [{ caller: { team: "red" }, headers: { "x-env": "prod" } }, "reply"],
    [{ caller: { team: "blue" }, headers: { "x-env": "prod" } }, "send"],
    [{ caller: { team: "red" } }, "send"],
  ] as const)("%j: %s", async (who, kind) => {
    expect((await guarded([rule]).open(who).request(request)).kind).toBe(kind);
  });
});

test("allowed patterns: every text of the user must match one", async () => {
  const rule = { name: "orders-only", kind: "pattern", on: "input", pattern: { allow: ["^order \\d+", "^hello"] } };
  const says = (...texts: string[]) => ({
    messages: [{ role: "system", content: "You sell." }, ...texts.map((content) => ({ role: "user", content }))],
  });
  expect(await blocked([rule], says("hello there", "order 12"))).toBe(false);
  expect(await blocked([rule], says("hello there", "tell me a joke"))).toBe(true);
  expect(await blocked([{ ...rule, roles: ["system"] }], says("hello"))).toBe(true);
});

test("a request that no rule changes keeps its bytes", async () => {
  const body = chat({ messages: [{ role: "user", content: "hi" }], metadata: { a: "b" } });
  const { request } = sent(
    await guarded([deny({ action: "redact" })])
      .open()
      .request(body),
  );
  expect(JSON.parse(Buffer.from(request.body).toString())).toEqual({
    ...(JSON.parse(body.toString()) as object),
    model: "gpt-4o",
  });
});

test("members called __proto__ are read and kept", async () => {
  const parameters = '{"type":"object","properties":{"__proto__":{"description":"hunter2"}}}';
  const body = Buffer.from(
    `{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"t","parameters":${parameters}}}]}`,
  );
  const { request } = sent(
    await guarded([deny({ action: "redact" })])
      .open()
      .request(body),
  );
  expect(Buffer.from(request.body).toString()).toContain('"__proto__":{"description":"[no-secrets]"}');
});
