/** A model that repeats what it was sent: the client gets back, byte for byte, what it had sent. */
import fc from "fast-check";
import { answer, ask, by, open } from "./support/exchange";
import { PROVIDERS } from "./support/providers";
import { received } from "./support/upstream";
import { jsonWith, textWith } from "./support/values";

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

function cycle(list: readonly number[]): () => number {
  let at = 0;
  return () => list[at++ % list.length] ?? 1;
}

describe.each(PROVIDERS)("%s", (provider) => {
  test.each<[string, (() => number) | "random" | undefined, number]>([
    ["whole", undefined, 1_000_000],
    ["in one piece", () => 1_000_000, 1_000_000],
    ["character by character", () => 1, 1_000_000],
    ["in sevens", () => 7, 1_000_000],
    ["byte by byte", () => 5, 1],
    ["at random", "random", 7],
  ])("%s", async (_, size, bytes) => {
    await fc.assert(
      fc.asyncProperty(textWith, jsonWith, sizes, async ({ text, values }, json, random) => {
        const args = JSON.stringify(json.value);
        // Anthropic is sent no blank text; a letter makes it some.
        const content = `Q${text}`;
        const asked = await ask(open({}, provider), {
          stream: size !== undefined,
          messages: [
            { role: "user", content },
            {
              role: "assistant",
              content: null,
              tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: args } }],
            },
            { role: "tool", tool_call_id: "c", content: "ok" },
            { role: "user", content },
          ],
        });
        const got = received(provider, asked.body);
        for (const value of [...values, ...json.values]) expect(asked.body).not.toContain(value);
        const split = size === undefined ? undefined : by(size === "random" ? cycle(random) : size);
        const said = await answer(
          asked,
          provider,
          { text: got.text, reasoning: got.text, tool: { name: "f", args: got.args ?? "" } },
          split,
          bytes,
        );
        expect(said.text).toBe(content);
        expect(said.reasoning).toBe(content);
        expect(said.tool?.args).toBe(args);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});
