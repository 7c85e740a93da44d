/** The many shapes requests come in: whatever clients choose, the conversation is the same. */
import { Agent, request as httpRequest } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import { chat, question } from "./support/ask";
import { PASS_THROUGH, PROVIDERS, threeProviders } from "./support/providers";
import { Stack } from "./support/stack";

let upstream: FakeUpstream;
let stack: Stack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await Stack.start({
    config: `${threeProviders(upstream)}
policies:
  default:
    models:
      - { name: named, targets: [{ provider: openai, model: demo }] }
${PASS_THROUGH}`,
  });
}, 60_000);

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

describe("clients", () => {
  test("HTTP/2 with prior knowledge, several requests on one connection", async () => {
    const session = connectHttp2(stack.url);
    const ask = (model: string, stream: boolean): Promise<{ status: unknown; body: string }> =>
      new Promise((resolve, reject) => {
        const request = session.request({
          ":method": "POST",
          ":path": "/v1/chat/completions",
          "content-type": "application/json",
        });
        let status: unknown;
        let body = "";
        request.setEncoding("utf8");
        request.on("response", (headers) => {
          status = headers[":status"];
        });
        request.on("data", (piece: string) => {
          body += piece;
        });
        request.on("end", () => resolve({ status, body }));
        request.on("error", reject);
        request.end(JSON.stringify(question(model, { stream })));
      });
    try {
      const answers = await Promise.all(
        PROVIDERS.flatMap((provider) => [ask(`${provider}/demo`, false), ask(`${provider}/demo`, true)]),
      );
      expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
      for (const [index, { body }] of answers.entries()) {
        if (index % 2 === 0) expect(JSON.parse(body)).toMatchObject({ object: "chat.completion" });
        else expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
      }
    } finally {
      session.close();
    }
  });

  test("Expect: 100-continue", async () => {
    const seen = await new Promise<{ status: number | undefined; continued: boolean }>((resolve, reject) => {
      let continued = false;
      const request = httpRequest(`${stack.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", expect: "100-continue" },
      });
      request.on("continue", () => {
        continued = true;
        request.end(JSON.stringify(question("anthropic/demo")));
      });
      request.on("response", (response) => {
        response.resume().on("end", () => resolve({ status: response.statusCode, continued }));
      });
      request.on("error", reject);
      request.flushHeaders();
    });
    expect(seen).toEqual({ status: 200, continued: true });
    expect(upstream.requests.at(-1)?.headers).not.toHaveProperty("expect");
  });

  test.each(PROVIDERS)("chunked upload → %s gets one body with its length", async (provider) => {
    const body = question(`${provider}/demo`, { user: "x".repeat(300_000) });
    const seen = await chat(stack.url, body, { headers: { "transfer-encoding": "chunked" } });
    expect(seen.status).toBe(200);
    const got = upstream.requests.at(-1);
    expect(got?.headers).not.toHaveProperty("transfer-encoding");
    expect(Number(got?.headers["content-length"])).toBe(got?.body.length);
  });

  test("a body in drips", async () => {
    const bytes = Buffer.from(JSON.stringify(question("gemini/demo")));
    const seen = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(`${stack.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      request.on("response", (response) => response.resume().on("end", () => resolve(response.statusCode)));
      request.on("error", reject);
      const send = (at: number): void => {
        if (at >= bytes.length) request.end();
        else request.write(bytes.subarray(at, at + 10), () => setImmediate(send, at + 10));
      };
      send(0);
    });
    expect(seen).toBe(200);
  });

  test("keep-alive: one connection for many requests", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      let connections = 0;
      const create = agent.createConnection.bind(agent);
      agent.createConnection = (...args) => {
        connections += 1;
        return create(...args);
      };
      for (const model of ["named", "anthropic/demo", "nope", "gemini/do-503", "openai/demo"]) {
        const seen = await chat(stack.url, question(model, { stream: model === "openai/demo" }), { agent });
        expect(seen.complete).toBe(true);
      }
      expect(connections).toBe(1);
    } finally {
      agent.destroy();
    }
  });

  test("pipelined requests are answered in order", async () => {
    const names = ["named", "anthropic/demo", "nope"];
    const requests = names.map((model) => {
      const body = JSON.stringify(question(model));
      return `POST /v1/chat/completions HTTP/1.1\r\nhost: graft\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    });
    const socket = connect(Number(new URL(stack.url).port), "127.0.0.1");
    const received = await new Promise<string>((resolve, reject) => {
      let all = "";
      socket.setEncoding("utf8");
      socket.on("error", reject);
      socket.on("data", (piece: string) => {
        all += piece;
        if (all.includes("does not exist")) resolve(all);
      });
      socket.write(requests.join(""));
    });
    socket.destroy();
    expect([...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(["200", "200", "404"]);
    expect(received.indexOf("question for named")).toBeLessThan(received.indexOf("question for anthropic"));
  });

  test("query strings belong to the client's request only", async () => {
    const seen = await call(`${stack.url}/v1/chat/completions?api-version=1&x=%20y`, { body: question("gemini/demo") });
    expect(seen.status).toBe(200);
    expect(upstream.requests.at(-1)?.path).toBe("/v1beta/models/demo:generateContent");
    expect((await call(`${stack.url}/v1/models?limit=1`, { method: "GET" })).status).toBe(200);
  });

  test.each(["/v1/models", "/v1/models/named", "/v1/models/openai/gpt-4o", "/v1/models/openai%2Fgpt-4o"])(
    "GET and HEAD %s",
    async (path) => {
      const got = await call(`${stack.url}${path}`, { method: "GET" });
      const head = await call(`${stack.url}${path}`, { method: "HEAD" });
      expect([got.status, head.status]).toEqual([200, 200]);
      expect(head.body).toHaveLength(0);
      expect(head.headers["content-length"]).toBe(String(got.body.length));
      expect(head.headers["content-type"]).toBe(got.headers["content-type"]);
    },
  );

  test.each(["/v1//chat/completions", "/v1/./chat/completions", "/v1/models/../chat/completions"])(
    "%s is the same path",
    async (path) => {
      const socket = connect(Number(new URL(stack.url).port), "127.0.0.1");
      const body = JSON.stringify(question("named"));
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: graft\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      let received = "";
      for await (const piece of socket.setEncoding("utf8") as AsyncIterable<string>) received += piece;
      expect(received).toMatch(/^HTTP\/1.1 200/);
    },
  );

  test("a client that leaves in mid-upload is a record, and no request", async () => {
    const before = upstream.requests.length;
    const request = httpRequest(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": "1000", "x-request-id": "left-early" },
    });
    request.on("error", () => {});
    request.write('{"model":"named",', () => setTimeout(() => request.destroy(), 50));
    expect(await stack.record("left-early")).toMatchObject({ outcome: "aborted", status: 0, attempts: 0 });
    expect(upstream.requests).toHaveLength(before);
  });

  test("a base URL with a path in front", async () => {
    expect((await call(`${stack.url}/any/prefix/chat/completions`, { body: question("named") })).status).toBe(200);
    expect((await call(`${stack.url}/any/prefix/models`, { method: "GET" })).status).toBe(200);
  });
});

test("the processor has survived all of it", async () => {
  expect(await stack.errorLines()).toEqual([]);
});
