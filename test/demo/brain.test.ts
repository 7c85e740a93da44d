import fc from "fast-check";
import { piecesOf, think, usageOf } from "../../demo/brain";
import type { DemoPrompt } from "../../demo/wire";

const PROMPT: DemoPrompt = {
  format: "Any",
  model: "m",
  stream: false,
  instructions: "",
  texts: ["Hi you"],
  userText: "Hi you",
  media: [],
  toolResults: [],
  tools: [],
  mustCall: false,
  parallelCalls: true,
  output: "text",
  maxTokens: Number.POSITIVE_INFINITY,
  stop: [],
  thinks: false,
  showThoughts: true,
  choices: 1,
  includeUsage: true,
};
/** Half of a surrogate pair. */
const HALF = /\p{Cs}/u;
const WEATHER = { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } };
const say = (changes: Partial<DemoPrompt>, choice = 0): string => think({ ...PROMPT, ...changes }, choice).text.join("");

test.each<[string, Partial<DemoPrompt>, string]>([
  ["who and what", {}, `Hello from the demo provider speaking Any's wire format as m. You said: "Hi you".`],
  ["instructions", { instructions: "Be brief" }, 'My instructions: "Be brief".'],
  ["media", { media: ["image", "image", "file"] }, "You sent: image, image, file."],
  ["tool results", { toolResults: [{ name: "f", text: "sunny" }], tools: [WEATHER] }, 'The tool f answered: "sunny".'],
  ["JSON", { output: "json" }, '{"answer":"Hello from'],
  ["an instance of a schema", { output: { type: "object", properties: { n: { const: 4 } } } }, '{"n":4}'],
  ["a call is announced", { tools: [WEATHER] }, "Let me ask get_weather."],
])("says %s", (_name, changes, part) => {
  expect(say(changes)).toContain(part);
});

test("a second choice says so", () => {
  expect(say({}, 1)).toContain("This is choice 2.");
});

test("long texts are quoted in part, and never in half a character", () => {
  const text = say({ userText: `x${"😀".repeat(1000)}` });
  expect(text).toContain('😀…".');
  expect(text).not.toMatch(HALF);
});

test.each<[string, string[]]>([
  ["What is the weather in Paris?", ["Paris"]],
  ["Weather in Paris and Rome", ["Paris", "Rome"]],
  ["weather IN Paris, New York, and São Paulo, please", ["Paris", "New York", "São Paulo"]],
  ["in Oslo & Bern. Then in Rome", ["Oslo", "Bern"]],
  ["in the morning in Rome and in Oslo", ["Rome"]],
  ["in Paris and Paris", ["Paris"]],
  ["nothing here", ["Paris"]],
])("%s → calls for %j", (userText, cities) => {
  const { calls, finish } = think({ ...PROMPT, userText, tools: [WEATHER] }, 0);
  expect(calls).toEqual(cities.map((city) => ({ name: "get_weather", args: { city } })));
  expect(finish).toBe("tool-calls");
});

test("parallel calls off → one call; a tool without a place → one call; forced → no words", () => {
  const userText = "in Paris and Rome";
  expect(think({ ...PROMPT, userText, tools: [WEATHER], parallelCalls: false }, 0).calls).toHaveLength(1);
  expect(think({ ...PROMPT, userText, tools: [{ name: "f", parameters: {} }] }, 0).calls).toEqual([{ name: "f", args: {} }]);
  expect(think({ ...PROMPT, userText, tools: [WEATHER], mustCall: true }, 0).text).toEqual([]);
});

test("thinks when asked, and counts it", () => {
  const answer = think({ ...PROMPT, thinks: true }, 0);
  const usage = usageOf(PROMPT, [answer]);
  expect(answer.thoughts.join("")).toContain("The user wrote 2 words");
  expect(usage).toEqual({ input: 2, output: answer.thoughts.length + answer.text.length, thoughts: answer.thoughts.length });
});

test("stops at the first stop sequence", () => {
  const answer = think({ ...PROMPT, stop: ["You", "provider", "never"] }, 0);
  expect(answer.text.join("")).toBe("Hello from the demo ");
  expect(answer).toMatchObject({ finish: "stop", stoppedBy: "provider" });
  expect(think({ ...PROMPT, stop: ["never", ""] }, 0).stoppedBy).toBeUndefined();
});

test.each<[string, Partial<DemoPrompt>, object]>([
  ["text", { maxTokens: 3 }, { text: ["Hello ", "from ", "the "], finish: "length" }],
  ["thoughts first", { maxTokens: 2, thinks: true }, { thoughts: ["The ", "user "], text: [], finish: "length" }],
  ["calls whole or not at all", { maxTokens: 5, tools: [WEATHER] }, { calls: [], finish: "length" }],
  ["a stop that was not reached", { maxTokens: 1, stop: ["provider"] }, { text: ["Hello "], finish: "length" }],
  ["exactly enough", { maxTokens: 15 }, { finish: "stop" }],
])("max tokens: %s", (_name, changes, expected) => {
  const answer = think({ ...PROMPT, ...changes }, 0);
  expect(answer).toMatchObject(expected);
  if (answer.finish === "length") expect(answer.stoppedBy).toBeUndefined();
});

test("pieces joined are the text, and none is long or splits a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      const pieces = piecesOf(text);
      expect(pieces.join("")).toBe(text);
      for (const piece of pieces) expect(piece).not.toMatch(HALF);
    }),
    { seed: 1 },
  );
  expect(Math.max(...piecesOf("a".repeat(1000)).map((piece) => piece.length))).toBe(16);
});
