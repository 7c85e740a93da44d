/** Bodies of megabytes: they arrive whole, and nobody has to hold them for a client that does not read. */
import { setTimeout as sleep } from "node:timers/promises";
import { encodeSse } from "../../../plugins/core/sse";
import { dataOf, question, said } from "../../e2e/support/ask";
import { until } from "../../e2e/support/until";
import { type Firehose, startFirehose, WORD } from "../support/firehose";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, type Kind, passThrough, provider, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const MIB = 1024 * 1024;
/** With bytes of several lengths, so that pieces end within them. */
const LONG = "0123456789 ünï 世界 \u{1F680} ".repeat((5 * MIB) / 30);

/** The words as a whole answer of each provider. */
const WHOLE: Readonly<Record<Kind, object>> = {
  openai: {
    id: "c",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message: { role: "assistant", content: LONG }, finish_reason: "stop" }],
  },
  anthropic: {
    id: "m",
    type: "message",
    role: "assistant",
    model: "m",
    content: [{ type: "text", text: LONG }],
    stop_reason: "end_turn",
    usage: { input_tokens: 1, output_tokens: 9 },
  },
  gemini: {
    candidates: [{ index: 0, content: { role: "model", parts: [{ text: LONG }] }, finishReason: "STOP" }],
    modelVersion: "m",
  },
};

const SIGN = WORD.charCodeAt(0);

/** More than all buffers between a client and a provider can take. */
const PIECES = 3_000;

const firehoses = new Map<string, Firehose>();

beforeAll(async () => {
  for (const name of HOST_NAMES) firehoses.set(name, await startFirehose(PIECES));
});

afterAll(() => {
  for (const firehose of firehoses.values()) firehose.close();
});

const hosts = useHosts((upstream, name) => ({
  providers: {
    ...threeProviders(upstream),
    "openai-firehose": provider("openai", firehoses.get(name)!),
    "anthropic-firehose": provider("anthropic", firehoses.get(name)!),
  },
  models: [
    ...passThrough(),
    ...["openai-firehose", "anthropic-firehose"].map((it) => ({ name: it, targets: [{ provider: it, model: "m" }] })),
    {
      name: "falls-back",
      targets: [
        { provider: "openai", model: "do-500" },
        { provider: "anthropic", model: "demo" },
      ],
    },
  ],
}));

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  const asking = (model: string, more: Readonly<Record<string, unknown>> = {}) => ({
    ...question(model, more),
    messages: [{ role: "user", content: LONG }],
  });

  /** The long text, as it came to the provider. */
  function expectArrived(index: number): void {
    const { body, headers } = host.upstream.requests.at(index)!;
    expect(Number(headers["content-length"])).toBe(body.length);
    expect(body.includes(JSON.stringify(LONG))).toBe(true);
  }

  describe.each(KINDS)("%s", (kind) => {
    test("a request of five megabytes", async () => {
      const headers = kind === "openai" ? {} : { "transfer-encoding": "chunked" };
      const seen = await host.ask(asking(`${kind}/demo`, { stream: true }), { headers });
      expect([seen.status, dataOf(seen).at(-1)]).toEqual([200, "[DONE]"]);
      expectArrived(-1);
    });

    test.each([false, true])("a whole answer of five megabytes, asked for as a stream: %s", async (stream) => {
      const body = Buffer.from(JSON.stringify(WHOLE[kind]));
      // In pieces that end within characters.
      const pieces = Array.from({ length: Math.ceil(body.length / 65_537) }, (_, at) =>
        body.subarray(at * 65_537, (at + 1) * 65_537),
      );
      host.upstream.script({ do: "canned", headers: { "content-type": "application/json" }, pieces });
      const seen = await host.ask(question(`${kind}/demo`, { stream }));
      expect([seen.status, seen.complete]).toEqual([200, true]);
      expect(said(seen) === LONG).toBe(true);
    });
  });

  test("a request of five megabytes falls back whole", async () => {
    const seen = await host.ask(asking("falls-back"));
    expect(seen.headers).toMatchObject({ "x-graft-attempts": "2", "x-graft-target": "anthropic/demo" });
    expectArrived(-2);
    expectArrived(-1);
  });

  test("one event of two megabytes", async () => {
    const content = LONG.slice(0, (2 * MIB) / 3);
    const chunk = (delta: object, finish_reason: string | null): string =>
      encodeSse(
        JSON.stringify({
          id: "c",
          object: "chat.completion.chunk",
          created: 1,
          model: "m",
          choices: [{ index: 0, delta, finish_reason }],
        }),
      );
    const pieces = [chunk({ role: "assistant", content }, null), chunk({}, "stop"), "data: [DONE]\n\n"];
    host.upstream.script({ do: "canned", headers: { "content-type": "text/event-stream" }, pieces });
    const seen = await host.ask(question("openai/demo", { stream: true }));
    expect(said(seen) === content).toBe(true);
    expect(dataOf(seen).at(-1)).toBe("[DONE]");
  });

  test.each(["openai-firehose", "anthropic-firehose"])(
    "%s: a client that does not read holds the provider up, not Graft's memory",
    async (model) => {
      const firehose = firehoses.get(name)!;
      await host.idle();
      const before = await host.metric("process_resident_memory_bytes");
      const response = await fetch(`${host.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(question(model, { stream: true })),
      });
      expect(response.status).toBe(200);
      await until("the provider held up", async () => {
        const reached = firehose.poured();
        await sleep(200);
        return reached > 0 && firehose.poured() === reached ? true : undefined;
      });
      // How much is on the way is the kernels' to say; the rest of it waits.
      expect(firehose.poured()).toBeLessThan(0.95);
      const held = await host.metric("process_resident_memory_bytes");
      expect((held - before) / MIB).toBeLessThan(30);
      let words = 0;
      let tail = "";
      for await (const piece of response.body as AsyncIterable<Uint8Array>) {
        for (let at = 0; at < piece.length; at += 1) if (piece[at] === SIGN) words += 1;
        tail = (tail + Buffer.from(piece).toString("latin1")).slice(-100);
      }
      expect(words).toBe(firehose.words);
      expect(tail.endsWith("data: [DONE]\n\n")).toBe(true);
      expect(firehose.poured()).toBe(1);
    },
    60_000,
  );
});
