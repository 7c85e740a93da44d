import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { signature } from "../../plugins/web-calls/json-endpoint";
import { chat, clock, replied, sent } from "../support/exchange";
import { answerOf, contentOf, guarded, type RuleInput, stream, whole } from "./support";

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Reply = (asked: Received) => { readonly status?: number; readonly body: string } | "never";

let server: Server;
let received: Received[];
let reply: Reply;

beforeEach(async () => {
  received = [];
  reply = () => ({ body: "{}" });
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const asked = { url: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() };
      received.push(asked);
      const answer = reply(asked);
      if (answer !== "never")
        response.writeHead(answer.status ?? 200, answer.status === 302 ? { location: "/elsewhere" } : {}).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const base = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const json =
  (value: unknown): Reply =>
  () => ({ body: JSON.stringify(value) });
const says = (...content: string[]) => chat({ messages: content.map((it) => ({ role: "user", content: it })) });

describe("webhook", () => {
  const rule = (it: RuleInput = {}, settings: object = {}): RuleInput => ({
    name: "hook",
    kind: "webhook",
    on: "input",
    webhook: { url: `${base()}/check`, secret: "s3cret", timeout_ms: 300, ...settings },
    ...it,
  });

  test("is told what is said, who asks and under which rule, signed", async () => {
    await guarded([rule()]).open().request(says("hello", "you"));
    const [{ url, headers, body } = { url: "", headers: {}, body: "" }] = received;
    expect(url).toBe("/check");
    expect(JSON.parse(body)).toEqual({
      type: "request",
      rule: "hook",
      policy: "test",
      request_id: "req-1",
      caller: "test:|caller",
      model: "m",
      texts: [
        { source: "user", text: "hello" },
        { source: "user", text: "you" },
      ],
    });
    const seconds = Math.floor(clock.now() / 1000);
    expect(headers["x-graft-signature"]).toBe(`t=${seconds},v1=${signature("s3cret", seconds, body)}`);
    expect(headers["x-graft-delivery"]).toMatch(/^grd_/);
  });

  test.each([
    [{}, "send"],
    [{ action: "allow" }, "send"],
    [{ action: "block", reason: "because of hello" }, "reply"],
    [{ action: "flag" }, "send"],
    [{ action: "redact", replacements: [{ find: "hello" }] }, "send"],
    // No verdicts.
    [{ action: "explode" }, "reply"],
    [{ action: "redact" }, "reply"],
    [{ action: 1 }, "reply"],
    [{ replacements: [{ find: "" }] }, "reply"],
    [{ replacements: ["hello"] }, "reply"],
    [[], "reply"],
    ["allow", "reply"],
    [null, "reply"],
  ])("%j: %s", async (verdict, kind) => {
    reply = json(verdict);
    const step = await guarded([rule()]).open().request(says("hello"));
    expect(step.kind).toBe(kind);
    if (step.kind === "reply") expect(JSON.stringify(replied(step))).not.toContain("hello");
  });

  test.each<[string, Reply]>([
    ["never", () => "never"],
    ["with 500", () => ({ status: 500, body: '{"action":"allow"}' })],
    ["with a redirect", () => ({ status: 302, body: "{}" })],
    ["with garbage", () => ({ body: "<html>" })],
    ["with nothing", () => ({ body: "" })],
    ["with too much", () => ({ body: `"${"x".repeat(5_000_000)}"` })],
  ])("one that answers %s counts as its configuration says", async (_, how) => {
    reply = how;
    for (const on_error of ["closed", "open"]) {
      const pipeline = guarded([rule({ on_error })]).open();
      expect((await pipeline.request(says("hello"))).kind).toBe(on_error === "closed" ? "reply" : "send");
      expect(pipeline.exchange.facts.of("check-unavailable")).toEqual([
        { kind: "check-unavailable", check: "hook", passed: on_error === "open" },
      ]);
    }
  });

  test("nobody there", async () => {
    const gone = rule({}, { url: "http://127.0.0.1:9/" });
    expect((await guarded([gone]).open().request(says("hello"))).kind).toBe("reply");
    expect(
      (
        await guarded([{ ...gone, action: "flag" }])
          .open()
          .request(says("hello"))
      ).kind,
    ).toBe("send");
  });

  test("replaces what it names, in requests", async () => {
    reply = json({ replacements: [{ find: "Berlin" }, { find: "Paris", replace: "a city" }] });
    const { request } = sent(await guarded([rule()]).open().request(says("From Berlin to Paris, Berlin!")));
    expect(Buffer.from(request.body).toString()).toContain("From [hook] to a city, [hook]!");
  });

  test("replaces what it names in answers, JSON included", async () => {
    reply = json({ replacements: [{ find: "Berlin", replace: 'the "capital"' }] });
    const calls = { tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: '{"to":"Berl\\u0069n"}' } }] };
    const it = guarded([rule({ on: "output" })]);
    const answered = await whole(it.open(), chat(), answerOf("In Berlin.", calls));
    expect(contentOf(answered)).toBe('In the "capital".');
    const { choices } = answered.json as unknown as {
      choices?: { message: { tool_calls: { function: { arguments: string } }[] } }[];
    };
    expect(JSON.parse(choices?.[0]?.message.tool_calls[0]?.function.arguments ?? "")).toEqual({ to: 'the "capital"' });
  });

  test("sees answers whole, in streams as well", async () => {
    reply = json({ action: "block" });
    const { text, error } = await stream(guarded([rule({ on: "output" })]).open(), chat({ stream: true }), ["In ", "Berlin"]);
    expect({ text, code: error?.code }).toEqual({ text: "", code: "content_policy_violation" });
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ type: "answer", choices: [{ text: "In Berlin", calls: [] }] });
  });

  test("asks for another answer", async () => {
    reply = ({ body }) => ({ body: body.includes("Berlin") ? '{"action":"block"}' : "{}" });
    const it = guarded([rule({ on: "output", action: "retry" })], {
      answer: async () => [
        { type: "start", id: "s", model: "second" },
        { type: "block-start", choice: 0, block: 0, start: { kind: "text" } },
        { type: "delta", choice: 0, block: 0, text: "In Rome" },
        { type: "block-end", choice: 0, block: 0 },
        { type: "finish", choice: 0, reason: "stop" },
      ],
    });
    expect(contentOf(await whole(it.open(), chat(), answerOf("In Berlin")))).toBe("In Rome");
  });

  test("does not see what other rules have replaced", async () => {
    const cheap = { name: "cheap", kind: "pattern", on: "input", action: "redact", pattern: { deny: ["Berlin"] } };
    await guarded([rule(), cheap]).open().request(says("In Berlin"));
    expect(received[0]?.body).not.toContain("Berlin");
  });
});

