/**
 * A provider that sends a head, or says hello, and then fails has not answered. Hosts that can tell let the next target answer; the
 * others tell the client, and never anything that looks like an answer.
 */
import { dataOf, expectError, question, said, text } from "../../e2e/support/ask";
import type { Canned } from "../../upstream/behaviour";
import type { Seen } from "../../upstream/raw-client";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, type Kind, provider } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const INTO = { openai: "anthropic", anthropic: "gemini", gemini: "openai" } as const satisfies Record<Kind, Kind>;

/** How many events a provider sends before its first word. Gemini has no hello. */
const HELLO = { openai: 1, anthropic: 2 } as const;

const BROKEN_STREAMS = ["do-reset-mid-stream-0", "do-truncate-stream-0", "do-cut-stream-0", "do-error-event-0"];
const HELLO_THEN = ["do-reset-mid-stream", "do-truncate-stream", "do-cut-stream", "do-error-event"];
const BROKEN_WHOLES = ["do-garbage-json", "do-reset-mid-body", "do-short-body"];

const JSON_HEAD = { "content-type": "application/json" };
const NO_ANSWERS: readonly (readonly [string, Omit<Canned, "do">])[] = [
  ["an error that says 200", { headers: JSON_HEAD, pieces: ['{"error":{"message":"no","type":"server_error","code":500}}'] }],
  ["JSON that is no answer", { headers: JSON_HEAD, pieces: ["[]"] }],
  ["nothing at all", { headers: { ...JSON_HEAD, "content-length": "0" }, pieces: [] }],
  ["no content", { status: 204, pieces: [] }],
  ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/", "content-length": "0" }, pieces: [] }],
  ["an unknown encoding", { headers: { ...JSON_HEAD, "content-encoding": "zstd" }, pieces: ["{}"] }],
];

const hosts = useHosts((upstream) => ({
  silenceMs: 600,
  providers: {
    ...Object.fromEntries(
      KINDS.map((kind) => [`first-${kind}`, provider(kind, upstream, { health: { min_requests: 1_000_000 } })]),
    ),
    ...Object.fromEntries(KINDS.map((kind) => [`second-${kind}`, provider(kind, upstream)])),
  },
  models: KINDS.map((kind) => ({
    name: `${kind}/*`,
    targets: [
      { provider: `first-${kind}`, model: "*", timeout_ms: 200 },
      { provider: `second-${INTO[kind]}`, model: "answering", timeout_ms: 5000 },
    ],
  })),
}));

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  /** Asks, and what came of it on the two kinds of hosts. */
  async function expectAnswer(kind: Kind, model: string, { stream, fallsBack }: { stream: boolean; fallsBack: boolean }) {
    const seen = await host.ask(question(`${kind}/${model}`, { stream }));
    const itsOwn = `"question for ${kind}/${model}"`;
    const asked = host.upstream.requests.filter(({ body }) => body.includes(itsOwn)).map((request) => request.model);
    if (!fallsBack) {
      expect(asked).toEqual([model]);
      expectFailure(seen, stream);
      return;
    }
    expect(asked).toEqual([model, "answering"]);
    expect([seen.status, seen.complete]).toEqual([200, true]);
    expect(seen.headers).toMatchObject({ "x-graft-target": `second-${INTO[kind]}/answering`, "x-graft-attempts": "2" });
    // Nothing of the first one's words is left in it.
    expect(said(seen)).toMatch(/^Hello from the demo provider .* as answering\. You said: "question for /);
    expect(text(seen)).not.toContain('"error":');
    if (stream) expect(dataOf(seen).at(-1)).toBe("[DONE]");
  }

  describe.each(KINDS)("%s", (kind) => {
    // Capability `precommit`: a stream is held back until its first real event.
    test.each(BROKEN_STREAMS)("a stream, head and then %s", async (failure) => {
      await expectAnswer(kind, failure, { stream: true, fallsBack: host.can.precommit });
    });

    if (kind !== "gemini") {
      test.each(HELLO_THEN)("a stream, hello and then %s", async (failure) => {
        await expectAnswer(kind, `${failure}-${HELLO[kind]}`, { stream: true, fallsBack: host.can.precommit });
      });
    }

    // Capability `contentRetry`: what an answer's body says counts.
    test.each(BROKEN_WHOLES)("in one piece, %s", async (failure) => {
      await expectAnswer(kind, failure, { stream: false, fallsBack: host.can.contentRetry });
    });

    test.each(NO_ANSWERS)("%s", async (what, canned) => {
      for (const stream of [false, true]) {
        host.upstream.script({ do: "canned", ...canned });
        await expectAnswer(kind, `${what} ${stream}`, { stream, fallsBack: host.can.contentRetry });
      }
    });

    test("a bad key", async () => {
      // Google says 400 to it, and why only in the body.
      await expectAnswer(kind, "do-bad-key", { stream: false, fallsBack: host.can.contentRetry || kind !== "gemini" });
    });
  });

  test("silence, wherever it falls", async () => {
    const { precommit, contentRetry } = host.can;
    const cases = KINDS.flatMap((kind) => [
      { kind, model: "do-hang-after-headers-1", stream: true, fallsBack: precommit },
      { kind, model: "do-hang-after-headers-2", stream: false, fallsBack: contentRetry },
      ...(kind === "gemini" ? [] : [{ kind, model: `do-hang-mid-stream-${HELLO[kind]}`, stream: true, fallsBack: precommit }]),
    ]);
    await Promise.all(cases.map(({ kind, model, ...rest }) => expectAnswer(kind, model, rest)));
  });

  test("the records know why", async () => {
    const seen = await host.stream("anthropic/do-error-event-2");
    const record = await host.record(seen);
    if (host.can.precommit) {
      const failed = { kind: "attempt-failed", target: "first-anthropic/do-error-event-2", status: 0, error: "upstream_busy" };
      expect(record).toMatchObject({ attempts: 2, facts: expect.arrayContaining([failed]) });
      expect(record).not.toHaveProperty("error");
    } else expect(record).toMatchObject({ attempts: 1, error: "upstream_busy" });
  });
});

/** An error in OpenAI's words where one could be said, a broken stream where not; a clean end in no case. */
function expectFailure(seen: Seen, stream: boolean): void {
  expect(text(seen)).not.toContain("[DONE]");
  expect(text(seen)).not.toContain('"finish_reason":"stop"');
  if (!stream || seen.status !== 200) {
    expectError(seen, {
      status: seen.status === 504 ? 504 : 502,
      code: expect.stringMatching(/^upstream_/) as unknown as string,
    });
    return;
  }
  expect(seen.headers["content-type"]).toMatch(/^text\/event-stream/);
  if (seen.complete) expect(JSON.parse(dataOf(seen).at(-1) ?? "null")).toMatchObject({ error: { type: "server_error" } });
}
