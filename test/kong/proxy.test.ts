/** Kong as a reverse proxy, as far as upstreams and clients can tell. */
import { once } from "node:events";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { gate } from "../e2e/support/gate";
import { until } from "../e2e/support/until";
import { refusedPort } from "../upstream/fake-upstream";
import { call } from "../upstream/raw-client";
import type { RouteConfig, ServiceConfig } from "./declarative";
import { type Echoed, EchoUpstream, echo } from "./echo-upstream";
import { FakeKong } from "./kong";

let upstream: EchoUpstream;
let kong: FakeKong;

beforeAll(async () => {
  upstream = await EchoUpstream.start();
  kong = await FakeKong.start({ config: configOf(), pluginServers: [] });
});

afterAll(async () => {
  await kong?.stop();
  await upstream?.stop();
});

beforeEach(async () => {
  upstream.handler = echo;
  upstream.requests.length = 0;
  await kong.reconfigure(configOf());
});

function configOf(route: Partial<RouteConfig> = {}, service: Partial<ServiceConfig> = {}) {
  const streaming = { request_buffering: false, response_buffering: false };
  const all = { name: "all", paths: ["/"], strip_path: false, ...streaming, ...route };
  return { services: [{ name: "echo", url: upstream.url, routes: [all], ...service }] };
}

const echoed = async (path = "/", options: Parameters<typeof call>[1] = {}): Promise<Echoed> =>
  JSON.parse((await call(kong.url + path, options)).body.toString()) as Echoed;

/** A request that reads nothing by itself. */
function open(path: string, headers: Record<string, string> = {}): ClientRequest {
  const request = httpRequest(kong.url + path, { method: "POST", headers, agent: false });
  request.on("error", () => {});
  return request;
}

async function answered(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, "response")) as [IncomingMessage];
  response.on("error", () => {});
  return response;
}

