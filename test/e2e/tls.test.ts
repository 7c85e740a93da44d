/** Providers over TLS: whom Envoy trusts, which name it asks for, and that a second provider gets its own name. */
import { join } from "node:path";
import { type Certificates, hasOpenssl, makeCertificates } from "../upstream/certificates";
import { type FakeUpstream, startFakeUpstream } from "../upstream/fake-upstream";
import { chat, expectError, question, said, text } from "./support/ask";
import { KEY_HEADERS } from "./support/providers";
import { Stack } from "./support/stack";

let certificates: Certificates;
let foreign: Certificates;
let upstream: FakeUpstream;
let strict: FakeUpstream;
let http2: FakeUpstream;
let stack: Stack;

const withOpenssl = hasOpenssl() ? describe : describe.skip;
if (!hasOpenssl()) console.warn("openssl is not installed: TLS to providers is not tested");

withOpenssl("tls", () => {
  beforeAll(async () => {
    certificates = makeCertificates(["one.test", "two.test"]);
    foreign = makeCertificates();
    upstream = await startFakeUpstream({ tls: { certificates } });
    strict = await startFakeUpstream({ tls: { certificates, requireClientCertificate: true } });
    http2 = await startFakeUpstream({ tls: { certificates }, http2: true });
    const ca = `ca_file: "${join(certificates.folder, "ca.pem")}"`;
    const foreignCa = `ca_file: "${join(foreign.folder, "ca.pem")}"`;
    const own = `cert_file: "${join(certificates.folder, "client.pem")}", key_file: "${join(certificates.folder, "client.key")}"`;
    const provider = (name: string, kind: string, { port }: FakeUpstream, tls: string, host = "127.0.0.1") =>
      `  ${name}: { kind: ${kind}, base_url: "https://${host}:${port}${kind === "openai" ? "/v1" : ""}", api_keys: [sk-${kind}], tls: { ${tls} } }`;
    const alias = (name: string, ...targets: string[]) =>
      `      - { name: ${name}, targets: [${targets.map((target) => `{ provider: ${target} }`).join(", ")}] }`;
    stack = await Stack.start({
      config: `
providers:
${provider("localhost", "openai", upstream, ca, "localhost")}
${provider("address", "openai", upstream, ca)}
${provider("one", "openai", upstream, `${ca}, server_name: one.test`)}
${provider("two", "anthropic", upstream, `${ca}, server_name: two.test`)}
${provider("stranger", "openai", upstream, foreignCa)}
${provider("no-ca", "openai", upstream, "")}
${provider("misnamed", "openai", upstream, `${ca}, server_name: three.test`)}
${provider("known", "gemini", strict, `${ca}, ${own}`)}
${provider("unknown", "gemini", strict, ca)}
${provider("newer", "anthropic", http2, ca, "localhost")}
policies:
  default:
    models:
${alias("localhost", "localhost, model: demo")}
${alias("address", "address, model: demo")}
${alias("one-two", "one, model: do-503", "two, model: demo")}
${alias("two-one", "two, model: do-503", "one, model: demo")}
${alias("stranger", "stranger, model: demo")}
${alias("stranger-two", "stranger, model: demo", "two, model: demo")}
${alias("no-ca-two", "no-ca, model: demo", "two, model: demo")}
${alias("misnamed-two", "misnamed, model: demo", "two, model: demo")}
${alias("known", "known, model: demo")}
${alias("unknown-known", "unknown, model: demo", "known, model: demo")}
${alias("newer", "newer, model: demo")}
${alias("newer-broken", "newer, model: do-reset-mid-stream-4")}
${alias("one-newer", "one, model: do-503", "newer, model: demo")}
`,
    });
  }, 60_000);

  afterAll(async () => {
    await stack?.stop();
    await Promise.all([upstream?.close(), strict?.close(), http2?.close()]);
    certificates?.remove();
    foreign?.remove();
  });

  const ask = (model: string, stream = false) => chat(stack.url, question(model, { stream }));

  /** Answers and what `at` got meanwhile. */
  async function watch(at: FakeUpstream, model: string, stream = false) {
    const before = at.requests.length;
    const seen = await ask(model, stream);
    return { seen, got: at.requests.slice(before) };
  }

  test("an own authority; the name is the host's, and an address has none", async () => {
    const named = await watch(upstream, "localhost");
    expect([named.seen.status, named.got[0]?.sni]).toEqual([200, "localhost"]);
    const bare = await watch(upstream, "address");
    expect([bare.seen.status, bare.got[0]?.sni]).toEqual([200, undefined]);
  });

  test.each([
    ["one-two", "anthropic", ["one.test", "two.test"]],
    ["two-one", "openai", ["two.test", "one.test"]],
  ] as const)("%s: each provider is asked by its own name", async (model, kind, names) => {
    const { seen, got } = await watch(upstream, model);
    expect(seen.status).toBe(200);
    expect(got.map((request) => request.sni)).toEqual(names);
    expect(got.map((request) => request.host)).toEqual([`127.0.0.1:${upstream.port}`, `127.0.0.1:${upstream.port}`]);
    expect(got[1]?.headers[KEY_HEADERS[kind][0]]).toBe(KEY_HEADERS[kind][1]);
  });

  test.each(["stranger-two", "no-ca-two", "misnamed-two"])("%s: whoever cannot be trusted gets nothing", async (model) => {
    const { seen, got } = await watch(upstream, model);
    expect(seen.status).toBe(200);
    expect(seen.headers["x-graft-target"]).toBe("two/demo");
    expect(got.map((request) => request.sni)).toEqual(["two.test"]);
  });

  test("nobody trustworthy is an honest error", async () => {
    expectError(await ask("stranger"), { status: 503, code: "unavailable" });
  });

  test("a provider that wants a client certificate gets ours", async () => {
    const { seen, got } = await watch(strict, "known");
    expect([seen.status, got[0]?.clientCertificate]).toEqual([200, "fake upstream client"]);
  });

  test("without the certificate it wants, a provider is passed over", async () => {
    const { seen, got } = await watch(strict, "unknown-known");
    expect(seen.status).toBe(200);
    expect(seen.headers["x-graft-target"]).toBe("known/demo");
    expect(got.map((request) => request.clientCertificate)).toEqual(["fake upstream client"]);
  });

  test.each([
    ["newer", false],
    ["newer", true],
    ["one-newer", false],
    ["one-newer", true],
  ])("HTTP/2 where the provider offers it: %s, stream %s", async (model, stream) => {
    const { seen, got } = await watch(http2, model, stream);
    expect(seen.status).toBe(200);
    expect(said(seen)).toContain("question for");
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ httpVersion: "2.0", sni: "localhost", host: `localhost:${http2.port}`, path: "/v1/messages" });
    expect(Number(got[0]?.headers["content-length"])).toBe(got[0]?.body.length);
    for (const name of Object.keys(got[0]?.headers ?? {})) expect(name).not.toMatch(/^x-(envoy|graft|forwarded)|^authorization$/);
  });

  test("a stream reset over HTTP/2 is a broken stream", async () => {
    const seen = await ask("newer-broken", true);
    expect(seen.complete).toBe(false);
    expect(text(seen)).not.toContain("[DONE]");
  });
});
