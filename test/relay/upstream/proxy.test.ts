import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import type { GraftError } from "../../../plugins/core/errors";
import { Upstream } from "../../../plugins/relay/upstream";
import { proxyFor } from "../../../plugins/relay/upstream/proxy";
import { type Certificates, hasOpenssl, makeCertificates } from "../../upstream/certificates";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { chat, failureOf, Heard, hear, PATIENT, providerAt, someTurns, until } from "./support";

describe("which proxy", () => {
  const HTTPS = "https://api.test/v1";
  const HTTP = "http://api.test:8080";
  const plain = { security: undefined, authorization: undefined };

  test.each<[string, NodeJS.ProcessEnv, string, object | undefined]>([
    ["none", {}, HTTPS, undefined],
    ["an empty variable is none", { HTTPS_PROXY: "" }, HTTPS, undefined],
    ["by scheme", { HTTP_PROXY: "http://p:1" }, HTTPS, undefined],
    ["by scheme", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:2" }, HTTP, { ...plain, host: "p", port: 1 }],
    ["by scheme", { HTTP_PROXY: "http://p:1", HTTPS_PROXY: "http://q:2" }, HTTPS, { ...plain, host: "q", port: 2 }],
    ["lower case first", { HTTPS_PROXY: "http://p:1", https_proxy: "http://q:2" }, HTTPS, { ...plain, host: "q", port: 2 }],
    ["an empty one gives way", { HTTPS_PROXY: "http://p:1", https_proxy: "" }, HTTPS, { ...plain, host: "p", port: 1 }],
    ["without scheme", { https_proxy: "p.test:3128" }, HTTPS, { ...plain, host: "p.test", port: 3128 }],
    ["without port", { https_proxy: "http://p.test/" }, HTTPS, { ...plain, host: "p.test", port: 80 }],
    ["IPv6", { https_proxy: "http://[::1]:3128" }, HTTPS, { ...plain, host: "::1", port: 3128 }],
    ["exempt", { https_proxy: "http://p:1", NO_PROXY: "api.test" }, HTTPS, undefined],
    [
      "exempt, lower case first",
      { https_proxy: "http://p:1", NO_PROXY: "api.test", no_proxy: "x.test" },
      HTTPS,
      { ...plain, host: "p", port: 1 },
    ],
    ["exempt by port", { http_proxy: "http://p:1", NO_PROXY: "api.test:8080" }, HTTP, undefined],
    [
      "loopback is not exempt by itself",
      { http_proxy: "http://p:1" },
      "http://localhost:11434",
      { ...plain, host: "p", port: 1 },
    ],
  ])("%s", (_name, env, url, expected) => {
    expect(proxyFor(new URL(url), env)).toEqual(expected);
  });

  test("credentials, percent-decoded, the password may be missing", () => {
    const of = (userinfo: string): string | undefined =>
      proxyFor(new URL(HTTPS), { https_proxy: `http://${userinfo}@p:1` })?.authorization;
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
    expect(of("user:pa%3ass%40")).toBe(basic("user:pa:ss@"));
    expect(of("token")).toBe(basic("token:"));
    expect(of(":secret")).toBe(basic(":secret"));
    expect(of("j%C3%BCrgen:x")).toBe(basic("jürgen:x"));
  });

  test("TLS to the proxy itself", () => {
    expect(proxyFor(new URL(HTTPS), { https_proxy: "https://p.test" })).toMatchObject({ port: 443, security: expect.anything() });
  });

  test.each(["socks5://u:secret@p:1", "http://u:secret@", "http://u:secret@p:99999", "http://u:%secret@p", "ftp://u:secret@p"])(
    "%s is refused without being quoted",
    (address) => {
      expect(() => proxyFor(new URL(HTTPS), { https_proxy: address })).toThrow(/^https_proxy (?!.*secret)/);
    },
  );
});

/** A proxy for tests: what it was asked, and what it did not like. */
interface TestProxy {
  readonly port: number;
  readonly heads: string[];
  readonly open: () => number;
  close(): Promise<void>;
}

/** @param certificates it speaks TLS itself. @param refuse what it says instead of opening a tunnel */
async function startProxy(
  options: { certificates?: Certificates; refuse?: (socket: Socket) => void; key?: string } = {},
): Promise<TestProxy> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    socket.once("data", (first: Buffer) => {
      const text = first.toString("latin1");
      heads.push(text);
      if (options.refuse !== undefined) {
        options.refuse(socket);
        return;
      }
      if (options.key !== undefined && !text.includes(`proxy-authorization: ${options.key}\r\n`)) {
        socket.end("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      const [, method, target = ""] = /^(\S+) (\S+) HTTP\/1\.1\r\n/.exec(text) ?? [];
      // Names of the tests lead to this machine.
      const port = Number(method === "CONNECT" ? target.split(":").at(-1) : new URL(target).port);
      const onward = connect(port, "127.0.0.1", () => {
        if (method === "CONNECT") socket.write("HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n");
        else onward.write(first);
        socket.pipe(onward).pipe(socket);
      });
      onward.on("error", () => socket.destroy()).once("close", () => socket.destroy());
      socket.once("close", () => onward.destroy());
    });
  };
  const { certificates } = options;
  const server =
    certificates === undefined
      ? createServer(serve)
      : createHttpsServer({ cert: certificates.serverCert, key: certificates.serverKey });
  if (certificates !== undefined) server.on("secureConnection", serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    open: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

const basic = `Basic ${Buffer.from("user:pass-word").toString("base64")}`;
const SECRET = /pass-word|cGFzcy13b3Jk|dXNlcjpwYXNz/;

/** Everything an error could bring into a log. */
function told(error: GraftError): string {
  return inspect(error, { depth: 10, showHidden: true });
}

describe("plain HTTP: the proxy forwards", () => {
  let fake: FakeUpstream;
  let upstream: Upstream;
  let proxy: TestProxy;
  beforeEach(async () => {
    fake = await startFakeUpstream();
  });
  afterEach(async () => {
    await upstream.close();
    await proxy.close();
    await fake.close();
  });
  const via = (userinfo = ""): NodeJS.ProcessEnv => ({ http_proxy: `http://${userinfo}127.0.0.1:${proxy.port}` });

  test("the whole address in the request line, the provider's name as host, one connection for all", async () => {
    proxy = await startProxy({ key: basic });
    upstream = new Upstream({ env: via("user:pass-word@") });
    const provider = providerAt(`http://api.invalid:${fake.port}/base`);
    for (const _again of [1, 2]) {
      const { heard } = await hear(upstream.call(provider, chat("m", { stream: true }), PATIENT));
      expect(heard.outcome).toBe("end");
      await someTurns();
    }
    expect(proxy.heads).toHaveLength(1);
    expect(proxy.heads[0]).toMatch(
      new RegExp(
        `^POST http://api\\.invalid:${fake.port}/v1/chat/completions HTTP/1\\.1\r\nhost: api\\.invalid:${fake.port}\r\n`,
      ),
    );
    expect(fake.requests).toHaveLength(2);
  });

  test("wrong credentials: no answer of a provider, nothing of them is told", async () => {
    proxy = await startProxy({ key: "other" });
    upstream = new Upstream({ env: via("user:pass-word@") });
    const error = await failureOf(upstream.call(providerAt("http://api.invalid"), chat("m"), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable", message: "No provider could be reached for this request." });
    expect(told(error)).toContain("407");
    expect(told(error)).not.toMatch(SECRET);
    expect(fake.requests).toEqual([]);
  });

  test("exempt: the provider is called directly", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: { ...via(), NO_PROXY: "127.0.0.0/8" } });
    expect((await hear(upstream.call(providerAt(fake.url), chat("m"), PATIENT))).answer.status).toBe(200);
    expect(proxy.heads).toEqual([]);
  });

  test("a link-local address is refused all the same", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: via() });
    expect(await failureOf(upstream.call(providerAt("http://169.254.169.254"), chat("m"), PATIENT))).toMatchObject({
      kind: "unavailable",
    });
    expect(proxy.heads).toEqual([]);
  });

  test("an unusable proxy: no provider is called around it", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: { http_proxy: "socks5://user:pass-word@127.0.0.1:1" } });
    const error = await failureOf(upstream.call(providerAt(fake.url), chat("m"), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable" });
    expect(told(error)).not.toMatch(SECRET);
    expect(fake.requests).toEqual([]);
  });
});

