/** Conversations over raw HTTP: whole and streamed, in three wire formats behind the same one in front. */
import { dataOf, json, question, said, text } from "../../e2e/support/ask";
import type { Seen } from "../../upstream/raw-client";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, passThrough, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

interface Choice {
  readonly index: number;
  readonly finish_reason: string | null;
  readonly delta?: { readonly role?: string; readonly content?: string | null };
  readonly message?: { readonly role: string; readonly content: string };
}

interface Completion {
  readonly id: string;
  readonly model: string;
  readonly choices: readonly Choice[];
  readonly usage?: Readonly<Record<string, unknown>> | null;
}

function chunksOf(seen: Seen): Completion[] {
  const data = dataOf(seen);
  expect(data.at(-1)).toBe("[DONE]");
  return data.slice(0, -1).map((chunk): Completion => JSON.parse(chunk));
}

function whole(seen: Seen): Completion {
  expect([seen.status, seen.complete]).toEqual([200, true]);
  expect(seen.headers["content-type"]).toMatch(/^application\/json/);
  return json(seen) as Completion;
}

const hosts = useHosts((upstream) => ({ providers: threeProviders(upstream), models: passThrough() }));

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  describe.each(KINDS)("%s", (provider) => {
    // What a Claude model accepts goes by its generation.
    const model = provider === "anthropic" ? "anthropic/claude-sonnet-4-5" : `${provider}/demo`;

    test("an answer: its text, model, finish and usage", async () => {
      const seen = await host.ask({
        model,
        messages: [
          { role: "system", content: "be kind" },
          { role: "user", content: "héllo 世界 \u{1F680}" },
        ],
      });
      const answer = whole(seen);
      expect(answer).toMatchObject({ id: expect.stringMatching(/\w/), object: "chat.completion", model: model.split("/")[1] });
      expect(answer.choices).toMatchObject([{ index: 0, finish_reason: "stop", message: { role: "assistant" } }]);
      expect(answer.choices[0]?.message?.content).toContain("héllo 世界 \u{1F680}");
      expect(answer.choices[0]?.message?.content).toContain("be kind");
      const { prompt_tokens: input, completion_tokens: output, total_tokens: total } = answer.usage ?? {};
      expect(total).toBe(Number(input) + Number(output));
    });

    test.each([false, true])("the record, stream %s", async (stream) => {
      const seen = await host.ask(question(model, { stream, ...(stream ? { stream_options: { include_usage: true } } : {}) }));
      const { usage } = stream ? (chunksOf(seen).at(-1) ?? {}) : whole(seen);
      const record = await host.record(seen);
      expect(record).toMatchObject({
        policy: "default",
        alias: model,
        target: model,
        model: model.split("/")[1],
        attempts: 1,
        stream,
        status: 200,
        outcome: "complete",
        input_tokens: usage?.["prompt_tokens"],
        output_tokens: usage?.["completion_tokens"],
      });
      expect(record).not.toHaveProperty("error");
    });

    test.each([true, false])("a stream, include_usage %s", async (include_usage) => {
      const body = question(model, { stream: true, stream_options: { include_usage } });
      const seen = await host.ask(body);
      expect([seen.status, seen.complete]).toEqual([200, true]);
      expect(seen.headers["content-type"]).toMatch(/^text\/event-stream/);
      const chunks = chunksOf(seen);
      const choices = chunks.flatMap((chunk) => chunk.choices);
      expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
      expect(choices[0]?.delta?.role).toBe("assistant");
      expect(choices.map((choice) => choice.finish_reason).filter(Boolean)).toEqual(["stop"]);
      // The same words as in one piece.
      expect(said(seen)).toBe(said(await host.ask(question(model))));
      const usages = chunks.filter((chunk) => (chunk.usage ?? null) !== null);
      expect(usages.map((chunk) => chunk.choices.length)).toEqual(include_usage ? [0] : []);
    });

    test("a limit on tokens: finish_reason length", async () => {
      const limits = { max_completion_tokens: 3 };
      expect(whole(await host.ask(question(model, limits))).choices[0]?.finish_reason).toBe("length");
      const chunks = chunksOf(await host.ask(question(model, { ...limits, stream: true })));
      expect(chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.finish_reason)).at(-1)).toBe("length");
    });

    test.each([[" demo"], [["nowhere in it", " demo"]]])("stop at %j", async (stop) => {
      const all = said(await host.ask(question(model)));
      const seen = await host.ask(question(model, { stop }));
      expect(whole(seen).choices[0]?.finish_reason).toBe("stop");
      expect(said(seen)).toBe(all.slice(0, all.indexOf(" demo")));
    });

    test("a conversation with a past", async () => {
      const messages = [
        { role: "user", content: "first" },
        { role: "assistant", content: "answer to first" },
        { role: "user", content: "second" },
      ];
      expect(said(await host.ask({ model, messages }))).toContain('You said: "second"');
      expect(host.upstream.requests.at(-1)?.body.toString()).toContain("answer to first");
    });

    test("two requests on one model do not share anything", async () => {
      const [one, two] = await Promise.all([host.ask(question(model, { user: "a" })), host.ask(question(model, { user: "b" }))]);
      expect(one.headers["x-request-id"]).not.toBe(two.headers["x-request-id"]);
    });
  });

  test("n: as many choices, whole and streamed; where a provider has no such thing, one, and it says so", async () => {
    const several = whole(await host.ask(question("openai/demo", { n: 3 })));
    expect(several.choices.map((choice) => choice.index)).toEqual([0, 1, 2]);
    const streamed = chunksOf(await host.ask(question("openai/demo", { n: 3, stream: true })));
    expect(new Set(streamed.flatMap((chunk) => chunk.choices.map((choice) => choice.index)))).toEqual(new Set([0, 1, 2]));
    const single = await host.ask(question("anthropic/demo", { n: 3 }));
    expect(whole(single).choices).toHaveLength(1);
    expect(single.headers["x-graft-dropped-params"]).toBe("n");
    expect(await host.record(single)).toMatchObject({ dropped_params: ["n"] });
  });

  test("a pass-through answer is the provider's own bytes", async () => {
    const pieces = [
      '{"id":"c", "object":"chat.completion","created":1,"model":"m",  "choices":[{"index":0,"message":',
      '{"role":"assistant","content":"\\u0068i"},"finish_reason":"stop"}],"x_new":  [1,  2]}\n',
    ];
    host.upstream.script({ do: "canned", headers: { "content-type": "application/json" }, pieces });
    expect(text(await host.ask(question("openai/demo")))).toBe(pieces.join(""));
  });

  test("nine conversations at once do not mix", async () => {
    const asked = Array.from({ length: 9 }, (_, index) => ({
      model: `${KINDS[index % 3]}/do-drip`,
      stream: index % 2 === 0,
      messages: [{ role: "user", content: `number ${index}.` }],
    }));
    const answers = await Promise.all(asked.map((body) => host.ask(body)));
    for (const [index, seen] of answers.entries()) expect(said(seen)).toContain(`"number ${index}."`);
  });
});
