import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { createServer } from "node:tls";
import { Upstream } from "../../../plugins/relay/upstream";
import { type Certificates, hasOpenssl, makeCertificates } from "../../upstream/certificates";
import { type FakeUpstream, type FakeUpstreamOptions, startFakeUpstream } from "../../upstream/fake-upstream";
import { chat, failureOf, hear, PATIENT, providerAt, someTurns } from "./support";

const there = hasOpenssl();
if (!there) console.warn("openssl is not on PATH: TLS to providers is not tested.");

(there ? describe : describe.skip)("TLS", () => {
  let certificates: Certificates;
  let others: Certificates;
  let upstream: Upstream;
  let fake: FakeUpstream;
  const file = (name: string): string => path.join(certificates.folder, name);

  beforeAll(() => {
    certificates = makeCertificates(["api.upstream.test"]);
    others = makeCertificates();
  });
  afterAll(() => {
    certificates.remove();
    others.remove();
  });
  afterEach(async () => {
    await upstream.close();
    await fake.close();
  });

  async function start(options: Omit<FakeUpstreamOptions, "tls"> & { requireClientCertificate?: boolean } = {}): Promise<void> {
    upstream = new Upstream({ env: {} });
    fake = await startFakeUpstream({ ...options, tls: { certificates, ...options } });
  }

  const ask = (url: string, tls: Parameters<typeof providerAt>[1] & object) =>
    upstream.call(providerAt(url, tls), chat("m"), PATIENT);

  test("with an authority of one's own; the connection is used again", async () => {
    await start();
    const provider = providerAt(fake.url, { tls: { caFile: file("ca.pem") } });
    for (const _again of [1, 2]) {
      expect((await hear(upstream.call(provider, chat("m"), PATIENT))).answer.status).toBe(200);
      await someTurns();
    }
    expect(fake.requests.map(({ sni }) => sni)).toEqual(["localhost", "localhost"]);
    expect(fake.requests[0]?.connection).toBe(fake.requests[1]?.connection);
  });

  test("a server that could do HTTP/2 is spoken to in HTTP/1.1", async () => {
    await start({ http2: true });
    expect((await hear(ask(fake.url, { tls: { caFile: file("ca.pem") } }))).answer.status).toBe(200);
    expect(fake.requests[0]?.httpVersion).toBe("1.1");
  });

  test("an address instead of a name: no SNI, the certificate must be for the address", async () => {
    await start();
    const url = `https://127.0.0.1:${fake.port}`;
    expect((await hear(ask(url, { tls: { caFile: file("ca.pem") } }))).answer.status).toBe(200);
    expect(fake.requests[0]?.sni).toBeUndefined();
    expect(fake.requests[0]?.host).toBe(`127.0.0.1:${fake.port}`);
  });

  test.each([
    ["api.upstream.test", "api.upstream.test", undefined],
    ["127.0.0.1", undefined, undefined],
    ["other.test", undefined, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["127.0.0.2", undefined, "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("server_name %s decides what is sent and what the certificate must say", async (serverName, sni, code) => {
    await start();
    const call = ask(fake.url, { tls: { caFile: file("ca.pem"), serverName } });
    if (code === undefined) {
      expect((await hear(call)).answer.status).toBe(200);
      expect(fake.requests[0]?.sni).toBe(sni);
      expect(fake.requests[0]?.host).toBe(`localhost:${fake.port}`);
      return;
    }
    expect(rootOf(await failureOf(call))).toMatchObject({ code });
    expect(fake.requests).toEqual([]);
  });

  test.each([
    ["nobody's authority", undefined],
    ["another authority", "others"],
  ])("%s: refused, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async (_name, which) => {
    await start();
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    const tls = which === undefined ? {} : { caFile: path.join(others.folder, "ca.pem") };
    const error = await failureOf(ask(fake.url, { tls }));
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
    expect(error).toMatchObject({ kind: "unavailable", message: "No provider could be reached for this request." });
    expect(String((rootOf(error) as { code?: string }).code)).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(fake.requests).toEqual([]);
  });

  test("a client certificate", async () => {
    await start({ requireClientCertificate: true });
    const tls = { caFile: file("ca.pem") };
    expect(await failureOf(ask(fake.url, { tls }))).toMatchObject({ kind: "unavailable" });
    const both = { ...tls, certFile: file("client.pem"), keyFile: file("client.key") };
    expect((await hear(ask(fake.url, { tls: both }))).answer.status).toBe(200);
    expect(fake.requests.map(({ clientCertificate }) => clientCertificate)).toEqual(["fake upstream client"]);
  });

  test("a file that is missing or broken: the next target may be tried, its path is not shown; mended, it is read", async () => {
    await start();
    const caFile = file("later.pem");
    const provider = providerAt(fake.url, { tls: { caFile } });
    const missing = await failureOf(upstream.call(provider, chat("m"), PATIENT));
    expect(missing).toMatchObject({
      kind: "unavailable",
      retryable: true,
      message: "No provider could be reached for this request.",
    });
    expect(rootOf(missing)).toMatchObject({ code: "ENOENT", path: caFile });
    writeFileSync(caFile, "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n");
    expect(await failureOf(upstream.call(provider, chat("m"), PATIENT))).toMatchObject({ kind: "unavailable" });
    writeFileSync(caFile, certificates.ca);
    expect((await hear(upstream.call(provider, chat("m"), PATIENT))).answer.status).toBe(200);
  });

  test("a second connection takes up the session of the first", async () => {
    await start();
    const reused: boolean[] = [];
    const server = createServer({ cert: certificates.serverCert, key: certificates.serverKey }, (socket) => {
      reused.push(socket.isSessionReused());
      socket.on("error", () => {});
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const tls = { caFile: file("ca.pem") };
    for (const provider of [providerAt(url, { tls }), providerAt(url, { tls })]) {
      for (const _again of [1, 2]) await hear(upstream.call(provider, chat("m"), PATIENT));
    }
    // Another provider has no part in it.
    expect(reused).toEqual([false, true, false, true]);
    server.close();
  });

  test("plain HTTP where TLS is expected, and the other way round", async () => {
    await start();
    const plain = await startFakeUpstream();
    expect(await failureOf(ask(plain.url.replace("http:", "https:"), {}))).toMatchObject({ kind: "unavailable" });
    expect(await failureOf(ask(`http://127.0.0.1:${fake.port}`, {}))).toMatchObject({ kind: "unavailable" });
    await plain.close();
  });
});

/** Node's own errors are of another realm than Jest's: no `instanceof`. */
function rootOf(error: unknown): unknown {
  const { cause } = error as Error;
  return cause === undefined ? error : rootOf(cause);
}
