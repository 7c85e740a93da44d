import { decodeMessage, encodeMessage, type Message } from "../../../plugins/cache/flights/message";
import { answerOf, FACTS } from "./support";

const events = answerOf("a");
const MESSAGES: Message[] = [
  { take: 1, at: 0, events: [] },
  { take: 2, at: 7, events },
  { take: 1, at: 0, events: [], over: "end" },
  { take: 1, at: 3, events, over: "end", facts: FACTS },
  { take: 1, at: 3, events: [], over: "end", facts: { storedAt: 1, target: "p/m", dropped: [] } },
  { take: 3, at: 0, events: [], over: "fail" },
  { take: 1, at: 9, events: [], over: "closed" },
];

test.each(MESSAGES)("comes back as it was: %j", (message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

test("half a character at the end of a delta stays half a character", () => {
  const half: Message = { take: 1, at: 0, events: [{ type: "delta", choice: 0, block: 0, text: "\u{1f600}".slice(0, 1) }] };
  expect(decodeMessage(encodeMessage(half))).toEqual(half);
});

const good = { version: 1, take: 1, at: 0, events: [] };
const BAD: [string, unknown][] = [
  ["no object", [good]],
  ["another version", { ...good, version: 2 }],
  ["no version", { take: 1, at: 0, events: [] }],
  ["no take", { ...good, take: "1" }],
  ["no place", { ...good, at: null }],
  ["no event", { ...good, events: [{ type: "delta", text: 1, choice: 0, block: 0 }] }],
  ["an error, which is no event", { ...good, events: [{ type: "error", error: {} }] }],
  ["no end there is", { ...good, over: "lunch" }],
];

test.each(BAD)("is none: %s", (_, value) => {
  expect(decodeMessage(Buffer.from(JSON.stringify(value)))).toBeUndefined();
});

test("what is no JSON is none", () => {
  expect(decodeMessage(encodeMessage(MESSAGES[1]!).subarray(1))).toBeUndefined();
  expect(decodeMessage(new Uint8Array(0))).toBeUndefined();
});

test("of facts that are wrong, none are told", () => {
  const facts = { storedAt: 1, target: "p/m", dropped: ["seed", 7], nanos: "1", usage: { input: -1, output: 1 } };
  const message = { ...good, over: "end", facts };
  expect(decodeMessage(Buffer.from(JSON.stringify(message)))?.facts).toEqual({ storedAt: 1, target: "p/m", dropped: ["seed"] });
  const other = { ...message, facts: { ...facts, target: 1 } };
  expect(decodeMessage(Buffer.from(JSON.stringify(other)))).toEqual({ take: 1, at: 0, events: [], over: "end" });
});