const there = hasOpenssl();
if (!there) console.warn("openssl is not on PATH: tunnels through proxies are not tested.");

(there ? describe : describe.skip)("HTTPS: the proxy opens a tunnel", () => {
  let certificates: Certificates;
  let fake: FakeUpstream;
  let upstream: Upstream;
  let proxy: TestProxy;
  const uncaught = jest.fn();

  beforeAll(async () => {
    certificates = makeCertificates(["api.upstream.test"]);
    process.on("uncaughtExceptionMonitor", uncaught);
  });
  afterAll(() => {
    certificates.remove();
    process.off("uncaughtExceptionMonitor", uncaught);
  });
  beforeEach(async () => {
    fake = await startFakeUpstream({ tls: { certificates } });
  });
  afterEach(async () => {
    await upstream.close();
    await proxy.close();
    await fake.close();
    expect(uncaught).not.toHaveBeenCalled();
  });

  const provider = (connection = {}) =>
    providerAt(`https://api.upstream.test:${fake.port}`, { tls: { caFile: `${certificates.folder}/ca.pem` }, ...connection });
  const via = (userinfo = ""): NodeJS.ProcessEnv => ({ https_proxy: `http://${userinfo}127.0.0.1:${proxy.port}` });

  test("TLS to the provider goes through it, the connection is used again", async () => {
    proxy = await startProxy({ key: basic });
    upstream = new Upstream({ env: via("user:pass-word@") });
    const to = provider();
    for (const _again of [1, 2]) {
      const { heard } = await hear(upstream.call(to, chat("m", { stream: true }), PATIENT));
      expect(heard.outcome).toBe("end");
      await someTurns();
    }
    const name = `api.upstream.test:${fake.port}`;
    expect(proxy.heads).toEqual([`CONNECT ${name} HTTP/1.1\r\nhost: ${name}\r\nproxy-authorization: ${basic}\r\n\r\n`]);
    expect(fake.requests.map(({ sni, host }) => [sni, host])).toEqual(Array(2).fill(["api.upstream.test", name]));
    for (const { headers } of fake.requests) expect(headers["proxy-authorization"]).toBeUndefined();
  });

  test("a certificate that is not the provider's", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: via() });
    const wrong = providerAt(`https://other.test:${fake.port}`, { tls: { caFile: `${certificates.folder}/ca.pem` } });
    expect(told(await failureOf(upstream.call(wrong, chat("m"), PATIENT)))).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    await until(() => proxy.open() === 0);
  });

  test.each<[string, (socket: Socket) => void, string]>([
    ["wrong credentials", (socket) => socket.end("HTTP/1.1 407 X\r\n\r\n"), "status 407"],
    ["a refusal", (socket) => socket.write("HTTP/1.1 403 X\r\ncontent-length: 0\r\n\r\n"), "status 403"],
    ["closed", (socket) => socket.end(), "closed the connection"],
    ["closed within the answer", (socket) => socket.end("HTTP/1.1 200"), "closed the connection"],
    ["reset", (socket) => socket.resetAndDestroy(), "ECONNRESET"],
    ["no HTTP", (socket) => socket.write("hello\r\n\r\n"), "status unknown"],
    ["an endless head", (socket) => socket.write("HTTP/1.1 200 OK\r\n".padEnd(20_000, "x")), "has no end"],
    [
      "something before TLS",
      (socket) => socket.write("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
      "sent something into the tunnel",
    ],
    ["silence", () => {}, "nothing within 100 ms"],
  ])("%s: unavailable, tried once, no connection is left, nothing of the credentials told", async (_name, refuse, cause) => {
    proxy = await startProxy({ refuse });
    upstream = new Upstream({ env: via("user:pass-word@") });
    const error = await failureOf(upstream.call(provider({ connectTimeoutMs: 100 }), chat("m"), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable", message: "No provider could be reached for this request." });
    expect(told(error)).toContain(cause);
    expect(told(error)).not.toMatch(SECRET);
    await until(() => proxy.open() === 0);
    await someTurns(50);
    expect(proxy.heads).toHaveLength(1);
  });

  test("given up: provider and proxy see it", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: via() });
    const call = upstream.call(provider(), chat("do-hang-before-headers"), PATIENT);
    await fake.waitFor(1);
    call.abort();
    await until(() => proxy.open() === 0 && fake.connections() === 0);
  });

  test("the proxy dies while an answer is held back: told, no crash", async () => {
    proxy = await startProxy();
    upstream = new Upstream({ env: via() });
    fake.script({ do: "canned", headers: { connection: "close" }, pieces: ["hello"] }, { do: "hang-mid-stream", n: 2 });
    for (const ends of [true, false]) {
      const answer = await upstream.call(provider(), chat("m", { stream: true }), PATIENT).answer;
      const heard = new Heard(() => {
        answer.pause();
        setTimeout(() => answer.resume(), 20);
      });
      answer.read(heard);
      await until(() => heard.pieces.length > 0);
      if (!ends) await proxy.close();
      await heard.over;
      expect(heard.outcome === "end").toBe(ends);
    }
  });

  test("TLS to the proxy as well, with the system's authorities only", async () => {
    proxy = await startProxy({ certificates });
    upstream = new Upstream({ env: { https_proxy: `https://localhost:${proxy.port}` } });
    expect(told(await failureOf(upstream.call(provider(), chat("m"), PATIENT)))).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(proxy.heads).toEqual([]);
  });
});
