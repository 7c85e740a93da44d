/** The first provider fails in every way there is; the second must get a request of its own and the client one clean answer. */
import { type FakeUpstream, refusedPort, startFakeUpstream } from "../upstream/fake-upstream";
import { KEY_HEADERS } from "./support/providers";
import { Stack } from "./support/stack";

let first: FakeUpstream;
let second: FakeUpstream;
let stack: Stack;

const FAILURES = [
  "do-503",
  "do-429",
  "do-529",
  "do-500",
  "do-401",
  "do-bad-key",
  "do-html-error",
  "do-reset-before-headers",
  "do-hang-before-headers",
];
const KINDS = ["openai", "anthropic", "gemini"] as const;

beforeAll(async () => {
  first = await startFakeUpstream();
  second = await startFakeUpstream({ pauseMs: 1 });
  const dead = await refusedPort();
  const provider = (name: string, kind: string, url: string) =>
    `  ${name}: { kind: ${kind}, base_url: "${url}${kind === "openai" ? "/v1" : ""}", api_keys: [sk-${kind}] }`;
  const providers = [
    // One for each route, as a provider that failed once is tried last for a while.
    ...KINDS.flatMap((from) => [...KINDS, "first", "alone"].map((into) => provider(`first-${from}-${into}`, from, first.url))),
    ...KINDS.map((kind) => provider(`second-${kind}`, kind, second.url)),
    provider("dead", "openai", `http://127.0.0.1:${dead}`),
    provider("nowhere", "openai", "http://does-not-exist.invalid"),
  ];
  const alias = (name: string, targets: readonly string[], more = "") =>
    `      - { name: ${name}, targets: [${targets.join(", ")}]${more} }`;
  const to = (named: string, model: string) => `{ provider: ${named}, model: "${model}", timeout_ms: 500 }`;
  const aliases = [
    ...KINDS.flatMap((from) =>
      KINDS.map((into) => alias(`"${from}>${into}/*"`, [to(`first-${from}-${into}`, "*"), to(`second-${into}`, "answering")])),
    ),
    alias("dead", [to("dead", "m"), to("second-anthropic", "answering")]),
    alias("nowhere", [to("nowhere", "m"), to("second-gemini", "answering")]),
    alias("three", [to("first-openai-first", "do-503"), to("dead", "m"), to("second-gemini", "answering")]),
    alias("twice", [to("first-openai-alone", "flaky")], ", attempts: 2"),
    alias("all-down", [to("first-openai-alone", "do-503"), to("first-anthropic-alone", "do-529")]),
    alias("all-dead", [to("dead", "m"), to("dead", "m")]),
    alias("all-slow", [to("first-openai-alone", "do-hang-before-headers"), to("first-gemini-alone", "do-hang-before-headers")]),
    alias("only-503", [to("first-openai-alone", "do-500"), to("second-openai", "answering")], ", fallback_statuses: [503]"),
    alias("bad-request", [to("first-openai-alone", "do-400"), to("second-openai", "answering")]),
  ];
  stack = await Stack.start({
    config: `providers:\n${providers.join("\n")}\npolicies:\n  default:\n    models:\n${aliases.join("\n")}`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await first?.close();
  await second?.close();
});

async function ask(model: string, body: Readonly<Record<string, unknown>> = {}) {
  const response = await fetch(`${stack.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer sk-client", "x-client-note": "private" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: `question for ${model}` }], ...body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const PATHS = { openai: "/v1/chat/completions", anthropic: "/v1/messages", gemini: "/v1beta/models/answering:generateContent" };

describe.each(KINDS.flatMap((from) => KINDS.map((into) => [from, into] as const)))("%s → %s", (from, into) => {
  const failures = from === into || into === "anthropic" ? FAILURES : ["do-503", "do-reset-before-headers"];
  // Gemini says 400 to a bad key, and Envoy decides by status alone: that does not move on here.
  test.each(failures.filter((failure) => from !== "gemini" || failure !== "do-bad-key"))("%s", async (failure) => {
    const before = second.requests.length;
    const answer = await ask(`${from}>${into}/${failure}`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({
      object: "chat.completion",
      choices: [{ message: { content: expect.stringContaining("question for") } }],
    });
    expect(answer.headers.get("x-graft-target")).toBe(`second-${into}/answering`);
    expect(answer.headers.get("x-graft-attempts")).toBe("2");
    const got = second.requests.slice(before);
    expect(got).toHaveLength(1);
    const request = got[0]!;
    expect(request.path).toBe(PATHS[into]);
    expect(request.host).toBe(`127.0.0.1:${second.port}`);
    expect(request.headers[KEY_HEADERS[into][0]]).toBe(KEY_HEADERS[into][1]);
    expect(Number(request.headers["content-length"])).toBe(request.body.length);
    // Nothing of the client, of the first provider or of the gateways in between.
    const others = KINDS.filter((kind) => kind !== into).map((kind) => KEY_HEADERS[kind][0]);
    const foreign = Object.keys(request.headers).filter(
      (name) =>
        others.includes(name as never) ||
        name.startsWith("x-envoy") ||
        name.startsWith("x-graft") ||
        name.startsWith("x-forwarded") ||
        name === "x-client-note",
    );
    expect(foreign).toEqual([]);
    expect(JSON.stringify(request.headers)).not.toContain("sk-client");
  });
});

test("streams fall back before their first byte as well", async () => {
  const answer = await ask("openai>anthropic/do-503", { stream: true });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  expect(answer.text).toContain("question");
  expect(answer.text.trim().endsWith("data: [DONE]")).toBe(true);
});

test.each(["dead", "nowhere"])("a provider that cannot be reached (%s)", async (model) => {
  expect(await ask(model)).toMatchObject({ status: 200 });
});

test("a third target after two failures", async () => {
  const answer = await ask("three");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-graft-attempts")).toBe("3");
});

test("more attempts than targets try the same target again", async () => {
  const before = first.requests.length;
  first.script({ do: "status", n: 503 });
  const answer = await ask("twice");
  expect(answer.status).toBe(200);
  expect(first.requests.slice(before).map((request) => request.model)).toEqual(["flaky", "flaky"]);
});

describe("when all fail, the client sees the last one's error in its own dialect", () => {
  test.each([
    ["all-down", 503, "upstream_overloaded"],
    ["all-dead", 503, "unavailable"],
    ["all-slow", 504, "upstream_timeout"],
  ])("%s", async (model, status, code) => {
    const answer = await ask(model);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { type: "server_error", code } });
    expect(answer.headers.get("x-graft-attempts")).toBe("2");
  });
});

test("only the configured statuses move on", async () => {
  const before = second.requests.length;
  expect((await ask("only-503")).status).toBe(502);
  expect((await ask("bad-request")).status).toBe(400);
  expect(second.requests).toHaveLength(before);
});

test("a large prompt survives a fallback whole", async () => {
  const before = second.requests.length;
  const content = "x".repeat(5_000_000);
  expect((await ask("openai>openai/do-503", { messages: [{ role: "user", content }] })).status).toBe(200);
  expect(second.requests[before]?.json).toMatchObject({ messages: [{ content }] });
});

test("Gemini's 400 for a bad key is still our fault, not the client's", async () => {
  expect((await ask("gemini>gemini/do-bad-key")).status).toBe(502);
});
