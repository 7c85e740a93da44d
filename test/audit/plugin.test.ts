import { audit } from "../../plugins/audit";
import type { AuditEntry, AuditSink } from "../../plugins/audit/sink";
import type { Caller, Exchange } from "../../plugins/core/exchange";
import type { Hooks } from "../../plugins/core/plugin";
import type { PluginServices, PolicyShape } from "../../plugins/define-plugin";
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
import { VirtualClock } from "../support/virtual-clock";

class TestSink implements AuditSink {
  readonly entries: AuditEntry[] = [];
  /** Unsettled until told. */
  readonly pending: (() => void)[] = [];
  mode: "written" | "failing" | "slow" = "written";

  async write(entry: AuditEntry): Promise<void> {
    if (this.mode === "failing") throw new Error("ENOSPC: no space left on device");
    if (this.mode === "slow") await new Promise<void>((resolve) => this.pending.push(resolve));
    this.entries.push(JSON.parse(JSON.stringify(entry)) as AuditEntry);
  }

  digest(content: Uint8Array): string {
    return `digest-of-${content.length}-bytes`;
  }
}

function start(
  config: object = {},
  it: { caller?: Partial<Caller>; audit?: undefined; more?: (exchange: Exchange) => Hooks } = {},
) {
  const sink = new TestSink();
  const clock = new VirtualClock();
  const warnings: object[] = [];
  const counted: object[] = [];
  const services: PluginServices = {
    ...pluginServices,
    clock,
    audit: "audit" in it ? undefined : sink,
    metrics: { counter: () => (labels) => void counted.push(labels) },
    warn: (fields) => void warnings.push(fields),
  };
  const opened = audit.open(config, services, policyFacts);
  const open = () =>
    openPipeline({
      aliases: [alias("m", [target("openai", "gpt", { region: "eu", tags: ["no-training"] }), target("anthropic", "claude")])],
      hooks: (exchange) => [opened(exchange)["main"] ?? {}, it.more?.(exchange) ?? {}],
      caller: { team: "red", credential: "key-1", ...it.caller },
    });
  return { sink, warnings, counted, clock, open };
}

