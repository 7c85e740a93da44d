import { connect } from "node:http2";
import { type Certificates, hasOpenssl, makeCertificates } from "./certificates";
import { startFakeUpstream } from "./fake-upstream";
import { call } from "./raw-client";

const there = hasOpenssl();
if (!there) console.warn("openssl is not on PATH: the TLS tests of the fake upstream are skipped.");
const body = { model: "m", messages: [{ role: "user", content: "Hi" }] };

(there ? describe : describe.skip)("TLS", () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates(["api.upstream.test"]);
  });
  afterAll(() => certificates.remove());

  test("its own authority, and the SNI it was called by", async () => {
    const upstream = await startFakeUpstream({ tls: { certificates } });
    const url = `${upstream.url}/v1/chat/completions`;
    const { ca } = certificates;
    expect(await call(url, { body, tls: { ca } })).toMatchObject({ status: 200, complete: true });
    expect(await call(url, { body, tls: { ca, servername: "api.upstream.test" } })).toMatchObject({ status: 200 });
    expect((await call(url, { body, tls: {} })).error).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    expect((await call(url, { body, tls: { ca, servername: "other.test" } })).error).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(upstream.requests.map((record) => record.sni)).toEqual(["localhost", "api.upstream.test"]);
    expect(await call(url, { body: { ...body, model: "do-reset-mid-stream", stream: true }, tls: { ca } })).toMatchObject({
      complete: false,
    });
    await upstream.close();
  });

  test("a client certificate, where it is required", async () => {
    const upstream = await startFakeUpstream({ tls: { certificates, requireClientCertificate: true } });
    const url = `${upstream.url}/v1/chat/completions`;
    const { ca, clientCert: cert, clientKey: key } = certificates;
    expect((await call(url, { body, tls: { ca } })).status).toBeUndefined();
    expect((await call(url, { body, tls: { ca, cert, key } })).status).toBe(200);
    expect(upstream.requests.map((record) => record.clientCertificate)).toEqual(["fake upstream client"]);
    await upstream.close();
  });

  test("HTTP/2 by ALPN, HTTP/1.1 still possible", async () => {
    const upstream = await startFakeUpstream({ tls: { certificates }, http2: true });
    const { ca } = certificates;
    expect((await call(`${upstream.url}/v1/chat/completions`, { body, tls: { ca } })).status).toBe(200);
    const client = connect(upstream.url, { ca });
    const stream = client.request({ ":method": "POST", ":path": "/v1/chat/completions", "content-type": "application/json" });
    stream.resume().end(JSON.stringify(body));
    await new Promise((resolve) => stream.on("close", resolve));
    expect(upstream.requests.map(({ httpVersion, sni }) => [httpVersion, sni])).toEqual([
      ["1.1", "localhost"],
      ["2.0", "localhost"],
    ]);
    client.close();
    await upstream.close();
  });
});
