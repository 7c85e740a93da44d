import type { Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import { compileRedactor } from "../../plugins/redact/compile";
import { redactSchema } from "../../plugins/redact/config";
import { redactExchange } from "../../plugins/redact/exchange";
import type { Redactor } from "../../plugins/redact/redactor";
import { chat, pluginServices, policyFacts, replied, sent } from "../support/exchange";
import { ask, open, type Settings } from "./support/exchange";

const CARD = "4111111111111111";
const user = (content: unknown): Settings => ({ messages: [{ role: "user", content }] });

async function sentMessages(settings: Settings, request: Settings): Promise<readonly Settings[]> {
  const { body } = await ask(open(settings), request);
  return (JSON.parse(body.slice(body.indexOf("\n"))) as { messages: Settings[] }).messages;
}

async function textSent(settings: Settings, text: string): Promise<unknown> {
  return (await sentMessages(settings, user(text)))[0]?.["content"];
}

async function refusal(
  settings: Settings,
  request: Settings,
): Promise<{ status: number; code: unknown; message: string; facts: object }> {
  const pipeline = open(settings);
  const { status, json } = replied(await pipeline.request(chat(request)));
  const error = json["error"] as { code: string; message: string };
  return { status, code: error.code, message: error.message, facts: pipeline.exchange.facts.all };
}

/** With the hooks of the plugin, to see which there are. */
function openSeen(settings: Settings, change: (redactor: Redactor) => Redactor = (it) => it) {
  const redactor = change(compileRedactor(redactSchema.parse(settings), pluginServices, policyFacts));
  const seen: { hooks?: { main: Hooks; response: Hooks } } = {};
  const hooks = (exchange: Exchange): readonly Hooks[] => {
    seen.hooks = redactExchange(redactor, exchange);
    return [seen.hooks.main, seen.hooks.response];
  };
  return { pipeline: open(settings, "openai", hooks), seen };
}

test("a request with nothing in it goes out as the bytes it came as, and nobody looks at its answer", async () => {
  const { pipeline, seen } = openSeen({});
  const bytes = Buffer.from('{"model":"m", "messages" : [{"role":"user","content":"h\\u0069 <b>there</b>"}], "x":[1.50]}');
  const { request, attempt } = sent(await pipeline.request(bytes));
  expect(request.body.toString()).toBe(bytes.toString());
  expect(attempt.passThrough).toBe(true);
  expect(seen.hooks?.main.event).toBeUndefined();
  expect(seen.hooks?.main.end).toBeUndefined();
  expect(pipeline.exchange.facts.of("entity-found")).toEqual([]);
});

test("what is only flagged changes nothing", async () => {
  const { pipeline, seen } = openSeen({ action: "flag" });
  const { attempt } = sent(await pipeline.request(chat(user("a@example.com and b@example.com"))));
  expect(attempt.passThrough).toBe(true);
  expect(seen.hooks?.main.event).toBeUndefined();
  expect(pipeline.exchange.facts.of("entity-found")).toEqual([
    { kind: "entity-found", entity: "email", group: "contact", count: 2, action: "flag", direction: "request" },
  ]);
});

const SECOND = `mail a@example.com, card ${CARD}`;
test.each([
  ["placeholder", "mail <EMAIL_1>, card <CREDIT_CARD_1>"],
  ["mask", "mail a***@example.com, card ************1111"],
  ["remove", "mail , card "],
  ["hash", expect.stringMatching(/^mail \[EMAIL:[0-9a-f]{16}\], card \[CREDIT_CARD:[0-9a-f]{16}\]$/)],
])("%s", async (action, expected) => {
  const settings = { action, hash_key: "k" };
  expect(await textSent(settings, SECOND)).toEqual(expected);
});

test("hashes are the same for the same value and key, and for no other", async () => {
  const hash = (key: string, text: string): Promise<unknown> => textSent({ action: "hash", hash_key: key }, text);
  expect(await hash("k", "a@example.com")).toBe(await hash("k", "a@example.com"));
  expect(await hash("k", "a@example.com")).not.toBe(await hash("l", "a@example.com"));
  expect(await hash("k", "a@example.com")).not.toBe(await hash("k", "b@example.com"));
});

test("an entity's rule wins over its group's, that over all's, and the plugin's action is for the rest", async () => {
  const entities = [{ type: "all" }, { type: "finance", action: "mask" }, { type: "credit_card", action: "remove" }];
  const iban = "DE89370400440532013000";
  expect(await textSent({ entities }, `a@example.com ${iban} ${CARD}.`)).toBe("<EMAIL_1> ******************3000 .");
  expect(await textSent({ entities: [{ type: "credit_card" }] }, `a@example.com ${CARD}`)).toBe("a@example.com <CREDIT_CARD_1>");
  expect(await textSent({ except: ["email"] }, `a@example.com ${CARD}`)).toBe("a@example.com <CREDIT_CARD_1>");
  expect(await textSent({ except: ["contact"] }, `a@example.com ${CARD}`)).toBe("a@example.com <CREDIT_CARD_1>");
});

test("blocked: 400, the kind of thing and never the thing, and a fact", async () => {
  const got = await refusal({ entities: [{ type: "all" }, { type: "credit_card", action: "block" }] }, user(`x ${CARD}`));
  expect(got).toMatchObject({ status: 400, code: "content_policy_violation", message: expect.stringContaining("credit_card") });
  expect(JSON.stringify(got)).not.toContain("4111");
  expect(got.facts).toEqual([
    { kind: "entity-found", entity: "credit_card", group: "finance", count: 1, action: "block", direction: "request" },
  ]);
});

test("the same value has the same placeholder, another spelling another, and text that looks like one gets its own", async () => {
  expect(await textSent({}, "a@example.com A@example.com a@example.com <EMAIL_1> &lt;email 2&gt; <EMAIL_1>")).toBe(
    "<EMAIL_1> <EMAIL_2> <EMAIL_1> <TEXT_1> <TEXT_2> <TEXT_1>",
  );
});

test("a turn more renumbers nothing: the conversation before it is sent byte for byte as it was", async () => {
  const turns = [
    { role: "system", content: "you serve b@example.com" },
    { role: "user", content: "I am a@example.com" },
    { role: "assistant", content: "hello a@example.com" },
    { role: "user", content: `my card is ${CARD}` },
    { role: "assistant", content: "and c@example.com" },
    { role: "user", content: "bye d@example.com" },
  ];
  const tools = [{ type: "function", function: { name: "f", description: "as root@example.com" } }];
  const before = { user: "u@example.com", metadata: { session: "s@example.com" }, tools };
  let last = "";
  for (let count = 1; count <= turns.length; count += 1) {
    const messages = await sentMessages({}, { ...before, messages: turns.slice(0, count) });
    const now = JSON.stringify(messages).slice(0, -1);
    expect(now.startsWith(last)).toBe(true);
    last = now;
  }
});

test("signed reasoning is what its signature was made for", async () => {
  const thought = "The user <EMAIL_1> wants <CREDIT_CARD_1> charged.";
  const messages = (restored: string): object[] => [
    { role: "user", content: `charge ${CARD} for a@example.com` },
    { role: "assistant", content: "done", thinking_blocks: [{ type: "thinking", thinking: restored, signature: "c2ln" }] },
    { role: "user", content: "thanks, also b@example.com" },
  ];
  // Numbered by appearance: the card is not the first thing of its text here, but the first card.
  const restored = thought.replace("<EMAIL_1>", "a@example.com").replace("<CREDIT_CARD_1>", CARD);
  const { body } = await ask(open({}, "anthropic"), { messages: messages(restored) });
  const sentBody = JSON.parse(body.slice(body.indexOf("\n"))) as { messages: { content: unknown }[] };
  expect(sentBody.messages[1]?.content).toContainEqual({ type: "thinking", thinking: thought, signature: "c2ln" });
});

test("what was found by the words around it is found without them as well, before and behind", async () => {
  const messages = await sentMessages(
    { custom: [{ name: "badge", pattern: "Z[0-9]{5}", context: ["badge"] }] },
    {
      messages: [
        { role: "user", content: "Z12345?" },
        { role: "user", content: "my badge is Z12345 (not Z12346)" },
        { role: "assistant", content: "noted: Z12345, xZ12345, Z123456" },
        { role: "tool", tool_call_id: "c", content: '{"a":"\\nZ12345"}' },
      ],
    },
  );
  expect(messages.map(({ content }) => content)).toEqual([
    "<BADGE_1>?",
    "my badge is <BADGE_1> (not <BADGE_2>)",
    "noted: <BADGE_1>, xZ12345, Z123456",
    '{"a":"\\n<BADGE_1>"}',
  ]);
});

test("a line break of JSON is no letter of what follows it", async () => {
  const custom = [{ name: "login", pattern: "[a-z]+-corp" }];
  expect(await textSent({ custom }, '{"a":"x\\nbob-corp"} ')).toBe('{"a":"x\\n<LOGIN_1>"} ');
});

test("only the roles and parts that are asked for, but look-alikes everywhere", async () => {
  const request = {
    messages: [
      { role: "system", content: "a@example.com <EMAIL_7>" },
      { role: "user", content: "b@example.com" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: '{"to":"c@example.com"}' } }],
      },
      { role: "tool", tool_call_id: "c", content: "d@example.com" },
    ],
    user: "e@example.com",
  };
  const body = async (settings: Settings): Promise<string> => (await ask(open(settings), request)).body;
  expect(await body({ roles: ["user"] })).toMatch(/a@example.com <TEXT_1>.*<EMAIL_1>.*c@example.com.*d@example.com.*<EMAIL_2>/);
  expect(await body({ where: ["tool_results"] })).toMatch(
    /a@example.com <TEXT_1>.*b@example.com.*c@example.com.*<EMAIL_1>.*e@example.com/,
  );
  expect(await body({ where: ["tool_arguments", "metadata"] })).toMatch(/b@example.com.*<EMAIL_1>.*d@example.com.*<EMAIL_2>/);
});

