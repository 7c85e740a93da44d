import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";
import { guardedLookup } from "../../../plugins/core/guarded-lookup";
import { Upstream } from "../../../plugins/relay/upstream";
import { type FakeUpstream, refusedPort, startFakeUpstream } from "../../upstream/fake-upstream";
import { chat, failureOf, hear, PATIENT, providerAt } from "./support";

const V4 = (address: string): LookupAddress => ({ address, family: 4 });
const V6 = (address: string): LookupAddress => ({ address, family: 6 });

/** A resolver with one answer after another; the last one stays. */
function answering(...answers: readonly LookupAddress[][]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const found = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    process.nextTick(() => {
      if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? "", found[0]?.family);
    });
  };
  return Object.assign(lookup, { asked });
}

function resolve(lookup: LookupFunction, all: boolean): Promise<unknown> {
  return new Promise((settle) => {
    guardedLookup(lookup)("api.test", { all }, (error, address, family) => settle(error?.message ?? [address, family]));
  });
}

const REFUSED = "api.test is a link-local or metadata address, which may not be connected to";

describe("guardedLookup", () => {
  const link = [V4("169.254.169.254"), V6("fe80::1"), V6("::ffff:169.254.169.254"), V6("fd00:ec2::254"), V4("100.100.100.200")];

  test.each(link)("$address is refused, alone or in a list", async (found) => {
    expect(await resolve(answering([found]), false)).toBe(REFUSED);
    expect(await resolve(answering([found]), true)).toBe(REFUSED);
    expect(await resolve(answering(link), true)).toBe(REFUSED);
  });

  test("what is allowed among others is left", async () => {
    const found = [V4("169.254.169.254"), V4("192.0.2.1"), V6("fe80::1"), V6("2001:db8::1")];
    expect(await resolve(answering(found), true)).toEqual([[V4("192.0.2.1"), V6("2001:db8::1")], undefined]);
    expect(await resolve(answering([V4("10.0.0.1")]), false)).toEqual(["10.0.0.1", 4]);
    expect(await resolve(answering([V4("127.0.0.1")]), true)).toEqual([[V4("127.0.0.1")], undefined]);
  });

  test("errors and empty answers pass", async () => {
    const failing: LookupFunction = (_name, _options, callback) => callback(new Error("no such name"), "");
    expect(await resolve(failing, true)).toBe("no such name");
    expect(await resolve(answering([]), true)).toEqual([[], undefined]);
  });
});

describe("calls", () => {
  let fake: FakeUpstream;
  beforeAll(async () => {
    fake = await startFakeUpstream();
  });
  afterAll(() => fake.close());

  const causeOf = async (upstream: Upstream, url: string, allowLinkLocal = false): Promise<string> => {
    const provider = providerAt(url, { allowLinkLocal, connectTimeoutMs: 60 });
    const error = await failureOf(upstream.call(provider, chat("m"), PATIENT));
    expect(error).toMatchObject({ kind: "unavailable", message: "No provider could be reached for this request." });
    return (error.cause as Error).message;
  };

  test.each([
    "http://169.254.169.254",
    "http://[fe80::1]:8080",
    "https://[::ffff:a9fe:a9fe]",
    "http://2852039166",
    "http://0xa9fea9fe",
    "http://metadata.google.internal",
    "https://metadata.google.internal.",
  ])("%s is refused before anything is asked", async (url) => {
    const lookup = answering([V4("127.0.0.1")]);
    const upstream = new Upstream({ env: {}, lookup });
    expect(await causeOf(upstream, url)).toContain("link-local or metadata address");
    expect(lookup.asked).toEqual([]);
    await upstream.close();
  });

  test("a name that leads there is refused, also when it did not before", async () => {
    const lookup = answering([V4("127.0.0.1")], [V4("169.254.169.254")]);
    const upstream = new Upstream({ env: {}, lookup });
    const url = `http://api.test:${fake.port}`;
    expect((await hear(upstream.call(providerAt(url), chat("m"), PATIENT))).answer.status).toBe(200);
    expect(fake.requests.at(-1)?.host).toBe(`api.test:${fake.port}`);
    expect(await causeOf(upstream, url)).toContain("link-local or metadata address");
    expect(lookup.asked).toEqual(["api.test", "api.test"]);
    await upstream.close();
  });

  test("the addresses that are left are the ones connected to", async () => {
    const upstream = new Upstream({ env: {}, lookup: answering([V4("169.254.169.254"), V4("127.0.0.1")]) });
    const provider = providerAt(`http://api.test:${fake.port}`);
    expect((await hear(upstream.call(provider, chat("m"), PATIENT))).answer.status).toBe(200);
    await upstream.close();
  });

  test("all addresses of a name fail: the cause says how", async () => {
    const upstream = new Upstream({ env: {}, lookup: answering([V4("127.0.0.1"), V6("::1")]) });
    expect(await causeOf(upstream, `http://api.test:${await refusedPort()}`)).toBe("no connection: ECONNREFUSED");
    await upstream.close();
  });

  test("any number of milliseconds may be the connection limit", async () => {
    const upstream = new Upstream({ env: {}, lookup: answering([V4("127.0.0.1"), V6("::1")]) });
    for (const connectTimeoutMs of [1, 1001, 5003, 86_400_000]) {
      const call = upstream.call(providerAt(`http://api.test:${fake.port}`, { connectTimeoutMs }), chat("m"), PATIENT);
      if (connectTimeoutMs > 1) expect((await hear(call)).answer.status).toBe(200);
      else await call.answer.catch(() => {});
    }
    await upstream.close();
  });

  test("allowed by configuration: it is tried", async () => {
    const upstream = new Upstream({ env: {}, lookup: answering([V6("fe80::1")]) });
    expect(await causeOf(upstream, "http://api.test:1", true)).toMatch(/^no connection: (?!.*link-local)/);
    expect(await causeOf(upstream, "http://[fe80::1]:1", true)).toMatch(/^no connection: (?!.*link-local)/);
    await upstream.close();
  });
});
