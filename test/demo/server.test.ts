import { connect } from "node:net";
import { startDemoProvider } from "../../demo/server";
import { readAnswer, useDemo } from "./support";

const demo = useDemo();
const body = { model: "m", messages: [{ role: "user", content: "Hi" }] };
const PATHS = {
  OpenAI: ["/v1/chat/completions", "/v1/other"],
  Anthropic: ["/v1/messages", "/v1/messages/other"],
  Gemini: ["/v1beta/models/m:generateContent", "/v1beta/models/m:embedContent"],
} as const;
const SHAPES = {
  OpenAI: { error: { message: expect.any(String), type: "invalid_request_error" } },
  Anthropic: { type: "error", error: { message: expect.any(String), type: expect.stringMatching(/_error$/) } },
  Gemini: { error: { message: expect.any(String), code: expect.any(Number), status: expect.any(String) } },
};

describe.each(["OpenAI", "Anthropic", "Gemini"] as const)("%s", (name) => {
  const [path, unknown] = PATHS[name];
  const shape = SHAPES[name];

  test("an unknown path", async () => {
    expect(await demo.post(unknown, body)).toMatchObject({ status: 404, json: shape });
  });

  test("another method", async () => {
    expect(await readAnswer(await fetch(demo.url + path))).toMatchObject({ status: 405, json: shape });
  });

  test("another content type", async () => {
    expect(await demo.post(path, body, { "content-type": "text/plain" })).toMatchObject({ status: 415, json: shape });
  });

  test.each(["", "{", "[]", '"x"'])("a body that is no JSON object: %j", async (text) => {
    expect(await demo.post(path, text)).toMatchObject({ status: 400, json: shape });
  });
});

const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
test.each([
  [
    "OpenAI",
    "/v1/chat/completions",
    `{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"default":${deep}}}}}`,
  ],
  [
    "Anthropic",
    "/v1/messages",
    `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],"tools":[{"type":"x","y":${deep}}]}`,
  ],
  ["Gemini", "/v1beta/models/%E0%A4%A:generateContent", "{}"],
] as const)("%s: a request that breaks the demo is a 500 in the same shape", async (name, path, text) => {
  const { status, json } = await demo.post(path, text, name === "Anthropic" ? { "anthropic-version": "2023-06-01" } : {});
  expect(status).toBe(500);
  expect(json).toMatchObject(name === "OpenAI" ? { error: { type: "server_error" } } : SHAPES[name]);
});

test("the path says whose format it is, whatever headers come along", async () => {
  const headers = { "anthropic-version": "2023-06-01", "x-goog-api-key": "k" };
  expect(await demo.post("/v1/chat/completions", body, headers)).toMatchObject({ json: { object: "chat.completion" } });
});

test("the same request gets the same answer, another one another id", async () => {
  const [first, again, other] = [
    await demo.post("/v1/chat/completions", body),
    await demo.post("/v1/chat/completions", body),
    await demo.post("/v1/chat/completions", { ...body, user: "u" }),
  ];
  expect(again.text).toBe(first.text);
  expect(other.json).not.toMatchObject({ id: (first.json as { id: string }).id });
});

test("a client that leaves mid-stream is let go", async () => {
  const slow = await startDemoProvider({ pauseMs: 20 });
  const leaving = new AbortController();
  const response = await fetch(`${slow.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, stream: true }),
    signal: leaving.signal,
  });
  await response.body?.getReader().read();
  leaving.abort();
  await slow.close();
});

test("close ends streams that run", async () => {
  const slow = await startDemoProvider({ pauseMs: 60_000 });
  const response = await fetch(`${slow.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, stream: true }),
  });
  const rest = response.text();
  const outcome = expect(rest).rejects.toThrow("terminated");
  await slow.close();
  await outcome;
});

test("a port that is taken is an error, not a hang", async () => {
  const port = Number(new URL(demo.url).port);
  await expect(startDemoProvider({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});

test("only loopback", async () => {
  const port = Number(new URL(demo.url).port);
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => socket.once("connect", resolve));
  expect(socket.remoteAddress).toBe("127.0.0.1");
  socket.destroy();
  expect(demo.url).toBe(`http://127.0.0.1:${port}`);
});