test("what operators know is harmless stays, and their own patterns and words are found", async () => {
  const settings = {
    allow: { values: ["help@example.com"], patterns: [".*@ours\\.example"] },
    custom: [
      { name: "ticket", pattern: "^T-[0-9]+$", group: "personal" },
      { name: "project", words: ["Blue Fox"] },
    ],
  };
  expect(await textSent(settings, "help@example.com a@ours.example a@example.com")).toBe(
    "help@example.com a@ours.example <EMAIL_1>",
  );
  expect(await textSent(settings, "T-77")).toBe("<TICKET_1>");
  expect(await textSent(settings, "about blue  fox!")).toBe("about <PROJECT_1>!");
});

describe("what nobody can look into", () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA" } };
  const link = { type: "image_url", image_url: { url: "https://x.example/a.png" } };
  const pdf = {
    type: "file",
    file: { filename: "a.pdf", file_data: `data:application/pdf;base64,${Buffer.from("%PDF-1.7 x").toString("base64")}` },
  };
  const bare = { type: "file", file: { filename: "a.pdf", file_data: Buffer.from("%PDF-1.7 x").toString("base64") } };
  const audio = { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } };
  const film = { type: "video_url", video_url: { url: "https://x.example/a.mp4" } };
  test.each([
    ["image", image],
    ["image", link],
    ["file", pdf],
    ["file", bare],
    ["audio", audio],
    ["file", film],
  ])("%s", async (part, content) => {
    const request = user([{ type: "text", text: "what is it?" }, content]);
    const pipeline = open({});
    const { attempt } = sent(await pipeline.request(chat(request)));
    expect(attempt.passThrough).toBe(true);
    expect(pipeline.exchange.facts.of("uninspectable")).toEqual([{ kind: "uninspectable", part, blocked: false }]);
    const got = await refusal({ uninspectable: "block" }, request);
    expect(got).toMatchObject({ status: 400, code: "content_policy_violation", message: expect.stringContaining(part) });
    expect(got.facts).toEqual([{ kind: "uninspectable", part, blocked: true }]);
  });
});

