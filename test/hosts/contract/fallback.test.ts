/** The first provider fails before its first byte, in every way there is: the second gets a request of its own, the client one clean answer. */
import { dataOf, expectError, question, said } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { KEY_HEADERS } from "../../e2e/support/providers";
import { type FakeUpstream, refusedPort } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { HOST_NAMES, type HostSetup } from "../support/hosts";
import { KINDS, type Kind, provider } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const FAILURES = ["do-500", "do-503", "do-529", "do-429", "do-401", "do-html-error", "do-empty-error", "do-reset-before-headers"];
const WAYS: readonly (readonly [Kind, Kind])[] = [
  ["openai", "anthropic"],
  ["anthropic", "gemini"],
  ["gemini", "openai"],
  ["openai", "openai"],
];
const PATHS = { openai: "/v1/chat/completions", anthropic: "/v1/messages", gemini: "/v1beta/models/answering:generateContent" };
const STREAM_PATHS = { ...PATHS, gemini: "/v1beta/models/answering:streamGenerateContent?alt=sse" };

const first = (from: Kind, into: Kind, stream: boolean): string => `first-${from}-${into}-${stream ? "streamed" : "whole"}`;
const to = (name: string, model: string, timeout_ms = 5000) => ({ provider: name, model, timeout_ms });

async function setup(upstream: FakeUpstream): Promise<HostSetup> {
  const ways = WAYS.flatMap(([from, into]) => [true, false].map((stream) => ({ from, into, stream })));
  const alone = { ...provider("openai", upstream), health: { min_requests: 1_000_000 } };
  return {
    providers: {
      // One for each way, as a model that said when to come back is tried last until then.
      ...Object.fromEntries(ways.map(({ from, into, stream }) => [first(from, into, stream), provider(from, upstream)])),
      ...Object.fromEntries(KINDS.map((kind) => [`second-${kind}`, provider(kind, upstream)])),
      ...Object.fromEntries(["alone", "again", "patient"].map((name) => [name, alone])),
      dead: { kind: "openai", base_url: `http://127.0.0.1:${await refusedPort()}` },
      nowhere: { kind: "openai", base_url: "http://does-not-exist.invalid" },
      narrow: { ...provider("openai", upstream), max_concurrent: 1 },
    },
    models: [
      ...ways.map(({ from, into, stream }) => {
        const name = first(from, into, stream);
        return { name: `${name}/*`, targets: [to(name, "*"), to(`second-${into}`, "answering")] };
      }),
      { name: "dead", targets: [to("dead", "m"), to("second-anthropic", "answering")] },
      { name: "nowhere", targets: [to("nowhere", "m"), to("second-gemini", "answering")] },
      { name: "silent", targets: [to("alone", "do-hang-before-headers", 500), to("second-anthropic", "answering", 500)] },
      { name: "three", targets: [to("alone", "do-503"), to("dead", "m"), to("second-gemini", "answering")] },
      { name: "all-down", targets: [to("alone", "do-503"), to("second-anthropic", "do-529")] },
      { name: "all-limited", targets: [to("alone", "do-500"), to("second-anthropic", "do-429")] },
      { name: "all-locked", targets: [to("alone", "do-500"), to("second-gemini", "do-401")] },
      { name: "all-dead", targets: [to("dead", "m"), to("dead", "other")] },
      {
        name: "all-slow",
        targets: [to("alone", "do-hang-before-headers", 200), to("second-gemini", "do-hang-before-headers", 200)],
      },
      { name: "only-503", targets: [to("alone", "do-500"), to("second-openai", "answering")], fallback_statuses: [503] },
      { name: "bad-request", targets: [to("alone", "do-400"), to("second-openai", "answering")] },
      { name: "retried", targets: [to("again", "flaky")], attempts: 2 },
      { name: "patient", targets: [to("patient", "told-to-wait")], attempts: 2 },
      {
        name: "limited-twice",
        targets: [...Array(2).fill(to("again", "do-429")), to("second-openai", "answering")],
        backoff: { max_ms: 100 },
      },
      {
        name: "short-then-long",
        targets: [to("alone", "do-slow-headers-300", 100), to("second-openai", "do-slow-headers-300")],
      },
      {
        name: "narrow",
        targets: [to("narrow", "m"), to("second-openai", "answering")],
      },
    ],
  };
}

