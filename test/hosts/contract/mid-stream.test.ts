/** After the first byte there is no other target: what broke must not look whole, to a reader of bytes or to the SDK. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { dataOf, expectError, question, said, text } from "../../e2e/support/ask";
import { gate } from "../../e2e/support/gate";
import { until } from "../../e2e/support/until";
import type { Seen } from "../../upstream/raw-client";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

/** Ends that a host learns of from its own connection to the provider, and that Envoy keeps for itself. */
const DEATHS = ["do-reset-mid-stream-5", "do-truncate-stream-5", "do-hang-mid-stream-5"];
/** Ends that are in the bytes. */
const WRONG_ENDS = ["do-cut-stream-5", "do-error-event-5"];

const MODELS = KINDS.flatMap((kind) => [...DEATHS, ...WRONG_ENDS].map((end) => `${kind}/${end}`));

/** The error event a stream ended with, if its last event is one. */
function errorIn(seen: Seen): unknown {
  const last = JSON.parse(dataOf(seen).at(-1) ?? "null") as { error?: unknown } | null;
  return last?.error;
}

const silenceMs = 500;
const hosts = useHosts(
  (upstream) => ({
    silenceMs,
    policy: { stream_keep_alive_ms: 150 },
    providers: { ...threeProviders(upstream), second: { kind: "openai", base_url: `${upstream.url}/v1` } },
    models: KINDS.map((kind) => ({
      name: `${kind}/*`,
      targets: [
        { provider: kind, model: "*", idle_timeout_ms: silenceMs },
        { provider: "second", model: "never-asked" },
      ],
    })),
  }),
  // So that the head is out before the end comes.
  { pauseMs: 5 },
);

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  function open(body: unknown): Promise<{ readonly response: IncomingMessage; text(): string }> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(`${host.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
      });
      request.on("response", (response) => {
        let all = "";
        response.setEncoding("utf8").on("data", (piece: string) => {
          all += piece;
        });
        resolve({ response, text: () => all });
      });
      request.on("error", reject);
      request.end(JSON.stringify(body));
    });
  }

  async function readWithSdk(model: string): Promise<string> {
    let heard = "";
    const stream = await host
      .openai()
      .chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
    for await (const chunk of stream) heard += chunk.choices[0]?.delta.content ?? "";
    return heard;
  }

  /** All of them at once: each takes as long as silence is borne. */
  const answers = new Map<string, Seen>();
  beforeAll(async () => {
    await Promise.all(MODELS.map(async (model) => answers.set(model, await host.stream(model))));
  });

  /** The answer that came to such an end: one attempt, and never the end of a whole one. */
  function ended(model: string): Seen {
    const seen = answers.get(model);
    if (seen === undefined) throw new Error(`nobody asked ${model}`);
    expect(text(seen)).not.toContain("[DONE]");
    expect(text(seen)).not.toContain('"finish_reason":"stop"');
    return seen;
  }

  function expectTyped(seen: Seen): void {
    expect([seen.status, seen.complete]).toEqual([200, true]);
    expect(said(seen)).toMatch(/^Hello from /);
    expect(errorIn(seen)).toMatchObject({ message: expect.stringMatching(/\w/), type: "server_error", param: null });
    expect(dataOf(seen).filter((data) => data.includes('"error":'))).toHaveLength(1);
  }

  describe.each(KINDS)("%s", (kind) => {
    test("words arrive while the provider still thinks of the next", async () => {
      const { opened, open: release } = gate();
      host.upstream.script({ do: "hang-mid-stream", n: 5, until: opened });
      const reading = await open(question(`${kind}/demo`, { stream: true }));
      await until("first words", () => (reading.text().includes('"content":"Hello ') ? true : undefined));
      expect(reading.text()).not.toContain("[DONE]");
      release();
      await until("the end", () => (reading.response.complete ? true : undefined));
      expect(reading.text()).toMatch(/data: \[DONE\]\n\n$/);
    });

    // Capability `typedUpstreamDeath`: without it, the connection to the client breaks as the one to the provider did.
    test.each(DEATHS)("%s", async (death) => {
      const seen = ended(`${kind}/${death}`);
      if (host.can.typedUpstreamDeath) {
        expectTyped(seen);
        const error = death.startsWith("do-hang") ? "timeout" : "upstream_failed";
        expect(await host.record(seen)).toMatchObject({ outcome: "complete", status: 200, attempts: 1, error });
      } else if (seen.status === 502) {
        // All of it was there before the head went out.
        expectError(seen, { status: 502, code: "upstream_error" });
      } else {
        expect([seen.status, seen.complete]).toEqual([200, false]);
        expect(await host.record(seen)).toMatchObject({ outcome: "aborted", attempts: 1 });
      }
    });

    test.each(WRONG_ENDS)("%s", async (end) => {
      const seen = ended(`${kind}/${end}`);
      expectTyped(seen);
      expect(await host.record(seen)).toMatchObject({
        outcome: "complete",
        attempts: 1,
        error: expect.stringMatching(/^upstream_/),
      });
    });
  });

  // Capability `typedUpstreamDeath`, the other way round: who knows that an answer was complete can end it well.
  test("answers that were complete when the connection broke", async () => {
    const all = await Promise.all(KINDS.map((kind) => host.stream(`${kind}/do-reset-mid-stream-1000`)));
    for (const seen of all) {
      expect(text(seen)).toContain("You ");
      expect(text(seen)).not.toContain('"error":');
      expect(seen.complete).toBe(host.can.typedUpstreamDeath);
      if (host.can.typedUpstreamDeath) expect(text(seen)).toMatch(/"finish_reason":"stop"[\s\S]*data: \[DONE\]\n\n$/);
    }
  });

  // Capability `timerRelease`: only who can write without being written to can say that it is still there.
  test("comments while a provider is silent", async () => {
    const comments = [...answers.values()].filter((seen) => text(seen).includes("\n\n: keep-alive\n\n"));
    const hanging = KINDS.map((kind) => answers.get(`${kind}/do-hang-mid-stream-5`));
    if (host.can.timerRelease) expect(comments).toEqual(expect.arrayContaining(hanging));
    else expect(comments).toEqual([]);
  });

  test("the SDK raises at all of them", async () => {
    for (const { status } of await Promise.allSettled(MODELS.map(readWithSdk))) expect(status).toBe("rejected");
  });

  test("nobody else was asked", () => {
    expect(host.upstream.requests.map((request) => request.model)).not.toContain("never-asked");
  });

  test("every provider's connection of a broken stream is closed", async () => {
    await host.idle();
    await Promise.all(host.upstream.requests.map((request) => request.finished));
  });
});