test.each(["data:text/csv;base64,", "data:application/octet-stream;base64,", "data:image/svg+xml;base64,", ""])(
  "files of text are looked into, whatever they are called: %s",
  async (head) => {
    const data = head + Buffer.from(`name;card\nä;${CARD}\n`).toString("base64");
    const pipeline = open({ uninspectable: "block" });
    const content = [{ type: "file", file: { filename: `${CARD}.csv`, file_data: data } }];
    const { request } = sent(await pipeline.request(chat(user(content))));
    const [message] = (
      JSON.parse(request.body.toString()) as { messages: { content: { file: { filename: string; file_data: string } }[] }[] }
    ).messages;
    const file = message?.content[0]?.file;
    expect(file?.filename).toBe("<CREDIT_CARD_1>.csv");
    expect(Buffer.from(file?.file_data.split(",")[1] ?? "", "base64").toString()).toBe("name;card\nä;<CREDIT_CARD_1>\n");
  },
);

test("numbers of more digits than JSON.parse keeps are read as they were written", async () => {
  const long = "6304123456789012305";
  const request = Buffer.from(
    `{"model":"m","messages":[{"role":"user","content":"x"}],"metadata":{"card":${long},"n":12345678901234567890}}`,
  );
  const { request: outgoing } = sent(await open({}).request(request));
  expect(outgoing.body.toString()).toContain('"card":"<CREDIT_CARD_1>"');
  expect(outgoing.body.toString()).not.toContain("6304");
});

