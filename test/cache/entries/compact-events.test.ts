/** Compacted, an answer says the same in every way there is to say it. */
import fc from "fast-check";
import { compactEvents } from "../../../plugins/cache/entries/compact-events";
import type { ChatEvent } from "../../../plugins/core/events";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { CODECS } from "../../../plugins/providers";
import { context } from "../../dialects/openai-chat/answer";
import { chunksOf } from "../../dialects/openai-chat/read-as-client";
import { bodyOf, decodePieces, describeOracle, grammarBreaks, isReadable, testContext } from "../../providers/oracle";
import { answers, START } from "./support";

function whole(events: readonly ChatEvent[]): unknown {
  return JSON.parse(openaiChat.encodeResponse(events, context()));
}

/** What a client has put together when the stream is over, whatever members the chunks had. */
function streamed(events: readonly ChatEvent[]): unknown {
  const encoder = openaiChat.encodeStream(context({ includeUsage: true }));
  const text = events.map((event) => encoder.push(event)).join("") + encoder.end();
  const joined = new Map<string, unknown>();
  for (const chunk of chunksOf(text)) {
    for (const { index, ...choice } of chunk.choices) join(joined, `choices.${index}`, choice);
    const { choices: _, ...rest } = chunk;
    for (const [name, value] of Object.entries(rest)) if (value !== null) joined.set(name, value);
  }
  return [...joined].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Text is joined, lists with an index by that, other lists one behind the other; what is said once stands. */
function join(joined: Map<string, unknown>, path: string, value: unknown): void {
  const before = joined.get(path);
  if (Array.isArray(value)) for (const item of value) join(joined, placeOf(joined, path, item), item);
  else if (typeof value === "object" && value !== null)
    for (const [name, it] of Object.entries(value)) join(joined, `${path}.${name}`, it);
  else if (typeof value === "string" && typeof before === "string" && !path.endsWith(".role")) joined.set(path, before + value);
  else if (value !== null) joined.set(path, value);
}

function placeOf(joined: Map<string, unknown>, path: string, item: unknown): string {
  if (typeof item === "object" && item !== null && "index" in item) return `${path}.${String(item.index)}`;
  const at = Number(joined.get(`${path}.length`) ?? 0);
  joined.set(`${path}.length`, at + 1);
  return `${path}.${at}`;
}

/** Each event of a choice by itself, deltas of a block as one. */
function outline(events: readonly ChatEvent[]): unknown {
  const choices = new Map<number, string[]>();
  for (const event of events) {
    if (!("choice" in event)) continue;
    const list = choices.get(event.choice) ?? [];
    choices.set(event.choice, list);
    if (event.type !== "delta" && event.type !== "logprobs") list.push(JSON.stringify(event));
  }
  return [...choices].sort(([a], [b]) => a - b);
}

it("random answers: whole, streamed and in outline", () => {
  fc.assert(
    fc.property(answers, (events) => {
      const compact = compactEvents(events);
      expect(grammarBreaks(compact)).toEqual([]);
      expect(whole(compact)).toEqual(whole(events));
      expect(streamed(compact)).toEqual(streamed(events));
      expect(outline(compact)).toEqual(outline(events));
      expect(compact.length).toBeLessThanOrEqual(events.length);
      expect(compactEvents(compact)).toEqual(compact);
    }),
    { seed: 8, numRuns: 120 },
  );
});

it("leaves what it was given alone", () => {
  fc.assert(
    fc.property(answers, (events) => {
      const before = JSON.stringify(events);
      compactEvents(events);
      expect(JSON.stringify(events)).toBe(before);
    }),
    { seed: 9, numRuns: 50 },
  );
});

const open = (choice: number, block: number): ChatEvent => ({ type: "block-start", choice, block, start: { kind: "text" } });
const say = (choice: number, block: number, text: string, data?: string): ChatEvent =>
  data === undefined ? { type: "delta", choice, block, text } : { type: "delta", choice, block, text, data };
const tokens = (token: string, of: "content" | "refusal" = "content"): ChatEvent => ({
  type: "logprobs",
  choice: 0,
  of,
  tokens: [{ token, logprob: -1 }],
});

it.each<[string, ChatEvent[], ChatEvent[]]>([
  ["deltas of a block", [open(0, 0), say(0, 0, "a"), say(0, 0, "b"), say(0, 0, "c")], [open(0, 0), say(0, 0, "abc")]],
  [
    "two choices at once",
    [open(0, 0), open(1, 0), say(0, 0, "a"), say(1, 0, "x"), say(0, 0, "b"), say(1, 0, "y")],
    [open(0, 0), open(1, 0), say(0, 0, "ab"), say(1, 0, "xy")],
  ],
  [
    "a block that begins in between, whose place is told by the text before it",
    [open(0, 0), say(0, 0, "a"), open(0, 1), say(0, 0, "b")],
    [open(0, 0), say(0, 0, "a"), open(0, 1), say(0, 0, "b")],
  ],
  [
    "two blocks of a choice, whose order is their text's",
    [open(0, 0), open(0, 1), say(0, 0, "a"), say(0, 1, "x"), say(0, 0, "b")],
    [open(0, 0), open(0, 1), say(0, 0, "a"), say(0, 1, "x"), say(0, 0, "b")],
  ],
  [
    "log probabilities between the tokens they are of",
    [open(0, 0), say(0, 0, "a"), tokens("a"), say(0, 0, "b"), tokens("b"), tokens("no", "refusal")],
    [
      open(0, 0),
      say(0, 0, "ab"),
      {
        type: "logprobs",
        choice: 0,
        of: "content",
        tokens: [
          { token: "a", logprob: -1 },
          { token: "b", logprob: -1 },
        ],
      },
      tokens("no", "refusal"),
    ],
  ],
  [
    "the last usage",
    [START, { type: "usage", usage: { input: 1, output: 0 } }, open(0, 0), { type: "usage", usage: { input: 1, output: 9 } }],
    [START, open(0, 0), { type: "usage", usage: { input: 1, output: 9 } }],
  ],
  ["audio that goes on", [open(0, 0), say(0, 0, "a", "QUJD"), say(0, 0, "", "RA==")], [open(0, 0), say(0, 0, "a", "QUJDRA==")]],
  [
    "audio whose pieces are padded",
    [open(0, 0), say(0, 0, "", "QQ=="), say(0, 0, "", "QQ=="), say(0, 0, "", "QUI")],
    [open(0, 0), say(0, 0, "", "QQ=="), say(0, 0, "", "QQ=="), say(0, 0, "", "QUI")].slice(0, 4),
  ],
  ["nothing", [], []],
])("%s", (_, events, compact) => {
  expect(compactEvents(events)).toEqual(compact);
});

const RECORDED: readonly (readonly [file: string, api: string, kind: string])[] = [
  ["openai", "chat", "openai"],
  ["anthropic", "messages", "anthropic"],
  ["gemini", "generateContent", "gemini"],
  ["openrouter", "chat", "openai-compatible"],
  ["groq", "chat", "openai-compatible"],
];

for (const [file, api, kind] of RECORDED) {
  describeOracle(file, (records) => {
    it("says the same, in fewer events", () => {
      const codec = CODECS.find((it) => it.kind === kind);
      if (codec === undefined) throw new Error(`no codec ${kind}`);
      let [events, kept] = [0, 0];
      for (const record of records.filter((it) => isReadable(it, api))) {
        const told = decodePieces(codec, record.stream, [bodyOf(record)], testContext());
        const compact = compactEvents(told);
        expect({ id: record.id, whole: whole(compact), streamed: streamed(compact) }).toEqual({
          id: record.id,
          whole: whole(told),
          streamed: streamed(told),
        });
        events += told.length;
        kept += compact.length;
      }
      expect(kept).toBeLessThan(events);
    });
  });
}
