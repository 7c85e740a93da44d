/** The demo refuses nothing that the real providers took: recorded requests that were answered with 200 are answered here too. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { respond } from "../../demo/respond";

interface RecordedExchange {
  readonly id: string;
  readonly api: string;
  readonly model: string;
  readonly status: number;
  readonly stream: boolean;
  readonly request: unknown;
}

const folder = path.resolve(__dirname, "../../../shared/oracles/traffic");
const there = existsSync(folder);
if (!there) console.warn(`No recorded traffic at ${folder}: the demo's strictness is not compared with it.`);

/** Refused for a reason: what differs from the real provider. */
const EXPECTED: Readonly<Record<string, string>> = {
  "openai-263fdef39e53f541": "image_url as a bare string, as one retired model took it",
  "anthropic-61b903eba3766c50": "thoughts signed by the real provider",
  "anthropic-de27a76d443224e0": "thoughts signed by the real provider",
  "gemini-865b7101cc71cd31": "the recording masks a part of the base64 data",
};
const PATHS: Readonly<Record<string, (record: RecordedExchange) => string>> = {
  chat: () => "/v1/chat/completions",
  messages: () => "/v1/messages",
  generateContent: ({ model, stream }) =>
    `/v1beta/models/${model}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
};

(there ? test : test.skip).each(["openai", "anthropic", "gemini", "vertex"])("%s", (provider) => {
  const records = readFileSync(path.join(folder, `${provider}.jsonl`), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedExchange)
    .filter(({ api, request, status }) => PATHS[api] !== undefined && request !== null && status < 400);
  const refused = records.flatMap((record) => {
    // Real signatures are opaque to the demo: the documented stand-in takes their place.
    const body = JSON.stringify(record.request, (key, value: unknown) =>
      /^thought_?signature$/i.test(key) ? "skip_thought_signature_validator" : value,
    );
    const headers = { "content-type": "application/json", "anthropic-version": "2023-06-01" };
    const url = new URL(PATHS[record.api]?.(record) ?? "", "http://demo");
    const reply = respond({ method: "POST", url, headers, body: Buffer.from(body) });
    return reply.status === 200 || EXPECTED[record.id] !== undefined ? [] : [`${record.id}: ${reply.pieces.join("")}`];
  });
  expect(records.length).toBeGreaterThan(40);
  expect(refused).toEqual([]);
});