const ANSWER = JSON.stringify({
  id: "a",
  object: "chat.completion",
  created: 1,
  model: "gpt-1",
  choices: [{ index: 0, message: { role: "assistant", content: "hello" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
});

const SHAPE: PolicyShape = {
  models: [],
  providers: [],
  regions: [],
  tags: [],
  aliases: [],
  plugins: [],
  audited: true,
  sharedStore: false,
  embedders: [],
  host: undefined,
  unpriced: () => new Map(),
};

test("an intent before the request goes out, an outcome when it has ended", async () => {
  const { sink, open } = start({}, { more: (exchange) => ({ request: () => void found(exchange) }) });
  const pipeline = open();
  const { request } = sent(await pipeline.request(chat()));
  const who = {
    exchange: pipeline.exchange.id,
    request_id: "req-1",
    policy: "test",
    config: "v1",
    caller: "test:|caller",
    team: "red",
    credential: "key-1",
    alias: "m",
    facts: [
      { kind: "entity-found", entity: "email", count: 3, action: "placeholder", direction: "request" },
      { kind: "rule-fired", rule: "topics", action: "flag", direction: "request", times: 2 },
    ],
  };
  const first = {
    attempt: 1,
    provider: "openai",
    model: "gpt",
    region: "eu",
    tags: ["no-training"],
    body_hmac: `digest-of-${request.body.length}-bytes`,
    body_bytes: request.body.length,
  };
  expect(sink.entries).toEqual([{ kind: "intent", ...who, sent: first }]);
  await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER]);
  await pipeline.log("complete");
  expect(sink.entries[1]).toEqual({
    kind: "outcome",
    ...who,
    sent: [{ ...first, status: 200 }],
    status: 200,
    outcome: "complete",
    finished: true,
    model: expect.any(String),
    stream: false,
    input_tokens: 3,
    output_tokens: 2,
    duration_ms: 0,
  });
});

function found({ facts }: Exchange): void {
  const entity = { kind: "entity-found", entity: "email", action: "placeholder", direction: "request" } as const;
  const fired = { kind: "rule-fired", rule: "topics", action: "flag", direction: "request" } as const;
  facts.add({ ...entity, count: 1 });
  facts.add({ ...entity, count: 2 });
  facts.add(fired);
  facts.add(fired);
  facts.add({ kind: "params-dropped", target: "openai/gpt", params: ["a client's words"], warn: false });
}

test("each try has its own, with where it went", async () => {
  const { sink, open } = start();
  const pipeline = open();
  sent(await pipeline.request(chat()));
  pipeline.attemptFailed(1, 503, JSON_HEADERS, Buffer.from("{}"));
  sent(await pipeline.attempt(2));
  await answerWith(pipeline, 500, JSON_HEADERS, ["{}"]);
  await pipeline.log("complete");
  expect(sink.entries).toMatchObject([
    { kind: "intent", sent: { attempt: 1, provider: "openai", region: "eu" } },
    { kind: "intent", sent: { attempt: 2, provider: "anthropic" } },
    {
      kind: "outcome",
      sent: [
        { provider: "openai", status: 503 },
        { provider: "anthropic", status: 500 },
      ],
      error: expect.any(String),
      finished: false,
    },
  ]);
});

test("closed: nothing is sent before the record is there", async () => {
  const { sink, open } = start();
  sink.mode = "slow";
  const pipeline = open();
  let step: unknown;
  const asked = pipeline.request(chat()).then((it) => {
    step = it;
  });
  await new Promise(setImmediate);
  expect(step).toBeUndefined();
  expect(sink.pending).toHaveLength(1);
  sink.pending[0]?.();
  await asked;
  expect(step).toHaveProperty("kind", "send");
});

test.each([
  ["failing", {}],
  ["slow", { timeout_ms: 20 }],
] as const)("closed and %s: 503 in the client's own dialect, without how it came about", async (mode, config) => {
  const { sink, open, warnings, counted, clock } = start(config);
  sink.mode = mode;
  const pipeline = open();
  const { status, json } = replied(await pipeline.request(chat()));
  expect(status).toBe(503);
  expect(json).toEqual({
    error: {
      message: "The audit log cannot be written now, so the request was not sent.",
      type: "server_error",
      param: null,
      code: "unavailable",
    },
  });
  sink.mode = "written";
  await pipeline.log("complete");
  expect(sink.entries.at(-1)).toMatchObject({
    kind: "outcome",
    status: 503,
    error: "unavailable",
    sent: [{ provider: "openai", refused: true }],
    facts: [{ kind: "check-unavailable", check: "audit", passed: false }],
  });
  expect(warnings).toHaveLength(1);
  expect(counted).toEqual([{ policy: "test", record: "intent" }]);
  // Said once a minute, counted always.
  sink.mode = "failing";
  replied(await open().request(chat()));
  expect(warnings).toHaveLength(1);
  clock.advance(60_000);
  replied(await open().request(chat()));
  expect(warnings).toHaveLength(2);
  expect(counted).toHaveLength(3);
});

test("open: sent all the same, and nobody waits", async () => {
  const { sink, open, warnings } = start({ on_error: "open", intent: true });
  sink.mode = "failing";
  const failing = open();
  sent(await failing.request(chat()));
  await new Promise(setImmediate);
  expect(failing.exchange.facts.all).toContainEqual({ kind: "check-unavailable", check: "audit", passed: true });
  expect(warnings).toHaveLength(1);
  await failing.log("aborted");
  sink.mode = "slow";
  sent(await open().request(chat()));
});

test("open has no intents unless asked for, and its outcomes say as much", async () => {
  const { sink, open } = start({ on_error: "open" });
  const pipeline = open();
  const { request } = sent(await pipeline.request(chat()));
  expect(sink.entries).toEqual([]);
  await pipeline.log("aborted");
  expect(sink.entries).toMatchObject([
    { kind: "outcome", outcome: "aborted", sent: [{ provider: "openai", body_hmac: `digest-of-${request.body.length}-bytes` }] },
  ]);
});

test("a process without an audit log refuses what must be recorded", async () => {
  const { open } = start({}, { audit: undefined });
  expect(replied(await open().request(chat())).status).toBe(503);
});

test("what was stopped before is recorded too", async () => {
  const { sink, open } = start();
  const pipeline = open();
  replied(await pipeline.request(Buffer.from("{")));
  await pipeline.log("complete");
  expect(sink.entries).toMatchObject([{ kind: "outcome", status: 400, error: "invalid_json" }]);
  expect(sink.entries[0]).not.toHaveProperty("sent");
});

test.each([
  [64 * 1024, { body: expect.stringContaining('"content":"hé🎉"') }],
  [60, { body_cut: true }],
])("bodies by option, no longer than %d", async (max_body_bytes, expected) => {
  const { sink, open } = start({ body: "redacted", max_body_bytes });
  const pipeline = open();
  sent(await pipeline.request(chat({ messages: [{ role: "user", content: "hé🎉" }] })));
  await pipeline.log("aborted");
  const [intent, outcome] = sink.entries;
  expect(intent?.["sent"]).toMatchObject(expected);
  // Once is enough.
  expect(JSON.stringify(outcome)).not.toContain("messages");
  expect(JSON.stringify(intent)).not.toContain("�");
});

test("cut at every byte, no half characters", async () => {
  for (let max_body_bytes = 1; max_body_bytes <= 80; max_body_bytes += 1) {
    const { sink, open } = start({ body: "redacted", max_body_bytes });
    sent(await open().request(chat({ messages: [{ role: "user", content: "é🎉日é🎉日é🎉日" }] })));
    const body = Object(sink.entries[0]?.["sent"]).body as string;
    expect(body).not.toContain("�");
    expect(Buffer.byteLength(body)).toBeGreaterThan(max_body_bytes - 4);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(max_body_bytes);
  }
});

test("no values, keys or headers of anybody", async () => {
  const { sink, open } = start();
  const pipeline = open();
  sent(await pipeline.request(chat({ messages: [{ role: "user", content: "my secret" }], metadata: { a: "my secret" } })));
  await answerWith(pipeline, 200, JSON_HEADERS, [ANSWER]);
  await pipeline.log("complete");
  expect(JSON.stringify(sink.entries)).not.toMatch(/secret|sk-|Bearer|hello|192\.0\.2/);
});

test("addresses by option; without it anonymous callers can still be told apart", async () => {
  const caller = { id: "ip:192.0.2.7", anonymous: true };
  const hidden = start({}, { caller });
  sent(await hidden.open().request(chat()));
  expect(hidden.sink.entries[0]).toMatchObject({ caller: "anonymous:digest-of-12-byt" });
  expect(JSON.stringify(hidden.sink.entries)).not.toContain("192.0.2");
  const shown = start({ ip: true }, { caller });
  sent(await shown.open().request(chat()));
  expect(shown.sink.entries[0]).toMatchObject({ caller: "ip:192.0.2.7", ip: "192.0.2.1" });
});

test("side calls are named with where they went", async () => {
  const side = target("gemini", "flash", { region: "us" });
  const { sink, open } = start(
    {},
    {
      more: ({ sideCalls }) => ({
        request: () => void sideCalls.push({ purpose: "guard:topics", target: side, usage: { input: 5, output: 1 } }),
      }),
    },
  );
  const pipeline = open();
  sent(await pipeline.request(chat()));
  await pipeline.log("aborted");
  expect(sink.entries[1]).toMatchObject({
    side_calls: [
      { purpose: "guard:topics", provider: "gemini", model: "flash", region: "us", input_tokens: 5, output_tokens: 1 },
    ],
  });
});

test("nothing is asked beside the client's request either, before that is on record", async () => {
  const side = target("gemini", "flash", { region: "us" });
  const request = { scheme: "https", authority: "g", path: "/p", headers: { k: "secret" }, body: Buffer.from("{}") } as const;
  const tell = async (pipeline: ReturnType<ReturnType<typeof start>["open"]>) => {
    for (const witness of pipeline.exchange.sideCallWitnesses) await witness("guard:topics", side, request);
  };
  const { sink, open } = start();
  await tell(open());
  expect(sink.entries).toMatchObject([
    { kind: "intent", sent: { purpose: "guard:topics", provider: "gemini", model: "flash", region: "us", body_bytes: 2 } },
  ]);
  expect(JSON.stringify(sink.entries)).not.toContain("secret");
  sink.mode = "failing";
  await expect(tell(open())).rejects.toMatchObject({ kind: "unavailable" });
});

test.each([
  [{}, true, []],
  [{ on_error: "open", intent: false }, true, []],
  [{}, false, [{ path: [], message: expect.stringContaining("the process has no `audit` section") }]],
  [{ intent: false }, true, [{ path: ["intent"], message: expect.stringContaining("`on_error: closed` needs it") }]],
  [
    { body: "redacted" },
    true,
    [{ path: ["body"], message: expect.stringContaining("as clients wrote them"), severity: "warning" }],
  ],
])("%j, audited %s", (config, audited, faults) => {
  expect(audit.check(config, { ...SHAPE, audited })).toEqual(faults);
});