describe("headers", () => {
  test("to the upstream", async () => {
    const { headers } = await echoed("/a?b=c", {
      headers: {
        "X-Forwarded-For": "6.6.6.6",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "6.6.6.6",
        "X-Kong-Request-Id": "forged",
        Via: "1.0 before",
        Connection: "keep-alive, X-Hop",
        "X-Hop": "1",
        "Keep-Alive": "timeout=5",
        "Proxy-Connection": "keep-alive",
        TE: "gzip, trailers",
        Upgrade: "h2c",
        "X-Kept": "1",
        X_Underscore: "1",
      },
      body: Buffer.from("hello"),
    });
    expect(headers).toEqual({
      "content-type": "application/json",
      "content-length": "5",
      "x-kept": "1",
      x_underscore: "1",
      te: "trailers",
      host: `127.0.0.1:${upstream.port}`,
      connection: "keep-alive",
      via: "1.0 before, 1.1 kong/3.9.3",
      "x-real-ip": "127.0.0.1",
      "x-forwarded-for": "6.6.6.6, 127.0.0.1",
      "x-forwarded-proto": "http",
      "x-forwarded-host": "127.0.0.1",
      "x-forwarded-port": String(kong.port),
      "x-forwarded-path": "/a",
      "x-kong-request-id": expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  test("to the client", async () => {
    upstream.handler = (_, response) => {
      const own = { Connection: "keep-alive, X-Hop", "X-Hop": "1", "X-Accel-Buffering": "no", "X-Kept": ["1", "2"] };
      response.writeHead(201, "Made", { ...own, Server: "theirs", Trailer: "x-t", "Set-Cookie": ["a=1", "b=2"] }).end("ok");
    };
    const seen = await call(kong.url);
    expect(seen).toMatchObject({ status: 201, trailers: {} });
    expect(seen.headers).toMatchObject({
      server: "theirs",
      via: "1.1 kong/3.9.3",
      "x-kept": "1, 2",
      "set-cookie": ["a=1", "b=2"],
      "x-kong-upstream-latency": expect.stringMatching(/^\d+$/),
      "x-kong-proxy-latency": expect.stringMatching(/^\d+$/),
      "x-kong-request-id": upstream.requests[0]?.headers["x-kong-request-id"],
    });
    for (const name of ["x-hop", "x-accel-buffering", "trailer"]) expect(seen.headers).not.toHaveProperty(name);
  });

  test("bytes beyond ASCII stay the same bytes, both ways", async () => {
    upstream.handler = (request, response) => {
      response.writeHead(200, { "x-back": String(request.headers["x-there"]) }).end(Buffer.from("ok"));
    };
    const seen = await call(kong.url, { headers: { "x-there": "caf\xc3\xa9" }, body: Buffer.from("x") });
    expect([upstream.requests[0]?.headers["x-there"], seen.headers["x-back"]]).toEqual(["caf\xc3\xa9", "caf\xc3\xa9"]);
  });

  test("no route", async () => {
    await kong.reconfigure(configOf({ paths: ["/only"] }));
    const seen = await call(`${kong.url}/else`);
    expect(seen).toMatchObject({ status: 404, headers: { "content-type": "application/json; charset=utf-8" } });
    const id = seen.headers["x-kong-request-id"];
    expect(JSON.parse(seen.body.toString())).toEqual({ message: "no Route matched with those values", request_id: id });
  });
});

describe("paths", () => {
  test.each<[Partial<RouteConfig>, string, string, string, string | undefined]>([
    [{ paths: ["/"], strip_path: true }, "", "/v1/x?y=1", "/v1/x?y=1", undefined],
    [{ paths: ["/v1"] }, "", "/v1/x", "/v1/x", undefined],
    [{ paths: ["/v1"], strip_path: true }, "", "/v1/x?y", "/x?y", "/v1"],
    [{ paths: ["/v1"], strip_path: true }, "", "/v1", "/", "/v1"],
    [{ paths: ["/v1"], strip_path: true }, "/base", "/v1/x", "/base/x", "/v1"],
    [{ paths: ["/v1"] }, "/base/", "/v1/x", "/base/v1/x", undefined],
    [{ paths: ["/v1", "/v1/deep"], strip_path: true }, "", "/v1/deep/x", "/x", "/v1/deep"],
    [{ paths: ["/v1"] }, "", "/a/..//v1/./%78?", "/v1/x?", undefined],
  ])("%j %s: %s → %s", async (route, base, path, expected, prefix) => {
    await kong.reconfigure(configOf(route, { url: upstream.url + base }));
    // Not with a client that tidies paths.
    const socket = connect(kong.port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    await once(socket.resume(), "close");
    const [request] = upstream.requests;
    expect([request?.url, request?.headers["x-forwarded-prefix"]]).toEqual([expected, prefix]);
    expect(request?.headers["x-forwarded-path"]).toBe(path.split("?")[0]);
  });

  test("strip_path is on unless said", async () => {
    await kong.reconfigure({ services: [{ name: "s", url: upstream.url, routes: [{ name: "r", paths: ["/v1"] }] }] });
    expect((await echoed("/v1/x")).path).toBe("/x");
  });
});

describe("bodies", () => {
  test("each piece of a stream arrives before the next is sent, both ways", async () => {
    const heard = gate();
    upstream.handler = (request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      request.on("data", (piece: Buffer) => response.write(`heard ${piece.toString()};`));
      request.on("end", () => response.end("end"));
      heard.open();
    };
    const request = open("/");
    request.flushHeaders();
    await heard.opened;
    const response = (await answered(request)).setEncoding("utf8");
    let got = "";
    response.on("data", (text: string) => {
      got += text;
    });
    for (let piece = 1; piece <= 10; piece += 1) {
      request.write(`${piece}`);
      await until(`answer to piece ${piece}`, () => (got.endsWith(`heard ${piece};`) ? true : undefined));
    }
    request.end();
    await once(response, "end");
    expect(got).toMatch(/end$/);
  });

  test("a length stays a length, chunks stay chunks", async () => {
    expect((await echoed("/", { body: Buffer.from("abc") })).headers).toMatchObject({ "content-length": "3" });
    const request = open("/", { "content-type": "text/plain" });
    request.write("abc");
    request.end("def");
    const { headers, body } = JSON.parse(await text(await answered(request))) as Echoed;
    expect([headers["transfer-encoding"], body]).toEqual(["chunked", "abcdef"]);
  });

  test("with request buffering the upstream sees nothing before all is there, and then a length", async () => {
    await kong.reconfigure(configOf({ request_buffering: true }));
    const request = open("/");
    request.write("abc");
    await call(kong.url, { body: Buffer.from("other") });
    expect(upstream.requests).toHaveLength(1);
    request.end("def");
    const { headers, body } = JSON.parse(await text(await answered(request))) as Echoed;
    expect([headers["content-length"], body]).toEqual(["6", "abcdef"]);
  });

  test.each([
    ["holds small pieces back", {}, ""],
    ["does not when the answer says so", { "x-accel-buffering": "no" }, "small"],
  ])("response buffering %s", async (_, headers, expected) => {
    await kong.reconfigure(configOf({ response_buffering: true }));
    const more = gate();
    upstream.handler = async (incoming, response) => {
      if (incoming.url === "/other") {
        response.end();
        return;
      }
      response.writeHead(200, headers).write("small");
      await more.opened;
      response.end("x".repeat(2000));
    };
    const request = open("/").end();
    let got = "";
    request.on("response", (response) => {
      response.setEncoding("utf8").on("data", (piece: string) => {
        got += piece;
      });
    });
    await until("the request", () => (upstream.requests.length === 1 ? true : undefined));
    if (expected !== "") await until("the first piece", () => (got === expected ? true : undefined));
    // Time enough for a small piece to come through.
    else for (let other = 0; other < 5; other += 1) await call(`${kong.url}/other`);
    expect(got).toBe(expected);
    more.open();
    await until("all of it", () => (got === `small${"x".repeat(2000)}` ? true : undefined));
  });

  test("a slow client holds the upstream back", async () => {
    let sent = 0;
    const stopped = gate();
    upstream.handler = (_, response) => {
      const write = (): void => {
        do sent += 1;
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
        stopped.open();
      };
      write();
      response.on("drain", write);
    };
    const request = open("/").end();
    const response = await answered(request);
    await stopped.opened;
    response.pause();
    // As much as the sockets' buffers on the way hold, and not more.
    const settled = await until("a stop", async () => {
      const before = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return sent === before ? sent : undefined;
    });
    expect(settled).toBeLessThan(1000);
    response.resume();
    await until("more", () => (sent > settled + 10 ? true : undefined));
    request.destroy();
  });

  test.each([{}, { "transfer-encoding": "chunked" }])("an answer before all of the request is there, %j", async (headers) => {
    // What is left of the upload stands in nobody's way: not of the client's next request, nor of one on the upstream's connection.
    for (let count = 0; count < 20; count += 1) {
      upstream.handler = (_request, response) => void response.writeHead(413).end("enough");
      expect((await call(kong.url, { headers, body: Buffer.alloc(4_000_000) })).status).toBe(413);
      upstream.handler = echo;
      expect((await echoed("/next")).path).toBe("/next");
    }
  });

  test("answers without a body", async () => {
    upstream.handler = (_, response) => void response.writeHead(204).end();
    expect(await call(kong.url)).toMatchObject({ status: 204, complete: true });
    upstream.handler = (_, response) => void response.writeHead(200, { "content-length": "5" }).end();
    expect(await call(kong.url, { method: "HEAD" })).toMatchObject({ status: 200, headers: { "content-length": "5" } });
  });
});

describe("ends that come too early", () => {
  const streaming = async (): Promise<{ request: ClientRequest; gone: Promise<void> }> => {
    const gone = gate();
    upstream.handler = (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write("first");
      response.on("close", gone.open);
    };
    const request = open("/").end();
    await once(await answered(request), "data");
    return { request, gone: gone.opened };
  };

  test("a client that leaves ends the upstream call", async () => {
    const { request, gone } = await streaming();
    request.destroy();
    await gone;
    await kong.settled();
    expect(kong.served.at(-1)?.status).toBe(499);
  });

  test("so does one that leaves before the answer, or while it is sending", async () => {
    for (const ends of [true, false]) {
      const arrived = gate();
      const gone = gate();
      upstream.handler = (incoming) => {
        incoming.on("error", () => {}).resume();
        incoming.socket.on("close", gone.open);
        arrived.open();
      };
      const request = open("/");
      request.write("part");
      if (ends) request.end();
      await arrived.opened;
      request.destroy();
      await gone.opened;
    }
  });

  test("one that leaves while nginx still collects its body never was there for the upstream", async () => {
    await kong.reconfigure(configOf({ request_buffering: true }));
    const request = open("/", { "content-length": "100" });
    request.write("part");
    await until("a connection", () => (request.socket?.bytesWritten ? true : undefined));
    await call(kong.url, { body: "other" });
    const before = kong.served.length;
    request.destroy();
    await until("its end", () => (kong.served.length > before ? true : undefined));
    expect([kong.served.at(-1)?.status, upstream.requests.length]).toEqual([499, 1]);
  });

  test("many clients that leave: nothing stays open", async () => {
    let gone = 0;
    upstream.handler = (_, response) => {
      response.writeHead(200).write("first");
      response.on("close", () => {
        gone += 1;
      });
    };
    const clients = Array.from({ length: 50 }, async () => {
      const request = open("/").end();
      await once(await answered(request), "data");
      request.destroy();
    });
    await Promise.all(clients);
    await kong.settled();
    await until("the upstream's notice", () => (gone === 50 ? true : undefined));
    await until("closed sockets", () => (kong.upstreamSockets <= 1 && upstream.sockets.size <= 1 ? true : undefined));
  });

  test.each<[string, Record<string, string>]>([
    ["chunked", {}],
    ["with a length", { "content-length": "100" }],
  ])("an upstream that dies in mid-body (%s) leaves the client with less than all", async (_, headers) => {
    upstream.handler = (_request, response) => {
      response.writeHead(200, headers).write("first", () => response.destroy());
    };
    const seen = await call(kong.url);
    expect({ ...seen, body: seen.body.toString() }).toMatchObject({ status: 200, body: "first", complete: false });
  });

  test("an upstream that resets in mid-body", async () => {
    upstream.handler = (_request, response) => {
      response.writeHead(200).write("first", () => setTimeout(() => response.socket?.resetAndDestroy(), 50));
    };
    expect(await call(kong.url)).toMatchObject({ status: 200, complete: false });
  });
});

describe("upstreams that do not answer", () => {
  const failure = async (method = "POST"): Promise<unknown> => {
    const seen = await call(kong.url, { method });
    await kong.settled();
    const { message } = JSON.parse(seen.body.toString()) as { message: string };
    return [seen.status, message, kong.served.at(-1)?.tries];
  };
  const BAD = "An invalid response was received from the upstream server";

  test("refused: as many tries as configured, and one", async () => {
    await kong.reconfigure(configOf({}, { url: `http://127.0.0.1:${await refusedPort()}`, retries: 2 }));
    expect(await failure()).toEqual([502, BAD, 3]);
    await kong.reconfigure(configOf({}, { url: `http://127.0.0.1:${await refusedPort()}`, retries: 0 }));
    expect(await failure()).toEqual([502, BAD, 1]);
  });

  test("reset after the request: tried again only when it may be sent twice", async () => {
    upstream.handler = (request) => void request.socket.resetAndDestroy();
    await kong.reconfigure(configOf({}, { retries: 2 }));
    expect(await failure()).toEqual([502, BAD, 1]);
    expect(await failure("GET")).toEqual([502, BAD, 3]);
  });

  test("silence", async () => {
    upstream.handler = () => {};
    await kong.reconfigure(configOf({}, { retries: 0, read_timeout: 50 }));
    expect(await failure()).toEqual([504, "The upstream server is timing out", 1]);
  });

  test("silence in mid-body", async () => {
    upstream.handler = (_, response) => void response.writeHead(200).write("first");
    await kong.reconfigure(configOf({}, { read_timeout: 50 }));
    expect(await call(kong.url)).toMatchObject({ status: 200, body: Buffer.from("first"), complete: false });
  });

  test("no HTTP", async () => {
    const server: Server = createServer((socket: Socket) => void socket.end("what?"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await kong.reconfigure(configOf({}, { url: `http://127.0.0.1:${port}`, retries: 0 }));
    expect(await failure()).toEqual([502, BAD, 1]);
    server.close();
  });
});

test("connections to the upstream are kept", async () => {
  for (let count = 0; count < 5; count += 1) await call(kong.url, { body: "x", agent: false });
  expect(new Set(upstream.requests.map((request) => request.socket.remotePort)).size).toBe(1);
});

async function text(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