describe("moderation", () => {
  const rule = (settings: object = {}, it: RuleInput = {}): RuleInput => ({
    name: "moderated",
    kind: "moderation",
    on: "input",
    moderation: { base_url: `${base()}/v1/`, api_key: "sk-mod", timeout_ms: 300, ...settings },
    ...it,
  });
  const result = (flagged: boolean, violence: number) => ({
    flagged,
    categories: { violence: violence >= 0.5, "self-harm": false },
    category_scores: { violence, "self-harm": 0.01 },
  });

  test("asks as OpenAI's API wants it: every text once", async () => {
    reply = json({ results: [result(false, 0), result(false, 0)] });
    await guarded([rule()])
      .open()
      .request(says("hello", "hello", "you"));
    const [{ url, headers, body } = { url: "", headers: {}, body: "" }] = received;
    expect({ url, authorization: headers.authorization }).toEqual({ url: "/v1/moderations", authorization: "Bearer sk-mod" });
    expect(JSON.parse(body)).toEqual({ model: "omni-moderation-latest", input: ["hello", "you"] });
  });

  test.each([
    ["flagged", {}, result(true, 0.9), "reply"],
    ["not flagged", {}, result(false, 0.4), "send"],
    ["a category", { categories: ["violence"] }, result(true, 0.9), "reply"],
    ["another category", { categories: ["self-harm"] }, result(true, 0.9), "send"],
    ["over a threshold", { thresholds: { violence: 0.3 } }, result(false, 0.3), "reply"],
    ["below a threshold", { thresholds: { violence: 0.95 } }, result(true, 0.9), "send"],
    ["a category the service does not know", { categories: ["violense"] }, result(false, 0), "reply"],
    ["a threshold for one it does not know", { thresholds: { violense: 0.5 } }, result(false, 0), "reply"],
  ])("%s", async (_, settings, verdict, kind) => {
    reply = json({ results: [verdict] });
    expect(
      (
        await guarded([rule(settings)])
          .open()
          .request(says("hello"))
      ).kind,
    ).toBe(kind);
  });

  test("one bad text of several", async () => {
    reply = json({ results: [result(false, 0), result(true, 0.9)] });
    expect((await guarded([rule()]).open().request(says("hello", "you"))).kind).toBe("reply");
  });

  test.each<[string, Reply]>([
    ["never", () => "never"],
    ["with 429", () => ({ status: 429, body: "{}" })],
    ["with garbage", () => ({ body: "[" })],
    ["about fewer texts", json({ results: [] })],
    ["without a verdict", json({ results: [{}] })],
  ])("one that answers %s counts as its configuration says", async (_, how) => {
    reply = how;
    expect((await guarded([rule()]).open().request(says("hello"))).kind).toBe("reply");
    expect(
      (
        await guarded([rule({}, { on_error: "open" })])
          .open()
          .request(says("hello"))
      ).kind,
    ).toBe("send");
  });

  test("answers", async () => {
    reply = json({ results: [result(true, 0.9)] });
    const { status } = await whole(guarded([rule({}, { on: "output" })]).open(), chat(), answerOf("bad words"));
    expect(status).toBe(400);
    expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ input: ["bad words"] });
  });
});
