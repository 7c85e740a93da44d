/** The permission that Kong carries to the relay: for one request, once. */
import { chat, json, question } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import { KongStack, llm } from "../../kong/support";
import { type FakeUpstream, startFakeUpstream } from "../../upstream/fake-upstream";
import { playAccess } from "./phase";
import { inline } from "./support";

jest.setTimeout(30_000);

let upstream: FakeUpstream;
let stack: KongStack;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  stack = await KongStack.start({ kong: llm([inline(upstream)]) });
});

afterAll(async () => {
  await stack?.stop();
  await upstream?.close();
});

/** Where the plugin sends a request, and with what: what only Kong gets to see. */
async function passed(): Promise<{ readonly relay: string; readonly token: string }> {
  const calls = await playAccess(stack.socketPath, inline(upstream).config, () => ({ result: undefined }));
  const args = (method: string) => calls.find((call) => call.method === method)?.args ?? [];
  const [host, port] = args("kong.service.set_target");
  const [name, token] = args("kong.service.request.set_header");
  expect(name).toBe("x-graft-token");
  return { relay: `http://${String(host)}:${String(port)}`, token: String(token) };
}

const present = (relay: string, token: string) =>
  chat(relay, question("demo"), { headers: { "x-graft-token": token, "x-real-ip": "10.0.0.1" } });

test("128 bit, a new one each time, once", async () => {
  const [first, second] = [await passed(), await passed()];
  expect(Buffer.from(first.token, "base64url")).toHaveLength(16);
  expect(second.token).not.toBe(first.token);
  expect(second.relay).toBe(first.relay);
  for (const { relay, token } of [second, first]) {
    expect((await present(relay, token)).status).toBe(200);
    const again = await present(relay, token);
    expect(again.status).toBe(403);
    expect(json(again)).toMatchObject({ error: { type: "invalid_request_error" } });
  }
});

test("of many that present one at a time, one is served", async () => {
  const { relay, token } = await passed();
  const before = upstream.requests.length;
  const seen = await Promise.all(Array.from({ length: 20 }, () => present(relay, token)));
  expect(seen.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(403)]);
  expect(upstream.requests).toHaveLength(before + 1);
});

test("two of them, or one among others, are none", async () => {
  const [first, second] = [await passed(), await passed()];
  for (const value of [`${first.token}, ${second.token}`, ` ${first.token}x`, first.token.slice(0, -1), `${first.token}=`]) {
    expect((await present(first.relay, value)).status).toBe(403);
  }
  // Not used up by that.
  expect((await present(first.relay, first.token)).status).toBe(200);
  expect((await present(second.relay, second.token)).status).toBe(200);
});

test("a client's own is worth nothing, a stolen one included: Kong writes over it", async () => {
  const { relay, token } = await passed();
  const seen = await chat(stack.url, question("demo"), { headers: { "x-graft-token": token } });
  expect(seen.status).toBe(200);
  expect((await present(relay, token)).status).toBe(200);
});

test("whatever the client's request is like, its permission is gone after it, and no log shows one", async () => {
  const { relay, token } = await passed();
  expect((await chat(relay, "{", { headers: { "x-graft-token": token } })).status).toBe(400);
  expect((await present(relay, token)).status).toBe(403);
  await until("records", () => (stack.records.length >= 5 ? true : undefined));
  expect(stack.processor.output).not.toContain(token);
  expect(JSON.stringify(upstream.requests)).not.toContain("x-graft-token");
});
