/** What clients are told of their usage and its cost: with whole answers in headers, of streams in an event behind them. */
import { dataOf, question, text } from "../../e2e/support/ask";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { HostSetup } from "../support/hosts";
import { KINDS, passThrough, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";
import { onAllHosts, usageOf } from "./support";

jest.setTimeout(30_000);

const setup = (upstream: FakeUpstream): HostSetup => ({
  providers: threeProviders(upstream),
  models: passThrough(),
  policy: { plugins: { usage: { trailing_event: true } } },
  // Dollars for a million tokens.
  sections: { prices: { overrides: Object.fromEntries(KINDS.map((kind) => [`${kind}/*`, { input: 1, output: 2 }])) } },
});

const hosts = useHosts(setup);

onAllHosts(hosts, (host, add) => {
  /** As x-graft-cost says it: a millionth of a dollar for each token read, two for each written. */
  const dollars = (input: number, output: number) => ((input + 2 * output) / 1e6).toFixed(6).replace(/0+$/, "");

  for (const kind of KINDS)
    for (const model of ["demo", "do-gzip"]) {
      add(`${kind}/${model}: usage and cost with whole answers`, async () => {
        const seen = await host.ask(question(`${kind}/${model}`));
        expect(seen.status).toBe(200);
        const { input, output } = usageOf(seen);
        expect(output).toBeGreaterThan(3);
        expect(seen.headers["x-graft-usage"]).toMatch(new RegExp(`^input=${input}, output=${output}(, [a-z]+=\\d+)*$`));
        expect(seen.headers["x-graft-cost"]).toBe(dollars(input, output));
        expect(await host.record(seen)).toMatchObject({ cost_usd: seen.headers["x-graft-cost"], priced: "override" });
      });
    }

  for (const kind of KINDS) {
    add(`${kind}: usage and cost behind streams`, async () => {
      const seen = await host.stream(`${kind}/demo`);
      expect(seen.headers).not.toHaveProperty("x-graft-usage");
      const last = /data: \[DONE\]\n\nevent: graft\.usage\ndata: (.*)\n\n$/.exec(text(seen));
      if (last === null) throw new Error(text(seen).slice(-500));
      const told = JSON.parse(last[1] ?? "") as Record<string, unknown>;
      const chunks = dataOf(seen)
        .slice(0, -2)
        .map((data) => JSON.parse(data) as { usage?: { prompt_tokens: number; completion_tokens: number } });
      const { prompt_tokens: input, completion_tokens: output } = chunks.at(-1)?.usage ?? {
        prompt_tokens: -1,
        completion_tokens: -1,
      };
      expect(told).toMatchObject({ input_tokens: input, output_tokens: output, cost_usd: dollars(input, output) });
      expect(seen.complete).toBe(true);
    });
  }

  for (const kind of KINDS) {
    add(`${kind}: OpenAI's SDK reads a stream with something behind it`, async () => {
      const model = `${kind}/demo`;
      const stream = await host
        .openai()
        .chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
      let words = "";
      for await (const chunk of stream) words += chunk.choices[0]?.delta.content ?? "";
      expect(words).toContain('You said: "hi".');
      // Asked for by nobody: neither does the client get OpenAI's own usage chunk.
      const seen = await host.ask(question(model, { stream: true }));
      expect(dataOf(seen).at(-2)).toBe("[DONE]");
      expect(text(seen)).not.toContain('"choices":[]');
    });
  }

  add("nothing is told of what went wrong", async () => {
    const error = await host.ask(question("openai/do-500"));
    expect(error.headers).not.toHaveProperty("x-graft-usage");
    const broken = await host.ask(question("openai/do-error-event-3", { stream: true }));
    expect(text(broken)).not.toContain("graft.usage");
  });
});
