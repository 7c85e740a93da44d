/** Recorded answers of all providers, as a chat completions client reads them behind us: both framings of each. */
import type { EncodeContext } from "../../../plugins/core/dialect";
import type { ChatEvent } from "../../../plugins/core/events";
import type { ProviderCodec } from "../../../plugins/core/provider";
import { openaiChat } from "../../../plugins/dialects/openai-chat";
import { CODECS } from "../../../plugins/providers";
import {
  bodyOf,
  compare,
  decodePieces,
  describeOracle,
  type Folded,
  foldEvents,
  isReadable,
  testContext,
} from "../../providers/oracle";
import { readDocument, readStream } from "./read-as-client";

const FILES = [
  ["openai", "chat", "openai"],
  ["groq", "chat", "openai-compatible"],
  ["mistral", "chat", "openai-compatible"],
  ["openrouter", "chat", "openai-compatible"],
  ["anthropic", "messages", "anthropic"],
  ["gemini", "generateContent", "gemini"],
] as const;

function context(): EncodeContext {
  let count = 0;
  return { includeUsage: true, created: 1, newId: (prefix) => `${prefix}${++count}` };
}

function encodeAll(events: readonly ChatEvent[]): string {
  const encoder = openaiChat.encodeStream(context());
  return events.map((event) => encoder.push(event)).join("") + encoder.end();
}

/** What must not change between the events and either framing; a call without arguments becomes `{}`, and "other" is "stop". */
function essence({ text, reasoning, refusal, toolCalls, finish, usage }: Folded) {
  return {
    text,
    reasoning,
    refusal,
    toolCalls: toolCalls.map((call) => ({ ...call, arguments: call.arguments || "{}" })),
    finish: finish === "other" ? "stop" : finish,
    input: usage?.input,
    output: usage?.output,
    cacheRead: usage?.cacheRead,
  };
}

for (const [file, api, kind] of FILES) {
  describeOracle(file, (records) => {
    const codec = CODECS.find((it): it is ProviderCodec => it.kind === kind);
    const readable = records.filter((record) => isReadable(record, api));
    it.each(readable.map((record) => [record.id, record] as const))("%s reads the same in both framings", (_, record) => {
      if (codec === undefined) throw new Error(`no codec ${kind}`);
      const events = decodePieces(codec, record.stream, [bodyOf(record)], testContext(record.model));
      const told = essence(foldEvents(events));
      expect(essence(readDocument(openaiChat.encodeResponse(events, context())))).toEqual(told);
      expect(essence(readStream(encodeAll(events)))).toEqual(told);
    });

    // The other codecs' readings are held against the facts in their own tests.
    if (api !== "chat") return;
    it(`agrees with the facts on ≥ 99 % (text, tools) and ≥ 97 % (finish, usage) of ${readable.length} records`, () => {
      if (codec === undefined) throw new Error(`no codec ${kind}`);
      const wrong = { said: 0, finish: 0, usage: 0 };
      for (const record of readable) {
        const events = decodePieces(codec, record.stream, [bodyOf(record)], testContext(record.model));
        const read = record.stream ? readStream(encodeAll(events)) : readDocument(openaiChat.encodeResponse(events, context()));
        const differences = record.facts === undefined ? {} : compare(read, record.facts);
        // The deprecated function_call is missing in the facts.
        if ((differences.text ?? differences.tools) !== undefined && record.id !== "openai-23042432b232bea3") wrong.said += 1;
        if (differences.finish !== undefined) wrong.finish += 1;
        if (differences.usage !== undefined) wrong.usage += 1;
      }
      expect(wrong.said / readable.length).toBeLessThanOrEqual(0.01);
      expect(wrong.finish / readable.length).toBeLessThanOrEqual(0.03);
      expect(wrong.usage / readable.length).toBeLessThanOrEqual(0.03);
    });
  });
}