test("names of tools and people hold no brackets, and are the same wherever they stand", async () => {
  const name = `pay-${CARD}`;
  const { body } = await ask(open({}), {
    messages: [
      { role: "user", name: `x-${CARD}`, content: "go" },
      { role: "assistant", content: null, tool_calls: [{ id: "c", type: "function", function: { name, arguments: "{}" } }] },
      { role: "tool", tool_call_id: "c", content: "ok" },
    ],
    tools: [{ type: "function", function: { name } }],
    tool_choice: { type: "function", function: { name } },
  });
  expect(body).not.toContain(CARD);
  expect(body.match(/"pay-CREDIT_CARD_1"/g)).toHaveLength(3);
  expect(body).toContain('"name":"x-CREDIT_CARD_1"');
});

test("a call's id that is somebody's data becomes the same in its result", async () => {
  const { body } = await ask(open({}), {
    messages: [
      { role: "user", content: "go" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "a@example.com", type: "function", function: { name: "f", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "a@example.com", content: "ok" },
    ],
  });
  expect(body.match(/<EMAIL_1>/g)).toHaveLength(2);
});

test("signatures and encrypted thoughts go as they came", async () => {
  const block = { type: "thinking", thinking: "hm", signature: `${CARD}+/a@example.com` };
  const hidden = { type: "redacted_thinking", data: "4111 1111 1111 1111" };
  const { body } = await ask(open({}, "anthropic"), {
    messages: [
      { role: "user", content: `x ${CARD}` },
      { role: "assistant", content: "y", thinking_blocks: [block, hidden] },
      { role: "user", content: "z" },
    ],
  });
  expect(body).toContain(JSON.stringify(block));
  expect(body).toContain(hidden.data);
});

test("every attempt gets the redacted request, and two exchanges share nothing", async () => {
  const settings = {};
  const pipeline = open(settings);
  const first = sent(await pipeline.request(chat(user("a@example.com")))).request.body.toString();
  const second = sent(await pipeline.attempt(2)).request.body.toString();
  expect(second).toBe(first);
  expect(first).toContain("<EMAIL_1>");
  expect(await textSent(settings, "b@example.com")).toBe("<EMAIL_1>");
});

test("nothing that is told anywhere holds a value", async () => {
  const { pipeline } = openSeen({});
  await pipeline.request(chat(user(`a@example.com ${CARD}`)));
  const record = await pipeline.log("complete");
  expect(JSON.stringify(record)).not.toMatch(/example\.com|4111/);
  expect(record?.facts).toContainEqual({
    kind: "entity-found",
    entity: "email",
    group: "contact",
    count: 1,
    action: "placeholder",
    direction: "request",
  });
});

describe("analyzers", () => {
  const withAnalyzer = (
    found: (texts: readonly string[]) => Promise<readonly { entity: string; start: number; end: number }[][]>,
    onError: "open" | "closed" = "closed",
  ) =>
    openSeen({ allow: { values: ["Ann"] } }, (redactor) => ({
      ...redactor,
      entities: new Set([...redactor.entities, "person_name"]),
      analyzers: [{ analyzer: { name: "names", analyze: (_, texts) => found(texts) }, onError }],
    })).pipeline;

  test("what they find counts with the rest, what they call otherwise is other, what is allowed stays", async () => {
    const pipeline = withAnalyzer(async (texts) =>
      texts.map((text) =>
        ["Bob", "Ann", "Acme"].flatMap((name) => {
          const start = text.indexOf(name);
          return start === -1 ? [] : [{ entity: name === "Acme" ? "acme_id" : "person_name", start, end: start + name.length }];
        }),
      ),
    );
    const { request } = sent(await pipeline.request(chat(user("Bob and Ann of Acme, a@example.com"))));
    expect(request.body.toString()).toContain("<PERSON_NAME_1> and Ann of <OTHER_1>, <EMAIL_1>");
  });

  test.each(["open", "closed"] as const)("one that fails, %s", async (onError) => {
    const pipeline = withAnalyzer(() => Promise.reject(new Error("down: Bob")), onError);
    const step = await pipeline.request(chat(user("Bob, a@example.com")));
    const passed = onError === "open";
    expect(pipeline.exchange.facts.of("check-unavailable")).toEqual([{ kind: "check-unavailable", check: "names", passed }]);
    if (passed) expect(sent(step).request.body.toString()).toContain("Bob, <EMAIL_1>");
    else expect(replied(step).status).toBe(503);
  });
});