const hosts = useHosts(setup);

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];
  const answered: Seen[] = [];

  describe.each(WAYS)("%s → %s", (from, into) => {
    describe.each([false, true])("stream %s", (stream) => {
      test.each(FAILURES)("%s", async (failure) => {
        const before = host.upstream.requests.length;
        const seen = await host.ask(question(`${first(from, into, stream)}/${failure}`, { stream }), {
          headers: { authorization: "Bearer sk-client", "x-client-note": "private" },
        });
        expect([seen.status, seen.complete]).toEqual([200, true]);
        expect(said(seen)).toContain(`question for ${first(from, into, stream)}/${failure}`);
        if (stream) expect(dataOf(seen).at(-1)).toBe("[DONE]");
        expect(seen.headers).toMatchObject({ "x-graft-target": `second-${into}/answering`, "x-graft-attempts": "2" });
        const got = host.upstream.requests.slice(before);
        expect(got.map((request) => request.model)).toEqual([failure, "answering"]);
        const request = got[1]!;
        expect(request.path).toBe((stream ? STREAM_PATHS : PATHS)[into]);
        expect(request.headers[KEY_HEADERS[into][0]]).toBe(KEY_HEADERS[into][1]);
        expect(Number(request.headers["content-length"])).toBe(request.body.length);
        // Nothing of the client, of the first provider or of the gateways in between.
        const others = KINDS.filter((kind) => kind !== into).map((kind): string => KEY_HEADERS[kind][0]);
        const foreign = /^(x-envoy|x-graft|x-forwarded|x-kong|x-consumer|x-real-ip|via$|x-client-note$)/;
        expect(Object.keys(request.headers).filter((it) => others.includes(it) || foreign.test(it))).toEqual([]);
        expect(JSON.stringify(request.headers)).not.toContain("sk-client");
        answered.push(seen);
      });
    });
  });

  test("all of them are in the records, with both attempts", async () => {
    expect(answered).toHaveLength(2 * WAYS.length * FAILURES.length);
    for (const seen of answered) {
      expect(await host.record(seen)).toMatchObject({ attempts: 2, status: 200, outcome: "complete" });
      expect(await host.record(seen)).not.toHaveProperty("error");
    }
  });

  test("a provider that says nothing at all", async () => {
    const before = host.upstream.requests.length;
    for (const seen of await Promise.all([false, true].map((stream) => host.ask(question("silent", { stream }))))) {
      expect([seen.status, seen.headers["x-graft-attempts"]]).toEqual([200, "2"]);
      expect(said(seen)).toContain("question for");
    }
    const hanging = host.upstream.requests.slice(before).filter((request) => request.model === "do-hang-before-headers");
    expect(hanging).toHaveLength(2);
    await Promise.all(hanging.map((request) => request.finished));
    for (const request of hanging) expect(request.aborted).toBe(true);
  });

  test.each(["dead", "nowhere"])("a provider that cannot be reached: %s", async (model) => {
    const seen = await host.ask(question(model));
    expect(seen.status).toBe(200);
    expect(seen.headers["x-graft-attempts"]).toBe("2");
  });

  test("a third target after two failures", async () => {
    const seen = await host.ask(question("three"));
    expect([seen.status, seen.headers["x-graft-attempts"]]).toEqual([200, "3"]);
  });

  test("what the answering target cannot honour is named, not what the failing one could not", async () => {
    const more = { seed: 7, logit_bias: { 1: 1 } };
    const away = await host.ask(question(`${first("openai", "anthropic", false)}/do-502`, more));
    expect(away.headers["x-graft-dropped-params"]).toBe("seed, logit_bias");
    const back = await host.ask(question(`${first("gemini", "openai", false)}/do-502`, more));
    expect(back.headers).not.toHaveProperty("x-graft-dropped-params");
  });

  describe("when all fail, the client gets the last one's error in its own dialect", () => {
    test.each<[string, number, string, string]>([
      ["all-down", 503, "upstream_overloaded", "server_error"],
      ["all-limited", 429, "rate_limit_exceeded", "rate_limit_error"],
      ["all-locked", 502, "upstream_authentication_failed", "server_error"],
      ["all-dead", 503, "unavailable", "server_error"],
      ["all-slow", 504, "upstream_timeout", "server_error"],
    ])("%s: %i", async (model, status, code, type) => {
      // Nothing of a stream was sent: an error is a status and a document, whatever was asked for.
      const answers = await Promise.all([false, true].map((stream) => host.ask(question(model, { stream }))));
      for (const seen of answers) {
        expectError(seen, { status, code, type });
        expect(seen.headers["x-graft-attempts"]).toBe("2");
        expect(await host.record(seen)).toMatchObject({ status, attempts: 2, outcome: "complete", error: expect.any(String) });
      }
    });

    test("with the time to come back", async () => {
      expect((await host.ask(question("all-limited"))).headers["retry-after"]).toBe("2");
      expect((await host.ask(question("all-locked"))).headers).not.toHaveProperty("retry-after");
    });
  });

  test("what blames the request does not move on, nor what the policy does not name", async () => {
    const before = host.upstream.requests.length;
    expect((await host.ask(question("bad-request"))).status).toBe(400);
    expect((await host.ask(question("only-503"))).status).toBe(502);
    expect(host.upstream.requests.slice(before).map((request) => request.model)).toEqual(["do-400", "do-500"]);
  });

  test("more attempts than targets: the same one again", async () => {
    const before = host.upstream.requests.length;
    host.upstream.script({ do: "status", n: 500 });
    const seen = await host.ask(question("retried"));
    expect([seen.status, seen.headers["x-graft-attempts"]]).toEqual([200, "2"]);
    expect(host.upstream.requests.slice(before).map((request) => request.model)).toEqual(["flaky", "flaky"]);
  });

  // Capability `ownConnections`: who opens connections can wait before it uses one again, and count them.
  test("a provider that says how long to wait before the next try", async () => {
    const waitMs = 600;
    const before = host.upstream.requests.length;
    const headers = { "content-type": "application/json", "retry-after-ms": String(waitMs) };
    host.upstream.script({ do: "canned", status: 503, headers, pieces: ['{"error":{"message":"wait"}}'] });
    expect((await host.ask(question("patient"))).status).toBe(200);
    const [refused, again] = host.upstream.requests.slice(before).map((request) => request.times.headers);
    const waited = (again ?? 0) - (refused ?? 0);
    if (host.can.ownConnections) expect(waited).toBeGreaterThanOrEqual(waitMs - 50);
    else expect(waited).toBeLessThan(waitMs);
  });

  test("a provider at its limit of concurrent requests", async () => {
    const before = host.upstream.requests.length;
    const { opened, open } = gate();
    host.upstream.script({ do: "hang-before-headers", until: opened });
    const held = host.ask(question("narrow"));
    await host.upstream.waitFor(before + 1);
    const meanwhile = await host.ask(question("narrow"));
    open();
    expect((await held).headers["x-graft-target"]).toBe("narrow/m");
    const target = host.can.ownConnections ? "second-openai/answering" : "narrow/m";
    expect(meanwhile.headers["x-graft-target"]).toBe(target);
  });

  // Capability `attemptTimeouts`: without it, every try may take as long as the most patient target.
  test("targets of different patience", async () => {
    const seen = await host.ask(question("short-then-long"));
    expect(seen.status).toBe(200);
    expect(seen.headers["x-graft-attempts"]).toBe(host.can.attemptTimeouts ? "2" : "1");
  });

  // Capability `skipTarget`: a target that asked not to be called for longer than the request may wait is left out.
  test("a target that was told to come back later", async () => {
    const before = host.upstream.requests.length;
    const seen = await host.ask(question("limited-twice"));
    expect(seen.headers["x-graft-target"]).toBe("second-openai/answering");
    const asked = host.upstream.requests.slice(before).map((request) => request.model);
    expect(asked).toEqual(host.can.skipTarget ? ["do-429", "answering"] : ["do-429", "do-429", "answering"]);
  });
});
