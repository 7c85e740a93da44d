import { compileRedactor } from "../../plugins/redact/compile";
import { redactSchema } from "../../plugins/redact/config";
import { gather } from "../../plugins/redact/gather";
import { pluginServices, policyFacts } from "../support/exchange";

const { inspector } = compileRedactor(
  redactSchema.parse({
    custom: [
      { name: "ticket", pattern: "^T-[0-9]+$" },
      { name: "badge", pattern: "Z[0-9]{5}", context: ["badge"] },
    ],
  }),
  pluginServices,
  policyFacts,
);
const message = (it: object): object => ({ model: "m", messages: [{ role: "user", ...it }] });

test.each([
  ["a text", message({ content: "mail a@example.com" })],
  ["a name of a member", { model: "m", messages: [], "a@example.com": 1 }],
  ["a name as a whole", { model: "m", messages: [], "T-5": 1 }],
  ["a number", { model: "m", messages: [], metadata: { n: 4111111111111111 } }],
  ["what a member's name says", { metadata: { badge: "Z12345" } }],
  ["what another member says", { metadata: { type: "badge", value: "Z12345" } }],
  ["although its member's name says otherwise", message({ content: "x", id: "(030) 901820", tel: "+49 30 901820" })],
  ["a text as a whole", message({ content: "T-5" })],
  ["escapes in JSON in a text", message({ content: '{"a":"\\u0061@example\\u002ecom"}' })],
  ["what looks like a placeholder", message({ content: "<email 1>" })],
])("%s is seen", (_, request) => {
  expect(inspector.suspects(gather(request))).toBe(true);
});

test("two texts side by side are not one", () => {
  const request = { messages: [{ content: [{ text: "4111 1111" }, { text: "1111 1111" }] }], list: ["4111 1111", "1111 1111"] };
  expect(inspector.suspects(gather(request))).toBe(false);
});

test.each([
  ["image_url", { image_url: { url: "https://x.example" } }],
  ["data", { input_audio: { data: "AAAA" } }],
  ["file", { file: { file_id: "x" } }],
  ["text", { note: "data:text/plain;base64,AAAA" }],
])("%s: needs a closer look", (_, part) => {
  expect(gather(message({ content: [part] })).media).toBe(true);
});

test("numbers that lost digits are told", () => {
  expect(gather({ a: JSON.parse("6304000000000000000") as number }).inexact).toBe(true);
  expect(gather({ a: 4111111111111111 }).inexact).toBe(false);
});

test("JSON nested as deep as it likes is no trouble", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  expect(gather(message({ content: `{"a":"\\n","b":${deep}}` })).media).toBe(false);
});
